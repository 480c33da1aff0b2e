"""Convolution and max pooling fast enough to train with.

The same functions, arguments and parameter dictionaries as the course's fast
layers. They take over from the naive layers of `layers.py` in `layer_utils.py`;
results agree to rounding.
"""

from dataclasses import dataclass
from operator import index
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.numerics import kernels_numpy
from workbook.numerics.kernels_arguments import (
    ConvShape,
    conv_shape,
    float_array,
    pool_shape,
    whole_parameters,
    working_dtype,
)
from workbook.numerics.kernels_compiled import Compiled
from workbook.numerics.kernels_loader import load, switched_off

__all__ = [
    "Backend",
    "backend",
    "col2im",
    "conv_backward_fast",
    "conv_forward_fast",
    "im2col",
    "max_pool_backward_fast",
    "max_pool_forward_fast",
]

Array = NDArray[Any]
ConvCache = tuple[Array, Array, Array, dict[str, int]]
PoolCache = tuple[tuple[int, ...], Array, np.dtype[Any], dict[str, int]]


@dataclass(frozen=True)
class Backend:
    """Which code computes, and why; `str()` of it is one line.

    Attributes
    ----------
    name : str
        "kernels" (compiled) or "numpy".
    reason : str
        Why that one.
    level : str
        Instruction set of the kernels ("baseline", "avx2", "avx512"); "" for NumPy.
    threads : int
        How many threads a call may use; 0 where NumPy's own library decides.
    """

    name: str
    reason: str
    level: str = ""
    threads: int = 0

    def __str__(self) -> str:
        detail = f" ({self.level}, threads: {self.threads})" if self.level else ""
        return f"{self.name}{detail}: {self.reason}"


_found = load()
_compiled = Compiled(_found.module) if _found.module else None


def _layers() -> "Compiled | ModuleType":
    """The implementation in use; the switch is also obeyed after the import."""
    if _compiled is None or switched_off():
        return kernels_numpy
    return _compiled


def backend() -> Backend:
    """Which implementation the fast layers use now, and why."""
    if _compiled is None:
        return Backend("numpy", _found.reason)
    if switched_off():
        return Backend("numpy", load().reason)
    module = _compiled.module
    return Backend("kernels", _found.reason, module.level(), module.threads())


def conv_forward_fast(
    x: Array, w: Array, b: Array, conv_param: dict[str, int]
) -> tuple[Array, ConvCache]:
    """Convolution layer (cross-correlation), as `conv_forward_naive`.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Images. Any memory layout; integers are converted.
    w : ndarray, shape (F, C, HH, WW)
        Filters.
    b : ndarray, shape (F,)
        Biases.
    conv_param : dict
        ``stride`` (pixels between windows, at least 1) and ``pad`` (zeros on each side).

    Returns
    -------
    out : ndarray, shape (N, F, H_out, W_out)
        With ``H_out = 1 + (H + 2*pad - HH) // stride``, and W_out likewise; with the dtype
        of `x` (of `w` where x holds integers).
    cache : tuple
        For `conv_backward_fast`.

    Raises
    ------
    ValueError
        If shapes do not fit, a parameter is missing, unknown or too small, or no window
        fits into the image.
    TypeError
        If an array holds anything but real numbers, or a parameter is not whole.
    """
    where = "conv_forward_fast"
    stride, pad = whole_parameters(where, "conv_param", conv_param, {"stride": 1, "pad": 0})
    shape = conv_shape(where, np.shape(x), np.shape(w), stride, pad)
    if np.shape(b) != (shape.F,):
        raise ValueError(
            f"{where}: b must have shape ({shape.F},), one per filter; got {np.shape(b)}."
        )
    dtype = working_dtype(where, x=x, w=w)
    working_dtype(where, b=b)
    x, w, b = float_array(x, dtype), float_array(w, dtype), float_array(b, dtype)
    out = _layers().conv_forward(x, w, b, shape)
    return out, (x, w, b, {"stride": stride, "pad": pad})


def conv_backward_fast(dout: Array, cache: ConvCache) -> tuple[Array, Array, Array]:
    """Gradients of `conv_forward_fast`.

    Parameters
    ----------
    dout : ndarray, shape (N, F, H_out, W_out)
        Gradient of the loss with respect to the layer's output.
    cache : tuple
        From `conv_forward_fast`.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
    dw : ndarray, shape (F, C, HH, WW)
    db : ndarray, shape (F,)

    Raises
    ------
    ValueError
        If `dout` does not have the shape of the layer's output.
    TypeError
        If `dout` holds anything but real numbers.
    """
    where = "conv_backward_fast"
    x, w, _, conv_param = cache
    shape = conv_shape(where, x.shape, w.shape, conv_param["stride"], conv_param["pad"])
    dout = _gradient(where, dout, (shape.N, shape.F, shape.H_out, shape.W_out), x.dtype)
    dx, dw, db = _layers().conv_backward(dout, x, w, shape)
    return dx, dw, db


