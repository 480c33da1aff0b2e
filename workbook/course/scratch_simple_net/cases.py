"""Test cases of one layer of weights."""

from typing import Any

import numpy as np

from workbook.cases import CaseList, Limit
from workbook.course.case_tools import FLOAT64, SAME, SHIFTED_LOSS, Array, Arrays, Rng, floats

cases = CaseList()

_LOSS: dict[str, Limit] = {"loss": SHIFTED_LOSS, "loss_one_hot": SHIFTED_LOSS, "*": FLOAT64}


def _one_hot(labels: Any, C: int) -> Array:
    rows: Array = np.eye(C, dtype=int)[np.array(labels)]
    return rows


@cases.add(
    "scratch.SimpleNet",
    "scores",
    asks="Weighted sums of the inputs; no bias, no softmax",
    limits=FLOAT64,
)
def simple_scores(impl: Any, rng: Rng) -> Arrays:
    net = impl.scratch.SimpleNet(floats(rng, 2, 3))
    return {"one": net.predict(floats(rng, 2)), "several": net.predict(floats(rng, 4, 2))}


@cases.add(
    "scratch.SimpleNet",
    "loss of several samples",
    asks="Cross-entropy error of the softmax of the scores",
    limits=_LOSS,
)
def simple_loss(impl: Any, rng: Rng) -> Arrays:
    net, x = impl.scratch.SimpleNet(0.5 * floats(rng, 2, 3)), floats(rng, 3, 2)
    loss = net.loss(x, np.array([2, 0, 0]))
    return {"loss": loss, "loss_one_hot": net.loss(x, _one_hot([1, 2, 2], 3))}


@cases.add(
    "scratch.SimpleNet",
    "loss of one sample",
    asks="x : ndarray of floats, shape (2,) or (N, 2)",
    limits=_LOSS,
)
def simple_one(impl: Any, rng: Rng) -> Arrays:
    net, x = impl.scratch.SimpleNet(0.25 * floats(rng, 2, 3)), floats(rng, 2)
    loss = net.loss(x, np.array(1))
    return {"loss": loss, "loss_one_hot": net.loss(x, _one_hot(2, 3))}


@cases.add(
    "scratch.SimpleNet",
    "weights that were changed from outside",
    asks="`loss` reads the weights that `net.W` holds at that moment",
    limits=_LOSS,
)
def simple_held(impl: Any, rng: Rng) -> Arrays:
    net, x = impl.scratch.SimpleNet(0.3 * floats(rng, 2, 3)), floats(rng, 2, 2)
    net.predict(x)
    net.W[0] += 0.7
    return {"loss": net.loss(x, np.array([2, 1])), "scores": net.predict(x)}


@cases.add(
    "scratch.SimpleNet",
    "argument and weights left alone",
    asks="shape (2,) or (N, 2) Not changed",
    limits={**_LOSS, "W": SAME},
    keeps=("x", "W"),
)
def simple_keeps(impl: Any, rng: Rng) -> Arrays:
    net, x = impl.scratch.SimpleNet(0.5 * floats(rng, 2, 3)), floats(rng, 2, 2)
    return {"loss": net.loss(x, np.array([0, 1])), "W": net.W}
