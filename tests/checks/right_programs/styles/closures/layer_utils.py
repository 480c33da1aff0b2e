"""The sandwich keeps a list of backward passes to be undone in turn."""

from .layers import (
    affine_backward,
    affine_forward,
    batchnorm_backward,
    batchnorm_forward,
    relu_backward,
    relu_forward,
)


def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    undo = []

    def step(forward, backward, *inputs):
        out, cache = forward(*inputs)
        undo.append(lambda dout: backward(dout, cache))
        return out

    out = step(affine_forward, affine_backward, x, w, b)
    out = step(batchnorm_forward, batchnorm_backward, out, gamma, beta, bn_param)
    return step(relu_forward, relu_backward, out), undo


def affine_bn_relu_backward(dout, cache):
    affine, norm, relu = cache
    dout, dgamma, dbeta = norm(relu(dout))
    return (*affine(dout), dgamma, dbeta)
