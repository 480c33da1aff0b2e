"""The units of a layer for a batch, before dropout and after it in both modes."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from workbook.plots import style

__all__ = ["dropout_outputs"]

Array = NDArray[Any]


def dropout_outputs(x: Array, train: Array, test: Array, *, title: str | None = None) -> Figure:
    """One row for each sample, one column for each unit; what was dropped is crossed out.

    Parameters
    ----------
    x : ndarray, shape (N, units)
        What goes into dropout.
    train, test : ndarray, shape (N, units)
        What comes out in training and at test time.
    title : str, optional

    Raises
    ------
    ValueError
        If the three do not have one shape.
    """
    x, train, test = (np.asarray(a, dtype=float) for a in (x, train, test))
    if x.ndim != 2 or not x.shape == train.shape == test.shape:
        raise ValueError(
            f"x, train and test must have one shape (N, units); got {x.shape}, {train.shape}, "
            f"{test.shape}."
        )
    height = min(1.4 + 0.11 * len(x), 4.0)
    figure, axes = style.new_figure(3, width=7.8, height=height + 0.6, title=title, sharey=True)
    top = max(float(np.abs(x).max()), float(np.abs(train).max()), 1e-12)
    shown = None
    for place, name, values in zip(
        axes[0], ("before dropout", "training", "test time"), (x, train, test), strict=True
    ):
        shown = place.imshow(values, cmap="Blues", vmin=0, vmax=top, aspect="auto")
        lost = np.argwhere((values == 0) & (x != 0))
        if len(lost):
            place.plot(
                lost[:, 1], lost[:, 0], "x", color=style.COLOURS[1], markersize=3.6, linewidth=0
            )
        mean = f"mean {values.mean():.3g}"
        style.label_axes(place, title=f"{name}\n{mean}", xlabel="unit", grid=False)
        place.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        place.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes[0, 0].set_ylabel("sample", color=style.INK)
    if shown is not None:
        bar = figure.colorbar(shown, ax=list(axes[0]), fraction=0.03, pad=0.02)
        bar.ax.tick_params(labelcolor=style.INK, color=style.MUTED, labelsize=8)
        bar.outline.set_edgecolor(style.MUTED)
    return figure
