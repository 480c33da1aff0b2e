"""Every cache is a function: the layer's own backward pass."""

import numpy as np


def affine_forward(x, w, b):
    flat = x.reshape(len(x), -1)

    def back(dout):
        return dout.dot(w.T).reshape(x.shape), flat.T.dot(dout), np.sum(dout, 0)

    return flat.dot(w) + b, (back,)


def affine_backward(dout, cache):
    return cache[0](dout)


def relu_forward(x):
    out = np.where(x > 0, x, np.zeros_like(x))
    return out, lambda dout: np.where(x > 0, dout, np.zeros_like(dout))


def relu_backward(dout, cache):
    return cache(dout)


def softmax_loss(x, y):
    def log_normaliser(scores):
        top = scores.max(axis=1, keepdims=True)
        return top + np.log(np.exp(scores - top).sum(axis=1, keepdims=True))

    logs = x - log_normaliser(x)
    right = np.zeros_like(x)
    right[np.arange(len(y)), y] = 1
    loss = -np.sum(logs * right) / len(y)
    return loss, (np.exp(logs) - right) / len(y)


def svm_loss(x, y):
    n = np.arange(len(y))
    gap = x - x[n, y].reshape(-1, 1) + 1
    wrong = np.ones(x.shape, dtype=bool)
    wrong[n, y] = False
    costs = (gap > 0) & wrong
    dx = costs.astype(x.dtype)
    dx[n, y] -= costs.sum(axis=1).astype(x.dtype)
    return np.sum(gap[costs]) / len(y), dx / len(y)


def _normaliser(x, gamma, beta, eps, axis):
    """Output, statistics, and the gradient of what is normalised along an axis."""
    mu = x.mean(axis=axis, keepdims=True)
    sigma = np.sqrt(x.var(axis=axis, keepdims=True) + eps)
    z = (x - mu) / sigma

    def back(dout):
        dz = dout * gamma
        inner = dz - dz.mean(axis=axis, keepdims=True)
        inner = inner - z * np.mean(dz * z, axis=axis, keepdims=True)
        return inner / sigma, (dout * z).sum(axis=0), dout.sum(axis=0)

    return gamma * z + beta, mu, x.var(axis=axis, keepdims=True), back


def batchnorm_forward(x, gamma, beta, bn_param):
    eps = float(bn_param.get("eps", 1e-5))
    keep = float(bn_param.get("momentum", 0.9))
    zeros = np.zeros(x.shape[1], dtype=x.dtype)
    mean = bn_param.get("running_mean", zeros)
    var = bn_param.get("running_var", zeros)
    if bn_param["mode"] == "test":
        return gamma * (x - mean) / np.sqrt(var + eps) + beta, None
    out, batch_mean, batch_var, back = _normaliser(x, gamma, beta, eps, 0)
    bn_param["running_mean"] = keep * mean + (1 - keep) * batch_mean[0]
    bn_param["running_var"] = keep * var + (1 - keep) * batch_var[0]
    return out, (back,)


def batchnorm_backward(dout, cache):
    (back,) = cache
    return back(dout)


def batchnorm_backward_alt(dout, cache):
    return cache[0](dout)


def layernorm_forward(x, gamma, beta, ln_param):
    out, _, _, back = _normaliser(x, gamma, beta, float(ln_param.get("eps", 1e-5)), 1)
    return out, (back,)


def layernorm_backward(dout, cache):
    return cache[0](dout)


def dropout_forward(x, dropout_param):
    if dropout_param.get("seed") is not None:
        np.random.seed(dropout_param["seed"])
    if dropout_param["mode"] == "test":
        return x, lambda dout: dout
    stay = 1 - float(dropout_param["p"])
    kept = np.random.uniform(size=x.shape) < stay

    def through(values):
        return np.where(kept, values / stay, np.zeros_like(values))

    return through(x), through


def dropout_backward(dout, cache):
    return cache(dout)


def _positions(size, window, stride):
    return [slice(at, at + window) for at in range(0, size - window + 1, stride)]


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    H, W = x.shape[2:]
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    rows = _positions(H + 2 * pad, w.shape[2], stride)
    columns = _positions(W + 2 * pad, w.shape[3], stride)
    out = np.array(
        [
            [np.tensordot(padded[:, :, r, c], w, ((1, 2, 3), (1, 2, 3))) for c in columns]
            for r in rows
        ]
    )

    def back(dout):
        dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                dpadded[:, :, r, c] += np.tensordot(dout[:, :, i, j], w, (1, 0))
                dw += np.tensordot(dout[:, :, i, j], padded[:, :, r, c], (0, 0))
        return dpadded[:, :, pad : pad + H, pad : pad + W], dw, dout.sum((0, 2, 3))

    return out.transpose(2, 3, 0, 1) + b.reshape(1, -1, 1, 1), back


def conv_backward_naive(dout, cache):
    return cache(dout)


def max_pool_forward_naive(x, pool_param):
    stride = pool_param["stride"]
    rows = _positions(x.shape[2], pool_param["pool_height"], stride)
    columns = _positions(x.shape[3], pool_param["pool_width"], stride)
    out = np.stack([np.stack([x[:, :, r, c].max((2, 3)) for c in columns], -1) for r in rows], -2)

    def back(dout):
        dx = np.zeros_like(x)
        for i, r in enumerate(rows):
            for j, c in enumerate(columns):
                window = x[:, :, r, c]
                best = window == window.max((2, 3), keepdims=True)
                share = best / best.sum((2, 3), keepdims=True)
                dx[:, :, r, c] += (share * dout[:, :, i, j, None, None]).astype(x.dtype)
        return dx

    return out, back


def max_pool_backward_naive(dout, cache):
    return cache(dout)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    rows, back = batchnorm_forward(np.moveaxis(x, 1, 3).reshape(-1, C), gamma, beta, bn_param)
    return np.moveaxis(rows.reshape(N, H, W, C), 3, 1), back


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dx, dgamma, dbeta = batchnorm_backward(np.moveaxis(dout, 1, 3).reshape(-1, C), cache)
    return np.moveaxis(dx.reshape(N, H, W, C), 3, 1), dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N = x.shape[0]
    groups = x.reshape(N, G, -1)
    mu = groups.mean(axis=2, keepdims=True)
    sigma = np.sqrt(groups.var(axis=2, keepdims=True) + float(gn_param.get("eps", 1e-5)))
    z = (groups - mu) / sigma

    def back(dout):
        dz = (dout * gamma).reshape(N, G, -1)
        dx = (dz - dz.mean(2, keepdims=True) - z * (dz * z).mean(2, keepdims=True)) / sigma
        sums = {"axis": (0, 2, 3), "keepdims": True}
        return dx.reshape(x.shape), (dout * z.reshape(x.shape)).sum(**sums), dout.sum(**sums)

    return z.reshape(x.shape) * gamma + beta, back


def spatial_groupnorm_backward(dout, cache):
    return cache(dout)
