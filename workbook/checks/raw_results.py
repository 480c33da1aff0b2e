"""Raw results of a case: their form in a record, and what is compared in their place.

The worker writes down what the student's functions returned. The other side reduces it, so that
neither the limits nor the statistics of a case run beside student code.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

import numpy as np

from workbook.cases import Case, Names
from workbook.records import Record, Value

__all__ = ["LARGEST_ARRAY", "LARGEST_CASE", "raw_values", "reduced"]

LARGEST_ARRAY = 200_000
"""Numbers of one raw array. Cases ask for 40,000 at most; weights of wrong sizes have more."""
LARGEST_CASE = 4 * 2**20
"""Bytes of all raw arrays of one case. Of what is larger, or comes after, only the type is kept."""
_MOST_NAMES, _LONGEST_NAME = 100, 80


def raw_values(found: Mapping[str, object]) -> dict[str, Value]:
    """Return the raw results of one case as plain data."""
    values: dict[str, Value] = {}
    left = LARGEST_CASE
    for name, result in found.items():
        value = _value(result)
        left -= value.array.nbytes if value.array is not None else 0
        values[name] = value if left >= 0 or value.array is None else Value("other", value.type)
    return values


def _value(found: object) -> Value:
    """Plain numbers out of whatever came back; a subclass of ndarray is just its numbers."""
    name = type(found).__name__[:80]
    if found is None:
        return Value("none", name)
    if isinstance(found, Names):
        return _names(found)
    if isinstance(found, (np.ndarray, np.generic, bool, int, float, complex)):
        try:
            plain = np.array(found, copy=True, subok=False)
        except Exception:
            return Value("other", name)
        if plain.dtype.kind not in "biufc" or plain.dtype.itemsize > 16:
            return Value("other", f"{name} of {plain.dtype.name}"[:80])
        if plain.size > LARGEST_ARRAY:
            return Value("other", f"{name} of {plain.size} numbers")
        if plain.dtype == np.longdouble:
            plain = plain.astype(np.float64)
        return Value("scalar" if plain.ndim == 0 else "array", name, plain)
    if isinstance(found, (list, tuple)):
        try:
            plain = np.array(found, dtype=np.float64)
        except Exception:
            return Value("list", name)
        return Value("list", name, plain if plain.size <= LARGEST_ARRAY else None)
    return Value("other", name)


def _names(found: Names) -> Value:
    keys = [str(key)[:_LONGEST_NAME] for key in islice(found.mapping, _MOST_NAMES)]
    text = np.frombuffer(json.dumps(keys).encode("ascii"), dtype=np.uint8)
    return Value("names", type(found.mapping).__name__[:80], text)


def reduced(record: Record, case: Case, seed: int) -> Record:
    """Return a record with the arrays that are compared in the place of the raw results.

    Parameters
    ----------
    record : Record
        As the worker sent it; it may hold anything.
    case : Case
    seed : int
        The seed that the case ran with.

    Returns
    -------
    Record
        Without arrays if the reduction cannot make sense of the raw results: all of them count
        as missing. This is no error of the student's code, nor one of ours.
    """
    if case.reduce is None or record.raised is not None:
        return record
    arrays: dict[str, Value] = {}
    try:
        raw = {name: _handed(value) for name, value in record.arrays.items()}
        # What is handed on as it is keeps its Python type.
        known = {id(raw[name]): value for name, value in record.arrays.items()}
        with np.errstate(all="ignore"):
            found = case.reduce(raw, case.rng(seed))
        arrays = {name: known.get(id(value)) or _value(value) for name, value in found.items()}
    except Exception:
        arrays = {}
    return replace(record, arrays=arrays)


def _handed(value: Value) -> object:
    """Return a raw result as a reduction receives it."""
    if value.array is None:
        return value
    if value.kind == "array":
        return value.array
    if value.kind == "scalar":
        return value.array[()]
    if value.kind == "names":
        return tuple(str(name) for name in json.loads(value.array.tobytes()))
    return value
