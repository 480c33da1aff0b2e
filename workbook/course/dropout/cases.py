"""Test cases of dropout: statistics and structure, never one stream of random numbers."""

import math
from typing import Any

import numpy as np

from workbook.cases import CaseList, relative, statistic
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    SAME,
    Array,
    Arrays,
    Dtype,
    Raw,
    Rng,
    fits,
    floats,
    forward_twice,
    outline,
    outlines,
    refusals,
    refused,
    snapshot,
    span,
)

cases = CaseList()

_SIDE = 200


def _share(p: float, count: int = _SIDE * _SIDE) -> float:
    """Standard deviation of the share of `count` independent entries that have probability p."""
    return math.sqrt(p * (1 - p) / count)


_SCALE = relative(1e-12, "one division of a mask by a constant; nothing else happens to an entry")


def _large(rng: Rng) -> Array:
    """A large x without zeros."""
    return rng.uniform(1.0, 2.0, size=(_SIDE, _SIDE))


def _train(impl: Any, x: Array, p: float) -> object:
    # A copy, here and below: what is done to an argument is judged elsewhere.
    out, _ = impl.dropout_forward(x.copy(), {"mode": "train", "p": p})
    return out


def _dropped(out: Any) -> tuple[Array, Array]:
    """What dropout made of a large x, and which entries it dropped."""
    if not fits(out, (_SIDE, _SIDE)):
        # The small cases say what is wrong with its shape.
        out = np.full((_SIDE, _SIDE), np.nan)
    return out, np.where(np.isnan(out), np.nan, out == 0)


def _share_dropped(raw: Raw, rng: Rng) -> Arrays:
    _, dropped = _dropped(raw["out"])
    return {"dropped": dropped.mean()}


@cases.add(
    "dropout_forward",
    "share dropped, p = 0.3",
    asks="The probability of *dropping* an entry",
    limits={"dropped": statistic(_share(0.3), "a share of 40,000 independent entries, p = 0.3")},
    reduce=_share_dropped,
)
def share_of_three_tenths(impl: Any, rng: Rng) -> Arrays:
    return {"out": _train(impl, _large(rng), 0.3)}


@cases.add(
    "dropout_forward",
    "share dropped, p = 0.8",
    asks="In train mode every entry is dropped with probability p",
    limits={"dropped": statistic(_share(0.8), "a share of 40,000 independent entries, p = 0.8")},
    reduce=_share_dropped,
)
def share_of_eight_tenths(impl: Any, rng: Rng) -> Arrays:
    return {"out": _train(impl, _large(rng), 0.8)}


def _scale_kept(raw: Raw, rng: Rng) -> Arrays:
    out, dropped = _dropped(raw["out"])
    return {"scale": span((out / _large(rng))[dropped != 1])}


@cases.add(
    "dropout_forward",
    "scale of what is kept",
    asks="the mean of `out` is that of `x` on average",
    limits=_SCALE,
    weight=2.0,
    reduce=_scale_kept,
)
def scale(impl: Any, rng: Rng) -> Arrays:
    return {"out": _train(impl, _large(rng), 0.3)}


_ALIKE = statistic(_share(0.42), "share of 40,000 entries that fall alike twice, p = 0.3")


def _same_again(raw: Raw, rng: Rng) -> Arrays:
    _, dropped = _dropped(raw["out"])
    _, again = _dropped(raw["again"])
    return {"same_again": np.mean(dropped == again)}


@cases.add(
    "dropout_forward",
    "the same input twice",
    asks="every entry is dropped with probability p, independently of the others",
    limits=_ALIKE,
    reduce=_same_again,
)
def same_input(impl: Any, rng: Rng) -> Arrays:
    x = _large(rng)
    return {"out": snapshot(_train(impl, x, 0.3)), "again": _train(impl, x, 0.3)}


def _seeded(raw: Raw, rng: Rng) -> Arrays:
    _, dropped = _dropped(raw["out"])
    _, repeated = _dropped(raw["repeated"])
    _, other = _dropped(raw["other"])
    return {"repeats": np.array_equal(dropped, repeated), "same_again": np.mean(dropped == other)}


