"""Convolution and pooling written as the definitions read, to hold the fast layers against."""

import numpy as np


def conv_forward(x, w, b, stride, pad):
    N, _, H, W = x.shape
    F, _, HH, WW = w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    H_out, W_out = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    out = np.zeros((N, F, H_out, W_out), x.dtype)
    for y in range(H_out):
        for z in range(W_out):
            window = padded[:, :, y * stride : y * stride + HH, z * stride : z * stride + WW]
            out[:, :, y, z] = np.tensordot(window, w, ([1, 2, 3], [1, 2, 3])) + b
    return out


def conv_backward(dout, x, w, stride, pad):
    H, W = x.shape[2:]
    HH, WW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for y in range(dout.shape[2]):
        for z in range(dout.shape[3]):
            rows, columns = slice(y * stride, y * stride + HH), slice(z * stride, z * stride + WW)
            d = dout[:, :, y, z]
            dpadded[:, :, rows, columns] += np.tensordot(d, w, (1, 0))
            dw += np.tensordot(d, padded[:, :, rows, columns], (0, 0))
    return dpadded[:, :, pad : pad + H, pad : pad + W], dw, dout.sum(axis=(0, 2, 3))


def pool_forward(x, HH, WW, stride):
    N, C, H, W = x.shape
    H_out, W_out = 1 + (H - HH) // stride, 1 + (W - WW) // stride
    out, winner = np.zeros((N, C, H_out, W_out), x.dtype), np.zeros((N, C, H_out, W_out), int)
    for y in range(H_out):
        for z in range(W_out):
            window = x[:, :, y * stride : y * stride + HH, z * stride : z * stride + WW]
            flat = window.reshape(N, C, HH * WW)
            winner[:, :, y, z] = flat.argmax(axis=2)
            out[:, :, y, z] = np.take_along_axis(flat, winner[:, :, y, z, None], 2)[..., 0]
    return out, winner


def pool_backward(dout, winner, x_shape, WW, stride):
    dx = np.zeros(x_shape, dout.dtype)
    for (n, c, y, z), k in np.ndenumerate(winner):
        dx[n, c, y * stride + k // WW, z * stride + k % WW] += dout[n, c, y, z]
    return dx


def im2col(x, HH, WW, stride, pad):
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    H_out = 1 + (x.shape[2] + 2 * pad - HH) // stride
    W_out = 1 + (x.shape[3] + 2 * pad - WW) // stride
    return np.array(
        [
            padded[n, :, y * stride : y * stride + HH, z * stride : z * stride + WW].ravel()
            for n in range(len(x))
            for y in range(H_out)
            for z in range(W_out)
        ]
    )
