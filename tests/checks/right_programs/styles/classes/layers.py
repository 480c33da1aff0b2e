"""Every layer is a class; the functions make an object and keep it as the cache."""

from dataclasses import dataclass
from typing import Any

import numpy as np


class Affine:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, x):
        self.shape = x.shape
        self.rows = x.reshape(x.shape[0], self.w.shape[0])
        return np.matmul(self.rows, self.w) + self.b[None, :]

    def backward(self, dout):
        dx = np.matmul(dout, self.w.T).reshape(self.shape)
        return dx, np.matmul(self.rows.T, dout), np.ones(len(dout), dtype=dout.dtype) @ dout


def affine_forward(x, w, b):
    layer = Affine(w, b)
    return layer.forward(x), layer


def affine_backward(dout, cache):
    return cache.backward(dout)


class Relu:
    def __call__(self, x):
        self.off = x <= 0
        out = x.copy()
        out[self.off] = 0
        return out

    def backward(self, dout):
        dx = np.array(dout)
        dx[self.off] = 0
        return dx


def relu_forward(x):
    layer = Relu()
    return layer(x), layer


def relu_backward(dout, cache):
    return cache.backward(dout)


@dataclass
class Normaliser:
    """Mean 0 and variance 1 along an axis of a matrix."""

    axis: int
    eps: float

    def forward(self, x):
        self.n = x.shape[self.axis]
        self.mean = x.sum(self.axis, keepdims=True) / self.n
        self.centred = x - self.mean
        self.var = (self.centred**2).sum(self.axis, keepdims=True) / self.n
        self.std = (self.var + self.eps) ** 0.5
        return self.centred / self.std

    def backward(self, dz):
        dcentred = dz / self.std
        dstd = -(dz * self.centred).sum(self.axis, keepdims=True) / self.std**2
        dvar = dstd / (2 * self.std)
        dcentred = dcentred + 2 * self.centred * dvar / self.n
        return dcentred - dcentred.sum(self.axis, keepdims=True) / self.n


@dataclass
class Normalised:
    """What the backward pass of any normalisation needs."""

    layer: Normaliser
    z: Any
    gamma: Any

    def backward(self, dout):
        dx = self.layer.backward(dout * self.gamma)
        return dx, np.sum(dout * self.z, axis=0), np.sum(dout, axis=0)


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, keep = float(bn_param.get("eps", 1e-5)), float(bn_param.get("momentum", 0.9))
    for name in ("running_mean", "running_var"):
        if name not in bn_param:
            bn_param[name] = np.zeros(x.shape[1], dtype=x.dtype)
    if bn_param["mode"] != "train":
        z = (x - bn_param["running_mean"]) / np.sqrt(bn_param["running_var"] + eps)
        return z * gamma + beta, ()
    layer = Normaliser(0, eps)
    z = layer.forward(x)
    for name, value in (("running_mean", layer.mean), ("running_var", layer.var)):
        bn_param[name] = bn_param[name] * keep + value[0] * (1 - keep)
    return z * gamma + beta, Normalised(layer, z, gamma)


def batchnorm_backward(dout, cache):
    return cache.backward(dout)


def batchnorm_backward_alt(dout, cache):
    z, std = cache.z, cache.layer.std
    total, along = dout.sum(0), (dout * z).sum(0)
    N = len(dout)
    return cache.gamma / (N * std) * (N * dout - total - z * along), along, total


def layernorm_forward(x, gamma, beta, ln_param):
    layer = Normaliser(1, float(ln_param.get("eps", 1e-5)))
    z = layer.forward(x)
    return z * gamma + beta, Normalised(layer, z, gamma)


