"""Given data sets behind one `load(name)`.

>>> from workbook import data
>>> batch = data.load("fashion32")        # X_train, y_train, X_val, y_val, X_test, y_test

`load()` without a name takes the one that the variable WORKBOOK_DATA names, otherwise
`fashion32`, which is bundled. Each data set is a file of `workbook/data/sets/`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbook.data.folder import data_folder
    from workbook.data.photos import photo, photo_names
    from workbook.data.registry import class_names, load, names
    from workbook.data.sets.cifar10 import get_CIFAR10_data

__all__ = [
    "class_names",
    "data_folder",
    "get_CIFAR10_data",
    "load",
    "names",
    "photo",
    "photo_names",
]

_MODULES = {
    "class_names": "registry",
    "data_folder": "folder",
    "get_CIFAR10_data": "sets.cifar10",
    "load": "registry",
    "names": "registry",
    "photo": "photos",
    "photo_names": "photos",
}


def __getattr__(name: str) -> Any:
    # Lazily, so that the command line can ask for a path without importing NumPy.
    import importlib

    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
