"""Test cases of batch normalisation."""

from typing import Any

import numpy as np

from workbook.cases import CaseList, absolute
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    SAME,
    Array,
    Arrays,
    Dtype,
    Rng,
    floats,
    forward_twice,
    refusals,
    refused,
    take,
)

cases = CaseList()

_RUNNING = ("running_mean", "running_var")
_TEST = "At test time the running averages stand in for the batch"


def _inputs(rng: Rng, N: int, D: int, dtype: Dtype = np.float64) -> tuple[Array, Array, Array]:
    """Features with means and spreads of their own."""
    x = rng.uniform(0.5, 3.0, size=D) * rng.standard_normal((N, D)) + rng.uniform(-2, 2, size=D)
    gamma, beta = rng.uniform(0.5, 2.0, size=D), rng.uniform(-1.0, 1.0, size=D)
    return x.astype(dtype), gamma.astype(dtype), beta.astype(dtype)


def _running(rng: Rng, D: int, dtype: Dtype = np.float64) -> dict[str, Array]:
    return {
        "running_mean": rng.uniform(-1, 1, size=D).astype(dtype),
        "running_var": rng.uniform(0.5, 2, size=D).astype(dtype),
    }


@cases.add(
    "batchnorm_forward",
    "training",
    asks="In training the batch's own mean and variance are used (the variance divides by N)",
    limits=FLOAT64,
)
def training(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.batchnorm_forward(*_inputs(rng, 4, 3), {"mode": "train"})
    return {"out": out}


@cases.add(
    "batchnorm_forward",
    "running averages of three batches",
    asks="The weight of the *old* running average in the new one",
    limits=FLOAT64,
)
def averages(impl: Any, rng: Rng) -> Arrays:
    bn_param: dict[str, Any] = {"mode": "train"}
    for _ in range(3):
        impl.batchnorm_forward(*_inputs(rng, 5, 4), bn_param)
    return take(bn_param, *_RUNNING)


@cases.add(
    "batchnorm_forward",
    "momentum 0.6 and given averages",
    asks="momentum : float, default 0.9",
    limits=FLOAT64,
)
def momentum(impl: Any, rng: Rng) -> Arrays:
    bn_param: dict[str, Any] = {"mode": "train", "momentum": 0.6, **_running(rng, 3)}
    out, _ = impl.batchnorm_forward(*_inputs(rng, 6, 3), bn_param)
    return {"out": out, **take(bn_param, *_RUNNING)}


@cases.add(
    "batchnorm_forward",
    "eps 0.5",
    asks="Added to the variance before its root is taken",
    limits=FLOAT64,
)
def eps(impl: Any, rng: Rng) -> Arrays:
    x, gamma, beta = _inputs(rng, 5, 3)
    out, _ = impl.batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": 0.5})
    tested, _ = impl.batchnorm_forward(
        x, gamma, beta, {"mode": "test", "eps": 0.5, **_running(rng, 3)}
    )
    return {"out": out, "tested": tested}


@cases.add(
    "batchnorm_forward", "eps left at its default", asks="eps : float, default 1e-5", limits=FLOAT64
)
def default_eps(impl: Any, rng: Rng) -> Arrays:
    x, gamma, beta = _inputs(rng, 5, 3)
    # A variance of the size of eps, so that eps shows.
    out, _ = impl.batchnorm_forward(3e-3 * x, gamma, beta, {"mode": "train"})
    return {"out": out}


@cases.add("batchnorm_forward", "test mode", asks=_TEST, limits=FLOAT64)
def test_mode(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.batchnorm_forward(*_inputs(rng, 4, 3), {"mode": "test", **_running(rng, 3)})
    return {"out": out}


@cases.add("batchnorm_forward", "test mode, one row", asks="a batch of one works", limits=FLOAT64)
def test_one(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.batchnorm_forward(*_inputs(rng, 1, 4), {"mode": "test", **_running(rng, 4)})
    return {"out": out}


@cases.add(
    "batchnorm_forward",
    "test mode changes no average",
    asks="A call in test mode changes nothing",
    limits={"out": FLOAT64, "*": SAME},
    keeps=("x", "gamma", "beta", "bn_param"),
)
def test_keeps(impl: Any, rng: Rng) -> Arrays:
    bn_param: dict[str, Any] = {"mode": "test", **_running(rng, 2)}
    out, _ = impl.batchnorm_forward(*_inputs(rng, 3, 2), bn_param)
    return {"out": out, **take(bn_param, *_RUNNING)}


@cases.add(
    "batchnorm_forward", "float32", asks="of shape (D,) and with the dtype of `x`", limits=FLOAT32
)
def single(impl: Any, rng: Rng) -> Arrays:
    bn_param: dict[str, Any] = {"mode": "train"}
    out, _ = impl.batchnorm_forward(*_inputs(rng, 6, 4, np.float32), bn_param)
    averages = take(bn_param, *_RUNNING)
    tested, _ = impl.batchnorm_forward(
        *_inputs(rng, 3, 4, np.float32), {"mode": "test", **_running(rng, 4, np.float32)}
    )
    return {"out": out, **averages, "tested": tested}


@cases.add(
    "batchnorm_forward",
    "arguments left alone",
    asks="those that it held before keep their values",
    limits=FLOAT64,
    keeps=("x", "gamma", "beta", *(f"bn_param[{key}]" for key in (*_RUNNING, "mode", "eps"))),
)
def forward_keeps(impl: Any, rng: Rng) -> Arrays:
    bn_param: dict[str, Any] = {"mode": "train", "eps": 1e-4, **_running(rng, 2)}
    out, _ = impl.batchnorm_forward(*_inputs(rng, 4, 2), bn_param)
    return {"out": out, **take(bn_param, *_RUNNING)}


def _backward(
    impl: Any,
    rng: Rng,
    name: str,
    N: int,
    D: int,
    dtype: Dtype = np.float64,
    dout: Array | None = None,
    **options: float,
) -> Arrays:
    _, cache = impl.batchnorm_forward(*_inputs(rng, N, D, dtype), {"mode": "train", **options})
    dout = floats(rng, N, D, dtype=dtype) if dout is None else dout
    return _gradients(getattr(impl, name), dout, cache)


def _gradients(backward: Any, dout: Array, cache: Any) -> Arrays:
    dx, dgamma, dbeta = backward(dout, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


def _declare(name: str) -> None:
    """The two backward functions ask for the same results, so they get the same cases."""

    @cases.add(name, "a small batch", asks="dx : ndarray, shape (N, D)", limits=FLOAT64)
    def small(impl: Any, rng: Rng) -> Arrays:
        return _backward(impl, rng, name, 4, 3)

    @cases.add(
        name, "more features than samples", asks="One axis, as gamma and beta", limits=FLOAT64
    )
    def wide(impl: Any, rng: Rng) -> Arrays:
        return _backward(impl, rng, name, 3, 8)

    @cases.add(
        name, "eps 0.5", asks="What `batchnorm_forward` returned in train mode", limits=FLOAT64
    )
    def large_eps(impl: Any, rng: Rng) -> Arrays:
        return _backward(impl, rng, name, 5, 3, eps=0.5)

    @cases.add(
        name,
        "the same dout for every sample",
        asks="Gradient of the loss with respect to the layer's output",
        limits={
            "dx": absolute(1e-12, "0 in theory: shifting a feature leaves its output as it is"),
            "dgamma": absolute(1e-12, "0 in theory: the normalised inputs of a feature sum to 0"),
            "dbeta": FLOAT64,
        },
    )
    def constant(impl: Any, rng: Rng) -> Arrays:
        dout = np.tile(floats(rng, 4), (6, 1))
        return _backward(impl, rng, name, 6, 4, dout=dout)

    @cases.add(name, "float32", asks="All three keep the dtype of the inputs", limits=FLOAT32)
    def single_back(impl: Any, rng: Rng) -> Arrays:
        return _backward(impl, rng, name, 6, 4, np.float32)

    @cases.add(
        name,
        "arguments left alone",
        asks="with respect to the layer's output; not changed",
        limits=FLOAT64,
        keeps=("dout", "x", "gamma", "beta"),
    )
    def backward_keeps(impl: Any, rng: Rng) -> Arrays:
        return _backward(impl, rng, name, 4, 2)

    @cases.add(
        name,
        "two forward passes before the first backward",
        asks="What `batchnorm_forward` returned in train mode",
        limits=FLOAT64,
    )
    def two_layers(impl: Any, rng: Rng) -> Arrays:
        return forward_twice(
            lambda: impl.batchnorm_forward(*_inputs(rng, 5, 3), {"mode": "train"})[1],
            lambda cache: _gradients(getattr(impl, name), floats(rng, 5, 3), cache),
        )

    @cases.add(
        name,
        "a dout that does not fit",
        asks="If `dout` does not have the output's shape",
        limits={"refused": SAME, "*": FLOAT64},
        reduce=refused,
    )
    def unfit(impl: Any, rng: Rng) -> Arrays:
        backward = getattr(impl, name)
        _, cache = impl.batchnorm_forward(*_inputs(rng, 5, 4), {"mode": "train"})
        found = _gradients(backward, floats(rng, 5, 4), cache)
        return found | refusals(lambda dout: backward(dout, cache), rng, 5, 4)


_declare("batchnorm_backward")
_declare("batchnorm_backward_alt")