def max_pool_forward_fast(x: Array, pool_param: dict[str, int]) -> tuple[Array, PoolCache]:
    """Max pooling, as `max_pool_forward_naive`.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Images. Any memory layout; integers are converted.
    pool_param : dict
        ``pool_height``, ``pool_width`` and ``stride``, each at least 1. Windows may overlap.

    Returns
    -------
    out : ndarray, shape (N, C, H_out, W_out)
        With ``H_out = 1 + (H - pool_height) // stride``, and W_out likewise.
    cache : tuple
        For `max_pool_backward_fast`.

    Raises
    ------
    ValueError
        If x is not 4-d, a parameter is missing, unknown or too small, or no window fits.
    TypeError
        If x holds anything but real numbers, or a parameter is not whole.
    """
    where = "max_pool_forward_fast"
    HH, WW, stride = whole_parameters(
        where, "pool_param", pool_param, {"pool_height": 1, "pool_width": 1, "stride": 1}
    )
    shape = pool_shape(where, np.shape(x), HH, WW, stride)
    x = float_array(x, working_dtype(where, x=x))
    out, winner = _layers().pool_forward(x, shape)
    param = {"pool_height": HH, "pool_width": WW, "stride": stride}
    return out, (x.shape, winner, x.dtype, param)


def max_pool_backward_fast(dout: Array, cache: PoolCache) -> Array:
    """Gradient of `max_pool_forward_fast`.

    Parameters
    ----------
    dout : ndarray, shape (N, C, H_out, W_out)
        Gradient of the loss with respect to the layer's output.
    cache : tuple
        From `max_pool_forward_fast`.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
        Each gradient lies at the maximum of its window, the first in row-major order on
        ties; where windows overlap they add up.

    Raises
    ------
    ValueError
        If `dout` does not have the shape of the layer's output.
    TypeError
        If `dout` holds anything but real numbers.
    """
    where = "max_pool_backward_fast"
    x_shape, winner, dtype, param = cache
    shape = pool_shape(where, x_shape, param["pool_height"], param["pool_width"], param["stride"])
    dout = _gradient(where, dout, winner.shape, dtype)
    return _layers().pool_backward(dout, winner, shape)


def im2col(x: Array, HH: int, WW: int, stride: int = 1, pad: int = 0) -> Array:
    """Lay every window of every image out as one row of a matrix.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Images. Any memory layout; integers are converted.
    HH, WW : int
        Height and width of the window in pixels.
    stride, pad : int
        Pixels between windows; zeros on each side.

    Returns
    -------
    ndarray, shape (N*H_out*W_out, C*HH*WW)
        Rows in the order of (n, y, x), columns in the order of (c, i, j).

    Raises
    ------
    ValueError, TypeError
        As `conv_forward_fast`.
    """
    where = "im2col"
    shape = _window_shape(where, np.shape(x), HH, WW, stride, pad)
    return _layers().im2col(float_array(x, working_dtype(where, x=x)), shape)


def col2im(
    cols: Array,
    x_shape: tuple[int, int, int, int],
    HH: int,
    WW: int,
    stride: int = 1,
    pad: int = 0,
) -> Array:
    """Add rows of windows up into images: the adjoint of `im2col`, not its inverse.

    Parameters
    ----------
    cols : ndarray, shape (N*H_out*W_out, C*HH*WW)
        One window a row, as `im2col` lays them out.
    x_shape : tuple of int
        (N, C, H, W) of the images.
    HH, WW, stride, pad : int
        As for `im2col`.

    Returns
    -------
    ndarray, shape (N, C, H, W)
        A pixel that lies in several windows gets their sum; what fell on padding is dropped.

    Raises
    ------
    ValueError, TypeError
        As `conv_forward_fast`, and if `cols` does not have that shape.
    """
    where = "col2im"
    sizes = tuple(map(index, x_shape))
    s = _window_shape(where, sizes, HH, WW, stride, pad)
    wanted = (s.N * s.H_out * s.W_out, s.C * s.HH * s.WW)
    if np.shape(cols) != wanted:
        raise ValueError(f"{where}: cols must have shape {wanted}; got {np.shape(cols)}.")
    return _layers().col2im(float_array(cols, working_dtype(where, cols=cols)), s)


def _window_shape(
    where: str, x_shape: tuple[int, ...], HH: int, WW: int, stride: int, pad: int
) -> ConvShape:
    given = {"HH": HH, "WW": WW, "stride": stride, "pad": pad}
    least = {"HH": 1, "WW": 1, "stride": 1, "pad": 0}
    HH, WW, stride, pad = whole_parameters(where, "the window", given, least)
    channels = x_shape[1] if len(x_shape) == 4 else 0
    return conv_shape(where, x_shape, (1, channels, HH, WW), stride, pad)


def _gradient(where: str, dout: Array, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    if np.shape(dout) != shape:
        raise ValueError(
            f"{where}: dout must have the shape of the layer's output, {shape}; "
            f"got {np.shape(dout)}."
        )
    working_dtype(where, dout=dout)
    return float_array(dout, dtype)
