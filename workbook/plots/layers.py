"""What goes on inside a net, layer by layer: distributions and sizes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from workbook.plots import style

__all__ = ["histograms", "mean_and_std", "normalisation_effect", "per_layer"]


def histograms(
    activations: Mapping[str, Any],
    *,
    title: str | None = None,
    bins: int = 40,
    limits: tuple[float, float] | None = None,
    xlabel: str = "activation",
) -> Figure:
    """One histogram a layer, with mean, standard deviation and share of zeros in words.

    Zeros are counted and not drawn, if there are more than a few: after ReLU they are half.

    Parameters
    ----------
    activations : dict of ndarray
        Any shape, by the layer's name.
    title : str, optional
    bins : int, optional
    limits : (float, float), optional
        Of the axis of values, the same for all layers; by default each has its own.
    xlabel : str, optional

    Raises
    ------
    ValueError
        If there is no layer.
    """
    if not activations:
        raise ValueError("activations must hold at least one layer; got none.")
    columns = min(len(activations), 5)
    rows = -(-len(activations) // columns)
    figure, axes = style.new_figure(
        columns, rows, width=min(2.3 * columns + 0.6, 10.5), height=2.7 * rows + 0.4, title=title
    )
    for place in axes.flat[len(activations) :]:
        place.set_axis_off()
    for place, (name, values) in zip(axes.flat, activations.items(), strict=False):
        flat = np.asarray(values, dtype=float).ravel()
        finite = flat[np.isfinite(flat)]
        style.label_axes(place, title=name, xlabel=xlabel)
        place.set_yticks([])
        place.spines["left"].set_visible(False)
        place.xaxis.set_major_locator(MaxNLocator(4))
        words = []
        if len(finite) < len(flat):
            words.append(f"{1 - len(finite) / len(flat):.0%} not finite")
        if len(finite):
            words += [f"mean {finite.mean():.2g}", f"std {finite.std():.2g}"]
            zeros = np.mean(finite == 0)
            if zeros > 0.005:
                # The spike that ReLU makes at 0 would flatten everything else.
                words.append(f"{zeros:.0%} zero, not drawn")
            drawn = finite[finite != 0]
            place.hist(drawn, bins=bins, range=limits, color=style.COLOURS[0])
        place.text(
            0.97,
            0.95,
            "\n".join(words),
            transform=place.transAxes,
            ha="right",
            va="top",
            fontsize=8.5,
            color=style.INK,
            bbox={"facecolor": style.BACKGROUND, "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
        )
    return figure


def normalisation_effect(
    before: Mapping[str, Any], after: Mapping[str, Any], *, title: str | None = None
) -> Figure:
    """Two rows of histograms: what went into each layer's normalisation, and what came out.

    The axis of values below is that of a normal distribution; above each layer has its own.

    Parameters
    ----------
    before, after : dict of ndarray
        The same layers in both.
    title : str, optional
    """
    columns = len(before)
    figure, axes = style.new_figure(
        columns, 2, width=min(1.55 * columns + 0.6, 7.8), height=4.4, title=title
    )
    for row, (when, lot) in enumerate((("before", before), ("after", after))):
        for place, (name, values) in zip(axes[row], lot.items(), strict=True):
            flat = np.asarray(values, dtype=float).ravel()
            flat = flat[np.isfinite(flat)]
            mean, std = mean_and_std(flat)
            words = f"{name}, {when}\nmean {mean:.2g}\nstd {std:.2g}"
            style.label_axes(place, title=words, grid=False)
            place.title.set_fontsize(8.5)
            place.tick_params(labelsize=8)
            place.set_yticks([])
            place.spines["left"].set_visible(False)
            place.xaxis.set_major_locator(MaxNLocator(3))
            place.hist(flat, bins=40, color=style.COLOURS[row], range=(-4, 4) if row else None)
    return figure


def mean_and_std(values: Any) -> tuple[float, float]:
    """Return mean and standard deviation; a mean that is nothing but rounding counts as 0."""
    mean, std = float(np.mean(values)), float(np.std(values))
    return (mean if abs(mean) > 1e-4 * std else 0.0), std


def per_layer(
    names: Sequence[str],
    values: Mapping[str, Sequence[float] | Any],
    *,
    ylabel: str,
    title: str | None = None,
    log: bool = True,
) -> Figure:
    """One number a layer, such as the norm of its gradient, for one or several nets.

    Parameters
    ----------
    names : sequence of str, length L
        The layers, from the input on.
    values : dict of sequences of length L
    ylabel : str
    log : bool, optional
        Whether the values stand on a log axis; values that are not above 0 leave a gap.

    Raises
    ------
    ValueError
        If a series does not have L values.
    """
    figure, axes = style.new_figure(width=6.5, height=3.8, title=title)
    place = style.label_axes(axes[0, 0], xlabel="layer", ylabel=ylabel)
    where = np.arange(len(names))
    lines = []
    for index, (name, series) in enumerate(values.items()):
        y = np.asarray(series, dtype=float)
        if y.shape != where.shape:
            raise ValueError(f"{name!r}: {len(names)} values expected; got shape {y.shape}.")
        y = np.where(np.isfinite(y) & ((y > 0) | (not log)), y, np.nan)
        (line,) = place.plot(where, y, label=name, **style.line_style(index))
        lines.append(line)
    place.set_xticks(where, names)
    if log:
        place.set_yscale("log")
    style.figure_legend(figure, lines)
    return figure
