"""Test cases of max pooling as a layer object: overlaps, gaps, ties, and padding."""

from typing import Any

import numpy as np

from workbook.cases import CaseList, absolute
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    Array,
    Arrays,
    Dtype,
    Rng,
    floats,
    forward_twice,
)
from workbook.course.pool.cases import tied_images, window_sums

cases = CaseList()

Geometry = tuple[tuple[int, int, int, int], int, int, int, int]
_SIZES = "out_h and out_w are the numbers of windows that `im2col` finds down and across"
# x (N, C, H, W), pool_h, pool_w, stride, pad.
_GEOMETRIES: dict[str, tuple[Geometry, str]] = {
    "windows of 2 x 2 side by side": (
        ((2, 3, 4, 6), 2, 2, 2, 0),
        "The largest number of each window, channel by channel",
    ),
    "windows of 3 x 2 that overlap": (
        ((2, 2, 5, 6), 3, 2, 1, 0),
        "Where windows overlap, a pixel gets the sum of what they bring",
    ),
    "windows of 3 x 3 that overlap, with a remainder": (((1, 2, 6, 8), 3, 3, 2, 0), _SIZES),
    "windows of 2 x 1 that leave gaps": (
        ((2, 1, 7, 8), 2, 1, 3, 0),
        "What a window got lies on its maxima and nowhere else",
    ),
    "padding of 1, windows of 3 x 2": (((2, 2, 5, 4), 3, 2, 2, 1), "windows may reach into"),
    "one window of 3 x 4": (
        ((1, 1, 3, 4), 3, 4, 1, 0),
        "Height and width of the window; they may differ",
    ),
}


def _distinct(rng: Rng, *shape: int, dtype: Dtype = np.float64) -> Array:
    """Numbers of both signs without ties."""
    count = int(np.prod(shape))
    return ((rng.permutation(count) - count / 2) / 10).reshape(shape).astype(dtype)


def _out_shape(geometry: Geometry) -> tuple[int, int, int, int]:
    (N, C, H, W), pool_h, pool_w, stride, pad = geometry
    return N, C, 1 + (H + 2 * pad - pool_h) // stride, 1 + (W + 2 * pad - pool_w) // stride


def _run(impl: Any, rng: Rng, geometry: Geometry, x: Array) -> Arrays:
    layer = impl.scratch.Pooling(*geometry[1:])
    out = layer.forward(x)
    return {"out": out, "dx": layer.backward(floats(rng, *_out_shape(geometry)).astype(x.dtype))}


@cases.add(
    "scratch.Pooling",
    "forward, with stride and padding left at their defaults",
    asks="ndarray, shape (N, C, out_h, out_w), dtype of `x`",
    limits=FLOAT64,
)
def forward(impl: Any, rng: Rng) -> Arrays:
    return {"out": impl.scratch.Pooling(2, 3).forward(_distinct(rng, 1, 2, 3, 5))}


def _declare(name: str) -> None:
    geometry, asks = _GEOMETRIES[name]

    @cases.add("scratch.Pooling", name, asks=asks, limits=FLOAT64)
    def both(impl: Any, rng: Rng) -> Arrays:
        return _run(impl, rng, geometry, _distinct(rng, *geometry[0]))


for _name in _GEOMETRIES:
    _declare(_name)


@cases.add(
    "scratch.Pooling",
    "negative pixels and padding",
    asks="Padding is never the maximum, also where all pixels of a window are negative",
    limits=FLOAT64,
)
def negative(impl: Any, rng: Rng) -> Arrays:
    geometry: Geometry = ((1, 2, 3, 4), 2, 2, 1, 1)
    return _run(impl, rng, geometry, _distinct(rng, *geometry[0]) - 10.0)


@cases.add(
    "scratch.Pooling",
    "pixels that share the maximum",
    asks="where several pixels tie, one may have it all, or they may share it",
    limits={
        "dx": FLOAT64,
        "window_sums": FLOAT64,
        "beside_the_maxima": absolute(1e-12, "0 in theory: only a maximum moves the output"),
    },
    reduce=window_sums,
    rule="tie",
)
def ties(impl: Any, rng: Rng) -> Arrays:
    run = _run(impl, rng, ((2, 2, 4, 6), 2, 2, 2, 0), tied_images(rng))
    return {"dx": run["dx"]}


@cases.add(
    "scratch.Pooling",
    "two forward passes, then backward twice",
    asks="Gradient with respect to the images of the last `forward`",
    limits=FLOAT64,
)
def twice(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Pooling(2, 2, 2)
    layer.forward(_distinct(rng, 2, 1, 4, 4))
    layer.forward(_distinct(rng, 1, 2, 4, 2))
    first = layer.backward(floats(rng, 1, 2, 2, 1))
    return {"dx": first, "dx_again": layer.backward(floats(rng, 1, 2, 2, 1))}


@cases.add(
    "scratch.Pooling",
    "two layers, forward before backward",
    asks="Gradient with respect to the images of the last `forward`",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    def forward() -> Any:
        layer = impl.scratch.Pooling(2, 2, 2)
        layer.forward(_distinct(rng, 2, 1, 4, 6))
        return layer

    return forward_twice(forward, lambda layer: {"dx": layer.backward(floats(rng, 2, 1, 2, 3))})


@cases.add(
    "scratch.Pooling",
    "float32",
    asks="what comes out of a layer has the dtype that went in",
    limits=FLOAT32,
)
def single(impl: Any, rng: Rng) -> Arrays:
    geometry: Geometry = ((2, 2, 4, 3), 2, 3, 2, 1)
    return _run(impl, rng, geometry, _distinct(rng, *geometry[0], dtype=np.float32))


@cases.add(
    "scratch.Pooling",
    "arguments left alone",
    asks="No argument is changed",
    limits=FLOAT64,
    keeps=("x", "dout"),
)
def keeps(impl: Any, rng: Rng) -> Arrays:
    geometry: Geometry = ((1, 1, 4, 4), 2, 2, 2, 0)
    return _run(impl, rng, geometry, _distinct(rng, *geometry[0]))
