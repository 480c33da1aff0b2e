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
    Raw,
    Rng,
    fits,
    floats,
    outlines,
    snapshot,
    span,
    take,
)

cases = CaseList()

_P = 0.4
# Few units and many passes: the gradient of W2 has _UNITS * _UNITS numbers in every pass.
_UNITS = 60
_RUNS = 20
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


def _gradients(net: Any, X: Array, name: str) -> Arrays:
    _, grads = net.loss(X, np.array([1]))
    # The net may write into what it handed out before.
    return {key: snapshot(grad) for key, grad in take(grads, name=name).items()}


def _passes(impl: Any, rng: Rng) -> Arrays:
    """The gradients of a pass without dropout, and those of several training passes with it."""
    params, X = _wide(rng), rng.uniform(1.0, 2.0, size=(1, 8))
    found = _gradients(_net(impl, params, 0.0), X, "plain")
    net = _net(impl, params, _P)
    for run in range(_RUNS):
        found |= _gradients(net, X, f"run_{run}")
    return found


def _whole(raw: Raw, name: str, params: dict[str, Array]) -> dict[str, Array] | None:
    """The gradients of one pass; None if one is missing or has another shape than its parameter."""
    grads: dict[str, Any] = {key: raw.get(f"{name}[{key}]") for key in params}
    return grads if all(fits(grads[key], params[key].shape) for key in params) else None


def _masks(raw: Raw, rng: Rng) -> dict[str, Array]:
    """What the training passes dropped, and by how much they scaled what they kept."""
    params = _wide(rng)
    plain = _whole(raw, "plain", params)
    found: dict[str, list[Array]] = {}
    for run in range(_RUNS):
        grads = _whole(raw, f"run_{run}", params)
        if plain is None or grads is None:
            return dict.fromkeys((*_DROPPED, *_SCALES, *_SAME_MASK), np.full(1, np.nan))
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
        }
        for name, values in row.items():
            found.setdefault(name, []).append(np.asarray(values, dtype=float).ravel())
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _shares(raw: Raw, rng: Rng) -> Arrays:
    found = _masks(raw, rng)
    return {name: found[name].mean() for name in _DROPPED}


@cases.add(
    "FullyConnectedNet.dropout",
    "share of units that are dropped",
    asks="The probability of *dropping* a unit",
    limits={
        "dropped": statistic(_COUNTED, "a share of 1,200 independent units, p = 0.4"),
        "input": SAME,
    },
    reduce=_shares,
)
def shares(impl: Any, rng: Rng) -> Arrays:
    return _passes(impl, rng)


def _scales(raw: Raw, rng: Rng) -> Arrays:
    found = _masks(raw, rng)
    return {name: span(found[name]) for name in _SCALES}


@cases.add(
    "FullyConnectedNet.dropout",
    "scale of what is kept",
    asks="{affine - [norm] - relu - [dropout]} - affine - softmax",
    limits=_ALMOST,
    reduce=_scales,
)
def scales(impl: Any, rng: Rng) -> Arrays:
    return _passes(impl, rng)


def _agreement(raw: Raw, rng: Rng) -> Arrays:
    found = _masks(raw, rng)
    return {name: found[name].mean() for name in _SAME_MASK}


@cases.add(
    "FullyConnectedNet.dropout",
    "the same mask forwards and backwards",
    asks="The backward pass of the [dropout] step",
    limits=SAME,
    reduce=_agreement,
)
def same_mask(impl: Any, rng: Rng) -> Arrays:
    return _passes(impl, rng)


def _last_bias(raw: Raw, rng: Rng) -> Arrays:
    params = _wide(rng)
    plain, grads = _whole(raw, "plain", params), _whole(raw, "run_0", params)
    if plain is None or grads is None:
        return {"grads[b3]": np.full(1, np.nan)}
    return {"grads[b3]": grads["b3"].astype(float)}


@cases.add(
    "FullyConnectedNet.dropout",
    "nothing after the last layer",
    asks="nothing follows it but the loss",
    limits=_ALMOST,
    reduce=_last_bias,
)
def last_layer(impl: Any, rng: Rng) -> Arrays:
    return _passes(impl, rng)


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


def _way(rng: Rng) -> tuple[dict[str, Array], Array, dict[str, Array]]:
    """Parameters, samples, and a way to walk from the parameters."""
    params, X = _small(rng), floats(rng, 6, 4)
    return params, X, {name: rng.standard_normal(value.shape) for name, value in params.items()}


def _slope(raw: Raw, rng: Rng) -> Arrays:
    params, _, way = _way(rng)
    again, grads = raw["again"] == raw["loss"], _whole(raw, "grads", params)
    if grads is None:
        return {"again": again, "slope": np.nan}
    foretold = sum(float(np.sum(grads[name] * way[name])) for name in params)
    return {"again": again, "slope": (raw["ahead"] - raw["behind"]) / 2e-5 / foretold}


@cases.add(
    "FullyConnectedNet.dropout",
    "gradients that agree with the loss",
    asks="Makes dropout repeatable, for gradient checks",
    limits={
        "again": SAME,
        "slope": relative(1e-4, "a central difference with steps of 1e-5 is good to 1e-8"),
    },
    reduce=_slope,
)
def slope(impl: Any, rng: Rng) -> Arrays:
    (params, X, way), y = _way(rng), np.array([0, 2, 1, 1, 0, 2])
    net = _net(impl, params, 0.3, seed=12, reg=0.1)
    loss, grads = net.loss(X, y)
    again, _ = net.loss(X, y)
    found: Arrays = {"loss": loss, "again": again}
    for name, step in (("ahead", 1e-5), ("behind", -1e-5)):
        net.params = {key: value + step * way[key] for key, value in params.items()}
        found[name], _ = net.loss(X, y)
    return {**found, **take(grads, name="grads")}


@cases.add(
    "FullyConnectedNet.dropout",
    "float32",
    asks="each gradient the shape and dtype of its parameter",
    limits=SAME,
    reduce=outlines("scores", "grads"),
)
def single(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, _small(rng), 0.5, dtype=np.float32)
    X = floats(rng, 3, 4, dtype=np.float32)
    _, grads = net.loss(X, np.array([0, 2, 1]))
    return {"scores": net.loss(X), **take(grads, name="grads")}


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
