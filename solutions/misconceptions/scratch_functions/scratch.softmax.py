"""Wrong ways to write scratch.softmax, and right ones in other words."""

import numpy as np

E = "e = np.exp(x - np.max(x, axis=-1, keepdims=True))"
RETURN = "return e / np.sum(e, axis=-1, keepdims=True)"

wrong_edit(
    "scratch.softmax.maximum_of_all", (E, "e = np.exp(x - np.max(x))"), row="S3", outcome="almost"
)
wrong_edit("scratch.softmax.no_maximum", (E, "e = np.exp(x)"), row="S4", outcome="almost")
wrong_edit("scratch.softmax.sum_of_all", (RETURN, "return e / np.sum(e)"))
wrong_edit(
    "scratch.softmax.maximum_and_sum_of_all",
    (E, "e = np.exp(x - np.max(x))"),
    (RETURN, "return e / np.sum(e)"),
    message="scratch.softmax.sum_of_all",
)
wrong_edit(
    "scratch.softmax.column_by_column",
    (E, "e = np.exp(x - np.max(x, axis=0, keepdims=True))"),
    (RETURN, "return e / np.sum(e, axis=0, keepdims=True)"),
)
wrong_edit("scratch.softmax.sum_without_its_axis", (RETURN, "return e / np.sum(e, axis=-1)"))
wrong_edit(
    "scratch.softmax.two_axes_only",
    (E, "e = np.exp(x - np.max(x, axis=1, keepdims=True))"),
    (RETURN, "return e / np.sum(e, axis=1, keepdims=True)"),
    outcome="error",
)
wrong_edit(
    "scratch.softmax.divided_by_the_maximum",
    (E, "e = np.exp(x / np.max(x, axis=-1, keepdims=True))"),
)
wrong_edit("scratch.softmax.not_divided", (RETURN, "return e"))
wrong_edit(
    "scratch.softmax.logarithms", (RETURN, "return np.log(e / np.sum(e, axis=-1, keepdims=True))")
)
wrong_edit(
    "scratch.softmax.input_changed",
    (E, "x -= np.max(x, axis=-1, keepdims=True)\n    e = np.exp(x)"),
    outcome="almost",
)
wrong_edit(
    "scratch.softmax.float64_out",
    (RETURN, "return e / np.sum(e, axis=-1, keepdims=True, dtype=np.float64)"),
    outcome="almost",
)


@right("scratch.softmax.transposed")
def softmax(x):
    x = as_floats("x", x, axes=(1, 2))
    if x.ndim == 2:
        y = np.exp(x.T - x.T.max(axis=0))
        return (y / y.sum(axis=0)).T
    return np.exp(x - x.max()) / np.exp(x - x.max()).sum()


@right("scratch.softmax.row_by_row")
def softmax(x):
    x = as_floats("x", x, axes=(1, 2))
    out = np.zeros_like(x)
    for row, to in zip(np.atleast_2d(x), np.atleast_2d(out), strict=True):
        to[:] = np.exp(row - max(row))
        to /= sum(to)
    return out


@right("scratch.softmax.log_of_the_sum")
def softmax(x):
    x = as_floats("x", x, axes=(1, 2))
    return np.exp(x - np.logaddexp.reduce(x, axis=-1, keepdims=True))
