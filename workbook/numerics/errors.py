"""How far two arrays are apart."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["abs_error", "as_numbers", "largest_relative", "rel_error"]


def rel_error(x: ArrayLike, y: ArrayLike) -> float:
    """Largest relative difference of two arrays, as the course defines it.

    Parameters
    ----------
    x, y : array_like of numbers
        Shapes that broadcast; `verdict` also insists that they are equal.

    Returns
    -------
    float
        ``max(|x - y| / max(1e-8, |x| + |y|))``, computed in float64: 0 if the arrays agree
        (or are empty), at most 1, and NaN as soon as a value is NaN or infinite.

    Raises
    ------
    TypeError
        If an argument holds something other than real numbers (None, for instance).
    ValueError
        If the shapes do not broadcast.
    """
    left, right = _pair(x, y, "rel_error")
    with np.errstate(invalid="ignore", over="ignore"):
        return largest_relative(left, right)


def largest_relative(left: NDArray[Any], right: NDArray[Any]) -> float:
    """`rel_error` of two arrays of one shape, of float64 or complex128."""
    if left.size == 0:
        return 0.0
    scale = np.maximum(1e-8, np.abs(left) + np.abs(right))
    return float(np.max(np.abs(left - right) / scale))


def abs_error(x: ArrayLike, y: ArrayLike) -> float:
    """Largest absolute difference; for values that are zero in theory.

    Parameters, errors and the treatment of NaN are those of `rel_error`.
    """
    left, right = _pair(x, y, "abs_error")
    if left.size == 0:
        return 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.max(np.abs(left - right)))


def as_numbers(value: object, name: str) -> NDArray[np.float64]:
    """`value` as a float64 array.

    Raises
    ------
    TypeError
        If it is not an array (or number, or nested list) of real numbers.
    """
    try:
        # dtype=float at once would turn None into NaN and "1" into 1.0.
        array: NDArray[Any] = np.asarray(value)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of real numbers; got {describe(value)}.")
    return array.astype(np.float64)


def describe(value: object) -> str:
    """What came in place of an array of numbers, in a few words."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    kind = type(value).__name__
    return f"a {kind} of {len(value)}" if isinstance(value, (tuple, list, dict)) else f"a {kind}"


def _pair(x: object, y: object, caller: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    left, right = as_numbers(x, f"{caller}: x"), as_numbers(y, f"{caller}: y")
    try:
        left, right = np.broadcast_arrays(left, right)
    except ValueError:
        raise ValueError(
            f"{caller}: x has shape {left.shape} and y has shape {right.shape}; "
            "they must be equal (or broadcast)."
        ) from None
    return left, right
