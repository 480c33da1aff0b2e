"""Results of experiments: frozen dataclasses of plain data, saved as JSON and arrays."""

import dataclasses
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, dataclass_transform

from workbook.errors import WorkbookError
from workbook.training import storage

__all__ = [
    "ProgressUpdate",
    "Report",
    "TrainingCurves",
    "from_plain",
    "load",
    "result",
    "save",
    "to_plain",
]

T = TypeVar("T")
_KINDS: dict[str, type[Any]] = {}
_FORMAT = "workbook result 1"


@dataclass_transform(frozen_default=True)
def result(kind: type[T]) -> type[T]:
    """Make a class a frozen dataclass that `save` and `load` know by its name."""
    made = dataclass(frozen=True)(kind)
    _KINDS[kind.__name__] = made
    return made


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


@result
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


def to_plain(value: Any) -> Any:
    """Results inside plain data as plain data, each marked with its name."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
        return {"result": type(value).__name__, "fields": fields}
    if type(value) is dict:
        return {key: to_plain(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(to_plain(item) for item in value)
    return value


def from_plain(value: Any) -> Any:
    """Undo `to_plain`."""
    if isinstance(value, dict):
        if value.keys() == {"result", "fields"}:
            return _kind(value["result"])(**from_plain(value["fields"]))
        return {key: from_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(from_plain(item) for item in value)
    return value


def _kind(name: str) -> type[Any]:
    if name not in _KINDS:
        importlib.import_module("workbook.training.experiments")
    try:
        return _KINDS[name]
    except KeyError:
        raise WorkbookError(f"There is no result called {name!r} in this version.") from None


def save(outcome: Any, path: str | Path) -> None:
    """Write a result to a file, all of it or nothing."""
    storage.save(Path(path), {"format": _FORMAT, "content": to_plain(outcome)})


def load(path: str | Path) -> Any:
    """Read a result that `save` wrote.

    Raises
    ------
    WorkbookError
        If the file cannot be read, is damaged or holds something else.
    """
    content = storage.load(Path(path))
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise WorkbookError(f"{path} holds no result of an experiment.")
    try:
        return from_plain(content["content"])
    except (TypeError, KeyError) as error:
        raise WorkbookError(f"{path} holds a result of another version: {error}.") from error
