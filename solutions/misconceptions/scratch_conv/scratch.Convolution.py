"""Wrong ways to write scratch.Convolution, and right ones in other words."""

import numpy as np

HELD = "self.W = W\n        self.b = b"
OUT_H = "out_h = 1 + (H + 2 * self.pad - FH) // self.stride"
OUT_W = "out_w = 1 + (W + 2 * self.pad - FW) // self.stride"
COL = "self.col = im2col(x, FH, FW, self.stride, self.pad)"
SCORES = "scores = self.col @ self.W.reshape(FN, -1).T + self.b"
OUT = "out = scores.reshape(N, out_h, out_w, FN).transpose(0, 3, 1, 2)"
ROWS = "rows = dout.transpose(0, 2, 3, 1).reshape(-1, FN)"
DW = "self.dW = (rows.T @ self.col).reshape(self.W.shape)"
DB = "self.db = np.sum(rows, axis=0)"
DCOL = "dcol = rows @ self.W.reshape(FN, -1)"
DX = "return col2im(dcol, self.x_shape, FH, FW, self.stride, self.pad)"

wrong_edit(
    "scratch.Convolution.bias_forgotten", (SCORES, SCORES.replace(" + self.b", "")), row="C1"
)
wrong_edit(
    "scratch.Convolution.filters_flipped",
    (SCORES, "scores = self.col @ self.W[:, :, ::-1, ::-1].reshape(FN, -1).T + self.b"),
    row="C3",
)
wrong_edit(
    "scratch.Convolution.reshape_for_transpose", (OUT, "out = scores.reshape(N, FN, out_h, out_w)")
)
wrong_edit(
    "scratch.Convolution.filters_left_last", (OUT, "out = scores.reshape(N, out_h, out_w, FN)")
)
wrong_edit(
    "scratch.Convolution.size_without_padding",
    (OUT_H, "out_h = 1 + (H - FH) // self.stride"),
    (OUT_W, "out_w = 1 + (W - FW) // self.stride"),
    row="P8",
    outcome="error",
)
wrong_edit(
    "scratch.Convolution.padding_not_handed_on",
    (COL, "self.col = im2col(x, FH, FW, self.stride)"),
    outcome="error",
)
wrong_edit(
    "scratch.Convolution.stride_not_handed_on",
    (COL, "self.col = im2col(x, FH, FW, 1, self.pad)"),
    outcome="error",
)
wrong_edit(
    "scratch.Convolution.filters_reshaped_for_transpose",
    (SCORES, "scores = self.col @ self.W.reshape(-1, FN) + self.b"),
)
wrong_edit("scratch.Convolution.dout_not_transposed", (ROWS, "rows = dout.reshape(-1, FN)"))
wrong_edit("scratch.Convolution.dw_left_flat", (DW, "self.dW = rows.T @ self.col"))
wrong_edit(
    "scratch.Convolution.dw_not_transposed",
    (DW, "self.dW = (self.col.T @ rows).reshape(self.W.shape)"),
)
wrong_edit(
    "scratch.Convolution.gradients_not_stored",
    (DW, "dW = (rows.T @ self.col).reshape(self.W.shape)"),
    (DB, "db = np.sum(rows, axis=0)"),
)
wrong_edit("scratch.Convolution.db_for_each_position", (DB, "self.db = np.sum(dout, axis=0)"))
wrong_edit("scratch.Convolution.averaged", (DW, DW + " / len(dout)"), (DB, DB + " / len(dout)"))
wrong_edit("scratch.Convolution.windows_not_brought_home", (DX, "return dcol"))
wrong_edit(
    "scratch.Convolution.weights_copied",
    (HELD, "self.W = W.copy()\n        self.b = b.copy()"),
    message="shared.weights_copied",
)
wrong_edit(
    "scratch.Convolution.one_place_for_all",
    ("self.col = im2col", "Convolution.col = im2col"),
    message="shared.one_place_for_all_layers",
)


right_edit(
    "scratch.Convolution.tensordot",
    (SCORES, "scores = np.tensordot(self.col, self.W.reshape(FN, -1), axes=(1, 1)) + self.b"),
    (DB, "self.db = dout.sum(axis=(0, 2, 3))"),
    (OUT, "out = np.moveaxis(scores.reshape(N, out_h, out_w, -1), 3, 1).copy()"),
)


@right("scratch.Convolution.loops")
class Convolution(Convolution):
    def forward(self, x):
        p, s = self.pad, self.stride
        FN, C, FH, FW = self.W.shape
        self.x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        down = 1 + (self.x.shape[2] - FH) // s
        across = 1 + (self.x.shape[3] - FW) // s
        out = np.zeros((len(x), FN, down, across), dtype=x.dtype)
        for i in range(down):
            for j in range(across):
                window = self.x[:, :, i * s : i * s + FH, j * s : j * s + FW]
                out[:, :, i, j] = np.einsum("nchw,fchw->nf", window, self.W) + self.b
        return out

    def backward(self, dout):
        p, s = self.pad, self.stride
        FN, C, FH, FW = self.W.shape
        dx, self.dW = np.zeros_like(self.x), np.zeros_like(self.W)
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                here = (
                    slice(None),
                    slice(None),
                    slice(i * s, i * s + FH),
                    slice(j * s, j * s + FW),
                )
                self.dW += np.einsum("nf,nchw->fchw", dout[:, :, i, j], self.x[here])
                dx[here] += np.einsum("nf,fchw->nchw", dout[:, :, i, j], self.W)
        self.db = dout.sum(axis=(0, 2, 3))
        return dx[:, :, p : dx.shape[2] - p, p : dx.shape[3] - p]
