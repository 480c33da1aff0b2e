"""Wrong ways to write affine_forward, and right ones in other words."""

import numpy as np

wrong_edit(
    "affine_forward.not_flattened", ("rows @ w + b", "x.dot(w) + b"), row="A1", outcome="error"
)
wrong_edit(
    "affine_forward.not_flattened_matmul",
    ("rows @ w + b", "x @ w + b"),
    message="affine_forward.not_flattened",
    outcome="error",
)
wrong_edit(
    "affine_forward.reshape_for_transpose",
    ("rows = x.reshape(x.shape[0], -1)", "rows = x.reshape(-1, x.shape[0]).T"),
    row="A2",
)
wrong_edit(
    "affine_forward.column_order",
    ("x.reshape(x.shape[0], -1)", 'x.reshape(x.shape[0], -1, order="F")'),
)
wrong_edit("affine_forward.bias_missing", ("rows @ w + b", "rows @ w"))
wrong_edit("affine_forward.bias_summed", ("rows @ w + b", "rows @ w + b.sum()"))
wrong_edit("affine_forward.bias_subtracted", ("rows @ w + b", "rows @ w - b"))
wrong_edit("affine_forward.rectified", ("rows @ w + b", "np.maximum(0, rows @ w + b)"))
wrong_edit("affine_forward.sample_mean", ("rows @ w + b", "rows @ w / x.shape[0] + b"))


@wrong("affine_forward.float64_out", message="shared.float64_out", outcome="almost")
def affine_forward(x, w, b):
    rows = x.reshape(x.shape[0], -1)
    out = np.zeros((rows.shape[0], w.shape[1]))
    out += rows.dot(w) + b
    return out, (x, w)


@wrong("affine_forward.input_flattened", outcome="almost")
def affine_forward(x, w, b):
    x.shape = (x.shape[0], -1)
    return x @ w + b, (x, w)


@right("affine_forward.other_axes")
def affine_forward(x, w, b):
    rows = np.reshape(x, (-1, w.shape[0]))
    return np.add(rows.dot(w), b[np.newaxis, :]), (x, w)


@right("affine_forward.einsum")
def affine_forward(x, w, b):
    rows = x.reshape(len(x), np.prod(x.shape[1:]))
    return np.einsum("nd,dm->nm", rows, w) + b, (x, w, b)


@right("affine_forward.loops")
def affine_forward(x, w, b):
    out = np.zeros((x.shape[0], w.shape[1]), dtype=x.dtype)
    for n in range(x.shape[0]):
        for m in range(w.shape[1]):
            out[n, m] = np.sum(x[n].ravel() * w[:, m]) + b[m]
    return out, (x, w)


@right("affine_forward.tensordot")
def affine_forward(x, w, b):
    kernel = w.reshape(*x.shape[1:], w.shape[1])
    return np.tensordot(x, kernel, axes=x.ndim - 1) + b, (x, w)


@right("affine_forward.bias_as_a_column_of_ones")
def affine_forward(x, w, b):
    ones = np.ones((x.shape[0], 1), dtype=x.dtype)
    rows = np.hstack([x.reshape(x.shape[0], -1), ones])
    return rows @ np.vstack([w, b]), (x, w)
