"""The fast layers by the compiled kernels; the same functions as in `kernels_numpy`."""

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.numerics import kernels_numpy
from workbook.numerics.kernels_arguments import ConvShape, PoolShape

__all__ = ["Compiled"]

Array = NDArray[Any]


class Compiled:
    """The layers of one loaded extension module."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def conv_forward(self, x: Array, w: Array, b: Array, s: ConvShape) -> Array:
        if 0 in s[:5]:  # The kernels want something to work on.
            return kernels_numpy.conv_forward(x, w, b, s)
        out = np.empty((s.N, s.F, s.H_out, s.W_out), x.dtype)
        self.module.conv_forward(x.dtype.char, x, w, b, s, out)
        return out

    def conv_backward(
        self, dout: Array, x: Array, w: Array, s: ConvShape
    ) -> tuple[Array, Array, Array]:
        if 0 in s[:5]:
            return kernels_numpy.conv_backward(dout, x, w, s)
        dx, dw, db = np.empty_like(x), np.empty_like(w), np.empty(s.F, x.dtype)
        self.module.conv_backward(x.dtype.char, dout, x, w, s, dx, dw, db)
        return dx, dw, db

    def pool_forward(self, x: Array, s: PoolShape) -> tuple[Array, Array]:
        if kernels_numpy.winner_dtype(s) is not np.uint8:
            return kernels_numpy.pool_forward(x, s)
        out = np.empty((s.N, s.C, s.H_out, s.W_out), x.dtype)
        winner = np.empty(out.shape, np.uint8)
        self.module.pool_forward(x.dtype.char, x, s, out, winner)
        return out, winner

    def pool_backward(self, dout: Array, winner: Array, s: PoolShape) -> Array:
        if winner.dtype != np.uint8:
            return kernels_numpy.pool_backward(dout, winner, s)
        dx = np.empty((s.N, s.C, s.H, s.W), dout.dtype)
        self.module.pool_backward(dout.dtype.char, dout, winner, s, dx)
        return dx

    def im2col(self, x: Array, s: ConvShape) -> Array:
        if 0 in s[:5]:
            return kernels_numpy.im2col(x, s)
        cols = np.empty((s.N * s.H_out * s.W_out, s.C * s.HH * s.WW), x.dtype)
        self.module.im2col(x.dtype.char, x, s, cols)
        return cols

    def col2im(self, cols: Array, s: ConvShape) -> Array:
        if 0 in s[:5]:
            return kernels_numpy.col2im(cols, s)
        x = np.empty((s.N, s.C, s.H, s.W), cols.dtype)
        self.module.col2im(cols.dtype.char, cols, s, x)
        return x
