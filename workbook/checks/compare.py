"""Holds the record of an implementation against the reference record of the same case."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook import curriculum
from workbook.cases import Case, Limit
from workbook.numerics.errors import largest_relative
from workbook.records import Changed, Record, Value, dtype_name

__all__ = ["ArrayVerdict", "Comparison", "Finding", "canonical_argument", "compare", "measure"]


@dataclass(frozen=True)
class ArrayVerdict:
    """One named array against the reference.

    Attributes
    ----------
    problem : str
        Empty if it is right; else `missing`, `extra`, `kind`, `shape`, `dtype`, `not_finite` or
        `value`.
    error, limit : float or None
        As the case measures it; None if it could not be measured.
    rel_error : float or None
        Shown because students know it; it decides nothing.
    shape, wanted_shape : tuple or None
    dtype, wanted_dtype : str
        For what is no array the name of its type.
    """

    name: str
    problem: str
    error: float | None = None
    limit: float | None = None
    rel_error: float | None = None
    measure: str = "relative"
    shape: tuple[int, ...] | None = None
    wanted_shape: tuple[int, ...] | None = None
    dtype: str = ""
    wanted_dtype: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is right."""
        return not self.problem

    @property
    def badness(self) -> tuple[int, float]:
        """A key that orders verdicts; an array that could not even be measured is worst."""
        if self.error is None:
            return (1, 0.0) if self.ok else (3, 0.0)
        share = self.error / self.limit if self.limit else math.inf if self.error else 0.0
        return (1 if self.ok else 2, math.inf if math.isnan(share) else share)


