"""Wrong ways to write scratch.Affine, and right ones in other words."""

import numpy as np

HELD = "self.W = W\n        self.b = b"
ROWS = "self.rows = x.reshape(x.shape[0], -1)"
OUT = "return self.rows @ self.W + self.b"
DW = "self.dW = self.rows.T @ dout"
DB = "self.db = np.sum(dout, axis=0)"
DX = "return (dout @ self.W.T).reshape(self.x_shape)"

wrong_edit(
    "scratch.Affine.gradients_not_stored",
    (DW, "dW = self.rows.T @ dout"),
    (DB, "db = np.sum(dout, axis=0)"),
)
wrong_edit(
    "scratch.Affine.all_three_returned",
    (DX, "return (dout @ self.W.T).reshape(self.x_shape), self.dW, self.db"),
)
wrong_edit("scratch.Affine.not_flattened", (ROWS, "self.rows = x"), row="A1", outcome="error")
wrong_edit(
    "scratch.Affine.reshape_for_transpose",
    (ROWS, "self.rows = x.reshape(-1, x.shape[0]).T"),
    row="A2",
    message="affine_forward.reshape_for_transpose",
)
wrong_edit(
    "scratch.Affine.gradient_left_flat",
    (DX, "return dout @ self.W.T"),
    message="affine_backward.dx_flat",
)
wrong_edit(
    "scratch.Affine.dw_for_w",
    (DX, "return (dout @ self.dW.T).reshape(self.x_shape)"),
    row="A3",
    message="affine_backward.dw_for_w",
)
wrong_edit(
    "scratch.Affine.db_keepdims",
    (DB, "self.db = np.sum(dout, axis=0, keepdims=True)"),
    row="A4",
    message="affine_backward.db_keepdims",
    outcome="almost",
)
wrong_edit(
    "scratch.Affine.db_over_the_outputs",
    (DB, "self.db = np.sum(dout, axis=1)"),
    row="A6",
    message="affine_backward.db_axis",
)
wrong_edit(
    "scratch.Affine.db_scalar",
    (DB, "self.db = np.sum(dout)"),
    row="A9",
    message="affine_backward.db_scalar",
)
wrong_edit("scratch.Affine.dw_turned_over", (DW, "self.dW = dout.T @ self.rows"))
wrong_edit(
    "scratch.Affine.averaged", (DW, DW + " / len(dout)"), (DB, "self.db = np.mean(dout, axis=0)")
)
wrong_edit(
    "scratch.Affine.added_up_over_passes",
    (DW, "self.dW = self.rows.T @ dout + (0 if self.dW is None else self.dW)"),
    (DB, "self.db = np.sum(dout, axis=0) + (0 if self.db is None else self.db)"),
)
wrong_edit(
    "scratch.Affine.weights_copied",
    (HELD, "self.W = W.copy()\n        self.b = b.copy()"),
    message="shared.weights_copied",
)
wrong_edit("scratch.Affine.bias_left_out", (OUT, "return self.rows @ self.W"))
wrong_edit(
    "scratch.Affine.weights_updated",
    (
        DX,
        "dx = (dout @ self.W.T).reshape(self.x_shape)\n        self.W -= 0.1 * self.dW\n        return dx",
    ),
)
wrong_edit(
    "scratch.Affine.one_place_for_all",
    ("self.rows = x.reshape", "Affine.rows = x.reshape"),
    message="shared.one_place_for_all_layers",
)


right_edit(
    "scratch.Affine.einsum",
    (OUT, 'return np.einsum("nd,dm->nm", self.rows, self.W) + self.b[np.newaxis]'),
    (DW, 'self.dW = np.einsum("nd,nm->dm", self.rows, dout)'),
    (DB, "self.db = np.ones(len(dout), dtype=dout.dtype) @ dout"),
)


@right("scratch.Affine.keeps_the_images")
class Affine(Affine):
    def forward(self, x):
        self.x = x
        self.original_x_shape = np.shape(x)
        return np.dot(x.reshape((len(x), self.W.shape[0])), self.W) + self.b

    def backward(self, dout):
        dx = np.dot(dout, self.W.transpose())
        flat = self.x.reshape(self.x.shape[0], -1)
        self.dW, self.db = np.dot(flat.T, dout), dout.sum(0)
        return dx.reshape(*self.original_x_shape)
