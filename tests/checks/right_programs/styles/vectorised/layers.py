"""No loop over numbers: einsum, views of windows, and sums at index arrays."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def affine_forward(x, w, b):
    rows = x.reshape(x.shape[0], -1)
    return np.einsum("nd,dm->nm", rows, w) + b, dict(x=x, w=w)


def affine_backward(dout, cache):
    x, w = cache["x"], cache["w"]
    dw = np.einsum("nd,nm->dm", x.reshape(x.shape[0], -1), dout)
    return np.einsum("nm,dm->nd", dout, w).reshape(x.shape), dw, np.einsum("nm->m", dout)


def relu_forward(x):
    return (np.abs(x) + x) * x.dtype.type(0.5), np.heaviside(x, 0).astype(x.dtype)


def relu_backward(dout, cache):
    return np.multiply(cache, dout)


def softmax_loss(x, y):
    N = x.shape[0]
    shifted = x - np.max(x, axis=1)[:, np.newaxis]
    normaliser = np.logaddexp.reduce(shifted, axis=1)
    loss = np.mean(normaliser - np.take_along_axis(shifted, y[:, None], axis=1)[:, 0])
    one_hot = np.eye(x.shape[1], dtype=x.dtype)[y]
    return loss, (np.exp(shifted - normaliser[:, None]) - one_hot) / N


def svm_loss(x, y):
    N, C = x.shape
    wrong = 1 - np.eye(C, dtype=x.dtype)[y]
    margins = np.clip(x - np.take_along_axis(x, y[:, None], 1) + 1, 0, None) * wrong
    dx = np.sign(margins)
    dx -= (1 - wrong) * dx.sum(axis=1, keepdims=True)
    return margins.sum() / N, dx / N


def batchnorm_forward(x, gamma, beta, bn_param):
    eps = float(bn_param.get("eps", 1e-5))
    old = [bn_param.get(f"running_{what}", np.zeros_like(gamma)) for what in ("mean", "var")]
    if bn_param["mode"] == "test":
        scale = gamma / np.sqrt(old[1] + eps)
        return x * scale + (beta - old[0] * scale), None
    mean = np.einsum("nd->d", x) / len(x)
    var = np.einsum("nd,nd->d", x - mean, x - mean) / len(x)
    momentum = float(bn_param.get("momentum", 0.9))
    for what, before, now in zip(("mean", "var"), old, (mean, var), strict=True):
        bn_param[f"running_{what}"] = now + momentum * (before - now)
    z = (x - mean) * (var + eps) ** -0.5
    return np.einsum("d,nd->nd", gamma, z) + beta, (z, gamma * (var + eps) ** -0.5)


def batchnorm_backward(dout, cache):
    z, scale = cache
    N = len(z)
    dgamma = np.einsum("nd,nd->d", dout, z)
    # The whole Jacobian of a feature: identity, less the mean, less the part along z.
    jacobian = np.eye(N, dtype=z.dtype)[..., None] - (1 + np.einsum("nd,md->nmd", z, z)) / N
    return scale * np.einsum("nmd,md->nd", jacobian, dout), dgamma, dout.sum(axis=0)


def batchnorm_backward_alt(dout, cache):
    z, scale = cache
    dgamma, dbeta = (dout * z).sum(0), dout.sum(0)
    return scale * (dout - (z * dgamma + dbeta) / len(z)), dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    centred = x - np.einsum("nd->n", x)[:, None] / x.shape[1]
    spread = np.einsum("nd,nd->n", centred, centred)[:, None] / x.shape[1]
    inverse = (spread + float(ln_param.get("eps", 1e-5))) ** -0.5
    return gamma * (centred * inverse) + beta, (centred, inverse, gamma)


def layernorm_backward(dout, cache):
    centred, inverse, gamma = cache
    D, g = centred.shape[1], dout * gamma
    along = np.einsum("nd,nd->n", g, centred)[:, None] * inverse**2 / D
    dx = inverse * (g - g.sum(axis=1, keepdims=True) / D - centred * along)
    return dx, np.einsum("nd,nd,no->d", dout, centred, inverse), dout.sum(axis=0)


def dropout_forward(x, dropout_param):
    if dropout_param.get("seed") is not None:
        np.random.seed(dropout_param["seed"])
    if dropout_param["mode"] == "test":
        return x, (None,)
    keep = 1.0 - float(dropout_param["p"])
    draws = np.floor(np.random.random_sample(x.shape) + keep)
    factors = np.divide(draws, keep).astype(x.dtype)
    return np.einsum("...,...->...", x, factors), (factors,)


def dropout_backward(dout, cache):
    return dout if cache[0] is None else dout * cache[0]


def _views(x, height, width, stride):
    return sliding_window_view(x, (height, width), axis=(2, 3))[:, :, ::stride, ::stride]


def _scatter(windows, shape, stride):
    """Add windows (N, C, H', W', h, w) back into images."""
    N, C, down, across, height, width = windows.shape
    images = np.zeros(shape, dtype=windows.dtype)
    n, c, i, j, p, q = np.ogrid[:N, :C, :down, :across, :height, :width]
    np.add.at(images, (n, c, i * stride + p, j * stride + q), windows)
    return images


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    big = np.pad(x, ((0,), (0,), (pad,), (pad,)))
    views = _views(big, w.shape[2], w.shape[3], stride)
    out = np.einsum("ncijhw,fchw->nfij", views, w) + b[:, None, None]
    return out, (views, big.shape, w, conv_param["stride"], pad)


def conv_backward_naive(dout, cache):
    views, shape, w, stride, pad = cache
    dbig = _scatter(np.einsum("nfij,fchw->ncijhw", dout, w), shape, stride)
    dw = np.einsum("nfij,ncijhw->fchw", dout, views)
    H, W = shape[2:]
    return dbig[:, :, pad : H - pad, pad : W - pad], dw, np.einsum("nfij->f", dout)


def max_pool_forward_naive(x, pool_param):
    height, width = pool_param["pool_height"], pool_param["pool_width"]
    views = _views(x, height, width, pool_param["stride"])
    return views.max(axis=(4, 5)), (views, x.shape, pool_param["stride"])


def max_pool_backward_naive(dout, cache):
    views, shape, stride = cache
    flat = views.reshape(*views.shape[:4], -1)
    winners = np.zeros_like(flat)
    np.put_along_axis(winners, flat.argmax(axis=-1)[..., None], 1, axis=-1)
    return _scatter(winners.reshape(views.shape) * dout[..., None, None], shape, stride)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    flat = np.einsum("nchw->nhwc", x).reshape(N * H * W, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    return np.einsum("nhwc->nchw", out.reshape(N, H, W, C)), cache


def spatial_batchnorm_backward(dout, cache):
    # Not by batchnorm_backward: its Jacobian would be large for images.
    z, scale = cache
    N, C, H, W = dout.shape
    flat = np.einsum("nchw->nhwc", dout).reshape(-1, C)
    dgamma, dbeta = np.einsum("nd,nd->d", flat, z), flat.sum(axis=0)
    dx = scale * (flat - (z * dgamma + dbeta) / len(z))
    return np.einsum("nhwc->nchw", dx.reshape(N, H, W, C)), dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    groups = x.reshape(N, G, C // G, H, W)
    axes = (2, 3, 4)
    centred = groups - groups.mean(axis=axes, keepdims=True)
    inverse = (centred.var(axis=axes, keepdims=True) + float(gn_param.get("eps", 1e-5))) ** -0.5
    z = (centred * inverse).reshape(x.shape)
    return np.einsum("ocpq,nchw->nchw", gamma, z) + beta, (z, inverse, gamma)


def spatial_groupnorm_backward(dout, cache):
    z, inverse, gamma = cache
    shape = (*inverse.shape[:2], -1, *dout.shape[2:])
    g, grouped = (dout * gamma).reshape(shape), z.reshape(shape)
    axes = (2, 3, 4)
    along = np.mean(g * grouped, axis=axes, keepdims=True)
    dx = inverse * (g - g.mean(axis=axes, keepdims=True) - grouped * along)
    dgamma = np.einsum("nchw,nchw->c", dout, z).reshape(gamma.shape)
    return dx.reshape(dout.shape), dgamma, np.einsum("nchw->c", dout).reshape(gamma.shape)
