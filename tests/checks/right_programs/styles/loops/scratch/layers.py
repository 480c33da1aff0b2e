"""Windows entry by entry; pooling and batch normalisation in loops."""

import numpy as np


def im2col(input_data, filter_h, filter_w, stride=1, pad=0):
    N, C, H, W = input_data.shape
    down, across = (H + 2 * pad - filter_h) // stride + 1, (W + 2 * pad - filter_w) // stride + 1
    rows = []
    for n in range(N):
        for i in range(down):
            for j in range(across):
                row = np.zeros((C, filter_h, filter_w), dtype=input_data.dtype)
                for p in range(filter_h):
                    for q in range(filter_w):
                        y, x = i * stride + p - pad, j * stride + q - pad
                        if 0 <= y < H and 0 <= x < W:
                            row[:, p, q] = input_data[n, :, y, x]
                rows.append(row.flatten())
    return np.array(rows)


def col2im(col, input_shape, filter_h, filter_w, stride=1, pad=0):
    _, C, H, W = input_shape
    images = np.zeros(input_shape, dtype=col.dtype)
    down, across = (H + 2 * pad - filter_h) // stride + 1, (W + 2 * pad - filter_w) // stride + 1
    for number, row in enumerate(col):
        n, place = divmod(number, down * across)
        i, j = divmod(place, across)
        window = row.reshape(C, filter_h, filter_w)
        for p in range(filter_h):
            for q in range(filter_w):
                y, x = i * stride + p - pad, j * stride + q - pad
                if 0 <= y < H and 0 <= x < W:
                    images[n, :, y, x] += window[:, p, q]
    return images


class Pooling:
    def __init__(self, pool_h, pool_w, stride=1, pad=0):
        self.pool_h, self.pool_w, self.stride, self.pad = pool_h, pool_w, stride, pad

    def _window(self, x, i, j):
        top, left = i * self.stride - self.pad, j * self.stride - self.pad
        rows = slice(max(top, 0), min(top + self.pool_h, x.shape[2]))
        return rows, slice(max(left, 0), min(left + self.pool_w, x.shape[3]))

    def forward(self, x):
        self.x = x
        down = (x.shape[2] + 2 * self.pad - self.pool_h) // self.stride + 1
        across = (x.shape[3] + 2 * self.pad - self.pool_w) // self.stride + 1
        out = np.empty((*x.shape[:2], down, across), dtype=x.dtype)
        for n, c, i, j in np.ndindex(out.shape):
            out[n, c, i, j] = x[n, c][self._window(x, i, j)].max()
        return out

    def backward(self, dout):
        dx = np.zeros(self.x.shape, dtype=dout.dtype)
        for (n, c, i, j), value in np.ndenumerate(dout):
            at = self._window(self.x, i, j)
            window = self.x[n, c][at]
            ties = np.argwhere(window == window.max())
            # Of several maxima any one, at random.
            row, column = ties[np.random.randint(len(ties))]
            dx[n, c, at[0].start + row, at[1].start + column] += value
        return dx


class BatchNormalization:
    eps = 1e-5

    def __init__(self, gamma, beta, momentum=0.9, running_mean=None, running_var=None):
        self.gamma, self.beta, self.momentum = gamma, beta, momentum
        self.running_mean = np.zeros_like(gamma) if running_mean is None else running_mean.copy()
        self.running_var = np.zeros_like(gamma) if running_var is None else running_var.copy()

    def forward(self, x, train_flg=True):
        out, columns = np.empty_like(x), []
        for d in range(x.shape[1]):
            mean, var = self.running_mean[d], self.running_var[d]
            if train_flg:
                mean, var = x[:, d].mean(), x[:, d].var()
                keep = self.momentum
                self.running_mean[d] = keep * self.running_mean[d] + (1 - keep) * mean
                self.running_var[d] = keep * self.running_var[d] + (1 - keep) * var
            std = np.sqrt(var + x.dtype.type(self.eps))
            columns.append(((x[:, d] - mean) / std, std))
            out[:, d] = self.gamma[d] * columns[d][0] + self.beta[d]
        if train_flg:
            self.columns = columns
        return out

    def backward(self, dout):
        dx = np.empty_like(dout)
        self.dgamma, self.dbeta = np.zeros_like(self.gamma), np.zeros_like(self.gamma)
        for d, (z, std) in enumerate(self.columns):
            self.dgamma[d], self.dbeta[d] = (dout[:, d] * z).sum(), dout[:, d].sum()
            dz = dout[:, d] * self.gamma[d]
            dx[:, d] = (dz - dz.mean() - z * (dz * z).mean()) / std
        return dx
