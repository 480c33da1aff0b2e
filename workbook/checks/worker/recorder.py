"""Runs one case and writes down everything that it saw."""

import contextlib
import io
import math
import random
import time
import warnings
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.cases import Case, Shared
from workbook.checks.raw_results import raw_values
from workbook.checks.worker.call_log import CallLog, MissingResult, RecordingProxy, shares_memory
from workbook.records import Printed, Raised, Record, Value
from workbook.worker.exceptions import describe

__all__ = ["record_case"]

# Before any student code can put another function in its place.
_seed = np.random.seed
_HEAD_CHARACTERS = 2000
_LARGEST_INPUT = 2000


class _CountedOutput(io.TextIOBase):
    """Standard output that counts lines and keeps only how it begins."""

    def __init__(self) -> None:
        self.lines = 0
        self.head = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.lines += text.count("\n")
        if len(self.head) < _HEAD_CHARACTERS:
            self.head += text[: _HEAD_CHARACTERS - len(self.head)]
        return len(text)


def _observed(found: object) -> object:
    """What a case asks to be observed about returned objects; any other object as it is."""
    if not isinstance(found, Shared):
        return found
    if not isinstance(found.other, np.ndarray):
        return found.one is found.other
    return shares_memory(found.one, found.other) if isinstance(found.one, np.ndarray) else math.nan


def _option(value: object, depth: int = 0) -> Any:
    """Return an argument as an `Option`; its type's name in the place of what is none."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or type(value) in (bool, float, str):
        return value
    if type(value) is int and value.bit_length() < 64:
        return value
    if isinstance(value, (list, tuple)) and depth < 2 and len(value) <= 50:
        return [_option(v, depth + 1) for v in value]
    if isinstance(value, Mapping) and depth < 2:
        return {str(k): _option(v, depth + 1) for k, v in value.items() if _is_storable(v)}
    return f"<{type(value).__name__}>"


def _is_storable(value: object) -> bool:
    return not isinstance(value, np.ndarray) and not callable(value)


def record_case(
    case: Case,
    impl: object,
    seed: int,
    folder: Path,
    *,
    wrap: Callable[[set[str]], contextlib.AbstractContextManager[None]] | None = None,
) -> Record:
    """Run one case on an implementation.

    Parameters
    ----------
    case : Case
    impl : object
        The implementation: an implementation, or anything with the exercises as attributes.
    seed : int
    folder : Path
        Where the student's files lie, to tell their lines from ours.
    wrap : callable, optional
        Makes the context in which the student's code runs (what is forbidden, replaced, ...),
        and adds to its argument the required exercises that run.

    Returns
    -------
    Record
        Of the raw results; `checks.raw_results.reduced` makes of it what is compared. With
        `raised` set if anything was raised, `SystemExit` included.
    """
    start = time.thread_time()
    rng = case.rng(seed)
    # Dropout and initialisation draw from the global stream; it starts anew for each case.
    state = zlib.crc32(f"{seed}/{case.exercise}/{case.name}".encode())
    _seed(state)
    random.seed(state)
    log = CallLog()
    printed = _CountedOutput()
    raised: Raised | None = None
    used: set[str] = set()
    arrays: dict[str, Value] = {}
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            warnings.catch_warnings(),
            np.errstate(all="warn"),
            wrap(used) if wrap is not None else contextlib.nullcontext(),
        ):
            warnings.simplefilter("ignore")
            found = case.run(RecordingProxy(impl, log), rng)
            arrays = raw_values({str(name): _observed(value) for name, value in found.items()})
    except MissingResult as error:
        raised = Raised("Missing", str(error))
    except BaseException as error:
        raised = describe(error, folder, case.exercise)
    return Record(
        exercise=case.exercise,
        case=case.name,
        arrays=arrays,
        inputs=_inputs(log),
        options={name: _option(value) for name, value in log.options.items()},
        calls=tuple(log.calls),
        changed=tuple(log.changed),
        aliases=tuple(log.aliases),
        printed=Printed(printed.lines, printed.head),
        raised=raised,
        used=tuple(sorted(used)),
        size=sum(array.size for array in log.inputs.values()),
        seconds=time.thread_time() - start,
    )


def _inputs(log: CallLog) -> dict[str, NDArray[Any]]:
    return {name: a for name, a in log.inputs.items() if a.size <= _LARGEST_INPUT}
