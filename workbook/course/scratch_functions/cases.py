"""Test cases of the functions between scores and loss."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from workbook.cases import CaseList
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    SAME,
    SHIFTED_LOSS,
    Array,
    Arrays,
    Raw,
    Rng,
    floats,
)

cases = CaseList()


@contextmanager
def _overflows() -> Iterator[list[str]]:
    """What NumPy would warn of as an overflow."""
    seen: list[str] = []
    with np.errstate(over="call", call=lambda kind, flag: seen.append(kind)):
        yield seen


@cases.add("scratch.sigmoid", "a matrix", asks="Sigmoid of every entry", limits=FLOAT64)
def sigmoid_matrix(impl: Any, rng: Rng) -> Arrays:
    return {"out": impl.scratch.sigmoid(2 * floats(rng, 4, 5))}


@cases.add("scratch.sigmoid", "one number", asks="any shape, or a number", limits=FLOAT64)
def sigmoid_number(impl: Any, rng: Rng) -> Arrays:
    left, right = -rng.uniform(0.5, 2.5), rng.uniform(0.3, 1.5)
    return {"left": impl.scratch.sigmoid(left), "right": impl.scratch.sigmoid(right)}


@cases.add("scratch.sigmoid", "exactly 0", asks="1 / (1 + exp(-x))", limits=FLOAT64)
def sigmoid_zero(impl: Any, rng: Rng) -> Arrays:
    return {"out": impl.scratch.sigmoid(np.array([0.0, -0.0, rng.uniform(0.5, 2.0)]))}


@cases.add(
    "scratch.sigmoid",
    "numbers far out",
    asks="never NaN, and without an overflow warning",
    limits={"out": FLOAT64, "overflows": SAME},
    rule="overflow",
)
def sigmoid_far(impl: Any, rng: Rng) -> Arrays:
    x = np.array([[-1e4, -800.0, -30.0, 0.5], [1e4, 800.0, 30.0, -0.5]])
    with _overflows() as seen:
        out = impl.scratch.sigmoid(x)
    return {"out": out, "overflows": len(seen)}


@cases.add("scratch.sigmoid", "float32", asks="ndarray, shape and dtype of `x`", limits=FLOAT32)
def sigmoid_single(impl: Any, rng: Rng) -> Arrays:
    return {"out": impl.scratch.sigmoid(floats(rng, 3, 4, dtype=np.float32))}


@cases.add(
    "scratch.sigmoid",
    "float32, numbers far out",
    asks="never NaN, and without an overflow warning",
    limits={"out": FLOAT32, "overflows": SAME},
    rule="overflow",
)
def sigmoid_far_single(impl: Any, rng: Rng) -> Arrays:
    x = np.array([[-200.0, -3.0, 0.2], [1.0, 90.0, 200.0]], dtype=np.float32)
    with _overflows() as seen:
        out = impl.scratch.sigmoid(x)
    return {"out": out, "overflows": len(seen)}


@cases.add(
    "scratch.sigmoid",
    "argument left alone",
    asks="or a number Not changed",
    limits=FLOAT64,
    keeps=("x",),
)
def sigmoid_keeps(impl: Any, rng: Rng) -> Arrays:
    return {"out": impl.scratch.sigmoid(floats(rng, 3, 2))}


def _softmax(impl: Any, x: Array) -> Arrays:
    return {"out": impl.scratch.softmax(x)}


@cases.add("scratch.softmax", "one row", asks="shape (C,) or (N, C)", limits=FLOAT64)
def softmax_row(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, floats(rng, 4))


@cases.add("scratch.softmax", "a matrix", asks="each row sums to 1", limits=FLOAT64)
def softmax_matrix(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, floats(rng, 3, 5))


@cases.add(
    "scratch.softmax",
    "as many rows as classes",
    asks="exp(x) divided by its sum, row by row",
    limits=FLOAT64,
)
def softmax_square(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, floats(rng, 3, 3))


@cases.add(
    "scratch.softmax", "a batch of one", asks="one row for each of N samples", limits=FLOAT64
)
def softmax_one(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, floats(rng, 1, 4))


@cases.add(
    "scratch.softmax",
    "scores of 10,000",
    asks="Scores of 1e4 are allowed",
    limits=FLOAT64,
    rule="overflow",
)
def softmax_large(impl: Any, rng: Rng) -> Arrays:
    x = np.array([1e4, 1e4 - 1.0, -1e4, 9990.0])
    return {**_softmax(impl, x), "negative": impl.scratch.softmax(-x)}


@cases.add(
    "scratch.softmax",
    "rows far apart",
    asks="rows may lie far apart (one near 1e4, another near -1e4)",
    limits=FLOAT64,
    rule="overflow",
)
def softmax_apart(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, floats(rng, 3, 4) + np.array([[1e4], [-1e4], [0.0]]))


@cases.add("scratch.softmax", "float32", asks="ndarray, shape and dtype of `x`", limits=FLOAT32)
def softmax_single(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, floats(rng, 3, 4, dtype=np.float32))


@cases.add(
    "scratch.softmax",
    "float32, scores of 200",
    asks="Scores of 1e4 are allowed",
    limits=FLOAT32,
    rule="overflow",
)
def softmax_large_single(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, (200 * rng.uniform(-1, 1, size=(3, 4))).astype(np.float32))


@cases.add(
    "scratch.softmax",
    "argument left alone",
    asks="one row for each of N samples. Not changed",
    limits=FLOAT64,
    keeps=("x",),
)
def softmax_keeps(impl: Any, rng: Rng) -> Arrays:
    return {**_softmax(impl, floats(rng, 2, 3)), "row": impl.scratch.softmax(floats(rng, 3))}


def _probabilities(rng: Rng, *shape: int) -> Array:
    """Rows that sum to 1, every number at least 0.02."""
    y = rng.uniform(0.1, 1.0, size=shape)
    y /= y.sum(axis=-1, keepdims=True)
    return y


def _one_hot(labels: Any, C: int) -> Array:
    rows: Array = np.eye(C)[np.array(labels)]
    return rows


def _error(impl: Any, y: Array, t: Any) -> Arrays:
    return {"loss": impl.scratch.cross_entropy_error(y, t)}


_MEAN = "The loss, averaged over the N samples"


@cases.add("scratch.cross_entropy_error", "class indices", asks=_MEAN, limits=SHIFTED_LOSS)
def error_indices(impl: Any, rng: Rng) -> Arrays:
    return _error(impl, _probabilities(rng, 5, 3), np.array([2, 0, 1, 1, 2]))


@cases.add(
    "scratch.cross_entropy_error",
    "one-hot rows",
    asks="either one-hot, of the shape of `y`, or class indices",
    limits=SHIFTED_LOSS,
)
def error_one_hot(impl: Any, rng: Rng) -> Arrays:
    y = _probabilities(rng, 4, 3)
    whole = _error(impl, y, _one_hot([1, 0, 2, 2], 3).astype(int))
    return {**whole, "loss_of_floats": impl.scratch.cross_entropy_error(y, _one_hot([2] * 4, 3))}


@cases.add(
    "scratch.cross_entropy_error",
    "as many samples as classes",
    asks="N may equal C, so the length of `t` cannot tell the two apart",
    limits=SHIFTED_LOSS,
)
def error_square(impl: Any, rng: Rng) -> Arrays:
    y = _probabilities(rng, 3, 3)
    one_hot = impl.scratch.cross_entropy_error(y, _one_hot([2, 0, 0], 3))
    return {**_error(impl, y, np.array([2, 0, 1])), "loss_one_hot": one_hot}


@cases.add(
    "scratch.cross_entropy_error",
    "one sample",
    asks="Probabilities of one sample, or one row for each of N samples",
    limits=SHIFTED_LOSS,
)
def error_one(impl: Any, rng: Rng) -> Arrays:
    y = _probabilities(rng, 4)
    row = impl.scratch.cross_entropy_error(y[np.newaxis], np.array([3]))
    one_hot = impl.scratch.cross_entropy_error(y, _one_hot(1, 4))
    return {**_error(impl, y, 2), "loss_of_a_row": row, "loss_one_hot": one_hot}


def _finite_and_large(raw: Raw, rng: Rng) -> Arrays:
    found: Arrays = {}
    for name, loss in raw.items():
        number = isinstance(loss, np.generic)
        found[f"finite_in_{name}"] = bool(number and np.isfinite(loss))
        # How large is free: -log(1e-7) is 16, -log of the smallest number 708.
        found[f"large_in_{name}"] = bool(number and loss > 10)
    return found


@cases.add(
    "scratch.cross_entropy_error",
    "a right class of probability 0",
    asks="Where the right class has probability 0 the loss is large, but finite and not NaN",
    limits=SAME,
    reduce=_finite_and_large,
    rule="overflow",
)
def error_zero(impl: Any, rng: Rng) -> Arrays:
    found: Arrays = {}
    for name, dtype in (("float64", np.float64), ("float32", np.float32)):
        y = np.array([0.0, 1.0], dtype=dtype)
        found[name] = impl.scratch.cross_entropy_error(y, np.array(0))
    return found


@cases.add(
    "scratch.cross_entropy_error",
    "arguments left alone",
    asks="cannot tell the two apart. Not changed",
    limits=SHIFTED_LOSS,
    keeps=("y", "t"),
)
def error_keeps(impl: Any, rng: Rng) -> Arrays:
    y = _probabilities(rng, 2, 3)
    one_hot = impl.scratch.cross_entropy_error(y, _one_hot([1, 2], 3))
    return {**_error(impl, y, np.array([0, 2])), "loss_one_hot": one_hot}
