"""Test cases of batch normalisation as a layer object, for matrices and for images."""

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
)

cases = CaseList()

_CHANNEL = "one mean and one variance for each channel, taken over all samples and all positions"
_RUNNING = "After a training pass: momentum * old + (1 - momentum) * what this batch had"
_TEST = "False: normalise with the running averages, and leave them alone"


def _x(rng: Rng, *shape: int, dtype: Dtype = np.float64) -> Array:
    """Features with means and spreads of their own."""
    per_feature = (1, shape[1]) + (1,) * (len(shape) - 2)
    x = rng.uniform(0.5, 3.0, size=per_feature) * rng.standard_normal(shape)
    return (x + rng.uniform(-2, 2, size=per_feature)).astype(dtype)


def _layer(impl: Any, rng: Rng, features: int, dtype: Dtype = np.float64, **options: Any) -> Any:
    gamma = rng.uniform(0.5, 2.0, size=features).astype(dtype)
    beta = rng.uniform(-1.0, 1.0, size=features).astype(dtype)
    return impl.scratch.BatchNormalization(gamma, beta, **options)


def _averages(rng: Rng, features: int) -> dict[str, Any]:
    return {
        "running_mean": rng.uniform(-1, 1, size=features),
        "running_var": rng.uniform(0.5, 2, size=features),
    }


def _kept(layer: Any) -> Arrays:
    return {"running_mean": layer.running_mean, "running_var": layer.running_var}


def _run(impl: Any, rng: Rng, *shape: int, dtype: Dtype = np.float64) -> Arrays:
    layer = _layer(impl, rng, shape[1], dtype)
    out = layer.forward(_x(rng, *shape, dtype=dtype))
    dx = layer.backward(floats(rng, *shape, dtype=dtype))
    return {"out": out, "dx": dx, "dgamma": layer.dgamma, "dbeta": layer.dbeta}


@cases.add(
    "scratch.BatchNormalization",
    "training on a matrix",
    asks="the mean squared distance from the mean, without Bessel's correction",
    limits=FLOAT64,
)
def matrix(impl: Any, rng: Rng) -> Arrays:
    return {"out": _layer(impl, rng, 3).forward(_x(rng, 4, 3))}


@cases.add("scratch.BatchNormalization", "training on images", asks=_CHANNEL, limits=FLOAT64)
def images(impl: Any, rng: Rng) -> Arrays:
    return {"out": _layer(impl, rng, 3).forward(_x(rng, 2, 3, 4, 5))}


@cases.add(
    "scratch.BatchNormalization",
    "running averages of three batches",
    asks=_RUNNING,
    limits=FLOAT64,
)
def running(impl: Any, rng: Rng) -> Arrays:
    layer = _layer(impl, rng, 4, momentum=0.7)
    for _ in range(3):
        layer.forward(_x(rng, 5, 4))
    return _kept(layer)


@cases.add(
    "scratch.BatchNormalization",
    "running averages of images",
    asks="running_mean, running_var : ndarray, shape of `gamma`",
    limits=FLOAT64,
)
def running_images(impl: Any, rng: Rng) -> Arrays:
    layer = _layer(impl, rng, 2, **_averages(rng, 2))
    layer.forward(_x(rng, 3, 2, 2, 3))
    return _kept(layer)


@cases.add(
    "scratch.BatchNormalization",
    "test mode",
    asks=_TEST,
    limits={"running_mean": SAME, "running_var": SAME, "*": FLOAT64},
)
def test_mode(impl: Any, rng: Rng) -> Arrays:
    layer = _layer(impl, rng, 3, **_averages(rng, 3))
    rows = layer.forward(_x(rng, 4, 3), train_flg=False)
    pictures = layer.forward(_x(rng, 2, 3, 2, 2), train_flg=False)
    return {"out": rows, "images": pictures, **_kept(layer)}


@cases.add(
    "scratch.BatchNormalization",
    "test mode, one sample",
    asks="a sample's output then does not depend on the others, and one sample will do",
    limits=FLOAT64,
)
def test_one(impl: Any, rng: Rng) -> Arrays:
    layer = _layer(impl, rng, 4, **_averages(rng, 4))
    return {"out": layer.forward(_x(rng, 1, 4), False)}


@cases.add(
    "scratch.BatchNormalization",
    "features that hardly vary, and one that never does",
    asks="a feature that never changes gives beta and not NaN",
    limits=FLOAT64,
)
def flat(impl: Any, rng: Rng) -> Arrays:
    # A variance of the size of eps, so that eps shows.
    x = 3e-3 * _x(rng, 5, 3)
    x[:, 1] = 0.5
    return {"hardly_varying": _layer(impl, rng, 3).forward(x)}


