"""A function of two variables as contours, and the paths that descents took over it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from workbook.plots import style

__all__ = ["draw_surface", "paths"]

Array = NDArray[Any]


def paths(
    f: Callable[[Array], Any],
    taken: Mapping[str, Array] | Array,
    *,
    limits: tuple[tuple[float, float], tuple[float, float]] | None = None,
    minimum: tuple[float, float] | None = None,
    title: str | None = None,
    upto: int | None = None,
    log: bool = False,
) -> Figure:
    """Paths over the contours of a function.

    Parameters
    ----------
    f : callable
        f(x) with x of shape (2,) gives a number.
    taken : dict of ndarray, or one ndarray
        A path by its name: its points, shape (T, 2), the start first.
    limits : ((low, high), (low, high)), optional
        Of x0 and of x1; by default what the paths need.
    minimum : (float, float), optional
        Marked with a star.
    title : str, optional
    upto : int, optional
        Draw the paths only as far as this step.
    log : bool, optional
        Levels at even ratios, for functions that are very steep somewhere.

    Raises
    ------
    ValueError
        If a path does not have shape (T, 2).
    """
    named = dict(taken) if isinstance(taken, Mapping) else {"path": taken}
    points = {name: np.asarray(path, dtype=float) for name, path in named.items()}
    for name, path in points.items():
        if path.ndim != 2 or path.shape[1] != 2 or not len(path):
            raise ValueError(f"The path {name!r} must have shape (T, 2); got {path.shape}.")
    (left, right), (low, high) = limits or _limits(list(points.values()), minimum)

    x0, x1 = np.linspace(left, right, 120), np.linspace(low, high, 120)
    z = np.array([[float(f(np.array([a, b]))) for a in x0] for b in x1])
    figure, grid = style.new_figure(width=6.2, height=5.2, title=title)
    axes = grid[0, 0]
    style.label_axes(axes, xlabel="$x_0$", ylabel="$x_1$", grid=False)
    draw_surface(axes, x0, x1, z, log=log)
    lines = []
    for index, (name, path) in enumerate(points.items()):
        end = len(path) if upto is None else min(upto + 1, len(path))
        shown = path[:end]
        look = style.line_style(index)
        every = style.spread_markers(index, len(shown), 12) if len(shown) > 25 else None
        (line,) = axes.plot(*shown.T, label=name, markevery=every, **look)
        lines.append(line)
        axes.plot(*shown[-1], marker=look["marker"], color=look["color"], markersize=9, mec="white")
    start = next(iter(points.values()))[0]
    axes.plot(*start, "o", color=style.INK, markersize=6)
    axes.annotate(
        "start",
        start,
        xytext=(6, 6),
        textcoords="offset points",
        color=style.INK,
        fontsize=9,
        path_effects=[withStroke(linewidth=3, foreground=style.BACKGROUND)],
    )
    if minimum is not None:
        axes.plot(*minimum, "*", color="#F0E442", markersize=15, mec=style.INK, mew=0.8)
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    style.figure_legend(figure, lines)
    return figure


def draw_surface(axes: Axes, x0: Array, x1: Array, z: Array, *, log: bool) -> None:
    """Contours of values z, shape (len(x1), len(x0)), pale enough to draw on."""
    levels: Any = 14
    if log:
        floor = z.min()
        levels = floor + np.geomspace(3e-4, 1, 14) * (z.max() - floor)
    axes.contourf(x0, x1, z, levels=levels, cmap=style.SURFACE, alpha=0.35, extend="both")
    axes.contour(x0, x1, z, levels=levels, colors=style.MUTED, linewidths=0.5, alpha=0.6)


def _limits(
    lot: list[Array], minimum: tuple[float, float] | None
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Room for every point, a margin around them, and no axis much shorter than the other.

    A path that runs away leaves the picture and does not shrink the others to a dot.
    """
    everything = np.concatenate([*lot, *([np.array([minimum])] if minimum is not None else [])])
    far = 3 * max(1.0, *(float(np.abs(path[0]).max()) for path in lot))
    near = np.isfinite(everything).all(axis=1)
    near[near] = np.abs(everything[near]).max(axis=1) <= far
    everything = everything[near]
    low, high = everything.min(axis=0), everything.max(axis=0)
    span = np.maximum(high - low, 0.3 * max((high - low).max(), 1e-9)) * 1.3
    middle = (low + high) / 2
    left, right = (middle - span / 2).tolist(), (middle + span / 2).tolist()
    return (left[0], right[0]), (left[1], right[1])
