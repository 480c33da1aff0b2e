"""Probes of the layers of plain nets as objects: ReLU, sigmoid, affine."""

from typing import Any

import numpy as np

from workbook.checks.probe import probe
from workbook.checks.probes.common import (
    FLOAT32,
    FLOAT64,
    SAME,
    Array,
    Arrays,
    Dtype,
    Rng,
    floats,
)

_KEEPS_DTYPE = "what comes out of a layer has the dtype that went in"


def _shared(one: object, other: Array) -> object:
    """Whether two arrays share memory; NaN for what is no array."""
    return np.shares_memory(one, other) if isinstance(one, np.ndarray) else np.nan


def _elementwise(name: str) -> None:
    exercise = f"scratch.{name}"
    gradient = "Gradient with respect to the input of the last `forward`"

    def layer(impl: Any) -> Any:
        return getattr(impl.scratch, name)()

    def run(impl: Any, rng: Rng, *shape: int, dtype: Dtype = np.float64) -> Arrays:
        made = layer(impl)
        out = made.forward(floats(rng, *shape, dtype=dtype))
        return {"out": out, "dx": made.backward(floats(rng, *shape, dtype=dtype))}

    @probe(exercise, "forward", asks="ndarray, shape and dtype of `x`", limits=FLOAT64)
    def forward(impl: Any, rng: Rng) -> Arrays:
        return {"out": layer(impl).forward(floats(rng, 3, 4))}

    @probe(exercise, "a matrix", asks=gradient, limits=FLOAT64)
    def matrix(impl: Any, rng: Rng) -> Arrays:
        return run(impl, rng, 4, 5)

    @probe(exercise, "images", asks="x : ndarray of floats, any shape", limits=FLOAT64)
    def images(impl: Any, rng: Rng) -> Arrays:
        return run(impl, rng, 2, 3, 4, 2)

    @probe(exercise, "two forward passes, then backward twice", asks=gradient, limits=FLOAT64)
    def twice(impl: Any, rng: Rng) -> Arrays:
        made, other = layer(impl), layer(impl)
        made.forward(floats(rng, 2, 5))
        made.forward(floats(rng, 3, 4))
        other.forward(floats(rng, 3, 4))
        first = made.backward(floats(rng, 3, 4))
        return {"dx": first, "dx_again": made.backward(floats(rng, 3, 4))}

    @probe(exercise, "float32", asks=_KEEPS_DTYPE, limits=FLOAT32)
    def single(impl: Any, rng: Rng) -> Arrays:
        return run(impl, rng, 3, 5, dtype=np.float32)

    @probe(
        exercise,
        "arguments left alone",
        asks="No argument is changed",
        limits=FLOAT64,
        keeps=("x", "dout"),
    )
    def keeps(impl: Any, rng: Rng) -> Arrays:
        return run(impl, rng, 6, 2)


_elementwise("Relu")
_elementwise("Sigmoid")


@probe(
    "scratch.Relu",
    "inputs of exactly 0",
    asks="Where the input was exactly 0 the derivative counts as 0",
    limits=FLOAT64,
)
def relu_zeros(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Relu()
    out = layer.forward(np.array([[0.0, 1.5, -2.0], [3.0, -0.0, 0.0]]))
    return {"out": out, "dx": layer.backward(floats(rng, 2, 3))}


@probe("scratch.Relu", "arrays of their own", asks="An array of its own", limits=SAME)
def relu_own(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Relu()
    # Positive numbers only: even where nothing has to change, the argument is not handed back.
    x, dout = rng.uniform(1, 2, size=(2, 3)), floats(rng, 2, 3)
    out = layer.forward(x)
    return {"out_is_x": _shared(out, x), "dx_is_dout": _shared(layer.backward(dout), dout)}


@probe(
    "scratch.Sigmoid",
    "numbers far out",
    asks="Values as far out as -1e4 and 1e4 are allowed",
    limits=FLOAT64,
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


@probe("scratch.Affine", "forward", asks="ndarray, shape (N, M), dtype of `x`", limits=FLOAT64)
def affine_forward(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Affine(floats(rng, 6, 4), floats(rng, 4))
    return {"out": layer.forward(floats(rng, 3, 6)), "images": layer.forward(floats(rng, 2, 3, 2))}


@probe(
    "scratch.Affine",
    "rows of numbers",
    asks="Gradients of the loss with respect to `W` and `b`, after each `backward`",
    limits=FLOAT64,
)
def affine_rows(impl: Any, rng: Rng) -> Arrays:
    return _affine(impl, rng, 3, 4, M=2)


@probe("scratch.Affine", "images", asks="ndarray, shape and dtype of the last `x`", limits=FLOAT64)
def affine_images(impl: Any, rng: Rng) -> Arrays:
    return _affine(impl, rng, 2, 3, 2, 4, M=5)


@probe("scratch.Affine", "a batch of one", asks="shape (M,) and not (1, M)", limits=FLOAT64)
def affine_one(impl: Any, rng: Rng) -> Arrays:
    return _affine(impl, rng, 1, 2, 3, M=4)


@probe(
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


@probe(
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


@probe("scratch.Affine", "float32", asks=_KEEPS_DTYPE, limits=FLOAT32)
def affine_single(impl: Any, rng: Rng) -> Arrays:
    return _affine(impl, rng, 4, 3, 2, M=5, dtype=np.float32)


@probe(
    "scratch.Affine",
    "arguments left alone",
    asks="No argument is changed",
    limits=FLOAT64,
    keeps=("W", "b", "x", "dout"),
)
def affine_keeps(impl: Any, rng: Rng) -> Arrays:
    return _affine(impl, rng, 5, 2, 2, M=3)
