"""A computational graph: its nodes, and on every edge a value and a gradient."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from workbook.plots import style

__all__ = ["graph"]

# Data units are inches: an edge then has the slope that it has on paper, and its text too.
_RADIUS = 0.26
_MARGIN = 0.45
_BESIDE_EDGE = 4.0

Place = tuple[float, float]
Edge = tuple[str, str, float | None, float | None]


def graph(
    nodes: Mapping[str, tuple[Any, ...]],
    edges: Sequence[Edge],
    *,
    title: str | None = None,
) -> Figure:
    """A graph from left to right: values above its edges, gradients below them.

    Parameters
    ----------
    nodes : dict of tuple
        By name (x, y) for an input or the result, which shows its name, or (x, y, sign) for an
        operation, which shows the sign in a circle. x grows to the right and y upwards, in inches.
    edges : sequence of (from, to, value, gradient)
        Two names, what flows forwards and what flows back; None leaves a place empty.
    title : str, optional

    Raises
    ------
    ValueError
        If an edge names a node that is not there.
    """
    for start, end, *_ in edges:
        for name in (start, end):
            if name not in nodes:
                raise ValueError(
                    f"The edge {start!r} - {end!r} needs a node {name!r}; there is none."
                )
    xs, ys = [place[0] for place in nodes.values()], [place[1] for place in nodes.values()]
    width = max(xs) - min(xs) + 2 * _MARGIN + 1.0
    height = max(ys) - min(ys) + 2 * _MARGIN
    figure, grid = style.new_figure(
        width=width, height=height + (0.55 if title else 0.25), title=title
    )
    axes = grid[0, 0]
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(min(xs) - _MARGIN - 0.5, max(xs) + _MARGIN + 0.5)
    axes.set_ylim(min(ys) - _MARGIN, max(ys) + _MARGIN)
    for start, end, value, gradient in edges:
        _draw_edge(axes, nodes, start, end, value, gradient)
    for name, place in nodes.items():
        _draw_node(axes, name, place)
    return figure


def _draw_node(axes: Any, name: str, place: tuple[Any, ...]) -> None:
    x, y, *sign = place
    shape: dict[str, Any] = {"facecolor": style.BACKGROUND, "edgecolor": style.MUTED}
    if sign:
        shape |= {"boxstyle": "circle,pad=0.35", "linewidth": 1.4}
    else:
        shape |= {"boxstyle": "round,pad=0.35", "linewidth": 0.8}
    axes.text(
        x,
        y,
        sign[0] if sign else name,
        ha="center",
        va="center",
        color=style.INK,
        fontsize=15 if sign else 9.5,
        linespacing=1.1,
        bbox=shape,
        zorder=3,
    )


def _draw_edge(
    axes: Any,
    nodes: Mapping[str, tuple[Any, ...]],
    start: str,
    end: str,
    value: float | None,
    gradient: float | None,
) -> None:
    (x0, y0), (x1, y1) = nodes[start][:2], nodes[end][:2]
    length = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    first, last = (_node_margin(nodes[start], start, ux), _node_margin(nodes[end], end, ux))
    tail = (x0 + ux * first, y0 + uy * first)
    head = (x1 - ux * last, y1 - uy * last)
    axes.add_patch(
        FancyArrowPatch(
            tail,
            head,
            arrowstyle="-|>",
            mutation_scale=11,
            shrinkA=0,
            shrinkB=0,
            color=style.MUTED,
            linewidth=1.2,
        )
    )
    middle = ((tail[0] + head[0]) / 2, (tail[1] + head[1]) / 2)
    slope = math.degrees(math.atan2(uy, ux))
    for number, side, colour in ((value, 1, style.COLOURS[0]), (gradient, -1, style.COLOURS[1])):
        if number is None:
            continue
        axes.annotate(
            f"{float(number):.4g}",
            middle,
            xytext=(-uy * side * _BESIDE_EDGE, ux * side * _BESIDE_EDGE),
            textcoords="offset points",
            ha="center",
            va="bottom" if side > 0 else "top",
            rotation=slope,
            rotation_mode="anchor",
            color=colour,
            fontsize=11,
        )


def _node_margin(place: tuple[Any, ...], name: str, ux: float) -> float:
    """Inches from the middle of a node to where its edges begin."""
    if len(place) > 2:
        return _RADIUS
    longest = max(len(line) for line in name.split("\n"))
    wide, high = 0.036 * longest + 0.1, 0.085 * len(name.split("\n")) + 0.08
    return min(wide / max(abs(ux), 1e-6), high / max(math.sqrt(1 - ux**2), 1e-6)) + 0.02
