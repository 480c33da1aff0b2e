"""What can be said about a wrong answer that no misconception explains.

In this order: raised, not attempted, wrong kind or shape, not finite, off by a constant factor,
transposed, right in these cases and wrong in those, which arrays are right and which are not.
The rules that are not about values (axis, dtype, argument) come first where no value is wrong, and
else last.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.checks.compare import ArrayVerdict
from workbook.checks.exception_messages import translate
from workbook.checks.messages import ComparedCase, Message, fill, to_explain
from workbook.errors import WorkbookError
from workbook.locale.sentence import Sentence, Value

__all__ = ["heuristics"]


def heuristics(compared_cases: Sequence[ComparedCase]) -> list[Message]:
    """Generic messages, best first; empty if nothing failed."""
    failing = sorted(to_explain(compared_cases), key=lambda c: c.size)
    if not failing:
        return []
    found: list[Message] = []
    wrong = any(c.comparison.outcome != "almost" for c in failing)
    for find in (*_VALUES, *_RULES) if wrong else (*_RULES, *_VALUES):
        with contextlib.suppress(WorkbookError):
            found.extend(find(failing, compared_cases))
    return found


def _wrong(
    failing: Sequence[ComparedCase], *problems: str
) -> Iterator[tuple[ComparedCase, ArrayVerdict]]:
    for compared in failing:
        for verdict in compared.comparison.arrays:
            if verdict.problem in problems:
                yield compared, verdict


def _raised(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared in failing:
        raised = compared.record.raised
        if raised is not None and not raised.unwritten:
            yield translate(compared, raised)
            return


def _todo(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared in failing:
        raised = compared.record.raised
        if raised is not None and raised.unwritten:
            other = raised.unwritten != compared.case.exercise
            yield fill("finding.needs" if other else "finding.todo", compared, id=raised.unwritten)
            return


_KINDS = {"kind": "finding.kind", "missing": "finding.missing", "extra": "finding.extra"}


def _kind(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared, v in _wrong(failing, *_KINDS):
        kind = _KINDS[v.problem]
        yield fill(kind, compared, array=v.name, got=v.dtype, want=v.wanted_dtype)
        return


def _shape(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared, v in _wrong(failing, "shape"):
        got, want = v.shape or (), v.wanted_shape or ()
        if tuple(n for n in got if n != 1) == tuple(n for n in want if n != 1):
            kind = "finding.shape_and_values"
        elif sorted(got) == sorted(want):
            kind = "finding.shape_order"
        else:
            kind = "finding.shape"
        yield fill(kind, compared, array=v.name, got=got, want=want)
        return


def _axis(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared, v in _wrong(compared_cases, "axis"):
        got, want = v.shape or (), v.wanted_shape or ()
        yield fill("finding.axis", compared, array=v.name, got=got, want=want)
        return


def _dtype(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared, v in _wrong(compared_cases, "dtype"):
        yield fill("finding.dtype", compared, array=v.name, got=v.dtype, want=v.wanted_dtype)
        return


def _changed(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared in compared_cases:
        for finding in compared.comparison.findings:
            if finding.kind == "changed" and finding.fatal:
                yield fill("finding.changed", compared, array=finding.array, **finding.values)
                return


def _not_finite(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared, v in _wrong(failing, "not_finite"):
        value = compared.record.arrays[v.name].array
        assert value is not None
        bad = int((~np.isfinite(value)).sum())
        largest = max(
            (float(np.abs(a).max(initial=0)) for a in compared.record.inputs.values()), default=0.0
        )
        yield fill(
            "finding.not_finite", compared, array=v.name, bad=bad, of=value.size, big=largest
        )
        return


def _pair(compared: ComparedCase, name: str) -> tuple[NDArray[Any], NDArray[Any]] | None:
    got, want = compared.record.arrays[name].array, compared.reference.arrays[name].array
    if got is None or want is None or got.dtype.kind not in "biuf":
        return None
    return got.astype(np.float64), want.astype(np.float64)


def _factors(compared: ComparedCase) -> list[tuple[Value, float]]:
    """Return numbers that a factor may be, each with what it is called."""
    names: list[tuple[Value, float]] = [("2", 2.0), ("1/2", 0.5), ("-1", -1.0), ("-2", -2.0)]
    for name, array in compared.record.inputs.items():
        for axis, length in enumerate(array.shape):
            if length > 2:
                about = {"length": length, "axis": axis, "name": name}
                names.append((Sentence.of("finding.length", **about), float(length)))
                names.append((Sentence.of("finding.inverse_length", **about), 1.0 / length))
    for option, value in compared.record.options.items():
        items = value.items() if isinstance(value, dict) else [(option, value)]
        for key, number in items:
            if isinstance(number, (int, float)) and not isinstance(number, bool) and number:
                names.append((f"{key} = {number:g}", float(number)))
                names.append((f"1/{key} = 1/{number:g}", 1.0 / number))
                if 0 < number < 1:
                    names.append((f"1 - {key} = {1 - number:g}", 1.0 - number))
                    names.append((f"1/(1 - {key})", 1.0 / (1.0 - number)))
    return names


def _factor(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared, v in _wrong(failing, "value"):
        pair = _pair(compared, v.name)
        if pair is None or v.measure != "relative" or not pair[1].any():
            continue
        got, want = pair
        factor = float((got * want).sum() / (want * want).sum())
        if not np.allclose(got, factor * want, rtol=1e-6, atol=1e-9 * np.abs(want).max()):
            continue
        if abs(factor) < 1e-12:
            yield fill("finding.all_zero", compared, array=v.name)
            return
        near = [name for name, x in _factors(compared) if abs(factor - x) <= 1e-6 * abs(x)]
        kind = "finding.factor_named" if near else "finding.factor"
        yield fill(kind, compared, array=v.name, factor=factor, names=_either(near))
        return


def _either(names: Sequence[Value]) -> Value:
    """Return the names with "or" between them, each only once."""
    different = list({str(name): name for name in names}.values())
    if not different:
        return ""
    return functools.reduce(lambda a, b: Sentence.of("finding.or", first=a, last=b), different)


def _transposed(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared, v in _wrong(failing, "value", "shape"):
        pair = _pair(compared, v.name)
        if pair is None or pair[1].ndim < 2:
            continue
        got, want = pair
        if got.size != want.size or np.array_equal(got, want):
            continue
        if got.shape == want.T.shape and np.allclose(got, want.T, rtol=1e-6, atol=1e-12):
            yield fill("finding.transposed", compared, array=v.name)
            return
        same = np.allclose(np.sort(got.ravel()), np.sort(want.ravel()), rtol=1e-6, atol=1e-12)
        if same and np.ptp(want) > 0:
            yield fill("finding.scrambled", compared, array=v.name)
            return


def _compared(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    good = [
        compared.case.name for compared in compared_cases if compared.comparison.outcome == "pass"
    ]
    if good:
        bad = [
            compared.case.name
            for compared in compared_cases
            if compared.comparison.outcome != "pass"
        ]
        yield fill("finding.cases", failing[0], good=good, bad=bad)


def _arrays(
    failing: Sequence[ComparedCase], compared_cases: Sequence[ComparedCase]
) -> Iterator[Message]:
    for compared in failing:
        verdicts = compared.comparison.arrays
        good = [v.name for v in verdicts if v.ok]
        bad = [v.name for v in verdicts if not v.ok]
        if bad:
            kind = "finding.some_arrays" if good else "finding.all_arrays"
            yield fill(kind, compared, good=good, bad=bad)
            return


_Find = Callable[[Sequence[ComparedCase], Sequence[ComparedCase]], Iterator[Message]]

_VALUES: tuple[_Find, ...] = (
    _raised,
    _todo,
    _kind,
    _shape,
    _not_finite,
    _factor,
    _transposed,
    _compared,
    _arrays,
)
_RULES: tuple[_Find, ...] = (_axis, _dtype, _changed)
