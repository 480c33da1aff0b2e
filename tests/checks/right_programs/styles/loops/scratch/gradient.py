"""Steps on views and with iterators."""

import numpy as np


def numerical_diff(f, x):
    left, right = f(x - 1e-4), f(x + 1e-4)
    return (right - left) / 2e-4


def numerical_gradient(f, x):
    grad = np.empty_like(x)
    iterator = np.nditer(x, flags=["multi_index"], op_flags=[["readwrite"]])
    for entry in iterator:
        old = entry.copy()
        values = []
        try:
            for step in (1e-4, -1e-4):
                entry[...] = old + step
                values.append(f(x))
        finally:
            entry[...] = old
        grad[iterator.multi_index] = (values[0] - values[1]) / 2e-4
    return grad


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = np.array(init_x)
    while step_num > 0:
        x = x - lr * numerical_gradient(f, x)
        step_num -= 1
    return x
