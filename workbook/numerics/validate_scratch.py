"""Checks of arguments for the from-scratch track, beside the general ones of `validate`.

Each raises a ValueError or TypeError of one or two lines that names the argument,
what came and what is allowed. None of them changes what it is given.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.numerics.errors import describe
from workbook.numerics.validate import check_integer, check_shape

__all__ = ["as_floats", "check_function", "check_steppable", "check_targets", "check_windows"]


def check_function(name: str, value: object) -> None:
    """Refuse (TypeError) what cannot be called."""
    if not callable(value):
        raise TypeError(f"{name} must be a function; got {describe(value)}.")


def check_steppable(name: str, value: object) -> None:
    """Refuse (TypeError) what small steps cannot be taken in: anything but an array of floats."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biu":
        raise TypeError(
            f"{name} must hold floats; got dtype {value.dtype}, in which a small step is "
            f"rounded away. Use {name}.astype(float)."
        )
    check_shape(name, value, (...,))


def as_floats(name: str, value: Any, axes: Sequence[int] | None = None) -> NDArray[Any]:
    """`value` itself if it is an array of floats; numbers, lists and whole numbers become one.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array_like
    axes : sequence of int, optional
        How many axes are allowed.

    Returns
    -------
    ndarray of floats

    Raises
    ------
    TypeError
        If it does not hold numbers.
    ValueError
        If it has another number of axes, or one of no entries.
    """
    try:
        array: NDArray[Any] = np.asarray(value)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must hold numbers; got {describe(value)}.")
    if axes is not None and array.ndim not in axes:
        allowed = " or ".join(str(count) for count in axes)
        raise ValueError(f"{name} must have {allowed} axes; got shape {array.shape}.")
    if array.size == 0:
        raise ValueError(f"{name} is empty: its shape is {array.shape}.")
    return array


def check_targets(name: str, value: Any, shape: tuple[int, int]) -> None:
    """Refuse what is neither N class indices nor N one-hot rows.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : object
        What came.
    shape : tuple
        (N, C): how many samples, how many classes.

    Raises
    ------
    TypeError
        For what is no array of numbers, and for class indices that are not whole numbers.
    ValueError
        For another shape, a row that is not one-hot, an index that is no class.
    """
    count, classes = shape
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} must be an array of class indices or one-hot rows; got {describe(value)}."
        )
    if value.shape == shape:
        if np.any((value != 0) & (value != 1)) or np.any(np.count_nonzero(value, axis=1) != 1):
            raise ValueError(f"{name} of shape {value.shape} must be one-hot: one 1 in each row.")
        return
    if value.shape != (count,):
        raise ValueError(
            f"{name} must have shape ({count},), class indices, or ({count}, {classes}), "
            f"one-hot rows; got {value.shape}."
        )
    if value.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold class indices (ints); got dtype {value.dtype}.")
    if count and (value.min() < 0 or value.max() >= classes):
        raise ValueError(
            f"{name} must lie in 0 ... {classes - 1}; got {value.min()} ... {value.max()}."
        )


def check_windows(
    shape: Sequence[int], height: int, width: int, stride: int = 1, pad: int = 0
) -> int:
    """Refuse windows that do not fit into the padded images even once.

    Parameters
    ----------
    shape : sequence
        (N, C, H, W).
    height, width : int
        Of the window.
    stride, pad : int

    Returns
    -------
    int
        How many windows there are in all N images.

    Raises
    ------
    TypeError, ValueError
        For sizes that are not whole or too small, and for a window that does not fit.
    """
    if len(shape) != 4:
        raise ValueError(f"Images must have shape (N, C, H, W); got {tuple(shape)}.")
    check_integer("The window's height", height, 1)
    check_integer("The window's width", width, 1)
    check_integer("stride", stride, 1)
    check_integer("pad", pad, 0)
    count, _, H, W = shape
    down = len(range(0, H + 2 * pad - height + 1, stride))
    across = len(range(0, W + 2 * pad - width + 1, stride))
    if not down or not across:
        raise ValueError(
            f"A window of {height} x {width} does not fit into an image of {H} x {W} "
            f"with pad {pad}."
        )
    return count * down * across
