"""Test cases of the rectified linear unit."""

from typing import Any

import numpy as np

from workbook.cases import CaseList, Shared
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    SAME,
    Arrays,
    Dtype,
    Rng,
    floats,
    forward_twice,
    refusals,
    refused,
)

cases = CaseList()


@cases.add(
    "relu_forward", "a matrix", asks="what is negative becomes 0, the rest stays", limits=FLOAT64
)
def matrix(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.relu_forward(floats(rng, 4, 5))
    return {"out": out}


@cases.add("relu_forward", "images", asks="x : ndarray, any shape", limits=FLOAT64)
def images(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.relu_forward(floats(rng, 2, 3, 4, 5))
    return {"out": out}


@cases.add("relu_forward", "float32", asks="out : ndarray, shape and dtype of x", limits=FLOAT32)
def single(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.relu_forward(floats(rng, 3, 7, dtype=np.float32))
    return {"out": out}


@cases.add("relu_forward", "argument left alone", asks="Not changed", limits=FLOAT64, keeps=("x",))
def forward_keeps(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.relu_forward(floats(rng, 6, 2))
    return {"out": out}


@cases.add(
    "relu_forward",
    "positive inputs only",
    asks="shape and dtype of x A new array",
    limits=SAME,
    rule="argument",
)
def own_array(impl: Any, rng: Rng) -> Arrays:
    # Even where nothing has to change, x is not handed back.
    x = rng.uniform(1, 2, size=(3, 4))
    out, _ = impl.relu_forward(x)
    return {"out": out, "out_is_x": Shared(out, x)}


def _backward(impl: Any, rng: Rng, *shape: int, dtype: Dtype = np.float64) -> Arrays:
    _, cache = impl.relu_forward(floats(rng, *shape, dtype=dtype))
    return {"dx": impl.relu_backward(floats(rng, *shape, dtype=dtype), cache)}


@cases.add(
    "relu_backward",
    "a matrix",
    asks="Gradient of the loss with respect to the output",
    limits=FLOAT64,
)
def matrix_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 4, 5)


@cases.add("relu_backward", "images", asks="dout : ndarray, any shape", limits=FLOAT64)
def images_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 2, 3, 4, 5)


@cases.add(
    "relu_backward",
    "inputs of exactly 0",
    asks="this course takes the gradient there as 0",
    limits=FLOAT64,
    rule="tie",
)
def zeros_back(impl: Any, rng: Rng) -> Arrays:
    x = np.array([[0.0, 1.5, -2.0], [3.0, -0.0, 0.0]])
    _, cache = impl.relu_forward(x)
    return {"dx": impl.relu_backward(floats(rng, 2, 3), cache)}


@cases.add("relu_backward", "float32", asks="dx : ndarray, shape and dtype of dout", limits=FLOAT32)
def single_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 3, 7, dtype=np.float32)


@cases.add(
    "relu_backward",
    "arguments left alone",
    asks="with respect to the output; not changed",
    limits=FLOAT64,
    keeps=("dout", "x"),
)
def backward_keeps(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 6, 2)


@cases.add(
    "relu_backward",
    "positive inputs only",
    asks="dx : ndarray, shape and dtype of dout A new array",
    limits=SAME,
    rule="argument",
)
def own_gradient(impl: Any, rng: Rng) -> Arrays:
    _, cache = impl.relu_forward(rng.uniform(1, 2, size=(3, 4)))
    dout = floats(rng, 3, 4)
    dx = impl.relu_backward(dout, cache)
    return {"dx": dx, "dx_is_dout": Shared(dx, dout)}


@cases.add(
    "relu_backward",
    "two forward passes before the first backward",
    asks="What `relu_forward` returned",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    return forward_twice(
        lambda: impl.relu_forward(floats(rng, 3, 5))[1],
        lambda cache: {"dx": impl.relu_backward(floats(rng, 3, 5), cache)},
    )


@cases.add(
    "relu_backward",
    "a dout that does not fit",
    asks="If `dout` does not have the output's shape",
    limits={"refused": SAME, "*": FLOAT64},
    reduce=refused,
)
def unfit(impl: Any, rng: Rng) -> Arrays:
    _, cache = impl.relu_forward(floats(rng, 4, 3))
    dx = impl.relu_backward(floats(rng, 4, 3), cache)
    return {"dx": dx, **refusals(lambda dout: impl.relu_backward(dout, cache), rng, 4, 3)}
