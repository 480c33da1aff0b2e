"""Test cases of the two-layer net."""

from typing import Any

import numpy as np

from workbook.cases import CaseList
from workbook.course.case_tools import (
    FLOAT64,
    NORMAL,
    SAME,
    SHAPE,
    Array,
    Arrays,
    Rng,
    floats,
    normality,
    outlines,
    take,
)

cases = CaseList()

_LOSS = "half of `reg` times the sum of all squared *weights*, those of both layers"
_GRADS = "exactly the keys of `params`"


@cases.add(
    "TwoLayerNet.init",
    "names and shapes",
    asks="W1, shape (D, H), and W2, shape (H, C)",
    limits={"params[W1]": SHAPE, "params[W2]": SHAPE, "*": SAME},
    # The weights are random: only their shapes are judged here.
    reduce=outlines("params[W1]", "params[W2]"),
)
def shapes(impl: Any, rng: Rng) -> Arrays:
    D, H = (int(n) for n in rng.integers(4, 9, size=2))
    net = impl.TwoLayerNet(input_dim=D, hidden_dim=H, num_classes=3)
    return take(net.params, name="params")


@cases.add(
    "TwoLayerNet.init",
    "how the weights are distributed",
    asks="drawn from a normal distribution with mean 0 and standard deviation `weight_scale`",
    limits=NORMAL,
    reduce=normality(0.02),
)
def distribution(impl: Any, rng: Rng) -> Arrays:
    net = impl.TwoLayerNet(input_dim=100, hidden_dim=100, num_classes=100, weight_scale=0.02)
    return take(net.params, "W1", "W2")


def _net(impl: Any, rng: Rng, reg: float = 0.0, D: int = 6) -> Any:
    """A net with parameters of ours: how they are made is another exercise."""
    net = impl.TwoLayerNet(input_dim=D, hidden_dim=5, num_classes=3, reg=reg)
    net.params = {
        "W1": 0.5 * floats(rng, D, 5),
        "b1": floats(rng, 5),
        "W2": 0.5 * floats(rng, 5, 3),
        "b2": floats(rng, 3),
    }
    return net


def _step(net: Any, X: Array, y: Any) -> Arrays:
    loss, grads = net.loss(X, np.array(y))
    return {"loss": loss, **take(grads, name="grads")}


@cases.add("TwoLayerNet.loss", "scores", asks="scores : ndarray, shape (N, C)", limits=FLOAT64)
def scores(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, rng)
    # Some scores are negative, whatever the numbers are.
    net.params["b2"][0] -= 20.0
    return {"scores": net.loss(floats(rng, 4, 6))}


@cases.add("TwoLayerNet.loss", "no regularisation", asks=_GRADS, limits=FLOAT64)
def plain(impl: Any, rng: Rng) -> Arrays:
    return _step(_net(impl, rng), floats(rng, 4, 6), [2, 0, 1, 1])


@cases.add("TwoLayerNet.loss", "regularisation", asks=_LOSS, limits=FLOAT64)
def regularised(impl: Any, rng: Rng) -> Arrays:
    return _step(_net(impl, rng, reg=0.7), floats(rng, 3, 6), [1, 2, 0])


@cases.add("TwoLayerNet.loss", "a batch of one, class 0", asks="If `y` is given", limits=FLOAT64)
def one(impl: Any, rng: Rng) -> Arrays:
    return _step(_net(impl, rng, reg=0.1), floats(rng, 1, 6), [0])


@cases.add(
    "TwoLayerNet.loss", "images", asks="X : ndarray, shape (N, d_1, ..., d_k)", limits=FLOAT64
)
def images(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, rng, D=12)
    X = floats(rng, 2, 3, 2, 2)
    return {"scores": net.loss(X), **_step(net, X, [2, 1])}


@cases.add(
    "TwoLayerNet.loss",
    "arguments and parameters left alone",
    asks="The parameters themselves are not changed",
    limits={"loss": FLOAT64, "*": SAME},
    keeps=("X", "y"),
)
def keeps(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, rng, reg=0.4)
    loss, _ = net.loss(floats(rng, 2, 6), np.array([1, 2]))
    return {"loss": loss, **take(net.params, name="params")}
