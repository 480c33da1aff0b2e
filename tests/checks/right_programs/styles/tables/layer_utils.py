"""Forward functions are looked up in a table, backward functions are called by name."""

from .layers import (
    affine_backward,
    affine_forward,
    batchnorm_backward,
    batchnorm_forward,
    relu_backward,
    relu_forward,
)

STEPS = {"affine": affine_forward, "norm": batchnorm_forward, "relu": relu_forward}


def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    inputs = {"affine": (w, b), "norm": (gamma, beta, bn_param), "relu": ()}
    caches = {}
    for name, forward in STEPS.items():
        x, caches[name] = forward(x, *inputs[name])
    return x, caches


def affine_bn_relu_backward(dout, cache):
    dout = relu_backward(dout, cache["relu"])
    dout, dgamma, dbeta = batchnorm_backward(dout, cache["norm"])
    dx, dw, db = affine_backward(dout, cache["affine"])
    return dx, dw, db, dgamma, dbeta
