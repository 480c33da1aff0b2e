"""Convolution and pooling beside PyTorch, the NumPy path and the naive layers."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.timing import race, ratio
from workbook.numerics import fast_layers as fast

__all__ = ["CASES", "Case", "run"]


@dataclass(frozen=True)
class Case:
    """One layer; `limit` is the goal for our time over PyTorch's, None where there is none."""

    kind: str
    N: int
    C: int
    side: int
    F: int
    window: int
    stride: int
    pad: int = 0
    dtype: str = "float32"
    limit: float | None = None
    naive: bool = False
    group: str = "layers"

    @property
    def name(self) -> str:
        images = f"N{self.N} C{self.C} {self.side}x{self.side}"
        window = f"{self.window}x{self.window} s{self.stride}"
        if self.kind == "pool":
            return f"pool {images} {window} {self.dtype}"
        return f"conv {images} F{self.F} {window} p{self.pad} {self.dtype}"


def _conv(*sizes: int, **more: Any) -> Case:
    return Case("conv", *sizes, **more)


def _pool(N: int, C: int, side: int, window: int, stride: int, **more: Any) -> Case:
    return Case("pool", N, C, side, C, window, stride, limit=1.0, **more)


# float64 shall be at least 1.5 times as fast as PyTorch at the cases of the published table.
DOUBLE = {"dtype": "float64", "limit": 1 / 1.5}

CASES = [
    _conv(100, 3, 31, 25, 3, 2, 1, limit=1.0, naive=True),
    _conv(50, 3, 32, 32, 7, 1, 3, limit=1.0),
    _conv(50, 32, 16, 32, 3, 1, 1, limit=1.3),
    _conv(50, 64, 32, 64, 3, 1, 1, limit=1.3),
    _conv(50, 3, 32, 32, 5, 1, 2, limit=1.3),
    _conv(50, 32, 16, 32, 5, 1, 2, limit=1.3),
    _conv(50, 3, 32, 32, 1, 1, 0, limit=1.3),
    _conv(50, 64, 32, 64, 1, 1, 0, limit=1.3),
    _conv(50, 64, 8, 128, 3, 1, 1, limit=1.3),
    _conv(100, 3, 31, 25, 3, 2, 1, **DOUBLE, naive=True),
    _conv(50, 3, 32, 32, 7, 1, 3, **DOUBLE),
    _conv(50, 32, 16, 32, 3, 1, 1, **DOUBLE),
    _pool(100, 3, 32, 2, 2, naive=True),
    _pool(50, 32, 32, 2, 2),
    _pool(50, 32, 31, 3, 2),
    _pool(50, 32, 8, 2, 2),
    _pool(100, 3, 32, 2, 2, dtype="float64"),
    *(_conv(N, 3, 31, 25, 3, 2, 1, limit=1.3, group="scaling") for N in (1, 10, 100, 1000)),
    *(_conv(N, 32, 16, 32, 3, 1, 1, limit=1.3, group="scaling") for N in (1, 10, 100, 1000)),
    *(_pool(N, 3, 32, 2, 2, group="scaling") for N in (1, 10, 100, 1000)),
]


@contextmanager
def numpy_path() -> Iterator[None]:
    """The fast layers without their kernels."""
    os.environ["WORKBOOK_NO_EXTENSION"] = "1"
    try:
        yield
    finally:
        del os.environ["WORKBOOK_NO_EXTENSION"]


