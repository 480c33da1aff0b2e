"""Test cases of spatial batch normalisation."""

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
    take,
)

cases = CaseList()

_RUNNING = ("running_mean", "running_var")
_CHANNEL = "one mean and one variance for each channel"


def _inputs(rng: Rng, *shape: int, dtype: Dtype = np.float64) -> tuple[Array, Array, Array]:
    """Images whose channels have means and spreads of their own."""
    C = shape[1]
    x = rng.uniform(0.5, 3.0, size=(1, C, 1, 1)) * rng.standard_normal(shape)
    x += rng.uniform(-2, 2, size=(1, C, 1, 1))
    gamma, beta = rng.uniform(0.5, 2.0, size=C), rng.uniform(-1.0, 1.0, size=C)
    return x.astype(dtype), gamma.astype(dtype), beta.astype(dtype)


def _running(rng: Rng, C: int, dtype: Dtype = np.float64) -> dict[str, Array]:
    return {
        "running_mean": rng.uniform(-1, 1, size=C).astype(dtype),
        "running_var": rng.uniform(0.5, 2, size=C).astype(dtype),
    }


@cases.add("spatial_batchnorm_forward", "training", asks=_CHANNEL, limits=FLOAT64)
def training(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.spatial_batchnorm_forward(*_inputs(rng, 2, 3, 5, 4), {"mode": "train"})
    return {"out": out}


@cases.add(
    "spatial_batchnorm_forward",
    "one image, two channels",
    asks="over all images and all pixels",
    limits=FLOAT64,
)
def one(impl: Any, rng: Rng) -> Arrays:
    out, _ = impl.spatial_batchnorm_forward(*_inputs(rng, 1, 2, 3, 4), {"mode": "train"})
    return {"out": out}


@cases.add(
    "spatial_batchnorm_forward",
    "running averages of two batches",
    asks="`bn_param` is kept as by `batchnorm_forward`",
    limits=FLOAT64,
)
def averages(impl: Any, rng: Rng) -> Arrays:
    bn_param: dict[str, Any] = {"mode": "train", "momentum": 0.7}
    for _ in range(2):
        impl.spatial_batchnorm_forward(*_inputs(rng, 2, 4, 3, 2), bn_param)
    return take(bn_param, *_RUNNING)


@cases.add(
    "spatial_batchnorm_forward",
    "test mode",
    asks="with running_mean and running_var of shape (C,)",
    limits=FLOAT64,
)
def test_mode(impl: Any, rng: Rng) -> Arrays:
    bn_param = {"mode": "test", "eps": 0.1, **_running(rng, 3)}
    out, _ = impl.spatial_batchnorm_forward(*_inputs(rng, 2, 3, 2, 5), bn_param)
    return {"out": out}


@cases.add("spatial_batchnorm_forward", "float32", asks="With the dtype of `x`", limits=FLOAT32)
def single(impl: Any, rng: Rng) -> Arrays:
    x, gamma, beta = _inputs(rng, 2, 3, 4, 2, dtype=np.float32)
    out, _ = impl.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})
    return {"out": out}


@cases.add(
    "spatial_batchnorm_forward",
    "arguments left alone",
    asks="no argument is changed",
    limits=FLOAT64,
    keeps=("x", "gamma", "beta", *(f"bn_param[{key}]" for key in (*_RUNNING, "mode", "eps"))),
)
def forward_keeps(impl: Any, rng: Rng) -> Arrays:
    bn_param: dict[str, Any] = {"mode": "train", "eps": 1e-4, **_running(rng, 2)}
    out, _ = impl.spatial_batchnorm_forward(*_inputs(rng, 2, 2, 2, 3), bn_param)
    return {"out": out}


@cases.add(
    "spatial_batchnorm_forward",
    "test mode changes no average",
    asks="`bn_param` is kept as by `batchnorm_forward`",
    limits={"out": FLOAT64, "*": SAME},
    keeps=("x", "gamma", "beta", "bn_param"),
)
def test_keeps(impl: Any, rng: Rng) -> Arrays:
    bn_param: dict[str, Any] = {"mode": "test", **_running(rng, 2)}
    out, _ = impl.spatial_batchnorm_forward(*_inputs(rng, 2, 2, 2, 3), bn_param)
    return {"out": out, **take(bn_param, *_RUNNING)}


def _backward(
    impl: Any, rng: Rng, *shape: int, dtype: Dtype = np.float64, dout: Array | None = None
) -> Arrays:
    inputs = _inputs(rng, *shape, dtype=dtype)
    _, cache = impl.spatial_batchnorm_forward(*inputs, {"mode": "train"})
    return _gradients(impl, floats(rng, *shape, dtype=dtype) if dout is None else dout, cache)


def _gradients(impl: Any, dout: Array, cache: Any) -> Arrays:
    dx, dgamma, dbeta = impl.spatial_batchnorm_backward(dout, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


@cases.add(
    "spatial_batchnorm_backward",
    "a small batch",
    asks="dx : ndarray, shape (N, C, H, W)",
    limits=FLOAT64,
)
def small_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 2, 3, 5, 4)


@cases.add(
    "spatial_batchnorm_backward",
    "one image, two channels",
    asks="dgamma, dbeta : ndarray, shape (C,)",
    limits=FLOAT64,
)
def one_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 1, 2, 3, 4)


@cases.add(
    "spatial_batchnorm_backward",
    "the same dout for every pixel",
    asks="Gradient of the loss with respect to the layer's output",
    limits={
        "dx": absolute(1e-12, "0 in theory: shifting a channel leaves its output as it is"),
        "dgamma": absolute(1e-12, "0 in theory: the normalised pixels of a channel sum to 0"),
        "dbeta": FLOAT64,
    },
)
def constant(impl: Any, rng: Rng) -> Arrays:
    dout = np.tile(floats(rng, 1, 3, 1, 1), (2, 1, 4, 2))
    return _backward(impl, rng, 2, 3, 4, 2, dout=dout)


@cases.add(
    "spatial_batchnorm_backward",
    "float32",
    asks="All three keep the dtype of the inputs",
    limits=FLOAT32,
)
def single_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 2, 3, 4, 2, dtype=np.float32)


@cases.add(
    "spatial_batchnorm_backward",
    "arguments left alone",
    asks="with respect to the layer's output; not changed",
    limits=FLOAT64,
    keeps=("dout", "x", "gamma", "beta"),
)
def backward_keeps(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 2, 2, 2, 3)


@cases.add(
    "spatial_batchnorm_backward",
    "two forward passes before the first backward",
    asks="What `spatial_batchnorm_forward` returned in train mode",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    return forward_twice(
        lambda: impl.spatial_batchnorm_forward(*_inputs(rng, 2, 3, 2, 4), {"mode": "train"})[1],
        lambda cache: _gradients(impl, floats(rng, 2, 3, 2, 4), cache),
    )
