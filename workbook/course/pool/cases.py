"""Test cases of max pooling: windows that overlap, leave gaps, and share their maximum."""

from typing import Any

import numpy as np

from workbook.cases import CaseList, absolute
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    SAME,
    Array,
    Arrays,
    Dtype,
    Raw,
    Rng,
    fits,
    floats,
    forward_twice,
    outline,
    refusals,
    refused,
)

cases = CaseList()

_SIZE = "H' = 1 + (H - pool_height) / stride"
Geometry = tuple[tuple[int, int, int, int], int, int, int]
# x (N, C, H, W), pool_height, pool_width, stride.
_GEOMETRIES: dict[str, tuple[Geometry, str, str]] = {
    "windows of 2 x 2 side by side": (
        ((2, 3, 4, 6), 2, 2, 2),
        "of every window only the largest entry stays",
        "A window passes its gradient on to its largest entry",
    ),
    "windows of 3 x 2 that overlap": (
        ((2, 2, 5, 6), 3, 2, 1),
        "Windows may overlap",
        "An entry that wins in several windows gets all of their gradients",
    ),
    "windows of 3 x 3 that overlap, with a remainder": (
        ((1, 2, 6, 8), 3, 3, 2),
        "a window never hangs over the edge",
        "An entry that wins in several windows gets all of their gradients",
    ),
    "windows of 2 x 1 that leave gaps": (
        ((2, 1, 7, 8), 2, 1, 3),
        "may leave gaps",
        "0 wherever no window had its maximum",
    ),
    "one image, one window of 3 x 4": (
        ((1, 1, 3, 4), 3, 4, 1),
        _SIZE,
        "dx : ndarray, shape (N, C, H, W)",
    ),
}


def _param(pool_height: int, pool_width: int, stride: int) -> dict[str, int]:
    return {"pool_height": pool_height, "pool_width": pool_width, "stride": stride}


def _distinct(rng: Rng, *shape: int, dtype: Dtype = np.float64) -> Array:
    """Numbers of both signs without ties."""
    count = int(np.prod(shape))
    return ((rng.permutation(count) - count / 2) / 10).reshape(shape).astype(dtype)


