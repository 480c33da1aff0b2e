"""Test cases of the layers of plain nets as objects: sigmoid, affine."""

from typing import Any

import numpy as np

from workbook.cases import CaseList
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    Arrays,
    Dtype,
    Rng,
    floats,
    forward_twice,
)
from workbook.course.scratch_relu.cases import elementwise_cases

cases = CaseList()

_KEEPS_DTYPE = "what comes out of a layer has the dtype that went in"

elementwise_cases(cases, "Sigmoid")


@cases.add(
    "scratch.Sigmoid",
    "numbers far out",
    asks="Values as far out as -1e4 and 1e4 are allowed",
    limits=FLOAT64,
    rule="overflow",
)
def sigmoid_far(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Sigmoid()
    out = layer.forward(np.array([[-1e4, -800.0, 0.5], [1e4, 30.0, -2.0]]))
    return {"out": out, "dx": layer.backward(floats(rng, 2, 3))}


def _affine(impl: Any, rng: Rng, *shape: int, M: int, dtype: Dtype = np.float64) -> Arrays:
    D = int(np.prod(shape[1:]))
    layer = impl.scratch.Affine(floats(rng, D, M, dtype=dtype), floats(rng, M, dtype=dtype))
    out = layer.forward(floats(rng, *shape, dtype=dtype))
    dx = layer.backward(floats(rng, shape[0], M, dtype=dtype))
    return {"out": out, "dx": dx, "dW": layer.dW, "db": layer.db}


@cases.add("scratch.Affine", "forward", asks="ndarray, shape (N, M), dtype of `x`", limits=FLOAT64)
def affine_forward(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Affine(floats(rng, 6, 4), floats(rng, 4))
    return {"out": layer.forward(floats(rng, 3, 6)), "images": layer.forward(floats(rng, 2, 3, 2))}


@cases.add(
    "scratch.Affine",
    "rows of numbers",
    asks="Gradients of the loss with respect to `W` and `b`, after each `backward`",
    limits=FLOAT64,
)
def affine_rows(impl: Any, rng: Rng) -> Arrays:
    return _affine(impl, rng, 3, 4, M=2)


@cases.add(
    "scratch.Affine", "images", asks="ndarray, shape and dtype of the last `x`", limits=FLOAT64
)
def affine_images(impl: Any, rng: Rng) -> Arrays:
    return _affine(impl, rng, 2, 3, 2, 4, M=5)


@cases.add("scratch.Affine", "a batch of one", asks="shape (M,) and not (1, M)", limits=FLOAT64)
def affine_one(impl: Any, rng: Rng) -> Arrays:
    return _affine(impl, rng, 1, 2, 3, M=4)


@cases.add(
    "scratch.Affine",
    "weights that training has written into",
    asks="a step of training that writes into it is seen by the layer",
    limits=FLOAT64,
)
def affine_held(impl: Any, rng: Rng) -> Arrays:
    W, b = floats(rng, 4, 3), floats(rng, 3)
    layer = impl.scratch.Affine(W, b)
    W *= 3.0
    b -= 1.0
    out = layer.forward(floats(rng, 2, 4))
    return {"out": out, "dx": layer.backward(floats(rng, 2, 3))}


@cases.add(
    "scratch.Affine",
    "two passes",
    asks="Gradients of the loss with respect to `W` and `b`, after each `backward`",
    limits=FLOAT64,
)
def affine_twice(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Affine(floats(rng, 4, 3), floats(rng, 3))
    for N in (5, 2):
        layer.forward(floats(rng, N, 4))
        dx = layer.backward(floats(rng, N, 3))
    return {"dx": dx, "dW": layer.dW, "db": layer.db}


@cases.add(
    "scratch.Affine",
    "two layers, forward before backward",
    asks="Gradient with respect to the input",
    limits=FLOAT64,
)
def affine_two_layers(impl: Any, rng: Rng) -> Arrays:
    def forward() -> Any:
        layer = impl.scratch.Affine(floats(rng, 4, 3), floats(rng, 3))
        layer.forward(floats(rng, 2, 2, 2))
        return layer

    def backward(layer: Any) -> Arrays:
        dx = layer.backward(floats(rng, 2, 3))
        return {"dx": dx, "dW": layer.dW, "db": layer.db}

    return forward_twice(forward, backward)


@cases.add("scratch.Affine", "float32", asks=_KEEPS_DTYPE, limits=FLOAT32)
def affine_single(impl: Any, rng: Rng) -> Arrays:
    return _affine(impl, rng, 4, 3, 2, M=5, dtype=np.float32)


@cases.add(
    "scratch.Affine",
    "arguments left alone",
    asks="No argument is changed",
    limits=FLOAT64,
    keeps=("W", "b", "x", "dout"),
)
def affine_keeps(impl: Any, rng: Rng) -> Arrays:
    return _affine(impl, rng, 5, 2, 2, M=3)
