"""Results of experiments as plain data and in files, each marked with the name of its class."""

import dataclasses
from pathlib import Path
from typing import Any

from workbook.errors import WorkbookError
from workbook.training import experiments, storage
from workbook.training.results import TrainingCurves

__all__ = ["RESULT_CLASSES", "from_plain", "load", "save", "to_plain"]

_FORMAT = "workbook result 1"

RESULT_CLASSES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        TrainingCurves,
        experiments.AtInitialisation,
        experiments.BeforeAfter,
        experiments.ConfusionMatrix,
        experiments.Convolved,
        experiments.Descents,
        experiments.Dropouts,
        experiments.FeatureMaps,
        experiments.FirstFilters,
        experiments.Flow,
        experiments.GradientErrors,
        experiments.LayerOutputs,
        experiments.Masked,
        experiments.NaiveAndFast,
        experiments.Normalisations,
        experiments.Portrayed,
        experiments.Race,
        experiments.WeightScaleSweep,
    )
}
# Files of earlier versions: the names that classes had then.
_FORMER_NAMES = {
    "AtRest": "AtInitialisation",
    "Confused": "ConfusionMatrix",
    "Run": "TrainingCurves",
    "ScaleSweep": "WeightScaleSweep",
    "Seen": "LayerOutputs",
    "Sight": "FeatureMaps",
}


def to_plain(value: Any) -> Any:
    """Return `value` with every result in it replaced by plain data that name its class."""
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
            return _class(value["result"])(**from_plain(value["fields"]))
        return {key: from_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(from_plain(item) for item in value)
    return value


def _class(name: str) -> type[Any]:
    try:
        return RESULT_CLASSES[_FORMER_NAMES.get(name, name)]
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