def layernorm_backward(dout, cache):
    return cache.backward(dout)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out, cache = batchnorm_forward(x.transpose(1, 0, 2, 3).reshape(C, -1).T, gamma, beta, bn_param)
    return out.T.reshape(C, N, H, W).transpose(1, 0, 2, 3), cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    rows = dout.transpose(1, 0, 2, 3).reshape(C, -1).T
    dx, dgamma, dbeta = batchnorm_backward(rows, cache)
    return dx.T.reshape(C, N, H, W).transpose(1, 0, 2, 3), dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    layer = Normaliser(1, float(gn_param.get("eps", 1e-5)))
    z = layer.forward(x.reshape(len(x) * G, -1)).reshape(x.shape)
    return z * gamma + beta, Normalised(layer, z, gamma)


def spatial_groupnorm_backward(dout, cache):
    dz = (dout * cache.gamma).reshape(len(cache.layer.std), -1)
    dx = cache.layer.backward(dz).reshape(dout.shape)

    def of_channels(array):
        return array.sum(axis=0).sum(axis=(1, 2)).reshape(1, -1, 1, 1)

    return dx, of_channels(dout * cache.z), of_channels(dout)


class Dropout:
    def __init__(self, keep):
        self.keep = keep

    def forward(self, x):
        kept = np.random.binomial(1, self.keep, size=x.shape)
        self.factors = (kept / self.keep).astype(x.dtype)
        return x * self.factors

    def backward(self, dout):
        return dout * self.factors


def dropout_forward(x, dropout_param):
    np.random.seed(dropout_param["seed"]) if dropout_param.get("seed") is not None else None
    if dropout_param["mode"] == "test":
        return x.copy(), None
    layer = Dropout(1 - float(dropout_param["p"]))
    return layer.forward(x), layer


def dropout_backward(dout, cache):
    return dout.copy() if cache is None else cache.backward(dout)


class Windows:
    """The windows of padded images, one position after the other."""

    def __init__(self, x, height, width, stride, pad=0):
        self.x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        self.inside = (..., slice(pad, pad + x.shape[2]), slice(pad, pad + x.shape[3]))
        self.height, self.width, self.stride = height, width, stride
        self.down = (self.x.shape[2] - height) // stride + 1
        self.across = (self.x.shape[3] - width) // stride + 1

    def __iter__(self):
        for place in range(self.down * self.across):
            i, j = divmod(place, self.across)
            top, left = i * self.stride, j * self.stride
            yield i, j, np.s_[:, :, top : top + self.height, left : left + self.width]


def conv_forward_naive(x, w, b, conv_param):
    windows = Windows(x, *w.shape[2:], conv_param["stride"], conv_param["pad"])
    out = np.zeros((len(x), len(w), windows.down, windows.across), dtype=x.dtype)
    for i, j, at in windows:
        out[:, :, i, j] = windows.x[at].reshape(len(x), -1) @ w.reshape(len(w), -1).T + b
    return out, (windows, w)


def conv_backward_naive(dout, cache):
    windows, w = cache
    dx, dw = np.zeros_like(windows.x), np.zeros_like(w)
    for i, j, at in windows:
        dx[at] += (dout[:, :, i, j] @ w.reshape(len(w), -1)).reshape(dx[at].shape)
        dw += (dout[:, :, i, j].T @ windows.x[at].reshape(len(dx), -1)).reshape(w.shape)
    return dx[windows.inside], dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward_naive(x, pool_param):
    windows = Windows(x, pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"])
    out = np.zeros((*x.shape[:2], windows.down, windows.across), dtype=x.dtype)
    for i, j, at in windows:
        out[:, :, i, j] = np.amax(x[at], axis=(2, 3))
    return out, windows


def max_pool_backward_naive(dout, cache):
    dx = np.zeros_like(cache.x)
    N, C = dx.shape[:2]
    for i, j, at in cache:
        flat = cache.x[at].reshape(N, C, -1)
        # Of several maxima any one, at random.
        noise = np.random.random(flat.shape)
        winner = np.where(flat == flat.max(axis=2, keepdims=True), noise, -1).argmax(axis=2)
        n, c = np.indices((N, C))
        row, column = np.divmod(winner, cache.width)
        dx[n, c, i * cache.stride + row, j * cache.stride + column] += dout[:, :, i, j]
    return dx
