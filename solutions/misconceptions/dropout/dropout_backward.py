"""Wrong ways to write dropout_backward, and right ones in other words."""

import numpy as np

TRAIN = "dx = dout * mask"
TEST = "dx = dout\n"

wrong_edit("dropout_backward.commented_out", (TRAIN, "dx = None"), row="D5")
wrong_edit("dropout_backward.no_mask", (TRAIN, "dx = dout * 1"))
wrong_edit("dropout_backward.mask_without_scale", (TRAIN, "dx = dout * (mask > 0)"))
wrong_edit("dropout_backward.scaled_twice", (TRAIN, "dx = dout * mask * mask.max()"))
wrong_edit(
    "dropout_backward.new_mask",
    (
        TRAIN,
        "keep = 1 / mask.max()\n        dx = dout * (np.random.rand(*dout.shape) < keep).astype(dout.dtype) / keep",
    ),
)
wrong_edit("dropout_backward.nothing_in_test", (TEST, "dx = None\n"))
wrong_edit("dropout_backward.zeros_in_test", (TEST, "dx = np.zeros_like(dout)\n"))
wrong_edit("dropout_backward.mask_in_test", (TEST, "dx = dout * mask\n"), outcome="error")
wrong_edit("dropout_backward.only_the_mask", (TRAIN, "dx = mask.copy()"))
wrong_edit(
    "dropout_backward.dout_changed", (TRAIN, "dout *= mask\n        dx = dout"), outcome="almost"
)
wrong_edit(
    "dropout_backward.divided",
    (TRAIN, "dx = dout / np.where(mask > 0, mask, np.inf).astype(dout.dtype)"),
)
wrong_edit(
    "dropout_backward.float64_dx",
    (TRAIN, "dx = dout * mask.astype(float)"),
    message="shared.float64_dx",
    outcome="almost",
)
wrong_edit(
    "dropout_backward.one_cache_for_all",
    (
        "cache = (mode, mask)",
        "cache = dropout_forward.__dict__.setdefault('kept', [])\n    cache[:] = (mode, mask)",
    ),
    of="dropout_forward",
    message="shared.one_cache_for_all",
)
wrong_edit(
    "dropout_backward.any_dout",
    ('check_shape("dout", dout, mask.shape)', "dout = np.resize(dout, mask.shape)"),
    message="shared.any_dout",
)


right_edit("dropout_backward.product", (TRAIN, "dx = np.multiply(mask, dout)"))
right_edit(
    "dropout_backward.indexed",
    (TRAIN, "dx = dout.copy()\n        dx[mask == 0] = 0\n        dx *= mask.max()"),
)
right_edit("dropout_backward.copy_in_test", (TEST, "dx = dout.copy()\n"))


@right("dropout_backward.boolean_mask_in_the_cache")
def dropout_forward(x, dropout_param):
    keep = 1.0 - dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, None
    if dropout_param.get("seed") is not None:
        np.random.seed(dropout_param["seed"])
    kept = np.random.rand(*x.shape) < keep
    return np.where(kept, x, 0) / keep, (kept, keep)


@right("dropout_backward.boolean_mask_in_the_cache")
def dropout_backward(dout, cache):
    if cache is None:
        return dout
    kept, keep = cache
    return dout * kept / keep