@cases.add(
    "dropout_forward",
    "the same seed twice, then another",
    asks="Seeds `np.random`, which makes the mask repeatable for checks",
    limits={"repeats": SAME, "same_again": _ALIKE},
    reduce=_seeded,
)
def seeds(impl: Any, rng: Rng) -> Arrays:
    found: Arrays = {}
    seed = int(rng.integers(10**6))
    for name, more in (("out", 0), ("repeated", 0), ("other", 1)):
        param = {"mode": "train", "p": 0.3, "seed": seed + more}
        out, _ = impl.dropout_forward(_large(rng), param)
        found[name] = snapshot(out)
    return found


def _independence(raw: Raw, rng: Rng) -> Arrays:
    _, dropped = _dropped(raw["out"])
    _, again = _dropped(raw["again"])
    return {
        "by_row": dropped.mean(axis=1).std(),
        "by_column": dropped.mean(axis=0).std(),
        "same_again": np.mean(dropped == again),
    }


@cases.add(
    "dropout_forward",
    "each entry for itself",
    asks="independently of the others",
    limits={
        "by_row": statistic(0.0017, "spread of the shares of 200 rows of 200, p = 0.3"),
        "by_column": statistic(0.0017, "spread of the shares of 200 columns of 200, p = 0.3"),
        "same_again": _ALIKE,
    },
    reduce=_independence,
)
def independent(impl: Any, rng: Rng) -> Arrays:
    out = snapshot(_train(impl, _large(rng), 0.3))
    return {"out": out, "again": _train(impl, _large(rng), 0.3)}


