"""Paths over a surface that can be followed step by step."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from workbook.plots import style
from workbook.plots.surfaces import ground

__all__ = ["LivePaths"]

Array = NDArray[Any]


class Land(Protocol):
    """What is drawn of a `Surface`."""

    @property
    def value(self) -> Any:
        """x of shape (2, ...) to shape (...)."""

    @property
    def start(self) -> tuple[float, float]:
        """Where every path begins."""

    @property
    def minimum(self) -> tuple[float, float] | None:
        """Marked with a star."""

    @property
    def limits(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The part that is drawn."""

    @property
    def log(self) -> bool:
        """Whether levels and values stand at even ratios."""


class LivePaths:
    """A map with the paths, and beside it the function's value along each.

    Parameters
    ----------
    land : Surface or the like
    names : sequence of str
    steps : int
        How far the paths may go.

    Attributes
    ----------
    figure : Figure
    """

    def __init__(self, land: Land, names: Sequence[str], steps: int) -> None:
        self.figure, axes = style.new_figure(
            2, width=8.2, height=3.9, gridspec_kw={"width_ratios": (1.35, 1)}
        )
        there, along = axes[0]
        (left, right), (low, high) = land.limits
        x0, x1 = np.linspace(left, right, 120), np.linspace(low, high, 120)
        style.dress(there, xlabel="$x_0$", ylabel="$x_1$", grid=False)
        ground(there, x0, x1, land.value(np.array(np.meshgrid(x0, x1))), log=land.log)
        there.set_xlim(left, right)
        there.set_ylim(low, high)
        style.dress(along, title="Value along the path", xlabel="step", ylabel="$f(x)$")
        along.set_xlim(0, steps)
        self._along, self._at = along, along.axvline(0, color=style.MUTED, linestyle=(0, (2, 2)))
        self._floor = 0.0 if land.minimum is None else float(land.value(np.array(land.minimum)))
        if self._floor:
            along.axhline(self._floor, color=style.MUTED, linewidth=0.8)
        else:
            along.set_yscale("log")
        self._paths: dict[str, list[Line2D]] = {}
        for index, name in enumerate(names):
            look = style.series(index)
            every = style.spread_markers(index, steps, 12)
            (path,) = there.plot([], [], label=name, markevery=every, **look)
            (head,) = there.plot([], [], **{**look, "markersize": 9, "markeredgecolor": "white"})
            (value,) = along.plot([], [], markevery=every, **look)
            self._paths[name] = [path, head, value]
        there.plot(*land.start, "o", color=style.INK, markersize=6)
        if land.minimum is not None:
            there.plot(*land.minimum, "*", color="#F0E442", markersize=15, mec=style.INK, mew=0.8)
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
