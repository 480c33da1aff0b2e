"""Plain data to one file and back: an npz archive with a JSON member, and no pickle.

The file is a zip archive that `numpy.load` opens: each array is a member of its own, and
`data.json` holds everything else, with `{"$array": "3"}` where array 3 belongs.
"""

import io
import json
import math
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from workbook.errors import WorkbookError

__all__ = ["is_plain", "load", "pack", "save", "unpack"]

_JSON = "data.json"


def pack(value: object) -> tuple[Any, dict[str, np.ndarray[Any, Any]]]:
    """Split plain data into a JSON document and the arrays that it refers to.

    Plain data are None, booleans, numbers, strings, arrays without objects, and lists,
    tuples and dictionaries (keys: strings or integers) of them. Every float survives exactly.

    Raises
    ------
    TypeError
        If there is anything else inside; the text says where and what.
    """
    arrays: dict[str, np.ndarray[Any, Any]] = {}

    def encode(item: object, where: str) -> Any:
        if item is None or type(item) in (bool, int, str):
            return item
        if type(item) is float:
            # JSON has no word for these three; Python's extension would not be JSON.
            return item if math.isfinite(item) else {"$float": repr(item)}
        if isinstance(item, (np.ndarray, np.generic)) and item.dtype.hasobject is False:
            name = str(len(arrays))
            arrays[name] = np.asarray(item)
            return {"$array" if isinstance(item, np.ndarray) else "$scalar": name}
        if type(item) is list:
            return [encode(x, f"{where}[{i}]") for i, x in enumerate(item)]
        if type(item) is tuple:
            return {"$tuple": [encode(x, f"{where}[{i}]") for i, x in enumerate(item)]}
        if type(item) is dict:
            if all(type(key) is str and not key.startswith("$") for key in item):
                return {key: encode(x, f"{where}[{key!r}]") for key, x in item.items()}
            if all(type(key) in (str, int) for key in item):
                return {"$items": [[k, encode(x, f"{where}[{k!r}]")] for k, x in item.items()]}
        raise TypeError(f"{where} is a {type(item).__name__}; only plain data can be saved")

    return encode(value, "value"), arrays


def unpack(document: Any, array: Callable[[str], np.ndarray[Any, Any]]) -> Any:
    """Undo `pack`; `array(name)` gives the array of that name."""
    if isinstance(document, list):
        return [unpack(item, array) for item in document]
    if not isinstance(document, dict):
        return document
    if len(document) == 1:
        ((tag, content),) = document.items()
        if tag == "$array":
            return array(content)
        if tag == "$scalar":
            return array(content)[()]
        if tag == "$float":
            return float(content)
        if tag == "$tuple":
            return tuple(unpack(item, array) for item in content)
        if tag == "$items":
            return {key: unpack(item, array) for key, item in content}
    return {key: unpack(item, array) for key, item in document.items()}


def is_plain(value: object) -> bool:
    """Whether `pack` accepts the value."""
    try:
        pack(value)
    except TypeError:
        return False
    return True


def save(path: Path, value: object) -> None:
    """Write plain data to `path`, all of it or nothing.

    The file is written beside its place and moved there in one step: whoever is killed
    while writing leaves the previous file whole.
    """
    document, arrays = pack(value)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(_JSON, json.dumps(document, allow_nan=False))
                for name, array in arrays.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def load(path: Path) -> Any:
    """Read what `save` wrote.

    Raises
    ------
    WorkbookError
        If there is no such file, or it is not one of ours.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WorkbookError(f"Cannot read {path}: {error.strerror or error}.") from error
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return unpack(json.loads(archive[_JSON]), lambda name: np.asarray(archive[name]))
    # Closed over every exception: a damaged file leads its readers anywhere.
    except Exception as error:
        raise WorkbookError(
            f"{path} is damaged or was not written by this workbook ({type(error).__name__})."
        ) from error
