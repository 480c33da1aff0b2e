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
from workbook.checks.worker.call_log import CallLog, MissingResult, RecordingProxy, share_memory
from workbook.checks.worker.exceptions import describe
from workbook.records import Printed, Raised, Record, Value

__all__ = ["record_case"]

_HEAD = 2000
_LARGEST_INPUT = 2000


class _Counted(io.TextIOBase):
    """Standard output that counts lines and keeps only how it begins."""

    def __init__(self) -> None:
        self.lines = 0
        self.head = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.lines += text.count("\n")
        if len(self.head) < _HEAD:
            self.head += text[: _HEAD - len(self.head)]
        return len(text)


def _observed(found: object) -> object:
    """What a case asks to be observed about returned objects; any other object as it is."""
    if not isinstance(found, Shared):
        return found
    if not isinstance(found.other, np.ndarray):
        return found.one is found.other
    return share_memory(found.one, found.other) if isinstance(found.one, np.ndarray) else math.nan


def _plain(value: object, depth: int = 0) -> Any:
    """An option as JSON; what JSON cannot say is left out."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)) and depth < 2 and len(value) <= 50:
        return [_plain(v, depth + 1) for v in value]
    if isinstance(value, Mapping) and depth < 2:
        return {str(k): _plain(v, depth + 1) for k, v in value.items() if _sayable(v)}
    return f"<{type(value).__name__}>"


def _sayable(value: object) -> bool:
    return not isinstance(value, np.ndarray) and not callable(value)


def record_case(
    case: Case,
    impl: object,
    seed: int,
    folder: Path,
    *,
    wrap: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
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
        Makes the context in which the student's code runs (what is forbidden, replaced, ...).

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
    np.random.seed(state)
    random.seed(state)
    watch = CallLog()
    printed = _Counted()
    raised: Raised | None = None
    arrays: dict[str, Value] = {}
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            warnings.catch_warnings(),
            np.errstate(all="warn"),
            wrap(),
        ):
            warnings.simplefilter("ignore")
            found = case.run(RecordingProxy(impl, watch), rng)
            arrays = raw_values({str(name): _observed(value) for name, value in found.items()})
    except MissingResult as error:
        raised = Raised("Missing", str(error))
    except BaseException as error:
        raised = describe(error, folder)
    return Record(
        exercise=case.exercise,
        case=case.name,
        arrays=arrays,
        inputs=_inputs(watch),
        options={name: _plain(value) for name, value in watch.options.items()},
        calls=tuple(watch.calls),
        changed=tuple(watch.changed),
        aliases=tuple(watch.aliases),
        printed=Printed(printed.lines, printed.head),
        raised=raised,
        size=sum(array.size for array in watch.inputs.values()),
        seconds=time.thread_time() - start,
    )


def _inputs(watch: CallLog) -> dict[str, NDArray[Any]]:
    return {name: a for name, a in watch.inputs.items() if a.size <= _LARGEST_INPUT}
