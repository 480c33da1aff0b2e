"""How every figure here looks: colours, line styles, markers, and a light card for a background.

Series differ in colour, line style and marker, so that they can be told apart without
colour. A figure brings its own near-white background and dark text: the same in
JupyterLab's light and dark theme, and whatever style the notebook has set.
"""

import io
import math
from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

__all__ = [
    "BACKGROUND",
    "COLOURS",
    "GRID",
    "INK",
    "LINES",
    "MARKERS",
    "MUTED",
    "PICTURES",
    "SURFACE",
    "NotebookFigure",
    "figure_legend",
    "label_axes",
    "legend",
    "line_style",
    "new_figure",
    "percent_axis",
    "spread_markers",
]

# Okabe & Ito, "Color Universal Design" (2008); its yellow is too pale on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINES: tuple[Any, ...] = (
    "-",
    (0, (6, 2)),
    (0, (6, 1.5, 1.5, 1.5)),
    (0, (1.5, 1.5)),
    (0, (9, 1.5, 1.5, 1.5, 1.5, 1.5)),
    (0, (3, 1)),
    (0, (1, 3)),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

BACKGROUND = "#FFFFFF"
INK = "#1F2328"
MUTED = "#59636E"
GRID = "#D9DEE3"
# Colour maps whose lightness grows evenly, readable without colour too.
SURFACE = "Blues_r"
PICTURES = "gray"

_SIZE = 10.0


class NotebookFigure(Figure):
    """A figure that shows itself in a notebook, with or without `%matplotlib inline`.

    IPython knows how to draw a Figure only once pyplot was imported; and pyplot keeps
    every figure that it makes, which 50 runs of a panel must not.
    """

    def _repr_png_(self) -> bytes:
        return self.png()

    def png(self, dpi: float | None = None) -> bytes:
        """The figure as a PNG file."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=dpi or "figure", facecolor=BACKGROUND)
        return buffer.getvalue()


def new_figure(
    columns: int = 1,
    rows: int = 1,
    *,
    width: float = 9.0,
    height: float | None = None,
    title: str | None = None,
    **subplots: Any,
) -> tuple[NotebookFigure, Any]:
    """A figure made without pyplot, and its axes.

    Parameters
    ----------
    columns, rows : int, optional
    width, height : float, optional
        Inches; the height suits the number of rows and columns if it is left out.
    title : str, optional
        Stands above all axes.
    **subplots
        For `Figure.subplots`, such as sharey=True.

    Returns
    -------
    figure : NotebookFigure
    axes : ndarray of Axes, shape (rows, columns)
    """
    if height is None:
        height = rows * min(4.0, max(2.6, 0.75 * width / columns)) + 0.4
    figure = NotebookFigure(
        figsize=(width, height), dpi=100, layout="constrained", facecolor=BACKGROUND
    )
    axes = figure.subplots(rows, columns, squeeze=False, **subplots)
    if title:
        figure.suptitle(title, color=INK, fontsize=_SIZE + 2, fontweight="bold")
    return figure, axes


def label_axes(
    axes: Axes, *, title: str = "", xlabel: str = "", ylabel: str = "", grid: bool = True
) -> Axes:
    """Give axes their words and the house colours."""
    axes.set_facecolor(BACKGROUND)
    axes.set_title(title, loc="left", color=INK, fontsize=_SIZE + 1)
    axes.set_xlabel(xlabel, color=INK, fontsize=_SIZE)
    axes.set_ylabel(ylabel, color=INK, fontsize=_SIZE)
    axes.tick_params(which="both", color=MUTED, labelcolor=INK, labelsize=_SIZE - 1)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(MUTED)
    if grid:
        axes.grid(True, color=GRID, linewidth=0.8)
    else:
        axes.grid(False)
    axes.set_axisbelow(True)
    return axes


def percent_axis(axes: Axes) -> None:
    """Shares on the vertical axis in per cent, with as many digits as tell the ticks apart."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.4g}%"))


def line_style(index: int, *, markers: bool = True) -> dict[str, Any]:
    """Keyword arguments of `Axes.plot` for the series of that number."""
    look: dict[str, Any] = {
        "color": COLOURS[index % len(COLOURS)],
        "linestyle": LINES[index % len(LINES)],
        "linewidth": 1.8,
    }
    if markers:
        look |= {
            "marker": MARKERS[index % len(MARKERS)],
            "markersize": 5.5,
            "markeredgecolor": BACKGROUND,
            "markeredgewidth": 0.6,
        }
    return look


def spread_markers(index: int, count: int, points: int = 9) -> tuple[int, int]:
    """`markevery` for a long line: a few markers, where the other series have none."""
    every = max(1, math.ceil(count / points))
    return (index * every // 4) % every, every


def figure_legend(figure: Figure, lines: Iterable[Line2D]) -> None:
    """One legend below all axes; none for a single series."""
    handles = list(lines)
    if len(handles) < 2:
        return
    # A legend wider than the figure would be cut off: a letter takes about 0.08 inches.
    longest = max(len(str(line.get_label())) for line in handles)
    fitting = max(1, int(figure.get_figwidth() / (0.08 * longest + 0.9)))
    rows = math.ceil(len(handles) / min(fitting, 4))
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=math.ceil(len(handles) / rows),
        frameon=False,
        fontsize=_SIZE,
        labelcolor=INK,
        handlelength=3.2,
    )


def legend(axes: Axes, **options: Any) -> None:
    """A legend inside the axes, where it hides least."""
    options = {"frameon": True, "framealpha": 0.9, "edgecolor": GRID, **options}
    axes.legend(
        fontsize=_SIZE - 1, labelcolor=INK, facecolor=BACKGROUND, handlelength=3.2, **options
    )
