"""Paths over a surface that can be followed step by step."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from workbook.plots import style
from workbook.plots.descent_paths import draw_surface

if TYPE_CHECKING:
    from workbook.training.experiments import Surface

__all__ = ["LivePaths"]

Array = NDArray[Any]


class LivePaths:
    """A map with the paths, and beside it the function's value along each.

    Parameters
    ----------
    surface : Surface
    names : sequence of str
    steps : int
        How far the paths may go.

    Attributes
    ----------
    figure : Figure
    """

    def __init__(self, surface: "Surface", names: Sequence[str], steps: int) -> None:
        self.figure, axes = style.new_figure(
            2, width=8.2, height=3.9, gridspec_kw={"width_ratios": (1.35, 1)}
        )
        there, along = axes[0]
        (left, right), (low, high) = surface.limits
        x0, x1 = np.linspace(left, right, 120), np.linspace(low, high, 120)
        style.label_axes(there, xlabel="$x_0$", ylabel="$x_1$", grid=False)
        draw_surface(there, x0, x1, surface.value(np.array(np.meshgrid(x0, x1))), log=surface.log)
        there.set_xlim(left, right)
        there.set_ylim(low, high)
        style.label_axes(along, title="Value along the path", xlabel="step", ylabel="$f(x)$")
        along.set_xlim(0, steps)
        self._along, self._at = along, along.axvline(0, color=style.MUTED, linestyle=(0, (2, 2)))
        self._floor = (
            0.0 if surface.minimum is None else float(surface.value(np.array(surface.minimum)))
        )
        if self._floor:
            along.axhline(self._floor, color=style.MUTED, linewidth=0.8)
        else:
            along.set_yscale("log")
        self._paths: dict[str, list[Line2D]] = {}
        for index, name in enumerate(names):
            look = style.line_style(index)
            every = style.spread_markers(index, steps, 12)
            (path,) = there.plot([], [], label=name, markevery=every, **look)
            (head,) = there.plot([], [], **{**look, "markersize": 9, "markeredgecolor": "white"})
            (value,) = along.plot([], [], markevery=every, **look)
            self._paths[name] = [path, head, value]
        there.plot(*surface.start, "o", color=style.INK, markersize=6)
        if surface.minimum is not None:
            there.plot(
                *surface.minimum, "*", color="#F0E442", markersize=15, mec=style.INK, mew=0.8
            )
        style.figure_legend(self.figure, [lines[0] for lines in self._paths.values()])

    def update(
        self, paths: Mapping[str, Array], values: Mapping[str, Array], upto: int | None = None
    ) -> None:
        """Draw the paths as far as a step; None: all of them.

        Parameters
        ----------
        paths : dict of ndarray, shape (T + 1, 2)
        values : dict of ndarray, shape (T + 1,)
        """
        for name, lines in self._paths.items():
            path, value = paths.get(name, np.zeros((0, 2))), values.get(name, np.zeros(0))
            end = len(path) if upto is None else min(upto + 1, len(path))
            lines[0].set_data(*path[:end].T)
            lines[1].set_data(*path[max(end - 1, 0) : end].T)
            lines[2].set_data(np.arange(end), value[:end])
        longest = max((len(path) for path in paths.values()), default=1) - 1
        at = longest if upto is None else upto
        self._at.set_xdata([at, at])
        self._fit(list(values.values()))

    def _fit(self, values: list[Array]) -> None:
        """The axis of values: it shows the start and the floor, whoever runs away."""
        if not values:
            return
        top, everything = float(values[0][0]), np.concatenate(values)
        if not self._floor:
            near = everything[(everything > 1e-12) & np.isfinite(everything)]
            if len(near):
                self._along.set_ylim(max(near.min() / 2, 1e-12), max(top, near.min()) * 20)
            return
        top = max(top, float(np.max([v[: len(v) // 4 + 1].min() for v in values])))
        margin = 0.08 * (top - self._floor)
        self._along.set_ylim(self._floor - margin, top + 2 * margin)
