"""Nets that train side by side, and their histories as they grow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.figure import Figure

from workbook.plots.live import LiveCurves
from workbook.training.results import ProgressUpdate
from workbook.widgets.panels.base import Panel

__all__ = ["LiveHistory", "TrainingComparisonPanel", "extend"]


@dataclass
class LiveHistory:
    """What a `TrainingCurves` will record, as far as it has come."""

    loss_history: list[float] = field(default_factory=list)
    train_acc_history: list[float] = field(default_factory=list)
    val_acc_history: list[float] = field(default_factory=list)


def extend(runs: dict[str, LiveHistory], updates: Iterable[ProgressUpdate]) -> None:
    """Put updates where they belong; a run that is not known yet begins."""
    for update in updates:
        run, values = runs.setdefault(update.series, LiveHistory()), update.values
        if "loss" in values:
            run.loss_history.append(values["loss"])
        if "val_acc" in values:
            run.train_acc_history.append(values["train_acc"])
            run.val_acc_history.append(values["val_acc"])


class TrainingComparisonPanel(Panel):
    """A panel whose experiment trains several nets together; their curves are drawn live."""

    runs: dict[str, Any]
    curves: LiveCurves

    def start_curves(
        self, names: Sequence[str], settings: dict[str, Any], batch_size: int
    ) -> Figure:
        """Empty curves for a run of these nets; gives their figure."""
        epochs = settings["epochs"]
        steps = epochs * max(settings["num_train"] // batch_size, 1)
        self.runs = {name: LiveHistory() for name in names}
        self.curves = LiveCurves(names, steps=steps, epochs=epochs)
        return self.curves.figure

    def on_updates(self, updates: list[ProgressUpdate]) -> None:
        extend(self.runs, updates)

    def on_result(self, result: Any) -> None:
        self.runs = dict(result.runs)

    def update_figure(self) -> None:
        if self.run_settings:
            self.curves.update(self.runs)
