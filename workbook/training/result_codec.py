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
        experiments.ConfusionMatrix,
        experiments.ConvolvedImage,
        experiments.DescentPaths,
        experiments.DropoutOutputs,
        experiments.DropoutSweep,
        experiments.FeatureMaps,
        experiments.FirstFilters,
        experiments.GradientErrors,
        experiments.GraphValues,
        experiments.LayerOutputs,
        experiments.NaiveAndFast,
        experiments.NetworkPortrait,
        experiments.NormalisationComparison,
        experiments.NormalisationEffect,
        experiments.OptimiserRace,
        experiments.WeightScaleSweep,
    )
}
# Files of earlier versions: former names of classes, and of their fields.
_FORMER_CLASSES = {
    "AtRest": "AtInitialisation",
    "BeforeAfter": "NormalisationEffect",
    "Confused": "ConfusionMatrix",
    "Convolved": "ConvolvedImage",
    "Descents": "DescentPaths",
    "Dropouts": "DropoutSweep",
    "Flow": "GraphValues",
    "Masked": "DropoutOutputs",
    "Normalisations": "NormalisationComparison",
    "Portrayed": "NetworkPortrait",
    "Race": "OptimiserRace",
    "Run": "TrainingCurves",
    "ScaleSweep": "WeightScaleSweep",
    "Seen": "LayerOutputs",
    "Sight": "FeatureMaps",
}
_FORMER_FIELDS = {
    "Portrayed": {
        "confused": "confusion",
        "first": "first_layer",
        "learned": "num_params",
        "right": "labels",
        "said": "predicted",
    },
    "Sight": {
        "confused": "confusion",
        "right": "label",
        "said": "predicted",
        "seen": "outputs",
    },
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
            return _restore(value["result"], from_plain(value["fields"]))
        return {key: from_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(from_plain(item) for item in value)
    return value


def _restore(name: str, fields: dict[str, Any]) -> Any:
    """Return an instance of the result class of that name, which may be a former one."""
    kind = RESULT_CLASSES.get(_FORMER_CLASSES.get(name, name))
    if kind is None:
        raise WorkbookError(f"There is no result called {name!r} in this version.")
    current = _FORMER_FIELDS.get(name, {})
    return kind(**{current.get(field, field): value for field, value in fields.items()})


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
    if not isinstance(content, dict) or str(content.get("format")) != str(_FORMAT):
        raise WorkbookError(f"{path} holds no result of an experiment.")
    try:
        return from_plain(content["content"])
    except (TypeError, KeyError) as error:
        raise WorkbookError(f"{path} holds a result of another version: {error}.") from error
