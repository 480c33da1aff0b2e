"""Gradients by finite differences, to hold a derived gradient against.

All of them change one entry of the array at a time, in place, and put it back
whatever happens: also when the function raises or the student presses stop.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbook.numerics.errors import as_numbers, rel_error
from workbook.numerics.validate_scratch import check_steppable

__all__ = ["eval_numerical_gradient", "eval_numerical_gradient_array", "grad_check_sparse"]


def eval_numerical_gradient(
    f: Callable[[NDArray[Any]], float], x: NDArray[Any], verbose: bool = False, h: float = 1e-5
) -> NDArray[Any]:
    """Gradient of a function that returns one number, by central differences.

    Parameters
    ----------
    f : callable
        Called as ``f(x)``; returns one number.
    x : ndarray of floats, any shape
        Where to take the gradient. Each entry is changed in place and put back.
    verbose : bool
        Print each index with its derivative.
    h : float
        Half the distance of the two points; the error falls like h².

    Returns
    -------
    ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not an array of floats: a whole number plus h is rounded back to itself.
    ValueError
        If `f` returns more than one number, `x` is empty, or `h` is not positive.
    """
    _check_step(x, h)
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        above, below = _both_sides(lambda a: _one_number(f(a)), x, index, h)
        grad[index] = (above - below) / (2 * h)
        if verbose:
            print(index, grad[index])
    return grad


def eval_numerical_gradient_array(
    f: Callable[[NDArray[Any]], NDArray[Any]], x: NDArray[Any], df: ArrayLike, h: float = 1e-5
) -> NDArray[Any]:
    """Gradient of ``sum(f(x) * df)`` for a function that returns an array.

    Parameters
    ----------
    f : callable
        Called as ``f(x)``; returns an array.
    x : ndarray of floats, any shape
        Where to take the gradient. Each entry is changed in place and put back.
    df : array_like, shape of ``f(x)``
        Gradient of the loss with respect to ``f(x)``.
    h : float
        Half the distance of the two points.

    Returns
    -------
    ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not an array of floats, or `f` or `df` gives something other than numbers.
    ValueError
        If `df` has not the shape of ``f(x)``, `x` is empty, or `h` is not positive.
    """
    _check_step(x, h)
    upstream = as_numbers(df, "df")

    def output(a: NDArray[Any]) -> NDArray[np.float64]:
        # as_numbers copies: f may return a view of x, which the next step changes.
        out = as_numbers(f(a), "f(x)")
        if out.shape != upstream.shape:
            raise ValueError(
                f"df has shape {upstream.shape}, f(x) has shape {out.shape}; they must be equal."
            )
        return out

    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        above, below = _both_sides(output, x, index, h)
        grad[index] = np.sum((above - below) * upstream) / (2 * h)
    return grad


def grad_check_sparse(
    f: Callable[[NDArray[Any]], float],
    x: NDArray[Any],
    analytic_grad: ArrayLike,
    num_checks: int = 10,
    h: float = 1e-5,
) -> None:
    """Print the numerical beside the derived gradient at a few random entries of a large array.

    The entries are drawn from Python's `random`; the stream of `np.random` is left alone.

    Parameters
    ----------
    f : callable
        Called as ``f(x)``; returns one number.
    x : ndarray of floats, any shape
        Where to take the gradient. Each entry is changed in place and put back.
    analytic_grad : array_like, shape of `x`
    num_checks : int
        How many entries.
    h : float
        Half the distance of the two points.

    Raises
    ------
    TypeError
        If `x` is not an array of floats.
    ValueError
        If `analytic_grad` has not the shape of `x`, `f` returns more than one number,
        `x` is empty, or `num_checks` or `h` is not positive.
    """
    _check_step(x, h)
    analytic = as_numbers(analytic_grad, "analytic_grad")
    if analytic.shape != x.shape:
        raise ValueError(
            f"analytic_grad has shape {analytic.shape}, x has shape {x.shape}; they must be equal."
        )
    if num_checks < 1:
        raise ValueError(f"num_checks must be at least 1; got {num_checks}.")
    for _ in range(num_checks):
        index = tuple(random.randrange(length) for length in x.shape)
        above, below = _both_sides(lambda a: _one_number(f(a)), x, index, h)
        numerical = (above - below) / (2 * h)
        error = rel_error(numerical, analytic[index])
        print(f"numerical: {numerical:f} analytic: {analytic[index]:f}, relative error: {error:e}")


def _both_sides(
    f: Callable[[NDArray[Any]], Any], x: NDArray[Any], index: tuple[int, ...], h: float
) -> tuple[Any, Any]:
    """f at x + h and at x - h in one entry, which is put back."""
    with _put_back(x, index) as old:
        x[index] = old + h
        above = f(x)
        x[index] = old - h
        below = f(x)
    return above, below


@contextmanager
def _put_back(x: NDArray[Any], index: tuple[int, ...]) -> Iterator[Any]:
    old = x[index]
    try:
        yield old
    finally:
        x[index] = old


def _check_step(x: object, h: float) -> None:
    check_steppable("x", x)
    if not h > 0:
        raise ValueError(f"h must be above 0; got {h}.")


def _one_number(value: object) -> float:
    number = as_numbers(value, "f(x)")
    if number.size != 1:
        raise ValueError(f"f(x) must return one number, it returned shape {number.shape}.")
    return float(number.reshape(())[()])