@cases.add(
    "scratch.BatchNormalization",
    "gradients for a matrix",
    asks="Every entry of `x` also moves its feature's mean and variance, and this is counted",
    limits=FLOAT64,
)
def matrix_back(impl: Any, rng: Rng) -> Arrays:
    return _run(impl, rng, 4, 3)


@cases.add(
    "scratch.BatchNormalization",
    "gradients for images",
    asks="left in `self.dgamma` and `self.dbeta`, of their shape",
    limits=FLOAT64,
)
def images_back(impl: Any, rng: Rng) -> Arrays:
    return _run(impl, rng, 2, 3, 4, 2)


@cases.add(
    "scratch.BatchNormalization",
    "gradients where eps counts",
    asks="divided by sqrt(variance + eps) with eps = 1e-5",
    limits=FLOAT64,
)
def flat_back(impl: Any, rng: Rng) -> Arrays:
    layer = _layer(impl, rng, 3)
    layer.forward(3e-3 * _x(rng, 4, 3))
    dx = layer.backward(floats(rng, 4, 3))
    return {"dx": dx, "dgamma": layer.dgamma, "dbeta": layer.dbeta}


@cases.add(
    "scratch.BatchNormalization",
    "the same dout for every sample",
    asks="Gradient with respect to the output",
    limits={
        "dx": absolute(1e-12, "0 in theory: shifting a feature leaves its output as it is"),
        "dgamma": absolute(1e-12, "0 in theory: the normalised inputs of a feature sum to 0"),
        "dbeta": FLOAT64,
    },
)
def constant(impl: Any, rng: Rng) -> Arrays:
    layer = _layer(impl, rng, 4)
    layer.forward(_x(rng, 6, 4))
    dx = layer.backward(np.tile(floats(rng, 4), (6, 1)))
    return {"dx": dx, "dgamma": layer.dgamma, "dbeta": layer.dbeta}


@cases.add(
    "scratch.BatchNormalization",
    "a test pass before backward",
    asks="Gradients for the last training pass",
    limits=FLOAT64,
)
def test_between(impl: Any, rng: Rng) -> Arrays:
    layer = _layer(impl, rng, 3)
    layer.forward(_x(rng, 2, 3, 2, 2))
    layer.forward(_x(rng, 4, 3))
    layer.forward(_x(rng, 4, 3), train_flg=False)
    layer.forward(_x(rng, 2, 3, 1, 2), train_flg=False)
    dx = layer.backward(floats(rng, 4, 3))
    return {"dx": dx, "dgamma": layer.dgamma, "dbeta": layer.dbeta}


@cases.add(
    "scratch.BatchNormalization",
    "gamma and beta that training has written into",
    asks="held by the layer, as in `Affine`",
    limits=FLOAT64,
)
def held(impl: Any, rng: Rng) -> Arrays:
    gamma, beta = rng.uniform(0.5, 2.0, size=2), rng.uniform(-1.0, 1.0, size=2)
    layer = impl.scratch.BatchNormalization(gamma, beta)
    gamma *= 3.0
    beta -= 1.0
    out = layer.forward(_x(rng, 3, 2))
    return {"out": out, "dx": layer.backward(floats(rng, 3, 2))}


@cases.add(
    "scratch.BatchNormalization",
    "two layers, forward before backward",
    asks="Gradient with respect to `x`",
    limits=FLOAT64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    def forward() -> Any:
        layer = _layer(impl, rng, 3)
        layer.forward(_x(rng, 4, 3))
        return layer

    def backward(layer: Any) -> Arrays:
        dx = layer.backward(floats(rng, 4, 3))
        return {"dx": dx, "dgamma": layer.dgamma, "dbeta": layer.dbeta, **_kept(layer)}

    return forward_twice(forward, backward)


@cases.add(
    "scratch.BatchNormalization",
    "float32",
    asks="what comes out of a layer has the dtype that went in",
    limits=FLOAT32,
)
def single(impl: Any, rng: Rng) -> Arrays:
    return _run(impl, rng, 6, 4, dtype=np.float32)


@cases.add(
    "scratch.BatchNormalization",
    "arguments left alone",
    asks="These arrays are not changed",
    limits=FLOAT64,
    keeps=("gamma", "beta", "running_mean", "running_var", "x", "dout"),
)
def keeps(impl: Any, rng: Rng) -> Arrays:
    layer = _layer(impl, rng, 2, **_averages(rng, 2))
    out = layer.forward(_x(rng, 4, 2))
    return {"out": out, "dx": layer.backward(floats(rng, 4, 2)), **_kept(layer)}
