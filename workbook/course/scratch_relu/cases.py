"""Test cases of the ReLU layer object, and those that it shares with `Sigmoid`."""

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
)

cases = CaseList()

_KEEPS_DTYPE = "what comes out of a layer has the dtype that went in"


def elementwise_cases(cases: CaseList, name: str) -> None:
    """Add the cases that hold for every elementwise layer object, such as `Relu`."""
    exercise = f"scratch.{name}"
    gradient = "Gradient with respect to the input of the last `forward`"

    def layer(impl: Any) -> Any:
        return getattr(impl.scratch, name)()

    def run(impl: Any, rng: Rng, *shape: int, dtype: Dtype = np.float64) -> Arrays:
        made = layer(impl)
        out = made.forward(floats(rng, *shape, dtype=dtype))
        return {"out": out, "dx": made.backward(floats(rng, *shape, dtype=dtype))}

    @cases.add(exercise, "forward", asks="ndarray, shape and dtype of `x`", limits=FLOAT64)
    def forward(impl: Any, rng: Rng) -> Arrays:
        return {"out": layer(impl).forward(floats(rng, 3, 4))}

    @cases.add(exercise, "a matrix", asks=gradient, limits=FLOAT64)
    def matrix(impl: Any, rng: Rng) -> Arrays:
        return run(impl, rng, 4, 5)

    @cases.add(exercise, "images", asks="x : ndarray of floats, any shape", limits=FLOAT64)
    def images(impl: Any, rng: Rng) -> Arrays:
        return run(impl, rng, 2, 3, 4, 2)

    @cases.add(exercise, "two forward passes, then backward twice", asks=gradient, limits=FLOAT64)
    def twice(impl: Any, rng: Rng) -> Arrays:
        made = layer(impl)
        made.forward(floats(rng, 2, 5))
        made.forward(floats(rng, 3, 4))
        first = made.backward(floats(rng, 3, 4))
        return {"dx": first, "dx_again": made.backward(floats(rng, 3, 4))}

    @cases.add(exercise, "two layers, forward before backward", asks=gradient, limits=FLOAT64)
    def two_layers(impl: Any, rng: Rng) -> Arrays:
        def forward() -> Any:
            made = layer(impl)
            made.forward(floats(rng, 3, 4))
            return made

        return forward_twice(forward, lambda made: {"dx": made.backward(floats(rng, 3, 4))})

    @cases.add(exercise, "float32", asks=_KEEPS_DTYPE, limits=FLOAT32)
    def single(impl: Any, rng: Rng) -> Arrays:
        return run(impl, rng, 3, 5, dtype=np.float32)

    @cases.add(
        exercise,
        "arguments left alone",
        asks="No argument is changed",
        limits=FLOAT64,
        keeps=("x", "dout"),
    )
    def keeps(impl: Any, rng: Rng) -> Arrays:
        return run(impl, rng, 6, 2)


elementwise_cases(cases, "Relu")


@cases.add(
    "scratch.Relu",
    "inputs of exactly 0",
    asks="Where the input was exactly 0 the derivative counts as 0",
    limits=FLOAT64,
    rule="tie",
)
def relu_zeros(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Relu()
    out = layer.forward(np.array([[0.0, 1.5, -2.0], [3.0, -0.0, 0.0]]))
    return {"out": out, "dx": layer.backward(floats(rng, 2, 3))}


@cases.add("scratch.Relu", "arrays of their own", asks="An array of its own", limits=SAME)
def relu_own(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.Relu()
    # Positive numbers only: even where nothing has to change, the argument is not handed back.
    x, dout = rng.uniform(1, 2, size=(2, 3)), floats(rng, 2, 3)
    out = layer.forward(x)
    return {"out_is_x": Shared(out, x), "dx_is_dout": Shared(layer.backward(dout), dout)}
