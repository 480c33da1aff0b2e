"""Wrong ways to write relu_forward, and right ones in other words."""

import numpy as np

from workbook.checks.misconceptions import right, wrong, wrong_edit


@wrong("in_place")
def relu_forward(x):
    x[x < 0] = 0
    return x, x


@wrong("in_place_view", message="relu_forward.in_place")
def relu_forward(x):
    out = x
    out[out < 0] = 0
    return out, out.copy()


wrong_edit("column_maximum", ("np.maximum(0, x)", "np.max(x, 0)"))
wrong_edit("minimum", ("np.maximum(0, x)", "np.minimum(0, x)"))
wrong_edit("absolute", ("np.maximum(0, x)", "np.abs(x)"))
wrong_edit("step", ("np.maximum(0, x)", "(x > 0).astype(x.dtype)"))
wrong_edit("leaky", ("np.maximum(0, x)", "np.where(x > 0, x, 0.01 * x)"))
wrong_edit("clipped_at_one", ("np.maximum(0, x)", "np.clip(x, 0, 1)"))
wrong_edit("only_positive_entries", ("np.maximum(0, x)", "x[x > 0]"))
wrong_edit(
    "float64_mask", ("np.maximum(0, x)", "x * np.int64(x > 0)"), message="shared.float64_out"
)
wrong_edit(
    "float64_zeros",
    ("np.maximum(0, x)", "np.maximum(np.zeros(x.shape), x)"),
    message="shared.float64_out",
)


@right("where")
def relu_forward(x):
    return np.where(x > 0, x, x.dtype.type(0)), (x, x > 0)


@right("product_with_the_mask")
def relu_forward(x):
    return x * (x >= 0), x


@right("copy_and_index")
def relu_forward(x):
    out = x.copy()
    out[out < 0] = 0
    return out, x


@right("half_of_the_sum")
def relu_forward(x):
    return (x + np.abs(x)) / 2, x


@right("prints")
def relu_forward(x):
    print("relu_forward", x.shape, x.dtype)
    return x.clip(min=0), x
