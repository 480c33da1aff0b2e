"""Holds the record of an implementation against the reference record of the same case."""

import math
from collections.abc import Collection, Mapping
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
        Empty if it is right; else `missing`, `extra`, `kind`, `shape`, `axis`, `dtype`,
        `not_finite` or `value`.
    rules : tuple of str
        `axis` and `dtype`, as far as it misses them, also if the exercise does not state them; the
        values are right then.
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
    rules: tuple[str, ...] = ()

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
    A finding with `fatal=False` is a note: the docstring does not forbid it. A fatal one with a
    `rule` (see `curriculum.RULES`) makes the case `almost`; without a rule, it fails.
    """

    kind: str
    array: str = ""
    fatal: bool = True
    rule: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """The outcome of one case and why.

    The outcome is `pass`, `almost`, `fail`, `todo`, `blocked`, `error`, `memory` or `missing`.
    """

    outcome: str
    arrays: tuple[ArrayVerdict, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of the exercise that are missed, in the order of `curriculum.RULES`."""
        missed = {finding.rule for finding in self.findings if finding.fatal}
        return tuple(rule for rule in curriculum.RULES if rule in missed)

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
    name: str,
    got: Value | None,
    want: Value | None,
    limit: Limit | None,
    states: Collection[str],
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
    array, rules = got.array, []
    if array.shape != want.array.shape:
        if _without_ones(array.shape) != _without_ones(want.array.shape):
            return ArrayVerdict(problem="shape", **about)
        array, rules = array.reshape(want.array.shape), ["axis"]
    if limit.dtype and want.kind == "array" and array.dtype != want.array.dtype:
        rules.append("dtype")
    error, rel_error = 0.0, 0.0
    equal = array.dtype == want.array.dtype and array.tobytes() == want.array.tobytes()
    if not (equal and want.is_finite):
        # Only right values are worth a word about their axes and type.
        bad_shape = "shape" if "axis" in rules else ""
        if not (np.isfinite(array) | ~np.isfinite(want.array)).all():
            return ArrayVerdict(problem=bad_shape or "not_finite", **about)
        with np.errstate(all="ignore"):
            actual, expected = _as_float64(array), _as_float64(want.array)
            error = measure(actual, expected, limit.measure)
            rel_error = largest_relative(actual, expected)
        if not error <= limit.value:
            if bad_shape:
                return ArrayVerdict(problem="shape", **about)
            return ArrayVerdict(problem="value", error=error, rel_error=rel_error, **about)
    problem = next((rule for rule in rules if rule in states), "")
    about |= {"error": error, "rel_error": rel_error, "rules": tuple(rules)}
    return ArrayVerdict(problem=problem, **about)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)


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
    states = curriculum.load()[case.exercise].rules
    # What such a case judges is no ordinary value.
    own_rule = case.rule if case.rule in states else ""
    raised = record.raised
    if raised is not None:
        if raised.unwritten:
            outcome = "todo" if raised.unwritten == case.exercise else "blocked"
        else:
            outcome = {"MemoryError": "memory", "Missing": "missing"}.get(raised.type, "error")
        if outcome == "error" and own_rule:
            return Comparison("almost", (), (Finding("raised", rule=own_rule), *notes))
        kind = "todo" if outcome == "todo" else "raised"
        return Comparison(outcome, (), (Finding(kind), *notes))
    verdicts = []
    for name in [*reference.arrays, *(n for n in record.arrays if n not in reference.arrays)]:
        got, want = record.arrays.get(name), reference.arrays.get(name)
        limit = None if want is None else case.limit(name)
        verdicts.append(_array_verdict(name, got, want, limit, states))
    findings: list[Finding] = []
    for verdict in verdicts:
        if verdict.rules:
            about = _about(verdict)
            findings += [
                Finding(rule, verdict.name, rule in states, rule, about) for rule in verdict.rules
            ]
        elif not verdict.ok:
            findings.append(Finding(verdict.problem, verdict.name, rule=own_rule))
    findings += _changed_arguments(record, reference, case)
    fatal = [finding for finding in findings if finding.fatal]
    outcome = "fail" if any(not finding.rule for finding in fatal) else "almost"
    return Comparison(outcome if fatal else "pass", tuple(verdicts), (*findings, *notes))


def _about(verdict: ArrayVerdict) -> dict[str, Any]:
    """Return what a note says about an array of right values."""
    return {
        "got_shape": verdict.shape,
        "want_shape": verdict.wanted_shape,
        "got_dtype": verdict.dtype,
        "want_dtype": verdict.wanted_dtype,
    }


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
        kept = name in case.keeps or name.partition("[")[0] in case.keeps
        if not kept and "[" in name:
            continue  # What lies in a dictionary is often kept there on purpose.
        fatal = kept and "argument" in curriculum.load()[case.exercise].rules
        rule = "argument" if fatal else ""
        found.setdefault(name, Finding("changed", name, fatal, rule, {"function": function}))
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
