"""Wrong ways to write relu_forward, and right ones in other words."""

import numpy as np


@wrong("relu_forward.in_place", outcome="almost")
def relu_forward(x):
    x[x < 0] = 0
    return x, x


@wrong("relu_forward.in_place_view", message="relu_forward.in_place", outcome="almost")
def relu_forward(x):
    out = x
    out[out < 0] = 0
    return out, out.copy()


wrong_edit("relu_forward.column_maximum", ("np.maximum(0, x)", "np.max(x, 0)"))
wrong_edit("relu_forward.minimum", ("np.maximum(0, x)", "np.minimum(0, x)"))
wrong_edit("relu_forward.absolute", ("np.maximum(0, x)", "np.abs(x)"))
wrong_edit("relu_forward.step", ("np.maximum(0, x)", "(x > 0).astype(x.dtype)"))
wrong_edit("relu_forward.leaky", ("np.maximum(0, x)", "np.where(x > 0, x, 0.01 * x)"))
wrong_edit("relu_forward.clipped_at_one", ("np.maximum(0, x)", "np.clip(x, 0, 1)"))
wrong_edit("relu_forward.only_positive_entries", ("np.maximum(0, x)", "x[x > 0]"))
wrong_edit(
    "relu_forward.float64_mask",
    ("np.maximum(0, x)", "x * np.int64(x > 0)"),
    message="shared.float64_out",
    outcome="almost",
)
wrong_edit(
    "relu_forward.float64_zeros",
    ("np.maximum(0, x)", "np.maximum(np.zeros(x.shape), x)"),
    message="shared.float64_out",
    outcome="almost",
)
wrong_edit(
    "relu_forward.x_itself",
    ("np.maximum(0, x)", "x if (x >= 0).all() else np.maximum(0, x)"),
    outcome="almost",
)


@right("relu_forward.where")
def relu_forward(x):
    return np.where(x > 0, x, x.dtype.type(0)), (x, x > 0)


@right("relu_forward.product_with_the_mask")
def relu_forward(x):
    return x * (x >= 0), x


@right("relu_forward.copy_and_index")
def relu_forward(x):
    out = x.copy()
    out[out < 0] = 0
    return out, x


@right("relu_forward.half_of_the_sum")
def relu_forward(x):
    return (x + np.abs(x)) / 2, x


@right("relu_forward.prints")
def relu_forward(x):
    print("relu_forward", x.shape, x.dtype)
    return x.clip(min=0), x
