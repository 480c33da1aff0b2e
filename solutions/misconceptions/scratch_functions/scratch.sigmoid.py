"""Wrong ways to write scratch.sigmoid, and right ones in other words."""

import numpy as np


@wrong("scratch.sigmoid.overflow", outcome="almost")
def sigmoid(x):
    x = as_floats("x", x)
    return 1 / (1 + np.exp(-x))


@wrong("scratch.sigmoid.overflow_on_the_other_side", outcome="almost")
def sigmoid(x):
    x = as_floats("x", x)
    return np.exp(x) / (1 + np.exp(x))


@wrong("scratch.sigmoid.both_formulas_everywhere", outcome="almost")
def sigmoid(x):
    x = as_floats("x", x)
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


@wrong("scratch.sigmoid.sign_of_the_exponent")
def sigmoid(x):
    x = as_floats("x", x)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, e, 1) / (1 + e)


@wrong("scratch.sigmoid.mirrored_on_one_side")
def sigmoid(x):
    x = as_floats("x", x)
    return 1 / (1 + np.exp(-np.abs(x)))


@wrong("scratch.sigmoid.one_minus")
def sigmoid(x):
    x = as_floats("x", x)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 - e + 1e-12)


@wrong("scratch.sigmoid.tanh")
def sigmoid(x):
    return np.tanh(as_floats("x", x))


@wrong("scratch.sigmoid.float64_out", outcome="almost")
def sigmoid(x):
    x = as_floats("x", x)
    out = np.zeros(x.shape)
    out[x >= 0] = 1 / (1 + np.exp(-x[x >= 0]))
    out[x < 0] = np.exp(x[x < 0]) / (1 + np.exp(x[x < 0]))
    return out


@wrong("scratch.sigmoid.input_changed", outcome="almost")
def sigmoid(x):
    x = as_floats("x", x)
    if x.ndim:
        np.clip(x, -80, 80, out=x)
        x += 0.0
        x *= -1
    else:
        x = -x
    out = 1 / (1 + np.exp(x))
    return out


@wrong("scratch.sigmoid.only_for_arrays", outcome="error")
def sigmoid(x):
    x = as_floats("x", x)
    out = np.empty_like(x)
    for i, row in enumerate(x):
        out[i] = np.where(row >= 0, 1, np.exp(-np.abs(row))) / (1 + np.exp(-np.abs(row)))
    return out


@right("scratch.sigmoid.clipped")
def sigmoid(x):
    x = as_floats("x", x)
    return 1 / (1 + np.exp(np.clip(-x, -80, 80)))


@right("scratch.sigmoid.masks")
def sigmoid(x):
    x = as_floats("x", x)
    out = np.empty_like(x)
    right_half = x >= 0
    out[right_half] = 1 / (1 + np.exp(-x[right_half]))
    e = np.exp(x[~right_half])
    out[~right_half] = e / (1 + e)
    return out


@right("scratch.sigmoid.tanh_of_the_half")
def sigmoid(x):
    x = as_floats("x", x)
    return (np.tanh(x / 2) + 1) / 2


@right("scratch.sigmoid.warnings_silenced")
def sigmoid(x):
    x = as_floats("x", x)
    with np.errstate(over="ignore"):
        return (1 / (1 + np.exp(-x))).astype(x.dtype)
