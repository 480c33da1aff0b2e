"""Wrong ways to write scratch.cross_entropy_error, and right ones in other words."""

import numpy as np

LABELS = "labels = t if t.ndim == 1 else np.argmax(t, axis=1)"
RIGHT = "right = y[np.arange(len(y)), labels]"
RETURN = "return -np.mean(np.log(np.maximum(right, np.finfo(y.dtype).tiny)))"

wrong_edit(
    "scratch.cross_entropy_error.labels_taken_for_one_hot",
    (RETURN, "return -np.sum(t * np.log(y + 1e-7)) / len(y)"),
    (LABELS, "t = t if t.ndim == 2 or t.size != y.shape[1] else t[np.newaxis]"),
    (RIGHT, "pass"),
)
wrong_edit(
    "scratch.cross_entropy_error.one_hot_only",
    (LABELS, "labels = np.argmax(t, axis=-1)"),
)
wrong_edit(
    "scratch.cross_entropy_error.told_apart_by_the_length",
    (LABELS, "labels = t if len(t) != y.shape[1] else np.argmax(t, axis=-1)"),
)
wrong_edit(
    "scratch.cross_entropy_error.indices_only", (LABELS, "labels = t.ravel()[:len(y)].astype(int)")
)
wrong_edit(
    "scratch.cross_entropy_error.not_averaged", (RETURN, RETURN.replace("np.mean", "np.sum"))
)
wrong_edit(
    "scratch.cross_entropy_error.averaged_over_the_classes", (RETURN, RETURN + " / y.shape[1]")
)
wrong_edit(
    "scratch.cross_entropy_error.infinite",
    (RETURN, "return -np.mean(np.log(right))"),
    outcome="almost",
)
wrong_edit(
    "scratch.cross_entropy_error.sign_left_out", (RETURN, RETURN.replace("-np.mean", "np.mean"))
)
wrong_edit(
    "scratch.cross_entropy_error.logarithm_of_base_10",
    (RETURN, RETURN.replace("np.log(", "np.log10(")),
)
wrong_edit(
    "scratch.cross_entropy_error.logarithm_of_base_2",
    (RETURN, RETURN.replace("np.log(", "np.log2(")),
)
wrong_edit("scratch.cross_entropy_error.no_logarithm", (RETURN, "return 1 - np.mean(right)"))
wrong_edit(
    "scratch.cross_entropy_error.large_addition", (RETURN, "return -np.mean(np.log(right + 1e-2))")
)
wrong_edit("scratch.cross_entropy_error.all_classes", (RIGHT, "right = y"))
wrong_edit("scratch.cross_entropy_error.columns_of_all", (RIGHT, "right = y[:, labels]"))

right_edit(
    "scratch.cross_entropy_error.small_addition", (RETURN, "return -np.mean(np.log(right + 1e-7))")
)
right_edit(
    "scratch.cross_entropy_error.one_hot_sum",
    (LABELS, "hot = t if t.ndim == 2 else np.eye(y.shape[1])[t]"),
    (RIGHT, "pass"),
    (RETURN, "return float(-(hot * np.log(y + 1e-7)).sum() / y.shape[0])"),
)
right_edit(
    "scratch.cross_entropy_error.loop",
    (RIGHT, "total = 0.0"),
    (
        RETURN,
        "for row, label in zip(y, labels):\n        total -= np.log(max(float(row[label]), 1e-12))\n    return total / len(y)",
    ),
)
right_edit(
    "scratch.cross_entropy_error.clipped",
    (RETURN, "return np.mean(-np.log(np.clip(right, 1e-30, 1)))"),
)
