"""Checks of arguments, for the given code at the head of an exercise.

Each raises a ValueError or TypeError of one or two lines that names the argument,
what came and what is allowed. None of them changes or copies what it is given.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.numerics.errors import describe

__all__ = [
    "as_floats",
    "require_floats",
    "require_function",
    "require_labels",
    "require_shape",
    "require_whole",
    "require_windows",
]


def require_floats(x: object, name: str, ndim: int | Sequence[int] | None = None) -> None:
    """`x` must be an array of floats, with the given number (or numbers) of axes."""
    if not isinstance(x, np.ndarray):
        raise TypeError(f"{name} must be a NumPy array of floats, got {describe(x)}.")
    if x.dtype.kind != "f":
        raise TypeError(f"{name} must be an array of floats, got {x.dtype}; use .astype(float).")
    if ndim is not None:
        allowed = [ndim] if isinstance(ndim, int) else list(ndim)
        if x.ndim not in allowed:
            wanted = " or ".join(str(n) for n in allowed)
            raise ValueError(f"{name} must have {wanted} axes, got shape {x.shape}.")


def as_floats(x: Any, name: str, ndim: Sequence[int] | None = None) -> NDArray[Any]:
    """`x` itself if it is an array of floats; numbers, lists and whole numbers become one."""
    try:
        array: NDArray[Any] = np.asarray(x)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must be an array of numbers, got {describe(x)}.")
    if ndim is not None:
        require_floats(array, name, ndim)
    return array


def require_shape(x: Any, shape: tuple[int, ...] | None, name: str) -> None:
    """`x` must be an array of floats of this shape; None stands for any shape."""
    require_floats(x, name)
    if shape is not None and x.shape != shape:
        raise ValueError(f"{name} has shape {x.shape}; it must have shape {shape}.")


def require_whole(value: object, name: str, at_least: int = 1) -> None:
    """`value` must be a whole number that is not too small."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, got {value!r}.")
    if value < at_least:
        raise ValueError(f"{name} is {value}; allowed: {at_least} or more.")


def require_function(f: object, name: str) -> None:
    """`f` must be callable."""
    if not callable(f):
        raise TypeError(f"{name} must be a function, got {describe(f)}.")


def require_labels(t: Any, shape: tuple[int, int], name: str) -> None:
    """`t` must hold N class indices, or N one-hot rows of C entries.

    Parameters
    ----------
    t : ndarray, shape (N,) or (N, C)
    shape : tuple
        (N, C).
    name : str
        How the error calls it.
    """
    count, classes = shape
    if not isinstance(t, np.ndarray) or t.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of class indices or one-hot rows.")
    if t.shape == shape:
        # Whatever the numbers are, a one-hot row holds one 1 and nothing else.
        if np.any((t != 0) & (t != 1)) or np.any(np.count_nonzero(t, axis=1) != 1):
            raise ValueError(f"{name} of shape {t.shape} must be one-hot: one 1 in each row.")
        return
    if t.shape != (count,):
        raise ValueError(
            f"{name} has shape {t.shape}; allowed: ({count},) class indices "
            f"or ({count}, {classes}) one-hot rows."
        )
    if t.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold whole numbers as class indices, got {t.dtype}.")
    if count and (t.min() < 0 or t.max() >= classes):
        raise ValueError(
            f"{name} holds class indices from {t.min()} to {t.max()}; allowed: 0 to {classes - 1}."
        )


def require_windows(
    shape: Sequence[int], window_h: int, window_w: int, stride: int, pad: int, caller: str
) -> int:
    """A window must fit into the padded image at least once.

    Parameters
    ----------
    shape : sequence
        (N, C, H, W).
    window_h, window_w, stride, pad : int
    caller : str
        How the error calls the function.

    Returns
    -------
    int
        How many windows there are in all N images.
    """
    if len(shape) != 4:
        raise ValueError(f"{caller}: the images must have shape (N, C, H, W), got {tuple(shape)}.")
    for value, name in ((window_h, "height"), (window_w, "width")):
        require_whole(value, f"{caller}: the window's {name}")
    require_whole(stride, f"{caller}: stride")
    require_whole(pad, f"{caller}: pad", at_least=0)
    count, _, height, width = shape
    rows = len(range(0, height + 2 * pad - window_h + 1, stride))
    columns = len(range(0, width + 2 * pad - window_w + 1, stride))
    if not rows or not columns:
        raise ValueError(
            f"{caller}: a window of {window_h} x {window_w} does not fit into an image of "
            f"{height} x {width} with pad {pad}."
        )
    return count * rows * columns
