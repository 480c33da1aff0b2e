"""Test cases of the plain deep net: its parameters, its loss and gradients."""

from itertools import pairwise
from typing import Any

import numpy as np

from workbook.cases import CaseList
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    NORMAL,
    SAME,
    Array,
    Arrays,
    Dtype,
    Rng,
    floats,
    normality,
    outlines,
    take,
)

cases = CaseList()

_LOSS = "those of every layer, the last included"


# The weights are random: only their shapes and dtypes are judged here.
_outlines = outlines("params[W")


def _params(impl: Any, hidden_dims: list[int], dtype: Dtype) -> Arrays:
    net = impl.FullyConnectedNet(hidden_dims, input_dim=5, num_classes=2, dtype=dtype)
    return take(net.params, name="params")


@cases.add(
    "FullyConnectedNet.init",
    "three hidden layers",
    asks="With layers counted from 1 to L: W1 ... WL, of shape (units before, units after)",
    limits=SAME,
    reduce=_outlines,
)
def three_hidden(impl: Any, rng: Rng) -> Arrays:
    return _params(impl, [4, 3, 6], np.float64)


@cases.add(
    "FullyConnectedNet.init",
    "one hidden layer",
    asks="a network of L layers has L - 1 hidden ones",
    limits=SAME,
    reduce=_outlines,
)
def one_hidden(impl: Any, rng: Rng) -> Arrays:
    return _params(impl, [int(rng.integers(3, 12))], np.float64)


@cases.add(
    "FullyConnectedNet.init",
    "float32",
    asks="All have the dtype `dtype`",
    limits=SAME,
    reduce=_outlines,
)
def single_init(impl: Any, rng: Rng) -> Arrays:
    return _params(impl, [3, 4], np.float32)


@cases.add(
    "FullyConnectedNet.init",
    "how the weights are distributed",
    asks="drawn from a normal distribution with mean 0 and standard deviation `weight_scale`",
    limits=NORMAL,
    reduce=normality(0.05),
)
def distribution(impl: Any, rng: Rng) -> Arrays:
    sizes = {"input_dim": 100, "num_classes": 100}
    net = impl.FullyConnectedNet([100, 100], weight_scale=0.05, dtype=np.float64, **sizes)
    return take(net.params, "W1", "W2", "W3")


def _net(
    impl: Any, rng: Rng, hidden_dims: list[int], reg: float = 0.0, dtype: Dtype = np.float64
) -> Any:
    """A net of 6 inputs and 3 classes with parameters of ours."""
    net = impl.FullyConnectedNet(hidden_dims, input_dim=6, num_classes=3, reg=reg, dtype=dtype)
    dims = [6, *hidden_dims, 3]
    net.params = {}
    for layer, (before, after) in enumerate(pairwise(dims), start=1):
        net.params[f"W{layer}"] = (0.6 * floats(rng, before, after)).astype(dtype)
        net.params[f"b{layer}"] = (0.5 * floats(rng, after)).astype(dtype)
    return net


def _step(net: Any, X: Array, y: Any) -> Arrays:
    loss, grads = net.loss(X, np.array(y))
    return {"loss": loss, **take(grads, name="grads")}


@cases.add(
    "FullyConnectedNet.loss",
    "scores",
    asks="The last affine layer gives the scores as they are",
    limits=FLOAT64,
)
def scores(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, rng, [5, 4])
    # Some scores are negative, whatever the numbers are.
    net.params["b3"][0] -= 20.0
    return {"scores": net.loss(floats(rng, 4, 6))}


@cases.add(
    "FullyConnectedNet.loss",
    "three layers",
    asks="exactly the keys of `params`",
    limits=FLOAT64,
)
def three_layers(impl: Any, rng: Rng) -> Arrays:
    return _step(_net(impl, rng, [5, 4]), floats(rng, 4, 6), [2, 0, 1, 1])


@cases.add("FullyConnectedNet.loss", "regularisation", asks=_LOSS, limits=FLOAT64)
def regularised(impl: Any, rng: Rng) -> Arrays:
    return _step(_net(impl, rng, [4, 5], reg=0.7), floats(rng, 3, 6), [1, 2, 0])


@cases.add(
    "FullyConnectedNet.loss",
    "one hidden layer",
    asks="a network of L layers has L - 1 hidden ones",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    net, X = _net(impl, rng, [4], reg=0.2), floats(rng, 2, 6)
    return {"scores": net.loss(X), **_step(net, X, [0, 2])}


@cases.add(
    "FullyConnectedNet.loss",
    "five layers",
    asks="the part in braces is repeated for each hidden layer",
    limits=FLOAT64,
)
def five_layers(impl: Any, rng: Rng) -> Arrays:
    net, X = _net(impl, rng, [5, 3, 6, 4], reg=0.3), floats(rng, 4, 6)
    return {"scores": net.loss(X), **_step(net, X, [1, 0, 2, 1])}


@cases.add(
    "FullyConnectedNet.loss", "a batch of one, class 0", asks="If `y` is given", limits=FLOAT64
)
def one(impl: Any, rng: Rng) -> Arrays:
    return _step(_net(impl, rng, [3, 4], reg=0.1), floats(rng, 1, 6), [0])


@cases.add(
    "FullyConnectedNet.loss",
    "images",
    asks="X : ndarray, shape (N, d_1, ..., d_k)",
    limits=FLOAT64,
)
def images(impl: Any, rng: Rng) -> Arrays:
    net, X = _net(impl, rng, [4, 3]), floats(rng, 2, 3, 1, 2)
    return {"scores": net.loss(X), **_step(net, X, [2, 1])}


@cases.add(
    "FullyConnectedNet.loss",
    "float32",
    asks="each gradient the shape and dtype of its parameter",
    limits=FLOAT32,
)
def single(impl: Any, rng: Rng) -> Arrays:
    # float64 samples, as they come from a data set: the net computes in its own dtype.
    net, X = _net(impl, rng, [4, 3], reg=0.5, dtype=np.float32), floats(rng, 3, 6)
    return {"scores": net.loss(X), **_step(net, X, [0, 1, 2])}


@cases.add(
    "FullyConnectedNet.loss",
    "arguments and parameters left alone",
    asks="The parameters themselves are not changed",
    limits={"loss": FLOAT64, "*": SAME},
    keeps=("X", "y"),
)
def keeps(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, rng, [3], reg=0.4)
    loss, _ = net.loss(floats(rng, 2, 6), np.array([1, 2]))
    return {"loss": loss, **take(net.params, name="params")}
