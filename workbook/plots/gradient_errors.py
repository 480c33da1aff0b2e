"""How far a numerical gradient is from the true one, over the size of its step."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from workbook.plots import style

__all__ = ["gradient_errors"]


def gradient_errors(
    steps: Sequence[float],
    errors: Mapping[str, Sequence[float] | Any],
    *,
    mark: float | None = None,
    title: str | None = None,
) -> Figure:
    """Error curves over h, both on log axes.

    Parameters
    ----------
    steps : sequence of float, length N
        The sizes h.
    errors : dict of sequences
        By the curve's name: the errors of the first sizes, N at most. An error of 0 leaves a gap.
    mark : float, optional
        An h to mark with a vertical line.
    title : str, optional
    """
    figure, axes = style.new_figure(width=7.6, height=4.2, title=title)
    place = style.label_axes(axes[0, 0], xlabel="size of the step h", ylabel="relative error")
    lines = []
    for index, (name, values) in enumerate(errors.items()):
        y = np.asarray(values, dtype=float)
        y = np.where(np.isfinite(y) & (y > 0), y, np.nan)
        x = np.asarray(steps, dtype=float)[: len(y)]
        every = style.spread_markers(index, len(x), 12) if len(x) > 25 else None
        (line,) = place.plot(x, y, label=name, markevery=every, **style.line_style(index))
        lines.append(line)
    place.set_xscale("log")
    place.set_yscale("log")
    if len(steps):
        place.set_xlim(min(steps), max(steps))
    if mark is not None:
        place.axvline(mark, color=style.MUTED, linestyle=(0, (2, 2)), linewidth=1.4)
    style.figure_legend(figure, lines)
    return figure
