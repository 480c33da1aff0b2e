"""Test cases of the rectified linear unit."""

from typing import Any

import numpy as np

from workbook.cases import CaseList
from workbook.course.case_tools import FLOAT32, FLOAT64, Arrays, Dtype, Rng, floats

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
