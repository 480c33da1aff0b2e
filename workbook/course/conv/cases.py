"""Test cases of convolution: odd sizes, stride unlike the filter, padding 0 to 2."""

from typing import Any

import numpy as np

from workbook.cases import CaseList
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    SAME,
    Array,
    Arrays,
    Dtype,
    Rng,
    floats,
    forward_twice,
    refusals,
    refused,
)

cases = CaseList()

_SIZE = "H' = 1 + (H + 2 * pad - HH) / stride"
# x (N, C, H, W), w (F, HH, WW), stride, pad; no two sizes alike where it matters.
_PLAIN = ((2, 3, 5, 4), (4, 3, 2), 1, 0)
_GEOMETRIES = {
    "pad 1": ((2, 3, 4, 5), (2, 3, 3), 1, 1),
    "pad 2, stride 3": ((1, 2, 5, 7), (3, 4, 3), 3, 2),
    "stride 2, with a remainder": ((2, 1, 6, 7), (3, 3, 2), 2, 0),
    "stride larger than the filter": ((1, 2, 7, 8), (2, 2, 1), 3, 0),
    "one image, one channel, one filter": ((1, 1, 3, 4), (1, 3, 4), 1, 1),
    "a filter of one pixel": ((2, 3, 2, 3), (4, 1, 1), 1, 0),
}


def _forward(
    impl: Any,
    rng: Rng,
    x_shape: tuple[int, int, int, int],
    w_shape: tuple[int, int, int],
    stride: int,
    pad: int,
    dtype: Dtype = np.float64,
) -> Any:
    F, HH, WW = w_shape
    x = floats(rng, *x_shape, dtype=dtype)
    w = floats(rng, F, x_shape[1], HH, WW, dtype=dtype)
    b = floats(rng, F, dtype=dtype)
    return impl.conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})


def _backward(
    impl: Any,
    rng: Rng,
    x_shape: tuple[int, int, int, int],
    w_shape: tuple[int, int, int],
    stride: int,
    pad: int,
    dtype: Dtype = np.float64,
) -> Arrays:
    _, cache = _forward(impl, rng, x_shape, w_shape, stride, pad, dtype)
    (N, _, H, W), (F, HH, WW) = x_shape, w_shape
    size = (1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride)
    return _gradients(impl, floats(rng, N, F, *size, dtype=dtype), cache)


def _gradients(impl: Any, dout: Array, cache: Any) -> Arrays:
    dx, dw, db = impl.conv_backward_naive(dout, cache)
    return {"dx": dx, "dw": dw, "db": db}


@cases.add("conv_forward_naive", "no padding", asks="The filter is not flipped", limits=FLOAT64)
def plain(impl: Any, rng: Rng) -> Arrays:
    out, _ = _forward(impl, rng, *_PLAIN)
    return {"out": out}


@cases.add(
    "conv_backward_naive", "no padding", asks="dw : ndarray, shape (F, C, HH, WW)", limits=FLOAT64
)
def plain_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, *_PLAIN)


def _declare(name: str) -> None:
    geometry = _GEOMETRIES[name]
    forward_asks = "zeros around each image" if geometry[3] else _SIZE
    backward_asks = "without the padding" if geometry[3] else "dx : ndarray, shape (N, C, H, W)"

    @cases.add("conv_forward_naive", name, asks=forward_asks, limits=FLOAT64)
    def forward(impl: Any, rng: Rng) -> Arrays:
        out, _ = _forward(impl, rng, *geometry)
        return {"out": out}

    @cases.add("conv_backward_naive", name, asks=backward_asks, limits=FLOAT64)
    def backward(impl: Any, rng: Rng) -> Arrays:
        return _backward(impl, rng, *geometry)


for _name in _GEOMETRIES:
    _declare(_name)


@cases.add("conv_forward_naive", "float32", asks="With the dtype of `x`", limits=FLOAT32)
def single(impl: Any, rng: Rng) -> Arrays:
    out, _ = _forward(impl, rng, (2, 2, 4, 3), (3, 2, 2), 1, 1, np.float32)
    return {"out": out}


@cases.add(
    "conv_forward_naive",
    "arguments left alone",
    asks="no argument is changed",
    limits=FLOAT64,
    keeps=("x", "w", "b", "conv_param"),
)
def forward_keeps(impl: Any, rng: Rng) -> Arrays:
    conv_param = {"stride": 2, "pad": 1}
    w, b = floats(rng, 2, 2, 2, 2), floats(rng, 2)
    out, _ = impl.conv_forward_naive(floats(rng, 1, 2, 3, 3), w, b, conv_param)
    return {"out": out}


@cases.add(
    "conv_backward_naive",
    "float32",
    asks="All three keep the dtype of the inputs",
    limits=FLOAT32,
)
def single_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, (2, 2, 4, 3), (3, 2, 2), 1, 1, np.float32)


@cases.add(
    "conv_backward_naive",
    "arguments left alone",
    asks="with respect to the layer's output; not changed",
    limits=FLOAT64,
    keeps=("dout", "x", "w", "b"),
)
def backward_keeps(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, (1, 2, 3, 3), (2, 2, 2), 1, 0)


@cases.add(
    "conv_backward_naive",
    "two forward passes before the first backward",
    asks="What `conv_forward_naive` returned",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    return forward_twice(
        lambda: _forward(impl, rng, (2, 2, 3, 4), (3, 2, 2), 1, 1)[1],
        lambda cache: _gradients(impl, floats(rng, 2, 3, 4, 5), cache),
    )


@cases.add(
    "conv_backward_naive",
    "a dout that does not fit",
    asks="If `dout` does not have the output's shape",
    limits={"refused": SAME, "*": FLOAT64},
    reduce=refused,
)
def unfit(impl: Any, rng: Rng) -> Arrays:
    _, cache = _forward(impl, rng, (3, 1, 3, 4), (2, 2, 2), 1, 0)
    found = _gradients(impl, floats(rng, 3, 2, 2, 3), cache)
    return found | refusals(lambda dout: impl.conv_backward_naive(dout, cache), rng, 3, 2, 2, 3)
