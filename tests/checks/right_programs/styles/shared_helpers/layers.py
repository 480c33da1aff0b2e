"""Helpers that several layers share build their caches; no layer calls another one's forward."""

import numpy as np


def _linear(x, w, b):
    rows = x.reshape(x.shape[0], -1)
    return rows @ w + b, (x.shape, rows, w)


def affine_forward(x, w, b):
    return _linear(x, w, b)


def affine_backward(dout, cache):
    shape, rows, w = cache
    return (dout @ w.T).reshape(shape), rows.T @ dout, dout.sum(axis=0)


def _masked(values, factors):
    """What a mask makes of some values, and the mask as the cache."""
    return values * factors, factors


def relu_forward(x):
    return _masked(x, (x > 0).astype(x.dtype))


def relu_backward(dout, cache):
    return _masked(dout, cache)[0]


def dropout_forward(x, dropout_param):
    if dropout_param.get("seed") is not None:
        np.random.seed(dropout_param["seed"])
    factors = np.ones_like(x)
    if dropout_param["mode"] == "train":
        keep = 1 - float(dropout_param["p"])
        factors = (np.random.rand(*x.shape) < keep).astype(x.dtype) / keep
    return _masked(x, factors)


def dropout_backward(dout, cache):
    return _masked(dout, cache)[0]


def _normalise(x, axis, eps):
    mean, var = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)
    std = np.sqrt(var + eps)
    return (x - mean) / std, std, mean, var


def _undo(dz, z, std, axis):
    mean_of = {"axis": axis, "keepdims": True}
    return (dz - dz.mean(**mean_of) - z * (dz * z).mean(**mean_of)) / std


def _batchnorm(x, gamma, beta, bn_param):
    """The work of both batch normalisations, on rows; the cache has a name for everything."""
    eps, keep = float(bn_param.get("eps", 1e-5)), float(bn_param.get("momentum", 0.9))
    zeros = np.zeros(x.shape[1], dtype=x.dtype)
    mean, var = bn_param.get("running_mean", zeros), bn_param.get("running_var", zeros)
    if bn_param["mode"] == "test":
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, None
    z, std, batch_mean, batch_var = _normalise(x, 0, eps)
    bn_param["running_mean"] = keep * mean + (1 - keep) * batch_mean.ravel()
    bn_param["running_var"] = keep * var + (1 - keep) * batch_var.ravel()
    return gamma * z + beta, {"z": z, "std": std, "gamma": gamma, "axis": 0}


def _norm_backward(dout, cache):
    dx = _undo(dout * cache["gamma"], cache["z"], cache["std"], cache["axis"])
    return dx, (dout * cache["z"]).sum(axis=0), dout.sum(axis=0)


def batchnorm_forward(x, gamma, beta, bn_param):
    return _batchnorm(x, gamma, beta, bn_param)


def batchnorm_backward(dout, cache):
    return _norm_backward(dout, cache)


def batchnorm_backward_alt(dout, cache):
    return _norm_backward(dout, cache)


def layernorm_forward(x, gamma, beta, ln_param):
    z, std, _, _ = _normalise(x, 1, float(ln_param.get("eps", 1e-5)))
    return gamma * z + beta, {"z": z, "std": std, "gamma": gamma, "axis": 1}


def layernorm_backward(dout, cache):
    return _norm_backward(dout, cache)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    out, cache = _batchnorm(x.transpose(0, 2, 3, 1).reshape(-1, C), gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward(rows, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta


def _windows(H, W, height, width, stride):
    for i, top in enumerate(range(0, H - height + 1, stride)):
        for j, left in enumerate(range(0, W - width + 1, stride)):
            yield i, j, slice(top, top + height), slice(left, left + width)


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    big = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    H, W = big.shape[2:]
    out = np.zeros(
        (len(x), len(w), (H - w.shape[2]) // stride + 1, (W - w.shape[3]) // stride + 1),
        dtype=x.dtype,
    )
    for i, j, rows, columns in _windows(H, W, *w.shape[2:], stride):
        for f in range(len(w)):
            out[:, f, i, j] = (big[:, :, rows, columns] * w[f]).sum(axis=(1, 2, 3)) + b[f]
    return out, (big, w, conv_param["stride"], pad)


def conv_backward_naive(dout, cache):
    big, w, stride, pad = cache
    H, W = big.shape[2:]
    dbig, dw = np.zeros_like(big), np.zeros_like(w)
    for i, j, rows, columns in _windows(H, W, *w.shape[2:], stride):
        for f in range(len(w)):
            weights = dout[:, f, i, j].reshape(-1, 1, 1, 1)
            dbig[:, :, rows, columns] += weights * w[f]
            dw[f] += (weights * big[:, :, rows, columns]).sum(axis=0)
    return dbig[:, :, pad : H - pad, pad : W - pad], dw, dout.sum(axis=(0, 2, 3))


def max_pool_forward_naive(x, pool_param):
    size = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    out = {}
    for i, j, rows, columns in _windows(*x.shape[2:], *size):
        out[i, j] = x[:, :, rows, columns].max(axis=(2, 3))
    down, across = (1 + max(index) for index in zip(*out, strict=True))
    stacked = np.stack([out[index] for index in np.ndindex(down, across)], axis=-1)
    return stacked.reshape(*x.shape[:2], down, across), (x, size)


def max_pool_backward_naive(dout, cache):
    x, size = cache
    dx = np.zeros_like(x)
    for i, j, rows, columns in _windows(*x.shape[2:], *size):
        window = x[:, :, rows, columns]
        first = window == window.max(axis=(2, 3), keepdims=True)
        flat = first.reshape(*x.shape[:2], -1)
        flat &= np.cumsum(flat, axis=2) == 1
        dx[:, :, rows, columns] += flat.reshape(window.shape) * dout[:, :, i, j, None, None]
    return dx
