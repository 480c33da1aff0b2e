"""Loops over every number, sizes from whatever is at hand, lists where arrays would do."""

import math

import numpy as np


def affine_forward(x, w, b):
    D, M = w.shape
    rows = [sample.ravel() for sample in x]
    out = np.zeros((len(rows), M), dtype=x.dtype)
    for n, row in enumerate(rows):
        for m in range(M):
            out[n, m] = sum(row[d] * w[d, m] for d in range(D)) + b[m]
    return out, [x, w]


def affine_backward(dout, cache):
    x, w = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(w[0])
    for n in range(dout.shape[0]):
        row = x[n].ravel()
        dx[n] = np.array([dout[n] @ w[d] for d in range(len(w))]).reshape(x[n].shape)
        for m in range(dout.shape[1]):
            dw[:, m] += dout[n, m] * row
            db[m] += dout[n, m]
    return dx, dw, db


def relu_forward(x):
    out = np.empty_like(x)
    for index, value in np.ndenumerate(x):
        out[index] = value if value > 0 else 0
    return out, {"x": x.copy()}


def relu_backward(dout, cache):
    dx = np.zeros_like(dout)
    for index, value in np.ndenumerate(cache["x"]):
        if value > 0:
            dx[index] = dout[index]
    return dx


def softmax_loss(x, y):
    N, C = x.shape
    dx, total = np.zeros_like(x), 0.0
    for n in range(N):
        top = float(max(x[n]))
        powers = [math.exp(float(s) - top) for s in x[n]]
        total += math.log(sum(powers)) - (float(x[n, y[n]]) - top)
        for c in range(C):
            dx[n, c] = (powers[c] / sum(powers) - (c == y[n])) / N
    return total / N, dx


def svm_loss(x, y):
    N, C = x.shape
    dx, total = np.zeros_like(x), 0.0
    for n in range(N):
        for c in range(C):
            excess = x[n, c] - x[n, y[n]] + 1
            if c != y[n] and excess > 0:
                total += excess
                dx[n, c] += 1 / N
                dx[n, y[n]] -= 1 / N
    return total / N, dx


def layernorm_forward(x, gamma, beta, ln_param):
    eps = float(ln_param.get("eps", 1e-5))
    out, kept = np.empty_like(x), []
    for n, row in enumerate(x):
        std = math.sqrt(float(row.var()) + eps)
        z = (row - row.mean()) / std
        out[n] = gamma * z + beta
        kept.append((z, std))
    return out, (gamma, kept)


def layernorm_backward(dout, cache):
    gamma, kept = cache
    dx, dgamma, dbeta = np.empty_like(dout), np.zeros_like(gamma), np.zeros_like(gamma)
    for n, (z, std) in enumerate(kept):
        dz = dout[n] * gamma
        dx[n] = (dz - dz.mean() - z * (dz * z).mean()) / std
        dgamma += dout[n] * z
        dbeta += dout[n]
    if len(kept) != len(dout):
        raise ValueError("dout has another number of samples")
    return dx, dgamma, dbeta


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, keep = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    N, D = x.shape
    means = bn_param.get("running_mean", np.zeros(D)).astype(x.dtype)
    variances = bn_param.get("running_var", np.zeros(D)).astype(x.dtype)
    out, columns = np.empty_like(x), []
    for d in range(D):
        mean, var = means[d], variances[d]
        if bn_param["mode"] == "train":
            mean = x[:, d].sum() / N
            var = ((x[:, d] - mean) ** 2).sum() / N
            means[d] = keep * means[d] + (1 - keep) * mean
            variances[d] = keep * variances[d] + (1 - keep) * var
        z = (x[:, d] - mean) / math.sqrt(var + eps)
        columns.append((z, math.sqrt(var + eps)))
        out[:, d] = gamma[d] * z + beta[d]
    if bn_param["mode"] == "train":
        bn_param.update(running_mean=means, running_var=variances)
    return out, (columns, gamma)


def batchnorm_backward(dout, cache):
    columns, gamma = cache
    dx = np.empty_like(dout)
    for d, (z, std) in enumerate(columns):
        dz = dout[:, d] * gamma[d]
        dx[:, d] = (dz - dz.mean() - z * (dz * z).mean()) / std
    dgamma = [dout[:, d] @ z for d, (z, _) in enumerate(columns)]
    return dx, np.array(dgamma, dtype=dout.dtype), dout.sum(axis=0)


def batchnorm_backward_alt(dout, cache):
    columns, gamma = cache
    z = np.stack([z for z, _ in columns], axis=1)
    std = np.array([std for _, std in columns], dtype=dout.dtype)
    dgamma, dbeta = np.einsum("nd,nd->d", dout, z), np.einsum("nd->d", dout)
    dx = (gamma / std) * (dout - (dbeta + z * dgamma) / len(dout))
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    if dropout_param.get("seed") is not None:
        np.random.seed(dropout_param["seed"])
    factors = np.ones_like(x)
    if dropout_param["mode"] == "train":
        p = float(dropout_param["p"])
        for index in np.ndindex(x.shape):
            factors[index] = 0 if np.random.rand() < p else 1 / (1 - p)
    return x * factors, [factors]


def dropout_backward(dout, cache):
    return np.multiply(dout, cache[0])


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    big = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=x.dtype)
    big[:, :, pad : pad + H, pad : pad + W] = x
    shape = (N, F, int((H + 2 * pad - HH) / stride + 1), int((W + 2 * pad - WW) / stride + 1))
    out = np.zeros(shape, dtype=x.dtype)
    for n, f, i, j in np.ndindex(shape):
        for c, p, q in np.ndindex(C, HH, WW):
            out[n, f, i, j] += big[n, c, i * stride + p, j * stride + q] * w[f, c, p, q]
        out[n, f, i, j] += b[f]
    return out, (x.shape, big, w, conv_param["stride"], pad)


def conv_backward_naive(dout, cache):
    (_, C, H, W), big, w, stride, pad = cache
    dbig, dw, db = np.zeros_like(big), np.zeros_like(w), np.zeros_like(w[:, 0, 0, 0])
    for (n, f, i, j), value in np.ndenumerate(dout):
        db[f] += value
        for c, p, q in np.ndindex(C, *w.shape[2:]):
            dbig[n, c, i * stride + p, j * stride + q] += value * w[f, c, p, q]
            dw[f, c, p, q] += value * big[n, c, i * stride + p, j * stride + q]
    return dbig[:, :, pad : pad + H, pad : pad + W], dw, db


def max_pool_forward_naive(x, pool_param):
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - height) // stride + 1, (W - width) // stride + 1), dtype=x.dtype)
    places = {}
    for n, c, i, j in np.ndindex(out.shape):
        best = (i * stride, j * stride)
        for p, q in np.ndindex(height, width):
            here = (i * stride + p, j * stride + q)
            # The last of several maxima wins.
            if x[(n, c, *here)] >= x[(n, c, *best)]:
                best = here
        places[n, c, i, j] = best
        out[n, c, i, j] = x[(n, c, *best)]
    return out, (places, np.zeros_like(x))


def max_pool_backward_naive(dout, cache):
    places, zeros = cache
    dx = zeros.copy()
    for (n, c, i, j), best in places.items():
        dx[(n, c, *best)] += dout[n, c, i, j]
    return dx
