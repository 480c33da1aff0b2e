"""Learning curves: the loss of every step, the accuracies of every epoch."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from workbook.plots import style

__all__ = ["TrainingHistory", "compare", "learning_curves", "narrow_curves", "running_mean"]

Floats = NDArray[np.float64]


class TrainingHistory(Protocol):
    """What a `Solver` keeps, and a saved result too."""

    @property
    def loss_history(self) -> Sequence[float]:
        """One a step."""

    @property
    def train_acc_history(self) -> Sequence[float]:
        """One at the first step and one after each epoch."""

    @property
    def val_acc_history(self) -> Sequence[float]:
        """As `train_acc_history`."""


def running_mean(values: Sequence[float] | Floats, window: int) -> Floats:
    """Mean of the last `window` values at each place; of those there are, at the start."""
    data = np.asarray(values, dtype=float)
    window = max(1, min(window, len(data)))
    total = np.concatenate([[0.0], np.cumsum(data)])
    last = np.arange(1, len(data) + 1)
    first = np.maximum(last - window, 0)
    means: Floats = (total[last] - total[first]) / (last - first)
    return means


def learning_curves(run: TrainingHistory, *, title: str | None = None) -> Figure:
    """The loss, and the training and validation accuracy, of one run.

    Parameters
    ----------
    run : Solver or another object with its three histories
    title : str, optional

    Returns
    -------
    Figure
        Two axes side by side.
    """
    figure, axes = style.new_figure(2, title=title, height=3.6)
    left, right = axes[0]
    _draw_loss(left, {"": run})
    _draw_accuracy(right, run)
    return figure


def narrow_curves(run: TrainingHistory) -> tuple[style.NotebookFigure, style.NotebookFigure]:
    """What `learning_curves` shows as two figures, which a narrow page lays below each other.

    Returns
    -------
    loss, accuracy : Card
    """
    loss, axes = style.new_figure(width=4.6, height=3.4)
    _draw_loss(axes[0, 0], {"": run})
    accuracy, axes = style.new_figure(width=4.6, height=3.4)
    _draw_accuracy(axes[0, 0], run)
    return loss, accuracy


def _draw_accuracy(axes: Axes, run: TrainingHistory) -> None:
    for index, (name, history) in enumerate(
        [("training", run.train_acc_history), ("validation", run.val_acc_history)]
    ):
        axes.plot(_epochs(history), history, label=name, **style.line_style(index))
    _dress_accuracy(axes, "Accuracy")
    style.legend(axes, loc="best")


def compare(runs: Mapping[str, TrainingHistory], *, title: str | None = None) -> Figure:
    """Several runs side by side: loss, training accuracy, validation accuracy.

    Parameters
    ----------
    runs : dict
        A run by its name in the legend.
    title : str, optional

    Returns
    -------
    Figure
        Three axes and one legend.
    """
    if not runs:
        raise ValueError("runs must hold at least one run; got none.")
    figure, axes = style.new_figure(3, title=title, width=10.5, height=3.8)
    left, middle, right = axes[0]
    lines = _draw_loss(left, runs)
    for index, (name, run) in enumerate(runs.items()):
        look = style.line_style(index)
        middle.plot(_epochs(run.train_acc_history), run.train_acc_history, label=name, **look)
        right.plot(_epochs(run.val_acc_history), run.val_acc_history, label=name, **look)
    _dress_accuracy(middle, "Training accuracy")
    _dress_accuracy(right, "Validation accuracy")
    right.sharey(middle)
    style.figure_legend(figure, lines)
    return figure


def _draw_loss(axes: Axes, runs: Mapping[str, TrainingHistory]) -> list[Line2D]:
    lines = []
    lost: list[Floats] = []
    kept: list[Floats] = []
    longest = max(len(run.loss_history) for run in runs.values())
    window = max(1, longest // 40)
    everything = [np.asarray(run.loss_history, dtype=float) for run in runs.values()]
    for index, (name, losses) in enumerate(zip(runs, everything, strict=True)):
        finite = losses[np.isfinite(losses)]
        steps = np.arange(1, len(finite) + 1)
        look = style.line_style(index, markers=len(runs) > 1)
        if window > 1:
            axes.plot(steps, finite, color=look["color"], alpha=0.2, linewidth=0.8)
        mean = running_mean(finite, window)
        every = style.spread_markers(index, len(mean)) if len(runs) > 1 else None
        ended = f" (diverged at step {len(losses)})" if len(finite) < len(losses) else ""
        (line,) = axes.plot(steps, mean, label=name + ended, markevery=every, **look)
        lines.append(line)
        if len(mean):
            (lost if ended else kept).append(mean)
    title = "Training loss" + (f" (mean of {window} steps)" if window > 1 else "")
    style.label_axes(axes, title=title, xlabel="step", ylabel="loss")
    # A run that diverged leaves through the top and does not flatten the others.
    values = np.concatenate(kept or lost or [np.zeros(0)])
    values = values[values > 0]
    if len(values) and values.max() > 300 * np.median(values):
        axes.set_yscale("log")
    elif lost and kept:
        top, bottom = max(m.max() for m in kept), min(m.min() for m in kept)
        axes.set_ylim(bottom - 0.05 * (top - bottom), top + 0.3 * (top - bottom))
    return lines


def _epochs(history: Sequence[float]) -> NDArray[np.int_]:
    return np.arange(len(history))


def _dress_accuracy(axes: Axes, title: str) -> None:
    style.label_axes(axes, title=title, xlabel="epoch", ylabel="accuracy")
    style.percent_axis(axes)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
