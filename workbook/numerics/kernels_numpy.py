"""The fast layers in NumPy alone: windows copied tap by tap, then matrix products.

Works through the batch in slices whose unrolled windows stay in the processor's
cache, so that the copies cost little beside the products.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.numerics.kernels_arguments import ConvShape, PoolShape

__all__ = ["col2im", "conv_backward", "conv_forward", "im2col", "pool_backward", "pool_forward"]

Array = NDArray[Any]

# Unrolled windows of one slice of the batch: about the size of a level-2 cache.
SLICE_BYTES = 1 << 20


def _slices(s: ConvShape, itemsize: int) -> Iterator[tuple[int, int]]:
    one = max(1, s.C * s.HH * s.WW * s.H_out * s.W_out * itemsize)
    step = max(1, min(s.N, SLICE_BYTES // one))
    for start in range(0, s.N, step):
        yield start, min(s.N, start + step)


def _padded_shape(s: ConvShape, n: int) -> tuple[int, int, int, int]:
    return n, s.C, s.H + 2 * s.pad, s.W + 2 * s.pad


def _span(first: int, count: int, stride: int) -> slice:
    """Where tap `first` of the window falls for each of `count` outputs."""
    return slice(first, first + stride * (count - 1) + 1, stride)


def _inside(s: ConvShape) -> tuple[slice, slice]:
    return slice(s.pad, s.pad + s.H), slice(s.pad, s.pad + s.W)


class _Windows:
    """Reusable room for the unrolled windows of a slice: (n, C, HH, WW, H_out, W_out)."""

    def __init__(self, s: ConvShape, dtype: np.dtype[Any]) -> None:
        self.shape = s
        n = max((stop - start for start, stop in _slices(s, dtype.itemsize)), default=0)
        self.cols = np.empty((n, s.C, s.HH, s.WW, s.H_out, s.W_out), dtype)
        self.padded = np.zeros(_padded_shape(s, n), dtype) if s.pad else None

    def of(self, x: Array) -> Array:
        """The windows of `x` as (n, C*HH*WW, H_out*W_out), valid until the next call."""
        s, n = self.shape, len(x)
        if s.HH == s.WW == s.stride == 1 and s.pad == 0:
            return x.reshape(n, s.C, s.H * s.W)
        if self.padded is not None:
            rows, columns = _inside(s)
            self.padded[:n, :, rows, columns] = x
            x = self.padded[:n]
        cols = self.cols[:n]
        for i in range(s.HH):
            rows = _span(i, s.H_out, s.stride)
            for j in range(s.WW):
                cols[:, :, i, j] = x[:, :, rows, _span(j, s.W_out, s.stride)]
        return cols.reshape(n, s.C * s.HH * s.WW, s.H_out * s.W_out)


def conv_forward(x: Array, w: Array, b: Array, s: ConvShape) -> Array:
    """Cross-correlation of a batch with F filters, plus bias; (N, F, H_out, W_out)."""
    out = np.empty((s.N, s.F, s.H_out * s.W_out), x.dtype)
    filters = w.reshape(s.F, s.C * s.HH * s.WW)
    windows = _Windows(s, x.dtype)
    for start, stop in _slices(s, x.dtype.itemsize):
        np.matmul(filters, windows.of(x[start:stop]), out=out[start:stop])
    out += b[:, None]
    return out.reshape(s.N, s.F, s.H_out, s.W_out)


def conv_backward(dout: Array, x: Array, w: Array, s: ConvShape) -> tuple[Array, Array, Array]:
    """Gradients (dx, dw, db) of `conv_forward`."""
    taps = s.C * s.HH * s.WW
    dout = dout.reshape(s.N, s.F, s.H_out * s.W_out)
    back = w.reshape(s.F, taps).T
    windows = _Windows(s, x.dtype)
    unrolled = np.empty(windows.cols.shape, x.dtype)
    dx = np.empty(x.shape, x.dtype)
    dw = np.zeros((s.F, taps), x.dtype)
    for start, stop in _slices(s, x.dtype.itemsize):
        part = dout[start:stop]
        cols = windows.of(x[start:stop])
        dw += np.matmul(part, cols.transpose(0, 2, 1)).sum(axis=0)
        dcols = unrolled[: stop - start]
        np.matmul(back, part, out=dcols.reshape(cols.shape))
        _fold(dcols, s, dx[start:stop])
    db = dout.sum(axis=2).sum(axis=0)
    return dx, dw.reshape(w.shape), db


def _fold(cols: Array, s: ConvShape, into: Array) -> None:
    """Add windows (n, C, HH, WW, H_out, W_out) up into images (n, C, H, W)."""
    if s.HH == s.WW == s.stride == 1 and s.pad == 0:
        into[...] = cols[:, :, 0, 0]
        return
    padded = np.zeros(_padded_shape(s, len(into)), into.dtype)
    for i in range(s.HH):
        rows = _span(i, s.H_out, s.stride)
        for j in range(s.WW):
            padded[:, :, rows, _span(j, s.W_out, s.stride)] += cols[:, :, i, j]
    rows, columns = _inside(s)
    into[...] = padded[:, :, rows, columns]


def im2col(x: Array, s: ConvShape) -> Array:
    """One row per window: (N*H_out*W_out, C*HH*WW)."""
    if s.pad:
        padded = np.zeros(_padded_shape(s, s.N), x.dtype)
        rows, columns = _inside(s)
        padded[:, :, rows, columns] = x
        x = padded
    cols = np.empty((s.N, s.H_out, s.W_out, s.C, s.HH, s.WW), x.dtype)
    for i in range(s.HH):
        rows = _span(i, s.H_out, s.stride)
        for j in range(s.WW):
            tap = x[:, :, rows, _span(j, s.W_out, s.stride)]
            cols[..., i, j] = tap.transpose(0, 2, 3, 1)
    return cols.reshape(s.N * s.H_out * s.W_out, s.C * s.HH * s.WW)


def col2im(cols: Array, s: ConvShape) -> Array:
    """Add windows up where they came from: the transpose of `im2col` as a linear map."""
    x = np.empty((s.N, s.C, s.H, s.W), cols.dtype)
    windows = cols.reshape(s.N, s.H_out, s.W_out, s.C, s.HH, s.WW)
    _fold(windows.transpose(0, 3, 4, 5, 1, 2), s, x)
    return x


def winner_dtype(s: PoolShape) -> type[np.unsignedinteger[Any]]:
    """The smallest type that holds a position in the window."""
    return np.uint8 if s.HH * s.WW <= 256 else np.uint32


def pool_forward(x: Array, s: PoolShape) -> tuple[Array, Array]:
    """Maximum of each window, and its position i*WW + j in it, the first one on ties.

    A NaN wins over every number, and the first NaN over later ones, as in `np.argmax`.
    """
    out = x[:, :, _span(0, s.H_out, s.stride), _span(0, s.W_out, s.stride)].copy()
    winner = np.zeros(out.shape, winner_dtype(s))
    holds_nan = x.size > 0 and bool(np.isnan(x.max()))
    for i in range(s.HH):
        rows = _span(i, s.H_out, s.stride)
        for j in range(1 if i == 0 else 0, s.WW):
            tap = x[:, :, rows, _span(j, s.W_out, s.stride)]
            wins = tap > out
            if holds_nan:
                wins |= np.isnan(tap) & ~np.isnan(out)
            np.copyto(out, tap, where=wins)
            np.copyto(winner, winner.dtype.type(i * s.WW + j), where=wins)
    return out, winner


def pool_backward(dout: Array, winner: Array, s: PoolShape) -> Array:
    """Send each gradient to the position that won its window."""
    dx = np.zeros((s.N, s.C, s.H, s.W), dout.dtype)
    for i in range(s.HH):
        rows = _span(i, s.H_out, s.stride)
        for j in range(s.WW):
            mine = winner == i * s.WW + j
            dx[:, :, rows, _span(j, s.W_out, s.stride)] += np.where(mine, dout, 0)
    return dx