def _backward(
    impl: Any, rng: Rng, x: Array, pool_height: int, pool_width: int, stride: int
) -> tuple[Array, Array]:
    _, cache = impl.max_pool_forward_naive(x, _param(pool_height, pool_width, stride))
    N, C, H, W = x.shape
    size = (1 + (H - pool_height) // stride, 1 + (W - pool_width) // stride)
    dout = floats(rng, N, C, *size).astype(x.dtype)
    return dout, impl.max_pool_backward_naive(dout, cache)


def _declare(name: str) -> None:
    (shape, *window), forward_asks, backward_asks = _GEOMETRIES[name]

    @cases.add("max_pool_forward_naive", name, asks=forward_asks, limits=FLOAT64)
    def forward(impl: Any, rng: Rng) -> Arrays:
        out, _ = impl.max_pool_forward_naive(_distinct(rng, *shape), _param(*window))
        return {"out": out}

    @cases.add("max_pool_backward_naive", name, asks=backward_asks, limits=FLOAT64)
    def backward(impl: Any, rng: Rng) -> Arrays:
        _, dx = _backward(impl, rng, _distinct(rng, *shape), *window)
        return {"dx": dx}


for _name in _GEOMETRIES:
    _declare(_name)


@cases.add(
    "max_pool_forward_naive", "negative entries only", asks="only the largest entry", limits=FLOAT64
)
def negative(impl: Any, rng: Rng) -> Arrays:
    x = -1.0 - rng.uniform(size=(1, 2, 4, 4))
    out, _ = impl.max_pool_forward_naive(x, _param(2, 2, 2))
    return {"out": out}


@cases.add("max_pool_forward_naive", "float32", asks="With the dtype of `x`", limits=FLOAT32)
def single(impl: Any, rng: Rng) -> Arrays:
    x = _distinct(rng, 2, 2, 4, 3, dtype=np.float32)
    out, _ = impl.max_pool_forward_naive(x, _param(2, 3, 2))
    return {"out": out}


@cases.add(
    "max_pool_forward_naive",
    "arguments left alone",
    asks="no argument is changed",
    limits=FLOAT64,
    keeps=("x", "pool_param"),
)
def forward_keeps(impl: Any, rng: Rng) -> Arrays:
    pool_param = _param(2, 2, 2)
    out, _ = impl.max_pool_forward_naive(_distinct(rng, 1, 1, 4, 4), pool_param)
    return {"out": out}


def _windows(array: Array) -> Array:
    """The 2 x 2 windows of images as rows of four."""
    N, C, H, W = array.shape
    cut = array.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5)
    return cut.reshape(N, C, H // 2, W // 2, 4)


def tied_images(rng: Rng) -> Array:
    """Few different values, so that most windows hold their maximum twice or more."""
    x = rng.integers(0, 2, size=(2, 2, 4, 6)).astype(float)
    x[0, 0] = 0.0
    return x


def window_sums(raw: Raw, rng: Rng) -> Arrays:
    """To which of several maxima the gradient goes is free; what arrives in all is not."""
    x, dx = tied_images(rng), raw["dx"]
    if not fits(dx, x.shape):
        nothing = np.full((2, 2, 2, 3), np.nan)
        return {"dx": outline(dx), "window_sums": nothing, "beside_the_maxima": nothing}
    parts, values = _windows(dx), _windows(x)
    beside = np.where(values < values.max(axis=-1, keepdims=True), parts, 0.0)
    return {
        "dx": outline(dx),
        "window_sums": parts.sum(axis=-1),
        "beside_the_maxima": np.abs(beside).sum(axis=-1),
    }


@cases.add(
    "max_pool_backward_naive",
    "entries that share the maximum",
    asks="no more than `dout` may come out in sum",
    limits={
        "dx": FLOAT64,
        "window_sums": FLOAT64,
        "beside_the_maxima": absolute(1e-12, "0 in theory: only a maximum moves the output"),
    },
    reduce=window_sums,
    rule="tie",
)
def ties(impl: Any, rng: Rng) -> Arrays:
    _, dx = _backward(impl, rng, tied_images(rng), 2, 2, 2)
    return {"dx": dx}


@cases.add("max_pool_backward_naive", "float32", asks="With the dtype of the input", limits=FLOAT32)
def single_back(impl: Any, rng: Rng) -> Arrays:
    x = _distinct(rng, 2, 2, 4, 3, dtype=np.float32)
    _, dx = _backward(impl, rng, x, 2, 3, 2)
    return {"dx": dx}


@cases.add(
    "max_pool_backward_naive",
    "arguments left alone",
    asks="with respect to the layer's output; not changed",
    limits=FLOAT64,
    keeps=("dout", "x"),
)
def backward_keeps(impl: Any, rng: Rng) -> Arrays:
    _, dx = _backward(impl, rng, _distinct(rng, 1, 1, 4, 4), 2, 2, 2)
    return {"dx": dx}


@cases.add(
    "max_pool_backward_naive",
    "two forward passes before the first backward",
    asks="What `max_pool_forward_naive` returned",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    return forward_twice(
        lambda: impl.max_pool_forward_naive(_distinct(rng, 2, 1, 4, 6), _param(2, 2, 2))[1],
        lambda cache: {"dx": impl.max_pool_backward_naive(floats(rng, 2, 1, 2, 3), cache)},
    )


@cases.add(
    "max_pool_backward_naive",
    "a dout that does not fit",
    asks="If `dout` does not have the output's shape",
    limits={"refused": SAME, "*": FLOAT64},
    reduce=refused,
)
def unfit(impl: Any, rng: Rng) -> Arrays:
    _, cache = impl.max_pool_forward_naive(_distinct(rng, 3, 1, 4, 4), _param(2, 2, 2))
    dx = impl.max_pool_backward_naive(floats(rng, 3, 1, 2, 2), cache)
    return {
        "dx": dx,
        **refusals(lambda dout: impl.max_pool_backward_naive(dout, cache), rng, 3, 1, 2, 2),
    }
