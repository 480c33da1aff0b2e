"""What a convolutional net makes of a picture, and how its filters change."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from workbook.plots import style
from workbook.plots.grids import visualize_grid

if TYPE_CHECKING:
    from workbook.training.experiments import LayerOutputs

__all__ = ["feature_maps", "filter_steps"]

Array = NDArray[Any]


def feature_maps(
    outputs: "LayerOutputs",
    names: Sequence[str],
    *,
    filters: Array | None = None,
    chosen: int | None = None,
    title: str | None = None,
) -> Figure:
    """A picture, its maps after convolution, ReLU and pooling, and the class probabilities.

    All maps of a layer share one scale; 0 is white, positive violet, negative orange.

    Parameters
    ----------
    outputs : LayerOutputs
        Of one picture.
    names : sequence of str
        Of the classes.
    filters : ndarray, shape (F, C, HH, WW), optional
        The chosen one is shown below the picture.
    chosen : int, optional
        The number of a filter whose maps get a frame.
    title : str, optional
    """
    figure, axes = style.new_figure(
        3, 2, width=7.8, height=6.2, title=title, width_ratios=[1, 1.35, 1.35]
    )
    picture = outputs.picture.transpose(1, 2, 0)
    _picture(axes[0, 0], _stretched(picture), "the picture")
    below = axes[1, 0]
    if filters is not None and chosen is not None:
        _filter(
            below, filters[chosen], f"filter {chosen}", grey=np.ptp(outputs.picture, 0).max() < 1e-3
        )
    else:
        below.set_axis_off()
    top = float(np.abs(outputs.conv).max()) or 1.0
    pooled_top = float(np.abs(outputs.pooled).max()) or 1.0
    layers = (
        (axes[0, 1], outputs.conv, "after the convolution", top),
        (axes[0, 2], outputs.relu, "after the ReLU", top),
        (axes[1, 1], outputs.pooled, "after the pooling", pooled_top),
    )
    for place, maps, name, limit in layers:
        _maps(place, maps, f"{name}: {maps.shape[1]} × {maps.shape[2]}", limit, chosen)
    _bars(axes[1, 2], outputs.probabilities, names)
    return figure


def filter_steps(steps: Sequence[int], filters: Array, at: int, *, title: str = "") -> Figure:
    """The filters after a step, and what training has added to them until then.

    Parameters
    ----------
    steps : sequence of int, length T
    filters : ndarray, shape (T, F, C, HH, WW)
    at : int
        Which of the T.
    title : str, optional
    """
    figure, axes = style.new_figure(2, width=7.6, height=4.1, title=title or None)
    added = filters[at] - filters[0]
    size = float(np.sqrt(np.mean(added**2)) / np.sqrt(np.mean(filters[0] ** 2)))
    for place, w, words in (
        (axes[0, 0], filters[at], f"after step {steps[at]}"),
        (axes[0, 1], added, f"what training added ({size:.0%} of the start's size)"),
    ):
        grid = visualize_grid(w.transpose(0, 2, 3, 1)) / 255
        _picture(place, grid.clip(0, 1), words)
    return figure


def _stretched(picture: Array) -> Array:
    low, span = picture.min(), np.ptp(picture)
    shown: Array = (picture - low) / (span or 1.0)
    return shown


def _picture(place: Any, picture: Array, title: str) -> None:
    if picture.shape[-1] not in (1, 3):
        picture = picture.mean(axis=-1, keepdims=True)
    if picture.shape[-1] == 1:
        picture = picture[..., 0]
    place.imshow(picture, cmap=style.PICTURES, vmin=0, vmax=1, interpolation="nearest")
    place.set_title(title, loc="left", color=style.INK, fontsize=10)
    place.set_axis_off()


def _filter(place: Any, w: Array, title: str, *, grey: bool) -> None:
    """A filter; on a grey picture only the sum of its channels matters."""
    if not grey:
        _picture(place, _stretched(w.transpose(1, 2, 0)), title)
        return
    whole = w.sum(axis=0)
    limit = float(np.abs(whole).max()) or 1.0
    place.imshow(whole, cmap="PuOr", vmin=-limit, vmax=limit, interpolation="nearest")
    place.set_title(f"{title}, channels added", loc="left", color=style.INK, fontsize=10)
    place.set_axis_off()


def _maps(place: Any, maps: Array, title: str, limit: float, chosen: int | None) -> None:
    count, height, width = maps.shape
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    gap = max(1, height // 16)
    board = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan)
    for index, one in enumerate(maps):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        board[top : top + height, left : left + width] = one
    place.imshow(board, cmap="PuOr", vmin=-limit, vmax=limit, interpolation="nearest")
    place.set_title(title, loc="left", color=style.INK, fontsize=10)
    place.set_xticks([])
    place.set_yticks([])
    for spine in place.spines.values():
        spine.set_visible(False)
    place.set_facecolor(style.MUTED)
    if chosen is not None and chosen < count:
        top, left = (chosen // columns) * (height + gap), (chosen % columns) * (width + gap)
        edge = (left - 1, left + width, left + width, left - 1, left - 1)
        side = (top - 1, top - 1, top + height, top + height, top - 1)
        place.plot(edge, side, color=style.COLOURS[6], linewidth=2, clip_on=False)
        # The frame of a map at the border must not make room for itself.
        place.set_xlim(-0.5, board.shape[1] - 0.5)
        place.set_ylim(board.shape[0] - 0.5, -0.5)


def _bars(place: Any, odds: Array, names: Sequence[str]) -> None:
    best = int(np.argmax(odds))
    colours = [style.COLOURS[1] if n == best else style.COLOURS[0] for n in range(len(odds))]
    where = np.arange(len(odds))
    place.barh(where, odds, color=colours)
    for n, value in enumerate(odds):
        if value >= 0.005:
            inside = value > 0.75
            place.text(
                value - 0.02 if inside else value + 0.02,
                n,
                f"{value:.0%}",
                va="center",
                ha="right" if inside else "left",
                fontsize=8.5,
                color=style.BACKGROUND if inside else style.INK,
            )
    style.label_axes(place, title="the net's probabilities", grid=False)
    place.title.set_fontsize(10)
    place.set_yticks(where, names, fontsize=8.5)
    place.set_xlim(0, 1)
    place.set_xticks([])
    place.spines["bottom"].set_visible(False)
    place.invert_yaxis()
