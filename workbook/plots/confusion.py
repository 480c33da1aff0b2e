"""Which classes a net confuses: a table of counts, and pictures of its mistakes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from workbook.plots import style

__all__ = ["confusion_matrix"]

Array = NDArray[Any]


def confusion_matrix(
    counts: Array,
    pairs: Sequence[tuple[int, int]],
    examples: Sequence[Sequence[int]],
    X: Array,
    names: Sequence[str],
    *,
    title: str | None = None,
) -> Figure:
    """The confusion matrix, and a row of pictures for each of the most frequent mistakes.

    Parameters
    ----------
    counts : ndarray of int, shape (classes, classes)
        Right classes in rows, the net's in columns.
    pairs : sequence of (right, said)
    examples : sequence of sequences of int
        For each pair, places in `X`.
    X : ndarray, shape (N, C, H, W)
    names : sequence of str
        Of the classes.
    title : str, optional
    """
    shown = 5
    rows = max(len(pairs), 1)
    figure, _ = style.new_figure(width=7.8, height=6.6, title=title)
    figure.clear()
    if title:
        figure.suptitle(title, color=style.INK, fontsize=12, fontweight="bold")
    # The numbers get the width that ten words below them need.
    grid = figure.add_gridspec(rows + 4, shown, height_ratios=[1.0] * 4 + [0.85] * rows)
    _table(figure.add_subplot(grid[:4, :]), counts, names)
    for row, ((right, said), places) in enumerate(zip(pairs, examples, strict=True)):
        for column in range(shown):
            place = figure.add_subplot(grid[4 + row, column])
            place.set_axis_off()
            if column >= len(places):
                continue
            image = np.asarray(X[places[column]], dtype=float).transpose(1, 2, 0)
            low, span = image.min(), np.ptp(image)
            image = (image - low) / (span or 1.0)
            place.imshow(image if image.shape[2] == 3 else image[..., 0], cmap=style.PICTURES)
            if column == 0:
                words = f"{counts[right, said]} × {names[right]}, taken for {names[said]}"
                place.set_title(words, loc="left", color=style.INK, fontsize=9.5)
    return figure


def _table(place: Any, counts: Array, names: Sequence[str]) -> None:
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    place.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for (row, column), number in np.ndenumerate(counts):
        if number:
            place.text(
                column,
                row,
                str(number),
                ha="center",
                va="center",
                fontsize=8.5,
                color=style.BACKGROUND if share[row, column] > 0.55 else style.INK,
                fontweight="bold" if row == column else "normal",
            )
    style.label_axes(place, title="", xlabel="what the net says", ylabel="what it is", grid=False)
    where = np.arange(len(names))
    place.set_xticks(where, names, fontsize=8.5, rotation=30, ha="right", rotation_mode="anchor")
    place.set_yticks(where, names, fontsize=8.5)
