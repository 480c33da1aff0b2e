"""Results over a setting that is swept, such as the weight scale."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workbook.plots import style

__all__ = ["sweep"]


def sweep(
    x: Sequence[float] | Any,
    panels: Mapping[str, Mapping[str, Sequence[float] | Any]],
    *,
    xlabel: str,
    title: str | None = None,
    log: bool = True,
    mark: float | None = None,
) -> Figure:
    """Several results over the same settings, one pair of axes for each.

    Parameters
    ----------
    x : sequence of float, length N
        The settings, above 0 if `log`.
    panels : dict of dict
        Axes by title, and in each the series by name: N values. A value that is NaN or
        infinite leaves a gap. A title with "accuracy" gets per cent; one with "loss" a
        log axis when its values span more than two decades.
    xlabel : str
    title : str, optional
    log : bool, optional
        Whether the settings stand on a log axis.
    mark : float, optional
        A setting to mark with a vertical line: where you are.

    Raises
    ------
    ValueError
        If a series does not have N values.
    """
    x = np.asarray(x, dtype=float)
    figure, axes = style.new_figure(
        len(panels), title=title, width=min(3.5 * len(panels) + 1.5, 10.5), height=3.8
    )
    lines: list[Line2D] = []
    for place, (name, lot) in zip(axes[0], panels.items(), strict=True):
        kind = name.lower()
        style.label_axes(
            place,
            title=name,
            xlabel=xlabel,
            ylabel="accuracy" if "accuracy" in kind else "loss" if "loss" in kind else "",
        )
        drawn = []
        for index, (label, values) in enumerate(lot.items()):
            y = np.asarray(values, dtype=float)
            if y.shape != x.shape:
                raise ValueError(f"{name!r}, {label!r}: {x.shape} values expected; got {y.shape}.")
            y = np.where(np.isfinite(y), y, np.nan)
            every = style.spread_markers(index, len(x), 12) if len(x) > 25 else None
            (line,) = place.plot(x, y, label=label, markevery=every, **style.line_style(index))
            drawn.append(line)
        lines = lines or drawn
        everything = np.concatenate([np.asarray(line.get_ydata(), float) for line in drawn])
        positive = everything[everything > 0]
        if "accuracy" in kind:
            style.percent_axis(place)
        elif len(positive) and positive.max() > 100 * positive.min():
            place.set_yscale("log")
        if log:
            place.set_xscale("log")
        if mark is not None:
            place.axvline(mark, color=style.MUTED, linestyle=(0, (2, 2)), linewidth=1.2)
    style.figure_legend(figure, lines)
    return figure