@dataclass(frozen=True)
class Finding:
    """Something that differs from the reference.

    `kind` is an `ArrayVerdict.problem`, or `raised`, `todo`, `changed`, `aliases`, `printed`.
    A finding with `fatal=False` is a note: the docstring does not forbid it.
    """

    kind: str
    array: str = ""
    fatal: bool = True
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """The outcome of one case (`pass`, `fail`, `todo`, `error`, `memory`, `missing`) and why."""

    outcome: str
    arrays: tuple[ArrayVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def failing(self) -> tuple[str, ...]:
        """Names of the arrays that are not right."""
        return tuple(a.name for a in self.arrays if not a.ok)

    @property
    def worst(self) -> ArrayVerdict | None:
        """The array furthest beyond its limit, or nearest to it."""
        judged = (a for a in self.arrays if a.error is not None or not a.ok)
        return max(judged, key=lambda a: (a.error is None, a.badness[1]), default=None)


def measure(got: NDArray[Any], want: NDArray[Any], how: str) -> float:
    """The error of `got`, an array of the shape of `want`, in the measure of a limit."""
    a, b = _as_float64(got), _as_float64(want)
    if how == "exact":
        return float(np.count_nonzero(~((a == b) | (np.isnan(a) & np.isnan(b)))))
    difference = np.abs(a - b)
    if how != "relative":
        return float(difference.max(initial=0.0))
    # Scaled first: squares of scores near 1e200 overflow.
    scale = float(np.abs(b).max(initial=0.0))
    if scale == 0.0:
        return 0.0 if not difference.any() else float("inf")
    return float(np.linalg.norm((difference / scale).ravel()) / np.linalg.norm((b / scale).ravel()))


def _as_float64(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64, copy=False)


def _shape(value: Value) -> tuple[int, ...] | None:
    return None if value.array is None else value.array.shape


def _dtype(value: Value) -> str:
    if value.kind == "array" and value.array is not None:
        return dtype_name(value.array.dtype)
    return value.type


def _array_verdict(
    name: str, got: Value | None, want: Value | None, limit: Limit | None
) -> ArrayVerdict:
    about: dict[str, Any] = {"name": name}
    if got is not None:
        about |= {"shape": _shape(got), "dtype": _dtype(got)}
    if want is not None:
        about |= {"wanted_shape": _shape(want), "wanted_dtype": _dtype(want)}
    if want is None:
        return ArrayVerdict(problem="extra", **about)
    assert limit is not None
    about |= {"measure": limit.measure, "limit": limit.value}
    if got is None:
        return ArrayVerdict(problem="missing", **about)
    if got.kind != want.kind and {got.kind, want.kind} != {"array", "scalar"}:
        return ArrayVerdict(problem="kind", **about)
    if got.array is None or want.array is None:
        return ArrayVerdict(problem="" if got.kind == want.kind else "kind", **about)
    if got.array.shape != want.array.shape:
        return ArrayVerdict(problem="shape", **about)
    equal = got.array.dtype == want.array.dtype and got.array.tobytes() == want.array.tobytes()
    if equal and want.is_finite:
        return ArrayVerdict(problem="", error=0.0, rel_error=0.0, **about)
    if not (np.isfinite(got.array) | ~np.isfinite(want.array)).all():
        return ArrayVerdict(problem="not_finite", **about)
    with np.errstate(all="ignore"):
        actual, wanted = _as_float64(got.array), _as_float64(want.array)
        error = measure(actual, wanted, limit.measure)
        about |= {"error": error, "rel_error": largest_relative(actual, wanted)}
    if not error <= limit.value:
        return ArrayVerdict(problem="value", **about)
    # Only right values are worth a word about their type.
    typed = limit.dtype and want.kind == "array" and got.array.dtype != want.array.dtype
    return ArrayVerdict(problem="dtype" if typed else "", **about)


def compare(record: Record, reference: Record, case: Case) -> Comparison:
    """Compare a record with the reference's.

    Parameters
    ----------
    record, reference : Record
        Of the same case with the same seed.
    case : Case
        States the limits.

    Returns
    -------
    Comparison
    """
    notes = _notes(record, reference)
    raised = record.raised
    if raised is not None:
        if raised.unwritten:
            outcome = "todo" if raised.unwritten == case.exercise else "blocked"
        else:
            outcome = {"MemoryError": "memory", "Missing": "missing"}.get(raised.type, "error")
        kind = "todo" if outcome == "todo" else "raised"
        return Comparison(outcome, (), (Finding(kind), *notes))
    verdicts = []
    for name in [*reference.arrays, *(n for n in record.arrays if n not in reference.arrays)]:
        got, want = record.arrays.get(name), reference.arrays.get(name)
        verdicts.append(_array_verdict(name, got, want, None if want is None else case.limit(name)))
    findings = [Finding(v.problem, v.name) for v in verdicts if not v.ok]
    findings += _changed_arguments(record, reference, case)
    failed = any(finding.fatal for finding in findings)
    return Comparison("fail" if failed else "pass", tuple(verdicts), (*findings, *notes))


def _is_own(function: str, exercise_id: str) -> bool:
    exercise = curriculum.load()[exercise_id]
    name = ("scratch." if exercise.is_scratch else "") + exercise.qualname
    return function == name or function.startswith(name + ".")


def canonical_argument(change: Changed, record: Record, reference: Record) -> str:
    """The course's name of a changed argument, whatever the student calls it."""
    base, bracket, rest = change.argument.partition("[")
    try:
        place = record.calls[change.owner].arguments.index(base)
        return reference.calls[change.owner].arguments[place] + bracket + rest
    except (IndexError, ValueError):
        return change.argument


def _changed_arguments(record: Record, reference: Record, case: Case) -> list[Finding]:
    found: dict[str, Finding] = {}
    expected = {(c.call, canonical_argument(c, reference, reference)) for c in reference.changed}
    for change in record.changed:
        if change.call >= len(record.calls):
            continue
        function = record.calls[change.call].function
        name = canonical_argument(change, record, reference)
        if not _is_own(function, case.exercise) or (change.call, name) in expected:
            continue
        fatal = name in case.keeps or name.partition("[")[0] in case.keeps
        if not fatal and "[" in name:
            continue  # What lies in a dictionary is often kept there on purpose.
        found.setdefault(name, Finding("changed", name, fatal, {"function": function}))
    return list(found.values())


def _notes(record: Record, reference: Record) -> list[Finding]:
    notes = []
    if record.printed.lines or record.printed.head:
        values = {"lines": max(record.printed.lines, 1), "head": record.printed.head}
        notes.append(Finding("printed", fatal=False, values=values))
    expected = set(reference.aliases)
    for output, argument in dict.fromkeys(record.aliases):
        if (output, argument) not in expected:
            values = {"argument": argument}
            notes.append(Finding("aliases", output, fatal=False, values=values))
    return notes
