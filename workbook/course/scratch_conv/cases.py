"""Test cases of the convolution as a layer object."""

from typing import Any

import numpy as np

from workbook.cases import CaseList
from workbook.course.case_tools import FLOAT32, FLOAT64, Arrays, Dtype, Rng, floats, forward_twice

cases = CaseList()

Geometry = tuple[tuple[int, int, int, int], tuple[int, int, int], int, int]
_SIZES = "out_h and out_w are the numbers of windows that `im2col` finds down and across"
# x (N, C, H, W), W (FN, FH, FW), stride, pad; no two sizes alike where it matters.
_GEOMETRIES: dict[str, tuple[Geometry, str]] = {
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


def _layer(impl: Any, rng: Rng, geometry: Geometry, dtype: Dtype = np.float64) -> Any:
    (_, C, _, _), (FN, FH, FW), stride, pad = geometry
    W, b = floats(rng, FN, C, FH, FW, dtype=dtype), floats(rng, FN, dtype=dtype)
    return impl.scratch.Convolution(W, b, stride, pad)


def _out_shape(geometry: Geometry) -> tuple[int, int, int, int]:
    (N, _, H, W), (FN, FH, FW), stride, pad = geometry
    return N, FN, 1 + (H + 2 * pad - FH) // stride, 1 + (W + 2 * pad - FW) // stride


def _run(impl: Any, rng: Rng, geometry: Geometry, dtype: Dtype = np.float64) -> Arrays:
    layer = _layer(impl, rng, geometry, dtype)
    out = layer.forward(floats(rng, *geometry[0], dtype=dtype))
    dx = layer.backward(floats(rng, *_out_shape(geometry), dtype=dtype))
    return {"out": out, "dx": dx, "dW": layer.dW, "db": layer.db}


@cases.add(
    "scratch.Convolution",
    "forward",
    asks="ndarray, shape (N, FN, out_h, out_w), dtype of `x`",
    limits=FLOAT64,
)
def forward(impl: Any, rng: Rng) -> Arrays:
    geometry: Geometry = ((2, 2, 3, 4), (3, 2, 2), 1, 0)
    return {"out": _layer(impl, rng, geometry).forward(floats(rng, *geometry[0]))}


def _declare(name: str) -> None:
    geometry, asks = _GEOMETRIES[name]

    @cases.add("scratch.Convolution", name, asks=asks, limits=FLOAT64)
    def both(impl: Any, rng: Rng) -> Arrays:
        return _run(impl, rng, geometry)


for _name in _GEOMETRIES:
    _declare(_name)


@cases.add(
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


@cases.add(
    "scratch.Convolution",
    "two passes",
    asks="Gradients of the loss with respect to `W` and `b`, after each `backward`",
    limits=FLOAT64,
)
def second_pass(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Convolution(floats(rng, 2, 1, 2, 2), floats(rng, 2))
    for N, H in ((2, 4), (1, 3)):
        layer.forward(floats(rng, N, 1, H, 3))
        dx = layer.backward(floats(rng, N, 2, H - 1, 2))
    return {"dx": dx, "dW": layer.dW, "db": layer.db}


@cases.add(
    "scratch.Convolution",
    "two layers, forward before backward",
    asks="Gradient with respect to the images",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    geometry: Geometry = ((2, 2, 3, 4), (3, 2, 2), 1, 1)

    def forward() -> Any:
        layer = _layer(impl, rng, geometry)
        layer.forward(floats(rng, *geometry[0]))
        return layer

    def backward(layer: Any) -> Arrays:
        dx = layer.backward(floats(rng, *_out_shape(geometry)))
        return {"dx": dx, "dW": layer.dW, "db": layer.db}

    return forward_twice(forward, backward)


@cases.add(
    "scratch.Convolution",
    "float32",
    asks="what comes out of a layer has the dtype that went in",
    limits=FLOAT32,
)
def single(impl: Any, rng: Rng) -> Arrays:
    return _run(impl, rng, ((2, 2, 4, 3), (3, 2, 2), 1, 1), np.float32)


@cases.add(
    "scratch.Convolution",
    "arguments left alone",
    asks="No argument is changed",
    limits=FLOAT64,
    keeps=("W", "b", "x", "dout"),
)
def keeps(impl: Any, rng: Rng) -> Arrays:
    return _run(impl, rng, ((1, 2, 3, 4), (3, 2, 2), 1, 0))