@cases.add("dropout_forward", "p = 0", asks="0 <= p < 1", limits=FLOAT64)
def nothing_dropped(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.dropout_forward(floats(rng, 4, 5), {"mode": "train", "p": 0.0})
    return {"out": out}


@cases.add(
    "dropout_forward", "test mode", asks="In test mode the same values as `x`, exactly", limits=SAME
)
def test_mode(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.dropout_forward(floats(rng, 3, 2, 4), {"mode": "test", "p": 0.3})
    return {"out": out}


def _small(rng: Rng) -> Array:
    return rng.uniform(1.0, 2.0, size=(20, 20)).astype(np.float32)


def _scale_of_single(raw: Raw, rng: Rng) -> Arrays:
    x, out = _small(rng), raw["out"]
    factors = (out / x)[out != 0] if fits(out, x.shape) else np.empty(0)
    return {"out": outline(out), "scale": span(factors), "tested": raw["tested"]}


@cases.add(
    "dropout_forward",
    "float32",
    asks="out : ndarray, shape and dtype of x",
    limits={"scale": relative(1e-6, "one division in float32", dtype=False), "*": SAME},
    reduce=_scale_of_single,
)
def single(impl: Any, rng: Rng) -> Arrays:
    x = _small(rng)
    out = _train(impl, x, 0.4)
    tested, _ = impl.dropout_forward(x.copy(), {"mode": "test", "p": 0.4})
    return {"out": out, "tested": tested}


@cases.add(
    "dropout_forward",
    "arguments left alone",
    asks="any shape Not changed",
    limits=SAME,
    keeps=("x", "dropout_param"),
    reduce=outlines("out"),
)
def forward_keeps(impl: Any, rng: Rng) -> Arrays:
    x = floats(rng, 5, 4, 2)
    out, _ = impl.dropout_forward(x.copy(), {"mode": "train", "p": 0.4, "seed": 5})
    tested, _ = impl.dropout_forward(x.copy(), {"mode": "test", "p": 0.4})
    return {"out": out, "tested": tested}


def _pair(rng: Rng, dtype: Dtype) -> tuple[Array, Array]:
    """An x and a dout without zeros."""
    x = rng.uniform(1.0, 2.0, size=(12, 15)).astype(dtype)
    return x, rng.uniform(1.0, 2.0, size=x.shape).astype(dtype)


def _backward(impl: Any, rng: Rng, dtype: Dtype) -> Arrays:
    x, dout = _pair(rng, dtype)
    out, cache = impl.dropout_forward(x.copy(), {"mode": "train", "p": 0.4})
    return {"dx": impl.dropout_backward(dout.copy(), cache), "out": out}


def _factors_in(dtype: Dtype, raw: Raw, rng: Rng) -> Arrays:
    """By which factors backward scales what forward kept and what it dropped.

    Measured against what forward did, so that the mask may be any.
    """
    (x, dout), dx, out = _pair(rng, dtype), raw["dx"], raw["out"]
    if not (fits(dx, x.shape) and fits(out, x.shape)):
        return {"dx": outline(dx), "kept": span(np.empty(0)), "dropped": span(np.empty(0))}
    kept = out != 0
    return {
        "dx": outline(dx),
        "kept": span((dx / dout)[kept] / (out / x)[kept]),
        "dropped": span((dx / dout)[~kept]),
    }


def _factors(raw: Raw, rng: Rng) -> Arrays:
    return _factors_in(np.float64, raw, rng)


def _factors_of_single(raw: Raw, rng: Rng) -> Arrays:
    return _factors_in(np.float32, raw, rng)


@cases.add(
    "dropout_backward",
    "the mask of the forward pass",
    asks="For the very mask that the forward pass drew",
    limits={"kept": FLOAT64, "*": SAME},
    weight=2.0,
    reduce=_factors,
)
def same_mask(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, np.float64)


@cases.add(
    "dropout_backward",
    "after test mode",
    asks="After a forward pass in test mode the same values as `dout`",
    limits=SAME,
)
def test_mode_back(impl: Any, rng: Rng) -> Arrays:
    x = floats(rng, 4, 3, 2)
    _, cache = impl.dropout_forward(x, {"mode": "test", "p": 0.7})
    return {"dx": impl.dropout_backward(floats(rng, 4, 3, 2), cache)}


@cases.add(
    "dropout_backward",
    "float32",
    asks="dx : ndarray, shape and dtype of dout",
    limits={"kept": FLOAT32, "*": SAME},
    reduce=_factors_of_single,
)
def single_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, np.float32)


@cases.add(
    "dropout_backward",
    "arguments left alone",
    asks="with respect to the output; not changed",
    limits={"kept": FLOAT64, "*": SAME},
    keeps=("dout", "x"),
    reduce=_factors,
)
def backward_keeps(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, np.float64)


def _first_mask(raw: Raw, rng: Rng) -> Arrays:
    """Reduce the first of two passes to the factors of what it kept and dropped."""
    # The inputs of both were drawn before the gradient.
    x, _ = (rng.uniform(1.0, 2.0, size=(12, 15)) for _ in range(2))
    dout = rng.uniform(1.0, 2.0, size=x.shape)
    dx, out = raw["dx"], raw["out"]
    fit = fits(dx, x.shape) and fits(out, x.shape)
    kept = out != 0 if fit else np.zeros(x.shape, dtype=bool)
    return {
        "kept": span((dx / dout)[kept] / (out / x)[kept] if fit else np.empty(0)),
        "dropped": span((dx / dout)[~kept] if fit else np.empty(0)),
    }


@cases.add(
    "dropout_backward",
    "two forward passes before the first backward",
    asks="For the very mask that the forward pass drew",
    limits={"kept": FLOAT64, "*": SAME},
    reduce=_first_mask,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    param = {"mode": "train", "p": 0.4}

    def forward() -> Any:
        return impl.dropout_forward(rng.uniform(1.0, 2.0, size=(12, 15)), dict(param))

    def backward(result: Any) -> Arrays:
        out, cache = result
        dout = rng.uniform(1.0, 2.0, size=(12, 15))
        return {"out": out, "dx": impl.dropout_backward(dout, cache)}

    return forward_twice(forward, backward)


def _refused(raw: Raw, rng: Rng) -> Arrays:
    found = refused(raw, rng)
    return {"dx": outline(found["dx"]), "refused": found["refused"]}


@cases.add(
    "dropout_backward",
    "a dout that does not fit",
    asks="If `dout` does not have the output's shape",
    limits=SAME,
    reduce=_refused,
)
def unfit(impl: Any, rng: Rng) -> Arrays:
    _, cache = impl.dropout_forward(floats(rng, 5, 4), {"mode": "train", "p": 0.4})
    dx = impl.dropout_backward(floats(rng, 5, 4), cache)
    return {"dx": dx, **refusals(lambda dout: impl.dropout_backward(dout, cache), rng, 5, 4)}
