"""Wrong ways to write affine_bn_relu_backward, and right ones in other words."""

import numpy as np

RELU = "dnormalised = relu_backward(dout, relu_cache)"
NORM = "da, dgamma, dbeta = batchnorm_backward(dnormalised, bn_cache)"
AFFINE = "dx, dw, db = affine_backward(da, affine_cache)"

wrong_edit("affine_bn_relu_backward.no_relu", (RELU, "dnormalised = dout"))
wrong_edit(
    "affine_bn_relu_backward.same_order_as_forward",
    (RELU, "dnormalised, dgamma, dbeta = batchnorm_backward(dout, bn_cache)"),
    (NORM, "da = relu_backward(dnormalised, relu_cache)"),
)
wrong_edit(
    "affine_bn_relu_backward.no_norm",
    (AFFINE, "dx, dw, db = affine_backward(dnormalised, affine_cache)"),
)
wrong_edit(
    "affine_bn_relu_backward.affine_gets_dout",
    (AFFINE, "dx, dw, db = affine_backward(dout, affine_cache)"),
)
wrong_edit(
    "affine_bn_relu_backward.norm_gets_dout",
    (NORM, "da, dgamma, dbeta = batchnorm_backward(dout, bn_cache)"),
    message="affine_bn_relu_backward.no_relu",
)
wrong_edit(
    "affine_bn_relu_backward.dgamma_and_dbeta_swapped",
    (NORM, "da, dbeta, dgamma = batchnorm_backward(dnormalised, bn_cache)"),
)
wrong_edit(
    "affine_bn_relu_backward.db_from_the_norm",
    (AFFINE, "dx, dw, _ = affine_backward(da, affine_cache)\n    db = dbeta"),
)
wrong_edit(
    "affine_bn_relu_backward.dw_and_db_swapped",
    (AFFINE, "dx, db, dw = affine_backward(da, affine_cache)"),
)
wrong_edit(
    "affine_bn_relu_backward.one_cache_for_all",
    (
        "cache = (affine_cache, bn_cache, relu_cache)",
        "cache = affine_bn_relu_forward.__dict__.setdefault('kept', [])\n    cache[:] = (affine_cache, bn_cache, relu_cache)",
    ),
    of="affine_bn_relu_forward",
    message="shared.one_cache_for_all",
)


@right("affine_bn_relu_backward.written_out")
def affine_bn_relu_backward(dout, cache):
    fc_cache, bn_cache, relu_cache = cache
    dout = relu_backward(dout, relu_cache)
    dout, dgamma, dbeta = batchnorm_backward(dout, bn_cache)
    return (*affine_backward(dout, fc_cache), dgamma, dbeta)


@right("affine_bn_relu_backward.another_cache")
def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    a, fc_cache = affine_forward(x, w, b)
    n, bn_cache = batchnorm_forward(a, gamma, beta, bn_param)
    return np.maximum(n, 0), {"fc": fc_cache, "bn": bn_cache, "mask": n > 0}


@right("affine_bn_relu_backward.another_cache")
def affine_bn_relu_backward(dout, cache):
    da, dgamma, dbeta = batchnorm_backward(dout * cache["mask"], cache["bn"])
    dx, dw, db = affine_backward(da, cache["fc"])
    # Batch normalisation takes every shift of its input away, so nothing is left for the bias.
    return dx, dw, np.zeros_like(db), dgamma, dbeta
