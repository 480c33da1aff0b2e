"""Wrong ways to write scratch.numerical_gradient, and right ones in other words."""

import numpy as np

H = "\n    h = 1e-4\n"
GRAD = "grad = np.zeros_like(x)"
LOOP = "for index in np.ndindex(x.shape):"
FINALLY = "finally:\n            # Not old + h - h, which is rounded.\n            x[index] = old"
BELOW = "x[index] = old - h\n            below = f(x)"
SLOPE = "grad[index] = (above - below) / (2 * h)"


@wrong("scratch.numerical_gradient.not_restored_when_f_raises")
def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        old = x[index]
        x[index] = old + h
        above = f(x)
        x[index] = old - h
        below = f(x)
        grad[index] = (above - below) / (2 * h)
        x[index] = old
    return grad


wrong_edit("scratch.numerical_gradient.never_restored", (FINALLY, "finally:\n            pass"))
wrong_edit(
    "scratch.numerical_gradient.restored_by_adding",
    (FINALLY, "finally:\n            x[index] = old - h\n            x[index] += h"),
    outcome="almost",
)


@wrong("scratch.numerical_gradient.one_axis_only", outcome="error")
def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    for index in range(x.size):
        old = x[index]
        try:
            x[index] = float(old) + h
            above = f(x)
            x[index] = float(old) - h
            below = f(x)
        finally:
            x[index] = old
        grad[index] = (above - below) / (2 * h)
    return grad


@wrong("scratch.numerical_gradient.row_by_row")
def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    for index in range(len(x)):
        old = np.copy(x[index])
        try:
            x[index] = old + h
            above = f(x)
            x[index] = old - h
            below = f(x)
        finally:
            x[index] = old
        grad[index] = (above - below) / (2 * h)
    return grad


wrong_edit(
    "scratch.numerical_gradient.forward_difference",
    (BELOW, "x[index] = old\n            below = f(x)"),
    (SLOPE, SLOPE.replace("2 * h", "h")),
)
wrong_edit("scratch.numerical_gradient.divided_by_h", (SLOPE, SLOPE.replace("(2 * h)", "h")))
wrong_edit("scratch.numerical_gradient.another_h", (H, "\n    h = 1e-5\n"))


@wrong("scratch.numerical_gradient.works_on_a_copy")
def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += h
        down[index] -= h
        grad[index] = (f(up) - f(down)) / (2 * h)
    return grad


@wrong("scratch.numerical_gradient.all_entries_at_once")
def numerical_gradient(f, x):
    h = 1e-4
    old = x.copy()
    try:
        x += h
        above = f(x)
        x[...] = old - h
        below = f(x)
    finally:
        x[...] = old
    return np.full_like(x, (above - below) / (2 * h))


wrong_edit(
    "scratch.numerical_gradient.f_of_the_entry",
    ("above = f(x)", "above = f(x[index])"),
    ("below = f(x)", "below = f(x[index])"),
)
wrong_edit(
    "scratch.numerical_gradient.float64_gradient",
    (GRAD, "grad = np.zeros(x.shape)"),
    outcome="almost",
)


@wrong("scratch.numerical_gradient.error_swallowed")
def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        old = x[index]
        try:
            x[index] = old + h
            above = f(x)
            x[index] = old - h
            grad[index] = (above - f(x)) / (2 * h)
        except Exception:
            pass
        x[index] = old
    return grad


right_edit("scratch.numerical_gradient.iterator", (LOOP, "for index, _ in np.ndenumerate(x):"))


@right("scratch.numerical_gradient.flat")
def numerical_gradient(f, x):
    step = 0.0001
    slopes = []
    entries = x.flat
    for i in range(x.size):
        old = entries[i]
        values = []
        try:
            for moved in (old + step, old - step):
                entries[i] = moved
                values.append(f(x))
        finally:
            entries[i] = old
        slopes.append((values[0] - values[1]) / 2 / step)
    return np.array(slopes, dtype=x.dtype).reshape(x.shape)


@right("scratch.numerical_gradient.nditer")
def numerical_gradient(f, x):
    h = 1e-4
    grad = np.empty_like(x)
    before = x.copy()
    try:
        it = np.nditer(before, flags=["multi_index"])
        while not it.finished:
            i = it.multi_index
            x[i] = before[i] + h
            up = f(x)
            x[i] = before[i] - h
            grad[i] = (up - f(x)) / (2 * h)
            x[i] = before[i]
            it.iternext()
    finally:
        x[...] = before
    return grad
