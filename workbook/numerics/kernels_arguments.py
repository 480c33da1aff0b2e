"""What the fast layers accept: dtypes, shapes and parameter dictionaries.

The compiled kernels index raw memory, so whatever passes here must be right.
"""

from collections.abc import Mapping
from functools import lru_cache
from operator import index
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["ConvShape", "PoolShape", "conv_shape", "float_array", "pool_shape", "working_dtype"]

Array = NDArray[Any]

# Sizes are multiplied in C with 64-bit integers; offsets inside one image use 32 bits.
MAX_IMAGE_ELEMENTS = 2**31 - 1


class ConvShape(NamedTuple):
    """Every size of one convolution, in the letters of the course."""

    N: int
    C: int
    H: int
    W: int
    F: int
    HH: int
    WW: int
    H_out: int
    W_out: int
    stride: int
    pad: int


class PoolShape(NamedTuple):
    """Every size of one max pooling, in the letters of the course."""

    N: int
    C: int
    H: int
    W: int
    HH: int
    WW: int
    H_out: int
    W_out: int
    stride: int


def working_dtype(where: str, **arrays: Any) -> np.dtype[Any]:
    """The floating type to compute in, float32 or float64: that of the first argument.

    Integers and booleans take the type of the next one (float64 if all are
    integers); float16 is computed in float32.

    Raises
    ------
    TypeError
        If an argument is not real numbers, or is wider than float64.
    """
    found: list[np.dtype[Any]] = []
    for name, value in arrays.items():
        dtype = value.dtype if type(value) is np.ndarray else np.asarray(value).dtype
        if dtype == np.float32 or dtype == np.float64:
            found.append(dtype)
            continue
        if dtype.kind in "biu":
            continue
        if dtype.kind != "f" or dtype.itemsize > 8:
            raise TypeError(
                f"{where}: {name} has dtype {dtype}; "
                "allowed are float32 and float64, and integers, which are converted."
            )
        found.append(dtype)
    if not found:
        return np.dtype(np.float64)
    return np.dtype(np.float64 if found[0].itemsize == 8 else np.float32)


def float_array(value: Any, dtype: np.dtype[Any]) -> Array:
    """`value` as a C-contiguous, aligned array of `dtype`, copied only if it must be."""
    array = np.asarray(value, dtype, order="C")
    return array if array.flags.aligned else array.copy()


def _whole(where: str, name: str, value: Any, least: int) -> int:
    try:
        number = index(value)
    except TypeError:
        raise TypeError(
            f"{where}: {name} must be a whole number; got {value!r} ({type(value).__name__})."
        ) from None
    if number < least:
        raise ValueError(f"{where}: {name} must be at least {least}; got {number}.")
    return number


def whole_parameters(where: str, called: str, given: Any, least: dict[str, int]) -> list[int]:
    """Read a parameter dictionary that must hold exactly the keys of `least`."""
    # The usual case first: a small layer takes ten microseconds in all.
    if type(given) is dict and given.keys() == least.keys():
        values = [
            value for key, low in least.items() if type(value := given[key]) is int and value >= low
        ]
        if len(values) == len(least):
            return values
    wanted = ", ".join(repr(key) for key in least)
    if not isinstance(given, Mapping):
        raise TypeError(
            f"{where}: {called} must be a dictionary with {wanted}; got {type(given).__name__}."
        )
    for key in given:
        if key not in least:
            raise ValueError(
                f"{where}: {called} has an unknown key {key!r}; its keys are {wanted}."
            )
    for key in least:
        if key not in given:
            raise ValueError(f"{where}: {called} lacks {key!r}; its keys are {wanted}.")
    return [_whole(where, f"{called}[{key!r}]", given[key], low) for key, low in least.items()]


def _image_shape(where: str, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    if len(shape) != 4:
        raise ValueError(f"{where}: x must have shape (N, C, H, W); got {shape}.")
    return shape


def _out_size(where: str, letter: str, size: int, window: int, stride: int, pad: int) -> int:
    """One output side; the formula of the course, with its numbers in the error."""
    out = 1 + (size + 2 * pad - window) // stride
    if out < 1:
        twice = letter * 2
        raise ValueError(
            f"{where}: no output: {letter}_out = 1 + ({letter} + 2*pad - {twice}) // stride"
            f" = 1 + ({size} + 2*{pad} - {window}) // {stride} = {out}."
        )
    return out


@lru_cache(maxsize=256)
def conv_shape(
    where: str,
    x_shape: tuple[int, ...],
    filters: tuple[int, ...],
    stride: int,
    pad: int,
) -> ConvShape:
    """Check the shapes of a convolution against each other; `filters` is (F, C, HH, WW)."""
    N, C, H, W = _image_shape(where, x_shape)
    if len(filters) != 4:
        raise ValueError(f"{where}: w must have shape (F, C, HH, WW); got {filters}.")
    F, depth, HH, WW = filters
    if depth != C:
        raise ValueError(
            f"{where}: x of shape {x_shape} has {C} channels, w of shape {filters} expects {depth}."
        )
    if HH < 1 or WW < 1:
        raise ValueError(f"{where}: the window is empty: HH = {HH}, WW = {WW}.")
    H_out = _out_size(where, "H", H, HH, stride, pad)
    W_out = _out_size(where, "W", W, WW, stride, pad)
    padded = (H + 2 * pad + HH + stride) * (W + 2 * pad + WW + stride + 64)
    if padded * max(C, F) > MAX_IMAGE_ELEMENTS or (F + 64) * (C + 1) * HH * WW > MAX_IMAGE_ELEMENTS:
        raise ValueError(f"{where}: one image of {x_shape} with {filters} filters is too large.")
    return ConvShape(N, C, H, W, F, HH, WW, H_out, W_out, stride, pad)


@lru_cache(maxsize=256)
def pool_shape(where: str, x_shape: tuple[int, ...], HH: int, WW: int, stride: int) -> PoolShape:
    """Check the shapes of a max pooling."""
    N, C, H, W = _image_shape(where, x_shape)
    H_out = _out_size(where, "H", H, HH, stride, 0)
    W_out = _out_size(where, "W", W, WW, stride, 0)
    if H * W > MAX_IMAGE_ELEMENTS:
        raise ValueError(f"{where}: one image of shape {x_shape} is too large.")
    return PoolShape(N, C, H, W, HH, WW, H_out, W_out, stride)
