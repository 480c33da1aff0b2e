"""Images in rows and columns: examples with their classes, filters of a first layer."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from workbook.plots import style

__all__ = ["filters", "images", "show_grid", "visualize_grid"]

Array = NDArray[Any]


def visualize_grid(Xs: Array, ubound: float = 255.0, padding: int = 1) -> Array:
    """One picture of many: each image stretched to the range 0 to `ubound` by itself.

    Parameters
    ----------
    Xs : ndarray, shape (N, H, W, C)
    ubound : float, optional
        The brightest value of the result.
    padding : int, optional
        Pixels between two images; they stay 0.

    Returns
    -------
    ndarray, shape (rows * (H + padding) - padding, columns * (W + padding) - padding, C)
        As square as N allows; places without an image stay 0. An image of one value
        becomes all 0.

    Raises
    ------
    ValueError
        If `Xs` does not have four dimensions.
    """
    Xs = np.asarray(Xs)
    if Xs.ndim != 4 or not len(Xs):
        raise ValueError(f"Xs must have shape (N, H, W, C) with N at least 1; got {Xs.shape}.")
    count, height, width, channels = Xs.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    low = Xs.min(axis=(1, 2, 3), keepdims=True)
    span = Xs.max(axis=(1, 2, 3), keepdims=True) - low
    stretched = ubound * (Xs - low) / np.where(span > 0, span, 1)
    grid = np.zeros(
        (rows * (height + padding) - padding, columns * (width + padding) - padding, channels)
    )
    for index, image in enumerate(stretched):
        top = (index // columns) * (height + padding)
        left = (index % columns) * (width + padding)
        grid[top : top + height, left : left + width] = image
    return grid


def show_grid(grid: Array, *, title: str | None = None, width: float = 5.0) -> Figure:
    """A picture of values from 0 to 255, such as `visualize_grid` makes.

    Parameters
    ----------
    grid : ndarray, shape (H, W, 3) or (H, W, 1) or (H, W)
    """
    grid = np.asarray(grid)
    shape = grid.shape[0] / grid.shape[1]
    figure, axes = style.new_figure(width=width, height=width * shape + (0.4 if title else 0))
    axes = axes[0, 0]
    _show(axes, np.clip(grid, 0, 255) / 255)
    axes.set_title(title or "", loc="left", color=style.INK)
    return figure


def filters(w: Array, *, title: str | None = None) -> Figure:
    """The filters of a convolutional layer as small pictures.

    Parameters
    ----------
    w : ndarray, shape (F, C, HH, WW)
        With C other than 1 or 3, each filter is shown as its mean over the channels.

    Raises
    ------
    ValueError
        If `w` does not have four dimensions.
    """
    w = np.asarray(w)
    if w.ndim != 4:
        raise ValueError(f"w must have shape (F, C, HH, WW); got {w.shape}.")
    if w.shape[1] not in (1, 3):
        w = w.mean(axis=1, keepdims=True)
    return show_grid(visualize_grid(w.transpose(0, 2, 3, 1)), title=title)


def images(
    X: Array,
    labels: Sequence[str] | None = None,
    *,
    columns: int = 8,
    title: str | None = None,
    size: float = 1.15,
) -> Figure:
    """Images in rows, each with its label above.

    Parameters
    ----------
    X : ndarray, shape (N, C, H, W) or (N, H, W)
        Each is stretched to its own darkest and brightest value, so that mean-subtracted
        images can be shown too; C is 1 or 3.
    labels : sequence of str, optional
        N of them.
    columns : int, optional
    size : float, optional
        Inches of one image.

    Raises
    ------
    ValueError
        If the shape is another or the number of labels is not N.
    """
    X = np.asarray(X, dtype=float)
    if X.ndim == 3:
        X = X[:, None]
    if X.ndim != 4 or X.shape[1] not in (1, 3) or not len(X):
        raise ValueError(f"X must have shape (N, C, H, W) with C 1 or 3; got {X.shape}.")
    if labels is not None and len(labels) != len(X):
        raise ValueError(f"labels must hold one text for each image; got {len(labels)}.")
    columns = min(columns, len(X))
    rows = math.ceil(len(X) / columns)
    figure, axes = style.new_figure(
        columns,
        rows,
        width=max(size * columns, 2.5),
        height=(size + (0.25 if labels is not None else 0.05)) * rows + (0.4 if title else 0),
        title=title,
    )
    for index, place in enumerate(axes.flat):
        if index >= len(X):
            place.set_axis_off()
            continue
        image = X[index].transpose(1, 2, 0)
        low, span = image.min(), np.ptp(image)
        _show(place, (image - low) / (span or 1.0))
        if labels is not None:
            place.set_title(str(labels[index]), fontsize=8.5, color=style.INK, pad=3)
    return figure


def _show(axes: Any, picture: Array) -> None:
    if picture.ndim == 3 and picture.shape[2] == 1:
        picture = picture[..., 0]
    axes.imshow(picture, cmap=style.PICTURES, vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()
