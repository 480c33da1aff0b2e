"""Slopes by trying: numerical derivatives, and walking downhill along them."""

import numpy as np

from workbook.numerics.arguments import require_function, require_steppable, require_whole


def numerical_diff(f, x):
    """Derivative of a function of one number, by the central difference with h = 1e-4.

    Parameters
    ----------
    f : callable
        Called as ``f(x)`` with one number; returns one number.
    x : float
        Where to take the derivative.

    Returns
    -------
    float
        The slope between the points h to the left and h to the right of `x`. Its error
        falls like h²; the slope between x and x + h would be off by a multiple of h.

    Raises
    ------
    TypeError
        If `f` is not a function.
    """
    require_function(f, "f")
    # TODO: Evaluate f a little to the left and a little to the right of x (h = 1e-4),
    # and return the slope between the two points.
    raise NotImplementedError("scratch.numerical_diff")


def numerical_gradient(f, x):
    """All partial derivatives of f at x, by central differences with h = 1e-4.

    Parameters
    ----------
    f : callable
        Called as ``f(x)`` with the whole array; returns one number. It may ignore its
        argument and read `x` from elsewhere (a network's weights, for instance), so
        the entries of `x` itself are changed, one at a time.
    x : ndarray of floats, any shape
        Where to take the gradient: a vector, a matrix, an array of any number of axes.
        When the function ends `x` holds exactly the values it held before, also when
        `f` raises an error half way.

    Returns
    -------
    ndarray, shape and dtype of `x`
        Entry by entry the derivative of `f` with respect to that entry of `x`.

    Raises
    ------
    TypeError
        If `f` is not a function, or `x` is not an array of floats: in an integer array
        x + 1e-4 is rounded back to x or to a neighbour, and the slope is nonsense.
    """
    require_function(f, "f")
    require_steppable(x, "x")
    # TODO: Visit every index of x, whatever its number of axes. Change that entry alone,
    # up and then down, evaluate f at both, and store the slope in an array like x.
    # Put the entry's old value back before the next one, and make sure that this also
    # happens when f raises.
    raise NotImplementedError("scratch.numerical_gradient")


def gradient_descent(f, init_x, lr=0.01, step_num=100):
    """Walk downhill from a point: `step_num` steps, each against the numerical gradient.

    Parameters
    ----------
    f : callable
        The function to make small; called as ``f(x)``, returns one number.
    init_x : ndarray of floats, any shape
        Where to start. It is not changed: after the call it still holds the start.
    lr : float
        Learning rate: what the gradient is multiplied by to give the step.
    step_num : int
        How many steps; with 0 the result equals `init_x`.

    Returns
    -------
    ndarray, shape and dtype of `init_x`
        The point after the last step, in an array of its own.

    Raises
    ------
    TypeError
        If `f` is not a function, `init_x` is not an array of floats, or `step_num` is not
        a whole number.
    ValueError
        If `step_num` is negative.
    """
    require_function(f, "f")
    require_steppable(init_x, "init_x")
    require_whole(step_num, "step_num", at_least=0)
    # TODO: Start from init_x without ever writing into it. Take step_num steps with the
    # gradient that numerical_gradient finds at the current point, and return the last point.
    raise NotImplementedError("scratch.gradient_descent")
