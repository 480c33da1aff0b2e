"""Layer objects that keep one function: the backward pass."""

import numpy as np

from .functions import cross_entropy_error, sigmoid, softmax


class Relu:
    def forward(self, x):
        open_ = x > 0
        self.back = lambda dout: np.where(open_, dout, np.zeros_like(dout))
        return np.where(open_, x, np.zeros_like(x))

    def backward(self, dout):
        return self.back(dout)


class Sigmoid:
    def forward(self, x):
        out = sigmoid(x)
        self.back = lambda dout: dout * (out - out**2)
        return out

    def backward(self, dout):
        return self.back(dout)


class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b

    def forward(self, x):
        rows = x.reshape(len(x), -1)

        def back(dout):
            self.dW, self.db = np.dot(rows.T, dout), dout.sum(0)
            return np.dot(dout, self.W.T).reshape(x.shape)

        self.back = back
        return np.dot(rows, self.W) + self.b

    def backward(self, dout):
        return self.back(dout)


class SoftmaxWithLoss:
    def __init__(self):
        self.loss = self.y = self.t = None

    def forward(self, x, t):
        self.t, self.y = np.asarray(t), softmax(x)
        self.loss = cross_entropy_error(self.y, self.t)
        one_hot = self.t if self.t.ndim == 2 else np.eye(x.shape[1])[self.t]
        self.back = lambda dout: ((self.y - one_hot) * (dout / len(x))).astype(x.dtype)
        return self.loss

    def backward(self, dout=1):
        return self.back(dout)


def _places(H, W, height, width, stride):
    for top in range(0, H - height + 1, stride):
        for left in range(0, W - width + 1, stride):
            yield slice(top, top + height), slice(left, left + width)


def im2col(input_data, filter_h, filter_w, stride=1, pad=0):
    N, _, H, W = input_data.shape
    big = np.pad(input_data, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    places = _places(H + 2 * pad, W + 2 * pad, filter_h, filter_w, stride)
    return np.stack([big[:, :, r, c].reshape(N, -1) for r, c in places], 1).reshape(
        -1, input_data.shape[1] * filter_h * filter_w
    )


def col2im(col, input_shape, filter_h, filter_w, stride=1, pad=0):
    N, C, H, W = input_shape
    big = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=col.dtype)
    places = list(_places(H + 2 * pad, W + 2 * pad, filter_h, filter_w, stride))
    windows = col.reshape(N, len(places), C, filter_h, filter_w)
    for number, (rows, columns) in enumerate(places):
        big[:, :, rows, columns] += windows[:, number]
    return big[:, :, pad : pad + H, pad : pad + W]


class Convolution:
    def __init__(self, W, b, stride=1, pad=0):
        self.W, self.b, self.stride, self.pad = W, b, stride, pad

    def forward(self, x):
        FN, _, FH, FW = self.W.shape
        down = (x.shape[2] + 2 * self.pad - FH) // self.stride + 1
        col = im2col(x, FH, FW, self.stride, self.pad)

        def back(dout):
            rows = np.moveaxis(dout, 1, 3).reshape(-1, FN)
            self.dW, self.db = (col.T @ rows).T.reshape(self.W.shape), rows.sum(0)
            dcol = rows @ self.W.reshape(FN, -1)
            return col2im(dcol, x.shape, FH, FW, self.stride, self.pad)

        self.back = back
        out = col @ self.W.reshape(FN, -1).T + self.b
        return np.moveaxis(out.reshape(len(x), down, -1, FN), 3, 1)

    def backward(self, dout):
        return self.back(dout)


class Pooling:
    def __init__(self, pool_h, pool_w, stride=1, pad=0):
        self.size, self.stride, self.pad = (pool_h, pool_w), stride, pad

    def forward(self, x):
        pads = ((0, 0), (0, 0), (self.pad, self.pad), (self.pad, self.pad))
        big = np.pad(x, pads, constant_values=np.finfo(x.dtype).min)
        views = np.lib.stride_tricks.sliding_window_view(big, self.size, axis=(2, 3))
        views = views[:, :, :: self.stride, :: self.stride]
        out = views.max(axis=(4, 5))
        hits = views == out[..., None, None]

        def back(dout):
            dbig = np.zeros(big.shape, dtype=dout.dtype)
            shares = hits / hits.sum(axis=(4, 5), keepdims=True) * dout[..., None, None]
            for i, j in np.ndindex(*out.shape[2:]):
                top, left = i * self.stride, j * self.stride
                window = dbig[:, :, top : top + self.size[0], left : left + self.size[1]]
                window += shares[:, :, i, j].astype(dout.dtype)
            H, W = x.shape[2:]
            return dbig[:, :, self.pad : self.pad + H, self.pad : self.pad + W]

        self.back = back
        return out

    def backward(self, dout):
        return self.back(dout)


class BatchNormalization:
    eps = 1e-5

    def __init__(self, gamma, beta, momentum=0.9, running_mean=None, running_var=None):
        self.gamma, self.beta, self.momentum = gamma, beta, momentum
        zeros = np.zeros_like(gamma)
        self.running_mean = zeros if running_mean is None else running_mean
        self.running_var = zeros if running_var is None else running_var

    def forward(self, x, train_flg=True):
        shape = (1, -1) + (1,) * (x.ndim - 2)
        axes = tuple(axis for axis in range(x.ndim) if axis != 1)
        mean, var = self.running_mean, self.running_var
        if train_flg:
            mean, var = x.mean(axis=axes), x.var(axis=axes)
            old = self.momentum
            self.running_mean = old * self.running_mean + (1 - old) * mean
            self.running_var = old * self.running_var + (1 - old) * var
        scale = np.sqrt(var + self.eps).reshape(shape)
        z = (x - mean.reshape(shape)) / scale
        gamma, beta = self.gamma.reshape(shape), self.beta.reshape(shape)

        def back(dout):
            self.dgamma, self.dbeta = (dout * z).sum(axis=axes), dout.sum(axis=axes)
            n = x.size // x.shape[1]
            along = z * self.dgamma.reshape(shape) + self.dbeta.reshape(shape)
            return gamma / scale * (dout - along / n)

        if train_flg:
            self.back = back
        return gamma * z + beta

    def backward(self, dout):
        return self.back(dout)
