"""Helpers for the cases to do by hand: the solutions must give the numbers that hints state."""

import math

import numpy as np

from workbook.locale import text

ln3 = math.log(3)
X = np.array([[1.0, 2.0], [3.0, 4.0]])
W = np.array([[1.0, 0.0], [1.0, 2.0]])
EYE = np.eye(2)
TINY = 1e-12


def a(*rows):
    return np.array(rows, dtype=float)


def said(value, digits=4):
    """An array as the hints write it: `[[1, 2.5], [3, 4]]`."""
    if np.ndim(value):
        return "[" + ", ".join(said(v, digits) for v in value) + "]"
    rounded = round(float(value), digits) + 0.0
    return f"{rounded:g}"


def image(*rows):
    return np.array(rows, dtype=float)[None, None]


def channels(*rows):
    """One image of 1 x 2 pixels, a row for each channel."""
    return np.array(rows, dtype=float)[None, :, None, :]


def norm_keys(r, kind):
    net = r.FullyConnectedNet([2, 2], input_dim=2, num_classes=2, normalization=kind)
    names = {name for name in net.params if not name.startswith(("W", "b1", "b2", "b3"))}
    assert names == {"gamma1", "beta1", "gamma2", "beta2"}
    return net


def hint_case(exercise_id):
    """Make a test of a generator that yields (words of the hint, the solution's value or None)."""

    def make(function):
        def test(impl):
            hint = text(f"hint.{exercise_id}.case")
            for words, value in function(impl):
                assert words in hint, f"{words!r} is not in the case of {exercise_id}"
                if value is not None:
                    assert said(value) in words, f"{exercise_id}: the solution gives {said(value)}"

        return test

    return make
