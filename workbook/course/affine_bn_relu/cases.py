"""Test cases of `layer_utils.py`: affine layer, batch normalisation and ReLU together."""

from typing import Any

import numpy as np

from workbook.cases import CaseList, absolute
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
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


def _inputs(rng: Rng, shape: tuple[int, ...], M: int, dtype: Dtype) -> tuple[Array, ...]:
    size = int(np.prod(shape[1:]))
    x, w, b = floats(rng, *shape), floats(rng, size, M), floats(rng, M)
    gamma, beta = rng.uniform(0.5, 2.0, size=M), rng.uniform(-1.0, 1.0, size=M)
    return tuple(array.astype(dtype) for array in (x, w, b, gamma, beta))


def _forward(
    impl: Any,
    rng: Rng,
    *shape: int,
    M: int,
    bn_param: dict[str, Any],
    dtype: Dtype = np.float64,
) -> Any:
    return impl.affine_bn_relu_forward(*_inputs(rng, shape, M, dtype), bn_param)


def _backward(impl: Any, rng: Rng, *shape: int, M: int, dtype: Dtype = np.float64) -> Arrays:
    _, cache = _forward(impl, rng, *shape, M=M, bn_param={"mode": "train"}, dtype=dtype)
    return _gradients(impl, floats(rng, shape[0], M, dtype=dtype), cache)


def _gradients(impl: Any, dout: Array, cache: Any) -> Arrays:
    dx, dw, db, dgamma, dbeta = impl.affine_bn_relu_backward(dout, cache)
    return {"dx": dx, "dw": dw, "db": db, "dgamma": dgamma, "dbeta": dbeta}


_DB = "0 in theory: batch normalisation takes every shift of its input away"
_BACK64 = {"db": absolute(1e-12, _DB), "*": FLOAT64}
_BACK32 = {"db": absolute(1e-4, _DB + "; float32 leaves 1e-6"), "*": FLOAT32}


@cases.add(
    "affine_bn_relu_forward",
    "training on images",
    asks="Affine layer, then batch normalisation, then a ReLU",
    limits=FLOAT64,
)
def training(impl: Any, rng: Rng) -> Arrays:
    out, _ = _forward(impl, rng, 4, 2, 3, M=5, bn_param={"mode": "train"})
    return {"out": out}


@cases.add(
    "affine_bn_relu_forward",
    "running averages",
    asks="As for `batchnorm_forward`, and kept as by it",
    limits=FLOAT64,
)
def averages(impl: Any, rng: Rng) -> Arrays:
    bn_param: dict[str, Any] = {"mode": "train", "momentum": 0.7}
    for _ in range(2):
        _forward(impl, rng, 5, 4, M=3, bn_param=bn_param)
    return take(bn_param, *_RUNNING)


@cases.add(
    "affine_bn_relu_forward",
    "test mode",
    asks="As for `batchnorm_forward`",
    limits=FLOAT64,
)
def test_mode(impl: Any, rng: Rng) -> Arrays:
    averages = {
        "running_mean": rng.uniform(-1, 1, size=4),
        "running_var": rng.uniform(0.5, 2, size=4),
    }
    out, _ = _forward(impl, rng, 2, 3, M=4, bn_param={"mode": "test", "eps": 0.1, **averages})
    return {"out": out}


@cases.add("affine_bn_relu_forward", "float32", asks="With the dtype of the inputs", limits=FLOAT32)
def single(impl: Any, rng: Rng) -> Arrays:
    out, _ = _forward(impl, rng, 6, 4, M=3, bn_param={"mode": "train"}, dtype=np.float32)
    return {"out": out}


@cases.add(
    "affine_bn_relu_backward",
    "rows of numbers",
    asks="db, dgamma, dbeta : ndarray, shape (M,)",
    limits=_BACK64,
)
def rows_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 5, 4, M=3)


@cases.add(
    "affine_bn_relu_backward",
    "images",
    asks="dx : ndarray, shape (N, d_1, ..., d_k)",
    limits=_BACK64,
)
def images_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 3, 2, 3, 2, M=4)


@cases.add(
    "affine_bn_relu_backward",
    "float32",
    asks="All with the dtype of the inputs",
    limits=_BACK32,
)
def single_back(impl: Any, rng: Rng) -> Arrays:
    return _backward(impl, rng, 6, 3, M=4, dtype=np.float32)


@cases.add(
    "affine_bn_relu_backward",
    "two forward passes before the first backward",
    asks="What `affine_bn_relu_forward` returned in train mode",
    limits=_BACK64,
)
def two_layers(impl: Any, rng: Rng) -> Arrays:
    return forward_twice(
        lambda: _forward(impl, rng, 5, 3, M=4, bn_param={"mode": "train"})[1],
        lambda cache: _gradients(impl, floats(rng, 5, 4), cache),
    )
