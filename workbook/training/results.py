"""What experiments report while they run, and the curves that their results are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["ProgressUpdate", "Report", "TrainingCurves"]


@dataclass(frozen=True, slots=True)
class ProgressUpdate:
    """What an experiment reports while it runs.

    Attributes
    ----------
    series : str
        Which of the things that it compares.
    done, total : int
        How much of the whole experiment is done.
    values : dict
        Plain data, such as step, loss, train_acc and val_acc.
    """

    series: str
    done: int
    total: int
    values: dict[str, Any]


Report = Callable[[ProgressUpdate], object]


@dataclass(frozen=True)
class TrainingCurves:
    """One training run, as `Solver` recorded it.

    Attributes
    ----------
    loss_history, train_acc_history, val_acc_history : tuple of float
    steps_per_epoch : int
    diverged_at : int or None
        The step whose loss was NaN or infinite.
    complete : bool
        Whether it ran to its last step, or diverged.
    """

    loss_history: tuple[float, ...]
    train_acc_history: tuple[float, ...]
    val_acc_history: tuple[float, ...]
    steps_per_epoch: int
    diverged_at: int | None = None
    complete: bool = True

    @property
    def best_train_acc(self) -> float:
        """The highest training accuracy; 0 if none was measured."""
        return max(self.train_acc_history, default=0.0)

    @property
    def best_val_acc(self) -> float:
        """The highest validation accuracy; 0 if none was measured."""
        return max(self.val_acc_history, default=0.0)

    @property
    def final_loss(self) -> float:
        """Mean of the last epoch's losses, infinite if the run diverged."""
        if self.diverged_at is not None or not self.loss_history:
            return float("inf") if self.diverged_at is not None else float("nan")
        last = self.loss_history[-self.steps_per_epoch :]
        return sum(last) / len(last)
