"""Loss and accuracies over the weight scale, as they come in, with a mark where you are."""

from collections.abc import Mapping, Sequence

import numpy as np

from workbook.plots import style

__all__ = ["LiveSweep"]

_PARTS = {
    "final_loss": "Final training loss",
    "best_train_acc": "Best training accuracy",
    "best_val_acc": "Best validation accuracy",
}


class LiveSweep:
    """Three axes over one logarithmic axis of scales.

    Parameters
    ----------
    kinds : dict of str
        The words of each kind of net by its key.

    Attributes
    ----------
    figure : Figure
    """

    def __init__(self, kinds: Mapping[str, str], limits: tuple[float, float] = (8e-5, 1.3)) -> None:
        self.figure, axes = style.new_figure(3, width=8.2, height=3.5)
        self._axes = dict(zip(_PARTS, axes[0], strict=True))
        self._marks = []
        self._lines = {}
        for part, place in self._axes.items():
            style.label_axes(place, title=_PARTS[part], xlabel="weight scale", ylabel="")
            place.set_xscale("log")
            place.set_xlim(*limits)
            if part != "final_loss":
                style.percent_axis(place)
                place.set_ylim(0, 1)
            self._marks.append(place.axvline(1, color=style.INK, linestyle=(0, (2, 2)), lw=1.2))
            for index, (kind, label) in enumerate(kinds.items()):
                (line,) = place.plot([], [], label=label, **style.line_style(index))
                self._lines[part, kind] = line
        style.figure_legend(self.figure, [self._lines["final_loss", kind] for kind in kinds])

    def update(self, points: Mapping[str, Sequence[Mapping[str, float]]], here: float) -> None:
        """Draw the runs that there are.

        Parameters
        ----------
        points : dict of sequence of dict
            By kind, a dict for each run: scale, final_loss, best_train_acc, best_val_acc.
        here : float
            The scale to mark.
        """
        for (part, kind), line in self._lines.items():
            x = [point["scale"] for point in points[kind]]
            y = np.array([point[part] for point in points[kind]], dtype=float)
            line.set_data(x, np.where(np.isfinite(y), y, np.nan))
        for mark in self._marks:
            mark.set_xdata([here, here])
        losses = np.array([p["final_loss"] for lot in points.values() for p in lot], dtype=float)
        losses = losses[np.isfinite(losses)]
        if len(losses):
            # A net whose loss explodes leaves through the top.
            top = min(losses.max(), 4 * float(np.median(losses)))
            self._axes["final_loss"].set_ylim(0, 1.08 * max(top, 1e-6))
