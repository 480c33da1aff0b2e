"""Test cases of layer normalisation."""

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
)

cases = CaseList()

_ONE_AXIS = "One axis, as gamma and beta have it"


def _inputs(
    rng: Rng, N: int, D: int, dtype: Dtype = np.float64, spread: float = 1.0
) -> tuple[Array, Array, Array]:
    """Samples with means and spreads of their own."""
    x = spread * rng.uniform(0.5, 3.0, size=(N, 1)) * rng.standard_normal((N, D))
    x += spread * rng.uniform(-2, 2, size=(N, 1))
    gamma, beta = rng.uniform(0.5, 2.0, size=D), rng.uniform(-1.0, 1.0, size=D)
    return x.astype(dtype), gamma.astype(dtype), beta.astype(dtype)


@cases.add(
    "layernorm_forward",
    "a small batch",
    asks="each sample gets mean 0 and variance 1 over its features",
    limits=FLOAT64,
)
def small(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.layernorm_forward(*_inputs(rng, 4, 3), {})
    return {"out": out}


@cases.add(
    "layernorm_forward", "a batch of one", asks="It works on one sample at a time", limits=FLOAT64
)
def one(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.layernorm_forward(*_inputs(rng, 1, 6), {})
    return {"out": out}


@cases.add(
    "layernorm_forward",
    "eps 0.5",
    asks="Added to the variance before its root is taken",
    limits=FLOAT64,
)
def eps(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.layernorm_forward(*_inputs(rng, 3, 5), {"eps": 0.5})
    return {"out": out}


@cases.add(
    "layernorm_forward",
    "eps left at its default",
    asks="eps : float, default 1e-5",
    limits=FLOAT64,
)
def default_eps(impl: Any, rng: Rng) -> Arrays:
    # A variance of the size of eps, so that eps shows.
    out, _ = impl.layernorm_forward(*_inputs(rng, 3, 4, spread=3e-3), {})
    return {"out": out}


@cases.add("layernorm_forward", "float32", asks="With the dtype of `x`", limits=FLOAT32)
def single(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.layernorm_forward(*_inputs(rng, 5, 4, np.float32), {})
    return {"out": out}


@cases.add(
    "layernorm_forward",
    "arguments left alone",
    asks="no argument is changed",
    limits=FLOAT64,
    keeps=("x", "gamma", "beta", "ln_param"),
)
def forward_keeps(impl: Any, rng: Rng) -> Arrays:
    ln_param = {"eps": 1e-3}
    out, _ = impl.layernorm_forward(*_inputs(rng, 4, 2), ln_param)
    return {"out": out}


def _backward(
    impl: Any, rng: Rng, N: int, D: int, dtype: Dtype = np.float64, **ln_param: float
) -> Arrays:
    _, cache = impl.layernorm_forward(*_inputs(rng, N, D, dtype), ln_param)
    return _gradients(impl, floats(rng, N, D, dtype=dtype), cache)


def _gradients(impl: Any, dout: Array, cache: Any) -> Arrays:
    dx, dgamma, dbeta = impl.layernorm_backward(dout, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


@cases.add("layernorm_backward", "a small batch", asks="dx : ndarray, shape (N, D)", limits=FLOAT64)
def small_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 4, 3)


@cases.add("layernorm_backward", "more features than samples", asks=_ONE_AXIS, limits=FLOAT64)
def wide(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 3, 8)


@cases.add("layernorm_backward", "a batch of one", asks=_ONE_AXIS, limits=FLOAT64)
def one_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 1, 5)


@cases.add(
    "layernorm_backward", "eps 0.5", asks="What `layernorm_forward` returned", limits=FLOAT64
)
def eps_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 4, 5, eps=0.5)


@cases.add(
    "layernorm_backward",
    "gamma and dout both constant",
    asks="Gradient of the loss with respect to the layer's output",
    limits={
        "dx": absolute(1e-12, "0 in theory: shifting a sample leaves its output as it is"),
        "*": FLOAT64,
    },
)
def constant(impl: Any, rng: Rng) -> Arrays:
    x, _, beta = _inputs(rng, 4, 6)
    _, cache = impl.layernorm_forward(x, np.full(6, 1.5), beta, {})
    return _gradients(impl, np.tile(floats(rng, 4, 1), (1, 6)), cache)


@cases.add(
    "layernorm_backward",
    "float32",
    asks="All three keep the dtype of the inputs",
    limits=FLOAT32,
)
def single_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 5, 4, np.float32)


@cases.add(
    "layernorm_backward",
    "arguments left alone",
    asks="with respect to the layer's output; not changed",
    limits=FLOAT64,
    keeps=("dout", "x", "gamma", "beta"),
)
def backward_keeps(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 4, 2)


@cases.add(
    "layernorm_backward",
    "two forward passes before the first backward",
    asks="What `layernorm_forward` returned",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    return forward_twice(
        lambda: impl.layernorm_forward(*_inputs(rng, 5, 3), {})[1],
        lambda cache: _gradients(impl, floats(rng, 5, 3), cache),
    )


@cases.add(
    "layernorm_backward",
    "a dout that does not fit",
    asks="If `dout` does not have the output's shape",
    limits={"refused": SAME, "*": FLOAT64},
    reduce=refused,
)
def unfit(impl: Any, rng: Rng) -> Arrays:
    _, cache = impl.layernorm_forward(*_inputs(rng, 5, 4), {})
    found = _gradients(impl, floats(rng, 5, 4), cache)
    return found | refusals(lambda dout: impl.layernorm_backward(dout, cache), rng, 5, 4)
