"""Test cases of spatial group normalisation."""

from typing import Any

import numpy as np

from workbook.cases import CaseList
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


def _inputs(
    rng: Rng, *shape: int, dtype: Dtype = np.float64, spread: float = 1.0
) -> tuple[Array, Array, Array]:
    """Images whose channels have means and spreads of their own."""
    N, C = shape[:2]
    x = rng.uniform(0.5, 3.0, size=(N, C, 1, 1)) * rng.standard_normal(shape)
    x = spread * (x + rng.uniform(-2, 2, size=(N, C, 1, 1)))
    gamma, beta = rng.uniform(0.5, 2.0, size=(1, C, 1, 1)), rng.uniform(-1, 1, size=(1, C, 1, 1))
    return x.astype(dtype), gamma.astype(dtype), beta.astype(dtype)


@cases.add(
    "spatial_groupnorm_forward",
    "six channels in two groups",
    asks="A group is C / G neighbouring channels of one image",
    limits=FLOAT64,
)
def two_groups(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.spatial_groupnorm_forward(*_inputs(rng, 2, 6, 3, 4), 2, {})
    return {"out": out}


@cases.add(
    "spatial_groupnorm_forward",
    "one group, and one group for each channel",
    asks="Number of groups; divides C",
    limits=FLOAT64,
)
def extremes(impl: Any, rng: Rng) -> Arrays:
    inputs = _inputs(rng, 2, 4, 2, 3)
    whole, _ = impl.spatial_groupnorm_forward(*inputs, 1, {})
    each, _ = impl.spatial_groupnorm_forward(*inputs, 4, {})
    return {"one_group": whole, "group_each": each}


@cases.add("spatial_groupnorm_forward", "one image", asks="Images do not mix", limits=FLOAT64)
def one(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.spatial_groupnorm_forward(*_inputs(rng, 1, 6, 2, 2), 3, {})
    return {"out": out}


@cases.add(
    "spatial_groupnorm_forward",
    "eps 0.5",
    asks="Added to the variance before its root is taken",
    limits=FLOAT64,
)
def eps(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.spatial_groupnorm_forward(*_inputs(rng, 2, 4, 3, 2), 2, {"eps": 0.5})
    return {"out": out}


@cases.add(
    "spatial_groupnorm_forward",
    "eps left at its default",
    asks="eps : float, default 1e-5",
    limits=FLOAT64,
)
def default_eps(impl: Any, rng: Rng) -> Arrays:
    # A variance of the size of eps, so that eps shows.
    inputs = _inputs(rng, 2, 4, 2, 2, spread=2e-3)
    out, _ = impl.spatial_groupnorm_forward(*inputs, 2, {})
    return {"out": out}


@cases.add("spatial_groupnorm_forward", "float32", asks="With the dtype of `x`", limits=FLOAT32)
def single(impl: Any, rng: Rng) -> Arrays:
    inputs = _inputs(rng, 2, 4, 3, 2, dtype=np.float32)
    out, _ = impl.spatial_groupnorm_forward(*inputs, 2, {})
    return {"out": out}


@cases.add(
    "spatial_groupnorm_forward",
    "arguments left alone",
    asks="no argument is changed",
    limits=FLOAT64,
    keeps=("x", "gamma", "beta", "gn_param"),
)
def forward_keeps(impl: Any, rng: Rng) -> Arrays:
    gn_param = {"eps": 1e-3}
    out, _ = impl.spatial_groupnorm_forward(*_inputs(rng, 2, 2, 2, 3), 1, gn_param)
    return {"out": out}


def _backward(
    impl: Any, rng: Rng, *shape: int, G: int, dtype: Dtype = np.float64, **gn_param: float
) -> Arrays:
    inputs = _inputs(rng, *shape, dtype=dtype)
    _, cache = impl.spatial_groupnorm_forward(*inputs, G, gn_param)
    return _gradients(impl, floats(rng, *shape, dtype=dtype), cache)


def _gradients(impl: Any, dout: Array, cache: Any) -> Arrays:
    dx, dgamma, dbeta = impl.spatial_groupnorm_backward(dout, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


@cases.add(
    "spatial_groupnorm_backward",
    "six channels in two groups",
    asks="dx : ndarray, shape (N, C, H, W)",
    limits=FLOAT64,
)
def two_groups_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 2, 6, 3, 4, G=2)


@cases.add(
    "spatial_groupnorm_backward",
    "one group",
    asks="Four axes, as gamma and beta have them",
    limits=FLOAT64,
)
def one_group_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 3, 2, 2, 4, G=1)


@cases.add(
    "spatial_groupnorm_backward",
    "one group for each channel",
    asks="dgamma, dbeta : ndarray, shape (1, C, 1, 1)",
    limits=FLOAT64,
)
def each_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 2, 3, 3, 2, G=3)


@cases.add(
    "spatial_groupnorm_backward",
    "eps 0.5, one image",
    asks="What `spatial_groupnorm_forward` returned",
    limits=FLOAT64,
)
def eps_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 1, 4, 2, 3, G=2, eps=0.5)


@cases.add(
    "spatial_groupnorm_backward",
    "float32",
    asks="All three keep the dtype of the inputs",
    limits=FLOAT32,
)
def single_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 2, 4, 3, 2, G=2, dtype=np.float32)


@cases.add(
    "spatial_groupnorm_backward",
    "arguments left alone",
    asks="with respect to the layer's output; not changed",
    limits=FLOAT64,
    keeps=("dout", "x", "gamma", "beta"),
)
def backward_keeps(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 2, 2, 2, 3, G=1)


@cases.add(
    "spatial_groupnorm_backward",
    "two forward passes before the first backward",
    asks="What `spatial_groupnorm_forward` returned",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    return forward_twice(
        lambda: impl.spatial_groupnorm_forward(*_inputs(rng, 2, 4, 2, 3), 2, {})[1],
        lambda cache: _gradients(impl, floats(rng, 2, 4, 2, 3), cache),
    )


@cases.add(
    "spatial_groupnorm_backward",
    "a dout that does not fit",
    asks="If `dout` does not have the output's shape",
    limits={"refused": SAME, "*": FLOAT64},
    reduce=refused,
)
def unfit(impl: Any, rng: Rng) -> Arrays:
    shape = (3, 4, 2, 3)
    _, cache = impl.spatial_groupnorm_forward(*_inputs(rng, *shape), 2, {})
    found = _gradients(impl, floats(rng, *shape), cache)
    return found | refusals(lambda dout: impl.spatial_groupnorm_backward(dout, cache), rng, *shape)