class _Layer:
    """Forward and backward of one case by every rival, on the same numbers."""

    def __init__(self, case: Case, naive: Any) -> None:
        self.case, self.naive = case, naive
        rng = np.random.default_rng(231)
        x = rng.standard_normal((case.N, case.C, case.side, case.side))
        self.x = x.astype(case.dtype)
        if case.kind == "conv":
            w = rng.standard_normal((case.F, case.C, case.window, case.window))
            self.weights = (w.astype(case.dtype), rng.standard_normal(case.F).astype(case.dtype))
            self.param = {"stride": case.stride, "pad": case.pad}
        else:
            self.weights = ()
            sides = {"pool_height": case.window, "pool_width": case.window}
            self.param = {**sides, "stride": case.stride}
        self.leaves = [torch.from_numpy(a).requires_grad_() for a in (self.x, *self.weights)]
        self.out = self.torch_forward()
        self.dout = rng.standard_normal(tuple(self.out.shape)).astype(case.dtype)
        self.torch_dout = torch.from_numpy(self.dout)

    def torch_forward(self) -> torch.Tensor:
        case = self.case
        if case.kind == "conv":
            return functional.conv2d(*self.leaves, case.stride, case.pad)
        return functional.max_pool2d(*self.leaves, case.window, case.stride)

    def torch_inference(self) -> None:
        with torch.no_grad():
            self.torch_forward()

    def torch_backward(self) -> tuple[torch.Tensor, ...]:
        return torch.autograd.grad(self.out, self.leaves, self.torch_dout, retain_graph=True)

    def forward(self, module: Any, suffix: str) -> Any:
        name = "conv_forward" if self.case.kind == "conv" else "max_pool_forward"
        return getattr(module, f"{name}_{suffix}")(self.x, *self.weights, self.param)

    def backward(self, module: Any, suffix: str, cache: Any) -> Any:
        name = "conv_backward" if self.case.kind == "conv" else "max_pool_backward"
        return getattr(module, f"{name}_{suffix}")(self.dout, cache)

    def compare(self, who: str, out: Any, grads: Any) -> None:
        """Stop if a rival computes something else."""
        limit = 1e-4 if self.case.dtype == "float32" else 1e-10
        grads = grads if isinstance(grads, tuple) else (grads,)
        wants = [self.out.detach(), *self.torch_backward()]
        for got, want in zip((out, *grads), wants, strict=True):
            reference = want.numpy()
            error = np.linalg.norm(got - reference) / np.linalg.norm(reference)
            if not error < limit:
                raise SystemExit(f"{self.case.name}: {who} differs from PyTorch by {error:.1e}")


def run(case: Case, naive: Any, **how: Any) -> dict[str, Any]:
    """Race one case; `naive` is a module with the naive layers, or None."""
    layer = _Layer(case, naive)
    out, cache = layer.forward(fast, "fast")
    layer.compare("the compiled layer", out, layer.backward(fast, "fast", cache))
    with numpy_path():
        out, numpy_cache = layer.forward(fast, "fast")
        layer.compare("the NumPy layer", out, layer.backward(fast, "fast", numpy_cache))

    def without_kernels(work: Callable[[], Any]) -> Callable[[], Any]:
        def call() -> Any:
            with numpy_path():
                return work()

        return call

    forward: dict[str, Callable[[], Any]] = {
        "torch": layer.torch_inference,
        "ours": lambda: layer.forward(fast, "fast"),
        "numpy": without_kernels(lambda: layer.forward(fast, "fast")),
    }
    backward: dict[str, Callable[[], Any]] = {
        "torch": layer.torch_backward,
        "ours": lambda: layer.backward(fast, "fast", cache),
        "numpy": without_kernels(lambda: layer.backward(fast, "fast", numpy_cache)),
    }
    if naive is not None and case.naive:
        kept: list[Any] = []
        forward["naive"] = lambda: kept.append(layer.forward(naive, "naive")[1])
        backward["naive"] = lambda: layer.backward(naive, "naive", kept[0])
    times = {
        "forward": race(forward, once=("naive",), **how),
        "backward": race(backward, once=("naive",), **how),
    }
    parts = {who: [times["forward"][who], times["backward"][who]] for who in times["forward"]}
    record: dict[str, Any] = {
        "case": case.name,
        "group": case.group,
        "limit": case.limit,
        "times": times,
        "ratios": {who: ratio(parts["ours"], parts[who]) for who in parts if who != "ours"},
    }
    if case.kind == "pool":
        # Pooling is to hold its own in each direction.
        record["each"] = [
            ratio([p], [t]) for p, t in zip(parts["ours"], parts["torch"], strict=True)
        ]
    return record
