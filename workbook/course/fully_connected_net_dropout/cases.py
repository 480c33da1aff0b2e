"""Test cases of dropout in the deep net.

Masks are random, so gradients are held against those of the same net without dropout. A batch
of one shows what was dropped: a unit's output stands in its row of the next layer's weight
gradient, and what goes back through it in its entry of its own layer's bias gradient.
"""

import math
from typing import Any

import numpy as np

from workbook.cases import CaseList, relative, statistic
from workbook.course.case_tools import (
    FLOAT64,
    SAME,
    Array,
    Arrays,
    Dtype,
    Rng,
    fits,
    floats,
    outline,
    span,
    take,
)

cases = CaseList()

_P = 0.4
_UNITS = 300
_RUNS = 4
_ALMOST = relative(1e-4, "weights so small that the mask moves the softmax by 1e-5 at most")
_DROPPED = ("dropped[1]", "dropped[2]", "input")
_SCALES = ("forward[1]", "forward[2]", "backward[2]")
_SAME_MASK = ("same_mask[1]", "same_mask[2]")
_COUNTED = math.sqrt(_P * (1 - _P) / (_UNITS * _RUNS))


def _net(
    impl: Any,
    params: dict[str, Array],
    dropout: float,
    *,
    dtype: Dtype = np.float64,
    seed: int | None = None,
    reg: float = 0.0,
) -> Any:
    layers = len(params) // 2
    hidden_dims = [params[f"W{layer}"].shape[1] for layer in range(1, layers)]
    net = impl.FullyConnectedNet(
        hidden_dims,
        input_dim=params["W1"].shape[0],
        num_classes=params[f"W{layers}"].shape[1],
        dropout=dropout,
        dtype=dtype,
        seed=seed,
        reg=reg,
    )
    net.params = {name: value.astype(dtype) for name, value in params.items()}
    return net


def _small(rng: Rng) -> dict[str, Array]:
    """Parameters of a net of 4 inputs, 6 and 5 hidden units, 3 classes."""
    shapes = {"W1": (4, 6), "b1": (6,), "W2": (6, 5), "b2": (5,), "W3": (5, 3), "b3": (3,)}
    return {name: 0.6 * floats(rng, *shape) for name, shape in shapes.items()}


def _wide(rng: Rng) -> dict[str, Array]:
    """Parameters of a net whose hidden units are all on, and whose scores hardly move."""
    return {
        "W1": rng.uniform(0.5, 1.0, size=(8, _UNITS)),
        "b1": np.ones(_UNITS),
        "W2": 1e-9 * rng.uniform(0.5, 1.0, size=(_UNITS, _UNITS)),
        "b2": rng.uniform(0.5, 1.0, size=_UNITS),
        "W3": 1e-8 * rng.uniform(0.5, 1.0, size=(_UNITS, 3)) * np.array([1.0, 2.0, -3.0]),
        "b3": np.array([0.3, -0.5, 0.1]),
    }


def _gradients(net: Any, params: dict[str, Array], X: Array) -> dict[str, Array] | None:
    """The gradients; None if one is missing or has another shape than its parameter."""
    _, grads = net.loss(X, np.array([1]))
    whole = all(fits(grads.get(name), value.shape) for name, value in params.items())
    return grads if whole else None


def _masks(impl: Any, rng: Rng) -> dict[str, list[Array]]:
    """What several training passes dropped, and by how much they scaled what they kept."""
    params, X = _wide(rng), rng.uniform(1.0, 2.0, size=(1, 8))
    plain = _gradients(_net(impl, params, 0.0), params, X)
    net = _net(impl, params, _P)
    found: dict[str, list[Array]] = {}
    for _ in range(_RUNS):
        grads = _gradients(net, params, X)
        if plain is None or grads is None:
            nothing = np.full(1, np.nan)
            return {name: [nothing] for name in (*_DROPPED, *_SCALES, *_SAME_MASK, "last")}
        out = [np.any(grads[name] != 0, axis=1) for name in ("W1", "W2", "W3")]
        back = [grads["b1"] != 0, grads["b2"] != 0]
        scale = {name: grads[name] / plain[name] for name in ("W2", "W3", "b2")}
        row = {
            "input": ~out[0],
            "dropped[1]": ~out[1],
            "dropped[2]": ~out[2],
            "same_mask[1]": out[1] == back[0],
            "same_mask[2]": out[2] == back[1],
            # What reached layer 2 and came back through it is taken out, to leave layer 1.
            "forward[1]": (scale["W2"] / scale["b2"])[np.ix_(out[1], back[1])],
            "forward[2]": scale["W3"][out[2]],
            "backward[2]": scale["b2"][back[1]],
            "last": grads["b3"],
        }
        for name, values in row.items():
            found.setdefault(name, []).append(np.asarray(values, dtype=float).ravel())
    return found


