"""Probes of the convolution as a layer object."""

from typing import Any

import numpy as np

from workbook.checks.probe import probe
from workbook.checks.probes.common import FLOAT32, FLOAT64, Arrays, Dtype, Rng, floats

Case = tuple[tuple[int, int, int, int], tuple[int, int, int], int, int]
_SIZES = "out_h and out_w are the numbers of windows that `im2col` finds down and across"
# x (N, C, H, W), W (FN, FH, FW), stride, pad; no two sizes alike where it matters.
_CASES: dict[str, tuple[Case, str]] = {
    "no padding": (((2, 3, 5, 4), (4, 3, 2), 1, 0), "the filters are not flipped"),
    "padding of 1": (((2, 2, 4, 5), (3, 2, 3), 1, 1), "on each side of the image"),
    "padding of 2, stride 3": (((1, 2, 5, 7), (3, 4, 3), 3, 2), _SIZES),
    "stride 2, with a remainder": (((2, 1, 6, 7), (3, 3, 2), 2, 0), _SIZES),
    "one image, one channel, one filter": (
        ((1, 1, 3, 4), (1, 3, 4), 1, 1),
        "dW : ndarray, shape (FN, C, FH, FW)",
    ),
    "a filter of one pixel": (((2, 3, 2, 3), (4, 1, 1), 1, 0), "One bias for each filter"),
}


def _layer(impl: Any, rng: Rng, case: Case, dtype: Dtype = np.float64) -> Any:
    (_, C, _, _), (FN, FH, FW), stride, pad = case
    W, b = floats(rng, FN, C, FH, FW, dtype=dtype), floats(rng, FN, dtype=dtype)
    return impl.scratch.Convolution(W, b, stride, pad)


def _out_shape(case: Case) -> tuple[int, int, int, int]:
    (N, _, H, W), (FN, FH, FW), stride, pad = case
    return N, FN, 1 + (H + 2 * pad - FH) // stride, 1 + (W + 2 * pad - FW) // stride


def _run(impl: Any, rng: Rng, case: Case, dtype: Dtype = np.float64) -> Arrays:
    layer = _layer(impl, rng, case, dtype)
    out = layer.forward(floats(rng, *case[0], dtype=dtype))
    dx = layer.backward(floats(rng, *_out_shape(case), dtype=dtype))
    return {"out": out, "dx": dx, "dW": layer.dW, "db": layer.db}


@probe(
    "scratch.Convolution",
    "forward",
    asks="ndarray, shape (N, FN, out_h, out_w), dtype of `x`",
    limits=FLOAT64,
)
def forward(impl: Any, rng: Rng) -> Arrays:
    case: Case = ((2, 2, 3, 4), (3, 2, 2), 1, 0)
    return {"out": _layer(impl, rng, case).forward(floats(rng, *case[0]))}


def _declare(name: str) -> None:
    case, asks = _CASES[name]

    @probe("scratch.Convolution", name, asks=asks, limits=FLOAT64)
    def both(impl: Any, rng: Rng) -> Arrays:
        return _run(impl, rng, case)


for _name in _CASES:
    _declare(_name)


@probe(
    "scratch.Convolution",
    "filters that training has written into",
    asks="held by the layer, as in `Affine`",
    limits=FLOAT64,
)
def held(impl: Any, rng: Rng) -> Arrays:
    W, b = floats(rng, 2, 1, 2, 2), floats(rng, 2)
    layer = impl.scratch.Convolution(W, b)
    W *= 3.0
    b -= 1.0
    out = layer.forward(floats(rng, 1, 1, 3, 4))
    return {"out": out, "dx": layer.backward(floats(rng, 1, 2, 2, 3))}


@probe(
    "scratch.Convolution",
    "two passes",
    asks="Gradients of the loss with respect to `W` and `b`, after each `backward`",
    limits=FLOAT64,
)
def two_passes(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Convolution(floats(rng, 2, 1, 2, 2), floats(rng, 2))
    for N, H in ((2, 4), (1, 3)):
        layer.forward(floats(rng, N, 1, H, 3))
        dx = layer.backward(floats(rng, N, 2, H - 1, 2))
    return {"dx": dx, "dW": layer.dW, "db": layer.db}


@probe(
    "scratch.Convolution",
    "float32",
    asks="what comes out of a layer has the dtype that went in",
    limits=FLOAT32,
)
def single(impl: Any, rng: Rng) -> Arrays:
    return _run(impl, rng, ((2, 2, 4, 3), (3, 2, 2), 1, 1), np.float32)


@probe(
    "scratch.Convolution",
    "arguments left alone",
    asks="No argument is changed",
    limits=FLOAT64,
    keeps=("W", "b", "x", "dout"),
)
def keeps(impl: Any, rng: Rng) -> Arrays:
    return _run(impl, rng, ((1, 2, 3, 4), (3, 2, 2), 1, 0))
