"""Wrong ways to write scratch.Pooling, and right ones in other words."""

import numpy as np

OUT_H = "out_h = 1 + (H + 2 * self.pad - self.pool_h) // self.stride"
OUT_W = "out_w = 1 + (W + 2 * self.pad - self.pool_w) // self.stride"
PAD = "padded = np.pad(x, ((0, 0), (0, 0), margin, margin), constant_values=-np.inf)"
COL = "col = im2col(padded, self.pool_h, self.pool_w, self.stride)"
ROWS = "rows = col.reshape(-1, self.pool_h * self.pool_w)"
WINNERS = "self.winners = np.argmax(rows, axis=1)"
MAXIMA = "maxima = rows[np.arange(len(rows)), self.winners]"
OUT = "out = maxima.reshape(N, out_h, out_w, C).transpose(0, 3, 1, 2)"
BACK = "winners = dout.transpose(0, 2, 3, 1).ravel()"
ZEROS = "drows = np.zeros((winners.size, self.pool_h * self.pool_w), dtype=dout.dtype)"
PUT = "drows[np.arange(winners.size), self.winners] = winners"
DX = "return col2im(dcol, self.x_shape, self.pool_h, self.pool_w, self.stride, self.pad)"

wrong_edit(
    "scratch.Pooling.size_without_padding",
    (OUT_H, "out_h = 1 + (H - self.pool_h) // self.stride"),
    (OUT_W, "out_w = 1 + (W - self.pool_w) // self.stride"),
    row="P8",
    outcome="error",
)
wrong_edit("scratch.Pooling.padding_of_zeros", (PAD, PAD.replace("-np.inf", "0")))
wrong_edit("scratch.Pooling.padding_left_out", (PAD, "padded = x"), outcome="error")
wrong_edit(
    "scratch.Pooling.reshape_for_transpose", (OUT, "out = maxima.reshape(N, C, out_h, out_w)")
)
wrong_edit("scratch.Pooling.channels_left_last", (OUT, "out = maxima.reshape(N, out_h, out_w, C)"))
wrong_edit(
    "scratch.Pooling.over_all_channels",
    (MAXIMA, "maxima = np.repeat(col.max(axis=1), C)"),
    message="max_pool_forward_naive.over_all_channels",
)
wrong_edit(
    "scratch.Pooling.mean",
    (MAXIMA, "maxima = rows.mean(axis=1)"),
    message="max_pool_forward_naive.mean",
)
wrong_edit(
    "scratch.Pooling.minimum",
    (WINNERS, "self.winners = np.argmin(rows, axis=1)"),
    message="max_pool_forward_naive.minimum",
)
wrong_edit(
    "scratch.Pooling.window_on_its_side",
    (COL, "col = im2col(padded, self.pool_w, self.pool_h, self.stride)"),
    outcome="error",
)
wrong_edit("scratch.Pooling.dout_not_transposed", (BACK, "winners = dout.ravel()"))
wrong_edit(
    "scratch.Pooling.to_every_maximum",
    (WINNERS, WINNERS + "\n        self.ties = rows == rows.max(axis=1, keepdims=True)"),
    (PUT, "drows += self.ties * winners[:, np.newaxis]"),
    row="P3",
    message="max_pool_backward_naive.all_maxima",
    outcome="almost",
)
wrong_edit(
    "scratch.Pooling.spread_over_the_window",
    (PUT, "drows += winners[:, np.newaxis] / drows.shape[1]"),
    message="max_pool_backward_naive.shared_by_all",
)
wrong_edit("scratch.Pooling.first_of_the_window", (PUT, "drows[:, 0] = winners"))
wrong_edit(
    "scratch.Pooling.ones_for_dout",
    (PUT, "drows[np.arange(winners.size), self.winners] = 1"),
    message="max_pool_backward_naive.without_dout",
)
wrong_edit(
    "scratch.Pooling.float64_gradient",
    (ZEROS, ZEROS.replace(", dtype=dout.dtype", "")),
    message="shared.float64_dx",
    outcome="almost",
)
wrong_edit(
    "scratch.Pooling.padding_not_cut_off",
    (
        DX,
        "N, C, H, W = self.x_shape\n        shape = (N, C, H + 2 * self.pad, W + 2 * self.pad)\n        return col2im(dcol, shape, self.pool_h, self.pool_w, self.stride)",
    ),
)
wrong_edit(
    "scratch.Pooling.one_place_for_all",
    ("self.winners = np.argmax", "Pooling.winners = np.argmax"),
    message="shared.one_place_for_all_layers",
)


right_edit(
    "scratch.Pooling.shared_among_ties",
    (
        WINNERS,
        WINNERS
        + "\n        ties = (rows == rows.max(axis=1, keepdims=True)).astype(x.dtype)\n        self.shares = ties / ties.sum(axis=1, keepdims=True)",
    ),
    (PUT, "drows += self.shares * winners[:, np.newaxis]"),
)
right_edit(
    "scratch.Pooling.last_of_the_ties",
    (WINNERS, "self.winners = rows.shape[1] - 1 - np.argmax(rows[:, ::-1], axis=1)"),
)


@right("scratch.Pooling.loops")
class Pooling(Pooling):
    def forward(self, x):
        p, s = self.pad, self.stride
        self.shape = x.shape
        self.x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), constant_values=np.finfo(x.dtype).min)
        down = 1 + (self.x.shape[2] - self.pool_h) // s
        across = 1 + (self.x.shape[3] - self.pool_w) // s
        out = np.empty((*x.shape[:2], down, across), dtype=x.dtype)
        for i in range(down):
            for j in range(across):
                out[:, :, i, j] = self.x[
                    :, :, i * s : i * s + self.pool_h, j * s : j * s + self.pool_w
                ].max(axis=(2, 3))
        return out

    def backward(self, dout):
        s, dx = self.stride, np.zeros(self.x.shape, dtype=dout.dtype)
        for n, c, i, j in np.ndindex(*dout.shape):
            window = self.x[n, c, i * s : i * s + self.pool_h, j * s : j * s + self.pool_w]
            k, m = np.unravel_index(window.argmax(), window.shape)
            dx[n, c, i * s + k, j * s + m] += dout[n, c, i, j]
        H, W = self.shape[2:]
        return dx[:, :, self.pad : self.pad + H, self.pad : self.pad + W]
