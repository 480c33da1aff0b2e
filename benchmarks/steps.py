"""Whole training steps (loss, gradients, Adam) of the solutions' nets beside PyTorch eager."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.timing import race, ratio

__all__ = ["STEPS", "run"]

N = 50
CONV_STEP = "step ThreeLayerConvNet N50 F32 7x7 hidden 500 adam float32"
DENSE_STEP = "step FullyConnectedNet [100]*5 batchnorm N50 adam float32"
# Threads: our time over PyTorch's.
STEPS: dict[str, dict[int, float]] = {CONV_STEP: {1: 1.2, 2: 1.5}, DENSE_STEP: {}}


class _ConvNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 32, 7, padding=3)
        self.hidden = nn.Linear(32 * 16 * 16, 500)
        self.scores = nn.Linear(500, 10)
        self.layers = [self.conv, self.hidden, self.scores]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = functional.max_pool2d(functional.relu(self.conv(x)), 2).flatten(1)
        return self.scores(functional.relu(self.hidden(x)))


class _DenseNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        sizes = [3 * 32 * 32, *[100] * 5]
        self.layers = [nn.Linear(a, b) for a, b in pairwise(sizes)]
        self.norms = [nn.BatchNorm1d(size) for size in sizes[1:]]
        self.layers.append(nn.Linear(100, 10))
        self.everything = nn.ModuleList([*self.layers, *self.norms])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.flatten(1)
        for layer, norm in zip(self.layers, self.norms, strict=False):
            x = functional.relu(norm(layer(x)))
        return self.layers[-1](x)


def _same_start(net: Any, module: Any) -> None:
    """Copy the solutions' initial parameters into PyTorch's layers."""
    with torch.no_grad():
        for number, layer in enumerate(module.layers, start=1):
            w = net.params[f"W{number}"]
            layer.weight.copy_(torch.from_numpy(w if w.ndim == 4 else w.T.copy()))
            layer.bias.copy_(torch.from_numpy(net.params[f"b{number}"]))


def _rivals(name: str, impl: Any) -> dict[str, Callable[[], float]]:
    rng = np.random.default_rng(231)
    X = rng.standard_normal((N, 3, 32, 32)).astype(np.float32)
    y = rng.integers(0, 10, N)
    np.random.seed(231)
    if name == CONV_STEP:
        net = impl.ThreeLayerConvNet(num_filters=32, filter_size=7, hidden_dim=500)
        module: Any = _ConvNet()
    else:
        net = impl.FullyConnectedNet([100] * 5, use_batchnorm=True)
        module = _DenseNet()
    _same_start(net, module)
    configs: dict[str, dict[str, Any]] = {key: {} for key in net.params}
    adam = impl.adam  # an implementation looks every name up afresh
    optimiser = torch.optim.Adam(module.parameters(), lr=1e-3)
    images, labels = torch.from_numpy(X), torch.from_numpy(y)

    def ours() -> float:
        loss, grads = net.loss(X, y)
        for key, w in net.params.items():
            net.params[key], configs[key] = adam(w, grads[key], configs[key])
        return float(loss)

    def theirs() -> float:
        optimiser.zero_grad()
        loss = functional.cross_entropy(module(images), labels)
        loss.backward()
        optimiser.step()
        return loss.item()

    return {"torch": theirs, "ours": ours}


def run(name: str, threads: int, impl: Any, **how: Any) -> dict[str, Any]:
    """Race one training step, after three steps of each gave the same losses."""
    rivals = _rivals(name, impl)
    for step in range(3):
        losses = {who: take() for who, take in rivals.items()}
        if abs(losses["ours"] - losses["torch"]) > 1e-2 * max(1.0, abs(losses["torch"])):
            raise SystemExit(f"{name}: losses differ at step {step}: {losses}")
    times = race(rivals, **how)
    return {
        "case": name,
        "group": "steps",
        "limit": STEPS[name].get(threads),
        "times": {"step": times},
        "ratios": {"torch": ratio([times["ours"]], [times["torch"]])},
    }
