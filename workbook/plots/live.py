"""Learning curves of several runs that grow while they are looked at."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from workbook.plots import style
from workbook.plots.curves import TrainingHistory, running_mean

__all__ = ["LiveCurves"]


class LiveCurves:
    """Loss, training accuracy and validation accuracy: artists are moved, nothing is made anew.

    Parameters
    ----------
    names : sequence of str
        The runs.
    steps, epochs : int
        How far each will go.

    Attributes
    ----------
    figure : Figure
    """

    def __init__(
        self, names: Sequence[str], *, steps: int, epochs: int, title: str | None = None
    ) -> None:
        self.figure, axes = style.new_figure(3, title=title, width=8.2, height=3.5)
        self._axes: list[Axes] = list(axes[0])
        self._window = max(1, steps // 40)
        loss, train, val = self._axes
        mean = f", mean of {self._window} steps" if self._window > 1 else ""
        style.label_axes(loss, title="Training loss", xlabel="step", ylabel=f"loss{mean}")
        loss.set_xlim(0, steps)
        for axes_, words in ((train, "Training accuracy"), (val, "Validation accuracy")):
            style.label_axes(axes_, title=words, xlabel="epoch", ylabel="accuracy")
            style.percent_axis(axes_)
            axes_.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes_.set_xlim(-0.04 * epochs, 1.04 * epochs)
        self._faint: dict[str, Line2D] = {}
        self._lines: dict[str, list[Line2D]] = {}
        for index, name in enumerate(names):
            look = style.line_style(index)
            (faint,) = loss.plot([], [], color=look["color"], alpha=0.2, linewidth=0.8)
            every = style.spread_markers(index, steps)
            (mean_line,) = loss.plot([], [], label=name, markevery=every, **look)
            others = [a.plot([], [], label=name, **look)[0] for a in (train, val)]
            self._faint[name], self._lines[name] = faint, [mean_line, *others]
        style.figure_legend(self.figure, [lines[0] for lines in self._lines.values()])

    def update(self, runs: Mapping[str, TrainingHistory]) -> None:
        """Draw the runs as far as they have come."""
        kept, everything = [], []
        for name, run in runs.items():
            losses = np.asarray(run.loss_history, dtype=float)
            finite = losses[np.isfinite(losses)]
            steps = np.arange(1, len(finite) + 1)
            self._faint[name].set_data(steps, finite if self._window > 1 else finite * np.nan)
            mean = running_mean(finite, self._window) if len(finite) else finite
            line, train, val = self._lines[name]
            line.set_data(steps, mean)
            for accuracy, values in ((train, run.train_acc_history), (val, run.val_acc_history)):
                accuracy.set_data(np.arange(len(values)), values)
            everything.append(mean)
            if len(finite) == len(losses):
                kept.append(mean)
        # A run that diverged leaves through the top and does not flatten the others.
        means = np.concatenate(kept or everything or [np.zeros(0)])
        if len(means):
            self._fit_loss(means)
        both = [
            np.asarray(h) for r in runs.values() for h in (r.train_acc_history, r.val_acc_history)
        ]
        accuracies = np.concatenate(both or [np.zeros(0)])
        if len(accuracies):
            low, high = accuracies.min(), accuracies.max()
            margin = max(0.05 * (high - low), 0.02)
            for axes in self._axes[1:]:
                axes.set_ylim(low - margin, high + margin)

    def _fit_loss(self, means: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
        axes = self._axes[0]
        positive = means[means > 0]
        steep = len(positive) > 0 and positive.max() > 300 * np.median(positive)
        axes.set_yscale("log" if steep else "linear")
        if steep:
            axes.set_ylim(positive.min() / 1.5, positive.max() * 1.5)
        else:
            margin = 0.05 * max(means.max() - means.min(), 1e-6)
            axes.set_ylim(means.min() - margin, means.max() + margin)
