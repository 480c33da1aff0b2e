"""Test cases of the affine layer."""

from typing import Any

import numpy as np

from workbook.cases import CaseList
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    SAME,
    Arrays,
    Rng,
    floats,
    forward_twice,
    refusals,
    refused,
)

cases = CaseList()

_UNCHANGED = "no argument is changed"


def _forward(impl: Any, rng: Rng, *shape: int, M: int, **kind: Any) -> Any:
    size = int(np.prod(shape[1:]))
    x, w, b = floats(rng, *shape, **kind), floats(rng, size, M, **kind), floats(rng, M, **kind)
    return impl.affine_forward(x, w, b)


def _backward(impl: Any, rng: Rng, *shape: int, M: int, **kind: Any) -> Arrays:
    _, cache = _forward(impl, rng, *shape, M=M, **kind)
    return _gradients(impl, rng, cache, shape[0], M, **kind)


def _gradients(impl: Any, rng: Rng, cache: Any, N: int, M: int, **kind: Any) -> Arrays:
    dx, dw, db = impl.affine_backward(floats(rng, N, M, **kind), cache)
    return {"dx": dx, "dw": dw, "db": db}


@cases.add("affine_forward", "rows of numbers", asks="out : ndarray, shape (N, M)", limits=FLOAT64)
def rows(impl: Any, rng: Rng) -> Arrays:
    out, _ = _forward(impl, rng, 3, 4, M=2)
    return {"out": out}


@cases.add("affine_forward", "images", asks="N samples of any number of axes", limits=FLOAT64)
def images(impl: Any, rng: Rng) -> Arrays:
    out, _ = _forward(impl, rng, 2, 3, 5, 4, M=6)
    return {"out": out}


@cases.add("affine_forward", "a batch of one", asks="out : ndarray, shape (N, M)", limits=FLOAT64)
def one_sample(impl: Any, rng: Rng) -> Arrays:
    out, _ = _forward(impl, rng, 1, 2, 3, M=4)
    return {"out": out}


@cases.add("affine_forward", "float32", asks="With the dtype of the inputs", limits=FLOAT32)
def single(impl: Any, rng: Rng) -> Arrays:
    out, _ = _forward(impl, rng, 4, 3, 2, M=5, dtype=np.float32)
    return {"out": out}


@cases.add(
    "affine_forward",
    "arguments left alone",
    asks=_UNCHANGED,
    limits=FLOAT64,
    keeps=("x", "w", "b"),
)
def forward_keeps(impl: Any, rng: Rng) -> Arrays:
    out, _ = _forward(impl, rng, 5, 2, 2, M=3)
    return {"out": out}


@cases.add("affine_backward", "rows of numbers", asks="dw : ndarray, shape (D, M)", limits=FLOAT64)
def rows_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 3, 4, M=2)


@cases.add("affine_backward", "images", asks="As the input had it", limits=FLOAT64)
def images_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 2, 3, 5, 4, M=6)


@cases.add("affine_backward", "a batch of one", asks="One axis, as `b` has it", limits=FLOAT64)
def one_sample_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 1, 2, 3, M=4)


@cases.add(
    "affine_backward", "float32", asks="All three keep the dtype of the inputs", limits=FLOAT32
)
def single_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 4, 3, 2, M=5, dtype=np.float32)


@cases.add(
    "affine_backward",
    "arguments left alone",
    asks=_UNCHANGED,
    limits=FLOAT64,
    keeps=("dout", "x", "w", "b"),
)
def backward_keeps(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 5, 2, 2, M=3)


@cases.add(
    "affine_backward",
    "two forward passes before the first backward",
    asks="What `affine_forward` returned; its contents are private to the pair",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    return forward_twice(
        lambda: _forward(impl, rng, 3, 2, 2, M=5)[1],
        lambda cache: _gradients(impl, rng, cache, 3, 5),
    )


@cases.add(
    "affine_backward",
    "a dout that does not fit",
    asks="If `dout` does not have the output's shape",
    limits={"refused": SAME, "*": FLOAT64},
    reduce=refused,
)
def unfit(impl: Any, rng: Rng) -> Arrays:
    _, cache = _forward(impl, rng, 4, 3, M=2)
    found = _gradients(impl, rng, cache, 4, 2)
    return found | refusals(lambda dout: impl.affine_backward(dout, cache), rng, 4, 2)
