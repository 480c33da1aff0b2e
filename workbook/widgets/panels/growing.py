"""The histories of runs as they grow, from the updates of `train_together`."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from workbook.training.results import Update

__all__ = ["Growing", "grow"]


@dataclass
class Growing:
    """What a `Run` will record, as far as it has come."""

    loss_history: list[float] = field(default_factory=list)
    train_acc_history: list[float] = field(default_factory=list)
    val_acc_history: list[float] = field(default_factory=list)


def grow(runs: dict[str, Growing], updates: Iterable[Update]) -> None:
    """Put updates where they belong; a run that is not known yet begins."""
    for update in updates:
        run, values = runs.setdefault(update.series, Growing()), update.values
        if "loss" in values:
            run.loss_history.append(values["loss"])
        if "val_acc" in values:
            run.train_acc_history.append(values["train_acc"])
            run.val_acc_history.append(values["val_acc"])
