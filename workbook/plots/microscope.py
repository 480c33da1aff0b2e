"""A convolution looked at closely: the window, the kernel, the products and their sum."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from workbook.plots import style

__all__ = ["microscope"]

Array = NDArray[Any]
# Up to this many numbers in a row are written into their squares.
_WRITTEN = 9


def microscope(
    padded: Array,
    kernel: Array,
    out: Array,
    at: tuple[int, int],
    *,
    stride: int = 1,
    title: str | None = None,
) -> Figure:
    """Picture and output with one marked place, and below them how its number is made.

    Parameters
    ----------
    padded : ndarray, shape (H, W)
        The picture with its border.
    kernel : ndarray, shape (HH, WW)
    out : ndarray, shape (H', W')
    at : (int, int)
        Row and column in `out`.
    stride : int, optional
    title : str, optional
    """
    i, j = at
    height, width = kernel.shape
    top, left = i * stride, j * stride
    patch = padded[top : top + height, left : left + width]
    figure, _ = style.new_figure(width=7.8, height=6.6, title=title)
    figure.clear()
    if title:
        figure.suptitle(title, color=style.INK, fontsize=12, fontweight="bold")
    grid = figure.add_gridspec(2, 6, height_ratios=[1.5, 1])
    shape = f"{padded.shape[0]} × {padded.shape[1]}"
    before = figure.add_subplot(grid[0, :3])
    _board(before, padded, f"picture with padding: {shape}", "gray")
    _frame(before, top, left, height, width)
    after = figure.add_subplot(grid[0, 3:])
    _board(after, out, f"output: {out.shape[0]} × {out.shape[1]}", "gray")
    _frame(after, i, j, 1, 1)
    products = patch * kernel
    for place, values, name in (
        (figure.add_subplot(grid[1, 0:2]), patch, "the patch"),
        (figure.add_subplot(grid[1, 2:4]), kernel, "times the kernel"),
        (figure.add_subplot(grid[1, 4:6]), products, "gives these products"),
    ):
        _board(place, values, name, "PuOr", signed=True)
    figure.supxlabel(
        f"sum of the products: {_number(products.sum())}; your layer's number at row {i}, "
        f"column {j}: {_number(out[i, j])}",
        color=style.INK,
        fontsize=10.5,
    )
    return figure


def _number(value: float) -> str:
    value += 0.0  # No minus sign before a zero.
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _board(place: Any, values: Array, title: str, cmap: str, *, signed: bool = False) -> None:
    low, high = float(values.min()), float(values.max())
    if signed:
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    place.imshow(values, cmap=cmap, vmin=low, vmax=high if high > low else low + 1)
    place.set_title(title, loc="left", color=style.INK, fontsize=10)
    place.set_xticks([])
    place.set_yticks([])
    if max(values.shape) > _WRITTEN:
        return
    size = 10 if max(values.shape) <= 5 else 8
    for (row, column), value in np.ndenumerate(values):
        share = (value - low) / ((high - low) or 1.0)
        dark = abs(share - 0.5) > 0.33 if signed else share < 0.5
        place.text(
            column,
            row,
            _number(float(value)),
            ha="center",
            va="center",
            fontsize=size,
            color=style.BACKGROUND if dark else style.INK,
        )


def _frame(place: Any, top: int, left: int, height: int, width: int) -> None:
    x0, x1, y0, y1 = left - 0.5, left + width - 0.5, top - 0.5, top + height - 0.5
    edge = ((x0, x1, x1, x0, x0), (y0, y0, y1, y1, y0))
    # White under orange: seen on black and on white.
    place.plot(*edge, color=style.BACKGROUND, linewidth=4.5, clip_on=False)
    place.plot(*edge, color=style.COLOURS[1], linewidth=2.5, clip_on=False)
