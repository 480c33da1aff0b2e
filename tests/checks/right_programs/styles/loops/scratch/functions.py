"""Numbers one by one, with the functions of the math module."""

import math

import numpy as np


def sigmoid(x):
    x = np.asarray(x)
    kind = x.dtype if x.dtype.kind == "f" else np.float64

    def one(value):
        value = float(value)
        if value < 0:
            return math.exp(value) / (1 + math.exp(value))
        return 1 / (1 + math.exp(-value))

    return np.array([one(v) for v in x.ravel()], dtype=kind).reshape(x.shape)


def softmax(x):
    x = np.asarray(x)
    if x.ndim == 2:
        return np.array([softmax(row) for row in x])
    powers = np.array([math.exp(float(value) - float(x.max())) for value in x])
    return (powers / powers.sum()).astype(x.dtype)


def cross_entropy_error(y, t):
    y, t = np.atleast_2d(y), np.asarray(t)
    alone = t.ndim == 1 and len(y) == 1 and t.shape == y.shape[1:] and t.size > 1
    one_hot = t.shape == y.shape or alone
    total = 0.0
    for n, row in enumerate(y):
        label = int(t.reshape(len(y), -1)[n].argmax()) if one_hot else int(t.ravel()[n])
        total -= math.log(max(float(row[label]), 1e-300))
    return total / len(y)
