"""Wrong ways to write affine_backward, and right ones in other words."""

import numpy as np

wrong_edit("affine_backward.dw_for_w", ("(dout @ w.T)", "(dout @ (rows.T @ dout).T)"), row="A3")


@wrong("affine_backward.db_keepdims", row="A4", outcome="almost")
def affine_backward(dout, cache):
    x, w = cache
    rows = x.reshape(x.shape[0], -1)
    return (dout @ w.T).reshape(x.shape), rows.T @ dout, dout.sum(axis=0, keepdims=True)


wrong_edit("affine_backward.db_axis", ("dout.sum(axis=0)", "dout.sum(axis=1)"), row="A6")
wrong_edit("affine_backward.db_scalar", ("dout.sum(axis=0)", "dout.sum()"), row="A9")
wrong_edit("affine_backward.db_not_summed", ("dout.sum(axis=0)", "dout"))
wrong_edit("affine_backward.db_mean", ("dout.sum(axis=0)", "dout.mean(axis=0)"))
wrong_edit("affine_backward.dw_mean", ("rows.T @ dout", "rows.T @ dout / x.shape[0]"))
wrong_edit(
    "affine_backward.all_means",
    ("dout.sum(axis=0)", "dout.mean(axis=0)"),
    ("rows.T @ dout", "rows.T @ dout / x.shape[0]"),
    message="affine_backward.dw_mean",
)
wrong_edit("affine_backward.dx_flat", ("(dout @ w.T).reshape(x.shape)", "dout @ w.T"))
wrong_edit("affine_backward.dx_scrambled", ("(dout @ w.T)", "(w @ dout.T)"))
wrong_edit("affine_backward.dw_transposed", ("rows.T @ dout", "dout.T @ rows"))
wrong_edit(
    "affine_backward.dx_is_dout_sum",
    ("(dout @ w.T)", "(dout.sum(axis=1, keepdims=True) * np.ones_like(rows))"),
)


@wrong("affine_backward.dw_one_sample")
def affine_backward(dout, cache):
    x, w = cache
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n in range(x.shape[0]):
        dx[n] = (w @ dout[n]).reshape(x.shape[1:])
        dw = np.outer(x[n].ravel(), dout[n])
    return dx, dw, dout.sum(axis=0)


@wrong("affine_backward.float64_gradients", outcome="almost")
def affine_backward(dout, cache):
    x, w = cache
    rows = x.reshape(x.shape[0], -1)
    dw, db = np.zeros(w.shape), np.zeros(w.shape[1])
    for row, d in zip(rows, dout, strict=True):
        dw += np.outer(row, d)
        db += d
    return (dout @ w.T).reshape(x.shape), dw, db


@wrong("affine_backward.float64_db", message="affine_backward.float64_gradients", outcome="almost")
def affine_backward(dout, cache):
    x, w = cache
    rows = x.reshape(x.shape[0], -1)
    db = np.zeros(w.shape[1])
    for d in dout:
        db += d
    return (dout @ w.T).reshape(x.shape), rows.T @ dout, db


wrong_edit(
    "affine_backward.one_cache_for_all",
    (
        "cache = (x, w)",
        "cache = affine_forward.__dict__.setdefault('kept', [])\n    cache[:] = (x, w)",
    ),
    of="affine_forward",
    message="shared.one_cache_for_all",
)
wrong_edit(
    "affine_backward.any_dout",
    (
        'check_shape("dout", dout, (rows.shape[0], w.shape[1]))',
        "dout = np.resize(dout, (rows.shape[0], w.shape[1]))",
    ),
    message="shared.any_dout",
)


@right("affine_backward.einsum")
def affine_backward(dout, cache):
    x, w = cache
    rows = x.reshape(x.shape[0], -1)
    dx = np.einsum("nm,dm->nd", dout, w).reshape(x.shape)
    return dx, np.einsum("nd,nm->dm", rows, dout), np.einsum("nm->m", dout)


@right("affine_backward.loops")
def affine_backward(dout, cache):
    x, w = cache
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(w[0])
    for n, d in enumerate(dout):
        dx[n] = np.dot(w, d).reshape(x[n].shape)
        dw += np.outer(x[n], d)
        db += d
    return dx, dw, db


@right("affine_backward.ones_times_dout")
def affine_backward(dout, cache):
    x, w = cache
    dx = np.matmul(dout, np.transpose(w)).reshape(*x.shape)
    dw = np.tensordot(x, dout, axes=(0, 0)).reshape(w.shape)
    return dx, dw, np.ones(len(x), dtype=x.dtype).dot(dout)


@right("affine_backward.another_cache")
def affine_forward(x, w, b):
    rows = x.reshape(x.shape[0], -1)
    return rows @ w + b, {"shape": x.shape, "rows": rows, "w": w.copy(), "b": b}


@right("affine_backward.another_cache")
def affine_backward(dout, cache):
    dx = np.dot(dout, cache["w"].T).reshape(cache["shape"])
    return dx, (dout.T @ cache["rows"]).T, np.sum(dout, 0)
