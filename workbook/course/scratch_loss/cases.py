"""Test cases of softmax and cross-entropy error as one layer object."""

from typing import Any

import numpy as np

from workbook.cases import CaseList, Limit, Shared
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    SAME,
    SHAPE,
    SHIFTED_LOSS,
    Array,
    Arrays,
    Dtype,
    Raw,
    Rng,
    floats,
    forward_twice,
)

cases = CaseList()

_LOSS: dict[str, Limit] = {"loss": SHIFTED_LOSS, "stored_loss": SHIFTED_LOSS, "*": FLOAT64}
_BOTH = "Right for class indices and for one-hot rows"


def _scores(rng: Rng, N: int, C: int, dtype: Dtype = np.float64) -> Array:
    """Scores so small that no class is all but impossible."""
    return (0.5 * floats(rng, N, C)).astype(dtype)


def _with_loss(impl: Any, x: Array, t: Array, **dout: float) -> Arrays:
    layer = impl.scratch.SoftmaxWithLoss()
    return {"loss": layer.forward(x, t), "dx": layer.backward(**dout)}


def _one_hot(labels: list[int], C: int) -> Array:
    rows: Array = np.eye(C, dtype=int)[np.array(labels)]
    return rows


@cases.add(
    "scratch.SoftmaxWithLoss",
    "loss",
    asks="The cross-entropy error, averaged over the N samples",
    limits=SHIFTED_LOSS,
)
def loss_alone(impl: Any, rng: Rng) -> Arrays:
    x, labels = _scores(rng, 5, 3), [2, 0, 1, 1, 2]
    loss = impl.scratch.SoftmaxWithLoss().forward(x, np.array(labels))
    one_hot = impl.scratch.SoftmaxWithLoss().forward(x, _one_hot(labels, 3))
    return {"loss": loss, "loss_one_hot": one_hot}


@cases.add("scratch.SoftmaxWithLoss", "class indices", asks=_BOTH, limits=_LOSS)
def loss_indices(impl: Any, rng: Rng) -> Arrays:
    return _with_loss(impl, _scores(rng, 4, 3), np.array([2, 0, 1, 1]))


@cases.add("scratch.SoftmaxWithLoss", "one-hot rows", asks=_BOTH, limits=_LOSS)
def loss_one_hot(impl: Any, rng: Rng) -> Arrays:
    return _with_loss(impl, _scores(rng, 3, 5), _one_hot([4, 0, 2], 5))


@cases.add(
    "scratch.SoftmaxWithLoss", "as many samples as classes", asks="N may equal C", limits=_LOSS
)
def loss_square(impl: Any, rng: Rng) -> Arrays:
    x = _scores(rng, 3, 3)
    one_hot = _with_loss(impl, x, _one_hot([1, 1, 0], 3))
    indices = _with_loss(impl, x, np.array([2, 0, 2]))
    return {**indices, "dx_one_hot": one_hot["dx"]}


@cases.add(
    "scratch.SoftmaxWithLoss",
    "a batch of one",
    asks="x : ndarray of floats, shape (N, C)",
    limits=_LOSS,
)
def loss_one(impl: Any, rng: Rng) -> Arrays:
    return _with_loss(impl, _scores(rng, 1, 4), np.array([3]))


@cases.add(
    "scratch.SoftmaxWithLoss",
    "dout of 2.5",
    asks="Gradient with respect to the loss; the result is proportional to it",
    limits=_LOSS,
)
def loss_dout(impl: Any, rng: Rng) -> Arrays:
    return _with_loss(impl, _scores(rng, 2, 3), np.array([1, 2]), dout=2.5)


def _finite(raw: Raw, rng: Rng) -> Arrays:
    loss = raw["loss"]
    return {"finite": isinstance(loss, np.generic) and bool(np.isfinite(loss)), "dx": raw["dx"]}


@cases.add(
    "scratch.SoftmaxWithLoss",
    "scores of 10,000",
    asks="Scores of 1e4 are allowed: the loss stays finite",
    limits={"finite": SAME, "dx": FLOAT64},
    reduce=_finite,
    rule="overflow",
)
def loss_large(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.SoftmaxWithLoss()
    x = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4 + 1, -1e4]])
    return {"loss": layer.forward(x, np.array([1, 1])), "dx": layer.backward()}


@cases.add(
    "scratch.SoftmaxWithLoss",
    "what it keeps, and backward twice",
    asks="Probabilities, as softmax gave them; `backward` leaves them as they are",
    limits={**_LOSS, "t": SHAPE},
)
def loss_attributes(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.SoftmaxWithLoss()
    layer.forward(_scores(rng, 3, 4), np.array([3, 0, 1]))
    layer.backward()
    again = layer.backward()
    return {"stored_loss": layer.loss, "y": layer.y, "t": layer.t, "dx": again}


@cases.add(
    "scratch.SoftmaxWithLoss",
    "float32",
    asks="ndarray, shape (N, C), dtype of the scores",
    limits={"loss": SHIFTED_LOSS, "*": FLOAT32},
)
def loss_single(impl: Any, rng: Rng) -> Arrays:
    x = _scores(rng, 4, 3, dtype=np.float32)
    one_hot = _with_loss(impl, x, _one_hot([1, 2, 0, 0], 3))
    return {**_with_loss(impl, x, np.array([1, 2, 0, 0])), "dx_one_hot": one_hot["dx"]}


@cases.add(
    "scratch.SoftmaxWithLoss",
    "arguments left alone",
    asks="No argument is changed",
    limits=_LOSS,
    keeps=("x", "t"),
)
def loss_keeps(impl: Any, rng: Rng) -> Arrays:
    return _with_loss(impl, _scores(rng, 2, 3), _one_hot([0, 2], 3))


@cases.add(
    "scratch.SoftmaxWithLoss",
    "a gradient in an array of its own",
    asks="Right for class indices and for one-hot rows; an array of its own",
    limits=SAME,
)
def loss_own(impl: Any, rng: Rng) -> Arrays:
    layer = impl.scratch.SoftmaxWithLoss()
    layer.forward(_scores(rng, 3, 4), np.array([3, 0, 1]))
    first = layer.backward()
    return {"dx_is_y": Shared(first, layer.y), "dx_is_the_last": Shared(layer.backward(), first)}


@cases.add(
    "scratch.SoftmaxWithLoss",
    "two layers, forward before backward",
    asks="Gradient with respect to the scores of the last `forward`",
    limits=FLOAT64,
)
def loss_two_layers(impl: Any, rng: Rng) -> Arrays:
    def forward() -> Any:
        layer = impl.scratch.SoftmaxWithLoss()
        layer.forward(_scores(rng, 3, 4), rng.integers(4, size=3))
        return layer

    return forward_twice(forward, lambda layer: {"dx": layer.backward()})
