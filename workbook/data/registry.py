"""Find a data set by name and load it."""

import difflib
import importlib
import inspect
import os
import pkgutil
from functools import cache
from pathlib import Path
from typing import Any

from workbook.data import sets
from workbook.data.base import Data, DataSet, UnknownDataSetError
from workbook.data.missing import BUNDLED_SET

__all__ = ["all_sets", "class_names", "find", "load", "names"]


@cache
def all_sets() -> dict[str, DataSet]:
    """Every data set by name: bundled ones first, a folder of one's own last."""
    found: list[DataSet] = [
        importlib.import_module(f"{sets.__name__}.{module.name}").dataset
        for module in pkgutil.iter_modules(sets.__path__)
    ]
    found.sort(key=lambda each: (not each.bundled, each.needs_folder, each.name))
    return {each.name: each for each in found}


def names() -> tuple[str, ...]:
    """What `load` takes, as one writes it."""
    return tuple(
        f"{each.name}:FOLDER" if each.needs_folder else each.name for each in all_sets().values()
    )


def find(name: str | None = None) -> DataSet:
    """The data set of that name.

    Parameters
    ----------
    name : str, optional
        One of `names()`, with a folder in place of FOLDER. None: what the variable
        WORKBOOK_DATA says, otherwise the bundled default.

    Raises
    ------
    UnknownDataSetError
        If there is none.
    """
    if name is None:
        name = os.environ.get("WORKBOOK_DATA", "").strip() or BUNDLED_SET
    if not isinstance(name, str):
        raise TypeError(f"name is {name!r}; it must be one of {', '.join(names())}.")
    head, colon, folder = name.partition(":")
    found = all_sets().get(head)
    if found is None or (colon and not found.needs_folder):
        near = difflib.get_close_matches(head, all_sets(), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UnknownDataSetError(
            f"There is no data set {name!r}.{hint}\nChoose one of {', '.join(names())}."
        )
    if found.needs_folder:
        if not folder:
            raise UnknownDataSetError(
                f"{name!r} lacks its folder; write {head}:FOLDER, for example {head}:my/digits."
            )
        return found.at(Path(folder))
    return found


def load(name: str | None = None, **options: Any) -> Data:
    """Load a data set, fetching it first if it is not here.

    Parameters
    ----------
    name : str, optional
        ``fashion32`` and ``fashion784`` are bundled; ``cifar10`` and ``mnist`` are fetched
        when they are first named; ``idx:FOLDER`` reads four files in MNIST's format. None:
        what the variable WORKBOOK_DATA says, otherwise ``fashion32``.
    **options
        ``num_training``, ``num_validation``, ``num_test`` and ``dtype`` (float32 or
        float64) for all; ``subtract_mean`` for all but ``fashion784``; ``flatten`` for
        ``fashion784``; ``layout`` for ``mnist`` and ``idx:FOLDER``; ``root`` for
        ``cifar10``.

    Returns
    -------
    dict
        X_train, y_train, X_val, y_val, X_test, y_test: new arrays, images as float32,
        labels as int64. X are (N, 3, 32, 32), pixels 0..255 minus the mean training image;
        for ``fashion784`` (N, 784), pixels 0..1.

    Raises
    ------
    UnknownDataSetError
        If no data set has that name.
    DataSetError
        If its files are damaged, or are not here and cannot be fetched.
    TypeError, ValueError
        If an option is wrong.
    """
    data_set = find(name)
    allowed = list(inspect.signature(data_set.load).parameters)
    for option in options:
        if option not in allowed:
            raise TypeError(
                f"{data_set.name} has no option {option!r}; it has {', '.join(allowed)}."
            )
    return data_set.load(**options)


def class_names(name: str | None = None) -> tuple[str, ...]:
    """The names of the classes of a data set, in the order of its labels.

    Parameters
    ----------
    name : str, optional
        As for `load`.
    """
    return find(name).class_names()
