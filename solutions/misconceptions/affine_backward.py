"""Wrong ways to write affine_backward, and right ones in other words."""

import numpy as np

from workbook.checks.variants import right, wrong, wrong_edit

wrong_edit("dw_for_w", ("(dout @ w.T)", "(dout @ (rows.T @ dout).T)"), row="A3")


@wrong("db_keepdims", row="A4")
def affine_backward(dout, cache):
    x, w = cache
    rows = x.reshape(x.shape[0], -1)
    return (dout @ w.T).reshape(x.shape), rows.T @ dout, dout.sum(axis=0, keepdims=True)


@right("einsum")
def affine_backward(dout, cache):
    x, w = cache
    rows = x.reshape(x.shape[0], -1)
    dx = np.einsum("nm,dm->nd", dout, w).reshape(x.shape)
    return dx, np.einsum("nd,nm->dm", rows, dout), np.einsum("nm->m", dout)
