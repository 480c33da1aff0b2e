"""Wrong ways to write scratch.Relu, and right ones in other words."""

import numpy as np

MASK = "self.positive = x > 0"
OUT = "return np.maximum(x, 0)"
DX = "return dout * self.positive"

wrong_edit("scratch.Relu.output_in_place", (OUT, "x[x <= 0] = 0\n        return x"))
wrong_edit(
    "scratch.Relu.gradient_in_place",
    (DX, "dout[~self.positive] = 0\n        return dout"),
    row="R1",
    message="relu_backward.in_place",
)
wrong_edit(
    "scratch.Relu.one_at_zero",
    (MASK, "self.positive = x >= 0"),
    row="R2",
    message="relu_backward.one_at_zero",
    outcome="almost",
)
wrong_edit(
    "scratch.Relu.local_gradient",
    (DX, "return self.positive.astype(dout.dtype)"),
    row="R3",
    message="relu_backward.local_gradient",
)
wrong_edit(
    "scratch.Relu.sign_of_dout",
    (DX, "return dout * (dout > 0)"),
    message="relu_backward.sign_of_dout",
)
wrong_edit("scratch.Relu.no_mask", (DX, "return dout * 1"), message="relu_backward.no_mask")
wrong_edit(
    "scratch.Relu.opposite_mask",
    (DX, "return dout * ~self.positive"),
    message="relu_backward.opposite_mask",
)
wrong_edit(
    "scratch.Relu.float64_mask",
    (MASK, "self.positive = np.where(x > 0, np.int64(1), 0)"),
    row="R5",
    message="shared.float64_dx",
    outcome="almost",
)
wrong_edit(
    "scratch.Relu.float64_zeros",
    (
        DX,
        "dx = np.zeros(dout.shape)\n        dx[self.positive] = dout[self.positive]\n        return dx",
    ),
    row="R6",
    message="shared.float64_dx",
    outcome="almost",
)
wrong_edit("scratch.Relu.mask_shared_by_all", (MASK, "Relu.positive = x > 0"))
wrong_edit(
    "scratch.Relu.size_for_the_positive_part",
    (OUT, "return np.abs(x)"),
    message="relu_forward.absolute",
)
wrong_edit(
    "scratch.Relu.handed_back_where_nothing_is_cut",
    (OUT, "return x if np.all(x > 0) else np.maximum(x, 0)"),
)

right_edit(
    "scratch.Relu.copy_and_index",
    (MASK, "self.mask = x <= 0"),
    (OUT, "out = x.copy()\n        out[self.mask] = 0\n        return out"),
    (DX, "dx = dout.copy()\n        dx[self.mask] = 0\n        return dx"),
)
right_edit(
    "scratch.Relu.from_the_output",
    (MASK, "self.out = np.where(x > 0, x, 0.0 * x)"),
    (OUT, "return self.out.copy()"),
    (DX, "return np.sign(self.out) * dout"),
)


@right("scratch.Relu.products")
class Relu:
    def forward(self, x):
        self.x = np.array(x)
        return self.x * (self.x > 0)

    def backward(self, dout):
        return np.multiply(dout, self.x > 0)