@cases.add(
    "FullyConnectedNet.dropout",
    "share of units that are dropped",
    asks="The probability of *dropping* a unit",
    limits={
        "dropped": statistic(_COUNTED, "a share of 1,200 independent units, p = 0.4"),
        "input": SAME,
    },
)
def shares(impl: Any, rng: Rng) -> Arrays:
    found = _masks(impl, rng)
    return {name: np.concatenate(found[name]).mean() for name in _DROPPED}


@cases.add(
    "FullyConnectedNet.dropout",
    "scale of what is kept",
    asks="{affine - [norm] - relu - [dropout]} - affine - softmax",
    limits=_ALMOST,
)
def scales(impl: Any, rng: Rng) -> Arrays:
    found = _masks(impl, rng)
    return {name: span(np.concatenate(found[name])) for name in _SCALES}


@cases.add(
    "FullyConnectedNet.dropout",
    "the same mask forwards and backwards",
    asks="The backward pass of the [dropout] step",
    limits=SAME,
)
def same_mask(impl: Any, rng: Rng) -> Arrays:
    found = _masks(impl, rng)
    return {name: np.concatenate(found[name]).mean() for name in _SAME_MASK}


@cases.add(
    "FullyConnectedNet.dropout",
    "nothing after the last layer",
    asks="nothing follows it but the loss",
    limits=_ALMOST,
)
def last_layer(impl: Any, rng: Rng) -> Arrays:
    return {"grads[b3]": _masks(impl, rng)["last"][0]}


@cases.add(
    "FullyConnectedNet.dropout",
    "a test pass",
    asks="Without `y` the pass is a test pass, for batch normalisation and dropout too",
    limits=FLOAT64,
)
def test_pass(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, _small(rng), 0.5)
    X = floats(rng, 3, 4)
    before = net.loss(X)
    net.loss(X, np.array([0, 2, 1]))
    return {"before": before, "after_training": net.loss(X)}


@cases.add(
    "FullyConnectedNet.dropout",
    "gradients that agree with the loss",
    asks="Makes dropout repeatable, for gradient checks",
    limits={
        "again": SAME,
        "slope": relative(1e-4, "a central difference with steps of 1e-5 is good to 1e-8"),
    },
)
def slope(impl: Any, rng: Rng) -> Arrays:
    params, X, y = _small(rng), floats(rng, 6, 4), np.array([0, 2, 1, 1, 0, 2])
    net = _net(impl, params, 0.3, seed=12, reg=0.1)
    loss, grads = net.loss(X, y)
    again, _ = net.loss(X, y)
    if not all(fits(grads.get(name), value.shape) for name, value in params.items()):
        return {"again": again == loss, "slope": np.nan}
    way = {name: rng.standard_normal(value.shape) for name, value in params.items()}
    ends = []
    for step in (1e-5, -1e-5):
        net.params = {name: value + step * way[name] for name, value in params.items()}
        ends.append(net.loss(X, y)[0])
    foretold = sum(float(np.sum(grads[name] * way[name])) for name in params)
    return {"again": again == loss, "slope": (ends[0] - ends[1]) / 2e-5 / foretold}


@cases.add(
    "FullyConnectedNet.dropout",
    "float32",
    asks="each gradient the shape and dtype of its parameter",
    limits=SAME,
)
def single(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, _small(rng), 0.5, dtype=np.float32)
    X = floats(rng, 3, 4, dtype=np.float32)
    _, grads = net.loss(X, np.array([0, 2, 1]))
    tested = net.loss(X)
    outlines = {name: outline(value) for name, value in grads.items()}
    return {"scores": outline(tested), **take(outlines, name="grads")}


@cases.add(
    "FullyConnectedNet.dropout",
    "arguments and parameters left alone",
    asks="The parameters themselves are not changed",
    limits=SAME,
    keeps=("X", "y"),
)
def keeps(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, _small(rng), 0.5, reg=0.3)
    net.loss(floats(rng, 2, 4), np.array([1, 2]))
    return take(net.params, name="params")
