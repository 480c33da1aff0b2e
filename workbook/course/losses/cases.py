"""Test cases of the losses."""

from typing import Any

import numpy as np

from workbook.cases import CaseList
from workbook.course.case_tools import FLOAT32, FLOAT64, Array, Arrays, Rng, floats

cases = CaseList()

_MEAN = "Mean over the samples"


def _softmax(impl: Any, x: Array, y: Any) -> Arrays:
    loss, dx = impl.softmax_loss(x, np.array(y))
    return {"loss": loss, "dx": dx}


@cases.add("softmax_loss", "small scores", asks=_MEAN, limits=FLOAT64)
def small(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, floats(rng, 4, 5), rng.integers(5, size=4))


@cases.add("softmax_loss", "a batch of one", asks="Scores: one row a sample", limits=FLOAT64)
def one(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, floats(rng, 1, 3), [2])


@cases.add("softmax_loss", "all scores equal", asks="one column a class", limits=FLOAT64)
def equal(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, np.full((3, 4), 0.7), [0, 3, 1])


@cases.add(
    "softmax_loss",
    "scores of 10,000",
    asks="Must stay finite and exact for scores as large as 1e4, of either sign",
    limits=FLOAT64,
    rule="overflow",
)
def large(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, 1e4 * rng.uniform(-1, 1, size=(4, 3)), [0, 1, 2, 0])


@cases.add(
    "softmax_loss",
    "rows far apart",
    asks="also where different rows lie far apart",
    limits=FLOAT64,
    rule="overflow",
)
def apart(impl: Any, rng: Rng) -> Arrays:
    shifts = np.array([[0.0], [-3000.0], [5000.0], [-9000.0]])
    return _softmax(impl, floats(rng, 4, 5) + shifts, rng.integers(5, size=4))


@cases.add(
    "softmax_loss",
    "a class that is all but impossible",
    asks="Nothing is added inside the logarithm",
    limits=FLOAT64,
)
def unlikely(impl: Any, rng: Rng) -> Arrays:
    x = floats(rng, 3, 4)
    x[np.arange(3), [1, 2, 0]] -= np.array([18.0, 25.0, 40.0])
    return _softmax(impl, x, [1, 2, 0])


@cases.add("softmax_loss", "float32", asks="with the dtype of `x`", limits=FLOAT32)
def single(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, floats(rng, 6, 4, dtype=np.float32), rng.integers(4, size=6))


@cases.add(
    "softmax_loss",
    "float32, scores of 200",
    asks="Must stay finite and exact for scores as large as 1e4, of either sign",
    limits=FLOAT32,
    rule="overflow",
)
def large_single(impl: Any, rng: Rng) -> Arrays:
    x = (200 * rng.uniform(-1, 1, size=(4, 3))).astype(np.float32)
    return _softmax(impl, x, [0, 1, 2, 0])


@cases.add(
    "softmax_loss",
    "arguments left alone",
    asks="one column a class. Not changed",
    limits=FLOAT64,
    keeps=("x", "y"),
)
def softmax_keeps(impl: Any, rng: Rng) -> Arrays:
    return _softmax(impl, floats(rng, 5, 3), rng.integers(3, size=5))


def _svm(impl: Any, x: Array, y: Any) -> Arrays:
    loss, dx = impl.svm_loss(x, np.array(y))
    return {"loss": loss, "dx": dx}


@cases.add(
    "svm_loss", "small scores", asks="Sum over the classes, mean over the samples", limits=FLOAT64
)
def svm_small(impl: Any, rng: Rng) -> Arrays:
    return _svm(impl, floats(rng, 4, 5), rng.integers(5, size=4))


@cases.add("svm_loss", "a batch of one", asks="Scores: one row a sample", limits=FLOAT64)
def svm_one(impl: Any, rng: Rng) -> Arrays:
    return _svm(impl, floats(rng, 1, 3), [2])


@cases.add("svm_loss", "large scores", asks="nothing if it does not", limits=FLOAT64)
def svm_large(impl: Any, rng: Rng) -> Arrays:
    # Some samples cost nothing at all, others a lot.
    x = 20 * floats(rng, 5, 4)
    y = x.argmax(axis=1)
    y[3:] = x[3:].argmin(axis=1)
    return _svm(impl, x, y)


@cases.add("svm_loss", "all scores equal", asks="less a margin of 1", limits=FLOAT64)
def svm_equal(impl: Any, rng: Rng) -> Arrays:
    return _svm(impl, np.full((2, 6), -0.3), [5, 0])


@cases.add(
    "svm_loss",
    "exactly at the margin",
    asks="exactly at the margin counts as one that costs nothing",
    limits=FLOAT64,
    rule="tie",
)
def svm_margin(impl: Any, rng: Rng) -> Arrays:
    x = np.array([[2.0, 1.0, 3.0, 0.0], [0.0, 4.0, 4.5, 5.0], [1.0, 0.0, -1.0, 0.0]])
    return _svm(impl, x, [0, 3, 0])


@cases.add("svm_loss", "float32", asks="with the dtype of `x`", limits=FLOAT32)
def svm_single(impl: Any, rng: Rng) -> Arrays:
    return _svm(impl, floats(rng, 6, 4, dtype=np.float32), rng.integers(4, size=6))


@cases.add(
    "svm_loss",
    "arguments left alone",
    asks="one column a class. Not changed",
    limits=FLOAT64,
    keeps=("x", "y"),
)
def svm_keeps(impl: Any, rng: Rng) -> Arrays:
    return _svm(impl, floats(rng, 5, 3), rng.integers(3, size=5))
