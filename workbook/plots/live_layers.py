"""A deep net before training: how its activations spread and how large its gradients are."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from workbook.plots import style

__all__ = ["LiveLayers"]

# Decades of the axis of activations, and of the one of gradients.
_ACTIVATIONS = (-10, 6)
_GRADIENTS = (-12, 8)
# Left of this power of ten there is no room for words beside the bars.
_MIDDLE = -2.0
_BINS = 80
_TALLEST = 0.85
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power(value: float, _: object) -> str:
    """A power of ten in letters, which draw in a fraction of the time that a formula takes."""
    return "10" + str(round(math.log10(value))).translate(_RAISED) if value > 0 else ""


class LiveLayers:
    """A histogram a layer, one below the other on one axis, and the gradients' norms.

    Parameters
    ----------
    layers : sequence of str
        The hidden layers, from the input on.
    weights : sequence of str
        The weight matrices.

    Attributes
    ----------
    figure : Figure
    moving : list of Artist
        What `update` changes; the rest of the figure stays as it is.
    """

    def __init__(self, layers: Sequence[str], weights: Sequence[str]) -> None:
        count = len(layers)
        self.figure, axes = style.new_figure(
            2, width=8.2, height=1.5 + 0.4 * count, gridspec_kw={"width_ratios": (1.7, 1)}
        )
        spread, norms = axes[0]
        style.label_axes(spread, title="Activations above 0", xlabel="activation", ylabel="")
        spread.set_xscale("log")
        spread.set_xlim(10.0 ** _ACTIVATIONS[0], 10.0 ** _ACTIVATIONS[1])
        spread.set_ylim(-count + 0.9, 1.05)
        spread.set_yticks(-np.arange(count), layers)
        spread.tick_params(axis="y", length=0)
        spread.minorticks_off()
        spread.xaxis.set_major_formatter(FuncFormatter(_power))
        self._edges = np.linspace(*_ACTIVATIONS, _BINS + 1)
        self._rows, self._words = [], []
        for row in range(count):
            color = style.COLOURS[0]
            stairs = spread.stairs(
                np.full(_BINS, float(-row)),
                10.0**self._edges,
                baseline=-row,
                fill=True,
                color=color,
                alpha=0.75,
            )
            self._rows.append(stairs)
            self._words.append(
                spread.text(
                    10.0 ** (_ACTIVATIONS[0] + 0.2), -row + 0.12, "", fontsize=8.5, color=style.INK
                )
            )
        style.label_axes(norms, title="Norm of the gradient", xlabel="weights", ylabel="")
        norms.set_yscale("log")
        norms.set_ylim(10.0 ** _GRADIENTS[0], 10.0 ** _GRADIENTS[1])
        norms.set_xticks(np.arange(len(weights)), weights)
        norms.set_xlim(-0.4, len(weights) - 0.6)
        norms.minorticks_off()
        norms.yaxis.set_major_formatter(FuncFormatter(_power))
        (self._norms,) = norms.plot([], [], clip_on=False, **style.line_style(1))
        self._lost = norms.text(
            0.5, 0.5, "", transform=norms.transAxes, ha="center", color=style.INK, fontsize=9.5
        )
        self.animated: list[Artist] = [*self._rows, *self._words, self._norms, self._lost]

    def update(
        self, activations: Mapping[str, NDArray[Any]], gradient_norms: Mapping[str, float]
    ) -> None:
        """Show other values of the same layers.

        Parameters
        ----------
        activations : dict of ndarray, any shape
        gradient_norms : dict of float
        """
        for row, values in enumerate(activations.values()):
            flat = np.asarray(values, dtype=np.float64).ravel()
            above = flat[np.isfinite(flat) & (flat > 0)]
            # What lies beyond the axis stands at its end.
            decades = np.log10(np.clip(above, 1e-300, None)).clip(*_ACTIVATIONS)
            counts, _ = np.histogram(decades, self._edges)
            heights = counts * (_TALLEST / max(counts.max(), 1)) - row
            self._rows[row].set_data(values=heights, baseline=-row)
            # The words keep out of the bars' way.
            left = not len(above) or np.median(decades) > _MIDDLE
            end = _ACTIVATIONS[0] + 0.2 if left else _ACTIVATIONS[1] - 0.2
            self._words[row].set(x=10.0**end, ha="left" if left else "right")
            words = f"std {flat.std():.1e}" if np.isfinite(flat).all() else "not finite"
            self._words[row].set_text(f"{words}   {np.mean(flat == 0):.0%} zero")
        norms = np.asarray(list(gradient_norms.values()), dtype=float)
        seen = np.isfinite(norms) & (norms > 0)
        low, high = 10.0 ** _GRADIENTS[0], 10.0 ** _GRADIENTS[1]
        self._norms.set_data(np.flatnonzero(seen), norms[seen].clip(low, high))
        self._lost.set_text("" if seen.any() else "0, or not finite, everywhere")
