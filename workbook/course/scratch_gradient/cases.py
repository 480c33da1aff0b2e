"""Test cases of numerical derivatives and of walking downhill along them."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from workbook.cases import CaseList, Shared, absolute, relative
from workbook.course.case_tools import (
    FLOAT64,
    SAME,
    Array,
    Arrays,
    Raw,
    Rng,
    fits,
    floats,
    outlines,
)

cases = CaseList()

_DIFFERENCE = relative(1e-9, "a difference of two numbers near 1 over 2e-4 keeps 11 digits")
_STEPS_H = "by central differences with h = 1e-4"


@cases.add(
    "scratch.numerical_diff",
    "a parabola",
    asks="The slope between the points h to the left and h to the right of `x`",
    limits=_DIFFERENCE,
)
def parabola(impl: Any, rng: Rng) -> Arrays:
    a, b, x = rng.uniform(0.4, 0.6), rng.uniform(0.8, 1.2), rng.uniform(2.0, 3.0)
    return {"slope": impl.scratch.numerical_diff(lambda x: a * x * x - b * x, x)}


@cases.add(
    "scratch.numerical_diff",
    "a steep wave",
    asks="by the central difference with h = 1e-4",
    limits=_DIFFERENCE,
)
def wave(impl: Any, rng: Rng) -> Arrays:
    # So steep that the size of h, and on which sides it is taken, show in the fifth digit.
    k, phase = rng.uniform(150, 250), rng.uniform(0.2, 1.0)
    x = (20 * math.pi + phase) / k
    return {"steep": impl.scratch.numerical_diff(lambda x: math.sin(k * x), x)}


@cases.add(
    "scratch.numerical_diff",
    "at a kink",
    asks="The slope between the points h to the left and h to the right of `x`",
    limits=absolute(1e-9, "0 in theory: the two sides of |x| are as high"),
)
def kink(impl: Any, rng: Rng) -> Arrays:
    return {"at_the_kink": impl.scratch.numerical_diff(abs, 0.0)}


@cases.add(
    "scratch.numerical_diff", "a negative x", asks="Where to take the derivative", limits=FLOAT64
)
def negative(impl: Any, rng: Rng) -> Arrays:
    width, x = rng.uniform(5.0, 9.0), -rng.uniform(2.0, 4.0)
    return {"slope": impl.scratch.numerical_diff(lambda x: math.exp(x / width), x)}


def _bowl(rng: Rng, *shape: int) -> Callable[[Array], float]:
    """A function in which every entry has a slope of its own, and neighbours act together."""
    a, c = rng.uniform(0.5, 2.0, size=shape), rng.standard_normal(shape)

    def f(x: Array) -> float:
        moved = np.ravel(x) - c.ravel()
        return float(np.sum(a.ravel() * moved**2) + np.sum(moved[1:] * moved[:-1]))

    return f


@cases.add(
    "scratch.numerical_gradient",
    "a vector",
    asks="Entry by entry the derivative of `f` with respect to that entry of `x`",
    limits=_DIFFERENCE,
)
def vector(impl: Any, rng: Rng) -> Arrays:
    return {"grad": impl.scratch.numerical_gradient(_bowl(rng, 5), floats(rng, 5))}


@cases.add(
    "scratch.numerical_gradient",
    "a matrix",
    asks="a vector, a matrix, an array of any number of axes",
    limits=_DIFFERENCE,
)
def matrix(impl: Any, rng: Rng) -> Arrays:
    return {"grad": impl.scratch.numerical_gradient(_bowl(rng, 3, 4), floats(rng, 3, 4))}


@cases.add(
    "scratch.numerical_gradient",
    "four axes",
    asks="an array of any number of axes",
    limits=_DIFFERENCE,
)
def four_axes(impl: Any, rng: Rng) -> Arrays:
    return {
        "grad": impl.scratch.numerical_gradient(_bowl(rng, 2, 1, 3, 2), floats(rng, 2, 1, 3, 2))
    }


@cases.add("scratch.numerical_gradient", "a steep wave", asks=_STEPS_H, limits=_DIFFERENCE)
def steep(impl: Any, rng: Rng) -> Arrays:
    grad = impl.scratch.numerical_gradient(
        lambda x: float(np.sum(np.sin(200 * x))), rng.uniform(0.5, 0.505, size=(2, 2))
    )
    return {"grad": grad}


@cases.add(
    "scratch.numerical_gradient",
    "a function that reads x from elsewhere",
    asks="It may ignore its argument and read `x` from elsewhere",
    limits=_DIFFERENCE,
)
def elsewhere(impl: Any, rng: Rng) -> Arrays:
    f, x = _bowl(rng, 2, 3), floats(rng, 2, 3)
    return {"grad": impl.scratch.numerical_gradient(lambda _: f(x), x)}


@cases.add(
    "scratch.numerical_gradient",
    "a matrix that is the transpose of another",
    asks="the entries of `x` itself are changed, one at a time",
    limits=_DIFFERENCE,
)
def transposed(impl: Any, rng: Rng) -> Arrays:
    f, x = _bowl(rng, 2, 3), floats(rng, 3, 2).T
    return {"grad": impl.scratch.numerical_gradient(lambda _: f(x), x)}


@cases.add(
    "scratch.numerical_gradient",
    "x as it was before",
    asks="When the function ends `x` holds exactly the values it held before",
    limits={"grad": _DIFFERENCE},
    keeps=("x",),
)
def restored(impl: Any, rng: Rng) -> Arrays:
    # Numbers so small that x + h - h is rounded: most come back different in the last digits.
    return {"grad": impl.scratch.numerical_gradient(_bowl(rng, 4, 2), 1e-5 * floats(rng, 4, 2))}


class _Stopped(Exception):
    """What a function raises half way."""


def _stopping(impl: Any, rng: Rng, last: int) -> tuple[Array, bool]:
    """The array, and whether the error came out, of a function that raises when called again."""
    f, x, calls = _bowl(rng, 4), floats(rng, 4), 0

    def stops(at: Array) -> float:
        nonlocal calls
        calls += 1
        if calls > last:
            raise _Stopped
        return f(at)

    try:
        impl.scratch.numerical_gradient(stops, x)
    except _Stopped:
        return x, True
    return x, False


def _raised_both_times(raw: Raw, rng: Rng) -> Arrays:
    both = bool(raw["raised"] and raw["raised_again"])
    return {"x": raw["x"], "x_again": raw["x_again"], "raised": both}


@cases.add(
    "scratch.numerical_gradient",
    "a function that raises half way",
    asks="also when `f` raises an error half way",
    limits=SAME,
    reduce=_raised_both_times,
)
def raises(impl: Any, rng: Rng) -> Arrays:
    # Two calls an entry: in the one case at the first of them, in the other at the second.
    x, raised = _stopping(impl, rng, 4)
    x_again, raised_again = _stopping(impl, rng, 3)
    return {"x": x, "x_again": x_again, "raised": raised, "raised_again": raised_again}


@cases.add(
    "scratch.numerical_gradient",
    "float32",
    asks="ndarray, shape and dtype of `x`",
    limits=SAME,
    reduce=outlines("grad"),
)
def single_gradient(impl: Any, rng: Rng) -> Arrays:
    # In float32 the quotient keeps two digits at best, so the values are not judged.
    x = floats(rng, 2, 3, dtype=np.float32)
    return {"grad": impl.scratch.numerical_gradient(_bowl(rng, 2, 3), x)}


_WALK = relative(1e-8, "each step repeats an error of 1e-11 in the gradient, and shrinks the last")


@cases.add(
    "scratch.gradient_descent",
    "three steps from a vector",
    asks="Walk downhill from a point: `step_num` steps",
    limits=_WALK,
)
def three_steps(impl: Any, rng: Rng) -> Arrays:
    f, start = _bowl(rng, 4), floats(rng, 4)
    return {"x": impl.scratch.gradient_descent(f, start, lr=0.1, step_num=3)}


@cases.add(
    "scratch.gradient_descent",
    "default settings from a matrix",
    asks="init_x : ndarray of floats, any shape",
    limits=_WALK,
)
def defaults(impl: Any, rng: Rng) -> Arrays:
    return {"x": impl.scratch.gradient_descent(_bowl(rng, 2, 2), floats(rng, 2, 2))}


@cases.add(
    "scratch.gradient_descent",
    "no step at all",
    asks="with 0 the result equals `init_x`",
    limits=SAME,
)
def no_step(impl: Any, rng: Rng) -> Arrays:
    start = floats(rng, 3)
    return {"x": impl.scratch.gradient_descent(_bowl(rng, 3), start, lr=0.1, step_num=0)}


def _shared_points(raw: Raw, rng: Rng) -> Arrays:
    return {
        f"shared_after_{n}": raw[f"shared_after_{n}"] if fits(raw[f"x_after_{n}"], (3,)) else np.nan
        for n in (0, 2)
    }


@cases.add(
    "scratch.gradient_descent",
    "a point in an array of its own",
    asks="The point after the last step, in an array of its own",
    limits=SAME,
    reduce=_shared_points,
)
def own_array(impl: Any, rng: Rng) -> Arrays:
    start = floats(rng, 3)
    found: Arrays = {}
    for steps in (0, 2):
        x = impl.scratch.gradient_descent(_bowl(rng, 3), start, lr=0.1, step_num=steps)
        found |= {f"x_after_{steps}": x, f"shared_after_{steps}": Shared(x, start)}
    return found


@cases.add(
    "scratch.gradient_descent",
    "float32",
    asks="ndarray, shape and dtype of `init_x`",
    limits=SAME,
    reduce=outlines("x"),
)
def single_descent(impl: Any, rng: Rng) -> Arrays:
    start = floats(rng, 3, dtype=np.float32)
    return {"x": impl.scratch.gradient_descent(_bowl(rng, 3), start, step_num=2)}


@cases.add(
    "scratch.gradient_descent",
    "the start left alone",
    asks="It is not changed: after the call it still holds the start",
    limits=_WALK,
    keeps=("init_x",),
)
def keeps(impl: Any, rng: Rng) -> Arrays:
    f, start = _bowl(rng, 2), floats(rng, 2)
    return {"x": impl.scratch.gradient_descent(f, start, lr=0.05, step_num=2)}
