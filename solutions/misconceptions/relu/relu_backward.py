"""Wrong ways to write relu_backward, and right ones in other words."""

import numpy as np


@wrong("relu_backward.in_place", row="R1", outcome="almost")
def relu_backward(dout, cache):
    x = cache
    dx = dout
    dx[x <= 0] = 0
    return dx


wrong_edit("relu_backward.one_at_zero", ("(x > 0)", "(x >= 0)"), row="R2", outcome="almost")
wrong_edit(
    "relu_backward.half_at_zero",
    ("(x > 0)", "np.where(x == 0, 0.5, x > 0).astype(dout.dtype)"),
    outcome="almost",
)


@wrong("relu_backward.local_gradient", row="R3")
def relu_backward(dout, cache):
    x = cache
    dx = np.zeros_like(x)
    dx[x > 0] = 1
    return dx


wrong_edit(
    "relu_backward.float64_mask",
    ("dout * (x > 0)", "np.int64(x > 0) * dout"),
    row="R5",
    message="shared.float64_dx",
    outcome="almost",
)


@wrong("relu_backward.float64_zeros", row="R6", message="shared.float64_dx", outcome="almost")
def relu_backward(dout, cache):
    x = cache
    dx = np.zeros_like(x, dtype=float)
    dx[x > 0] = dout[x > 0]
    return dx


wrong_edit("relu_backward.sign_of_dout", ("(x > 0)", "(dout > 0)"))
wrong_edit("relu_backward.no_mask", ("dout * (x > 0)", "dout * 1"))
wrong_edit("relu_backward.opposite_mask", ("(x > 0)", "(x < 0)"))
wrong_edit("relu_backward.times_the_output", ("(x > 0)", "np.maximum(0, x)"))


@wrong("relu_backward.input_changed", outcome="almost")
def relu_backward(dout, cache):
    x = cache
    x[x < 0] = 0
    x[x > 0] = 1
    return dout * x


wrong_edit(
    "relu_backward.any_dout",
    ('check_shape("dout", dout, x.shape)', "dout = np.resize(dout, x.shape)"),
    message="shared.any_dout",
)
LAST = []


@wrong("relu_backward.one_cache_for_all", message="shared.one_cache_for_all")
def relu_forward(x):
    LAST[:] = [x > 0]
    return np.maximum(0, x), None


@wrong("relu_backward.one_cache_for_all", message="shared.one_cache_for_all")
def relu_backward(dout, cache):
    return dout * LAST[0]


wrong_edit(
    "relu_backward.dout_itself",
    ("dout * (x > 0)", "dout if (x > 0).all() else dout * (x > 0)"),
    outcome="almost",
)


@right("relu_backward.where")
def relu_backward(dout, cache):
    return np.where(cache > 0, dout, np.zeros_like(dout))


@right("relu_backward.copy_and_index")
def relu_backward(dout, cache):
    dx = dout.copy()
    dx[cache <= 0] = 0
    return dx


@right("relu_backward.cached_mask")
def relu_forward(x):
    mask = x > 0
    return x * mask, (mask, x.shape, "relu")


@right("relu_backward.cached_mask")
def relu_backward(dout, cache):
    return dout * cache[0].astype(dout.dtype)


@right("relu_backward.cached_output")
def relu_forward(x):
    out = np.maximum(x, 0)
    return out, out


@right("relu_backward.cached_output")
def relu_backward(dout, cache):
    return dout * np.sign(cache)
