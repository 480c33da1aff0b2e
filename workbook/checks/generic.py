"""What can be said about a wrong answer that no known mistake explains.

In this order: raised, not attempted, wrong kind or shape, wrong dtype, argument changed, not
finite, off by a constant factor, transposed, right in these cases and wrong in those, which
arrays are right and which are not.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook import locale
from workbook.checks.compare import ArrayVerdict
from workbook.checks.messages import Case, Message, fill
from workbook.checks.translate import translate
from workbook.errors import WorkbookError

__all__ = ["findings"]


def findings(cases: Sequence[Case]) -> list[Message]:
    """Generic messages, best first; empty if nothing failed."""
    failing = sorted((c for c in cases if c.comparison.outcome != "pass"), key=lambda c: c.size)
    if not failing:
        return []
    found: list[Message] = []
    for find in _ORDER:
        with contextlib.suppress(WorkbookError):
            found.extend(find(failing, cases))
    return found


def _wrong(failing: Sequence[Case], *problems: str) -> Iterator[tuple[Case, ArrayVerdict]]:
    for case in failing:
        for verdict in case.comparison.arrays:
            if verdict.problem in problems:
                yield case, verdict


def _raised(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    for case in failing:
        raised = case.record.raised
        if raised is not None and not raised.unwritten:
            yield translate(case, raised)
            return


def _todo(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    for case in failing:
        raised = case.record.raised
        if raised is not None and raised.unwritten:
            other = raised.unwritten != case.probe.exercise
            yield fill("finding.needs" if other else "finding.todo", case, id=raised.unwritten)
            return


def _kind(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    for case, v in _wrong(failing, "kind", "missing", "extra"):
        yield fill(f"finding.{v.problem}", case, array=v.name, got=v.dtype, want=v.wanted_dtype)
        return


def _shape(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    for case, v in _wrong(failing, "shape"):
        got, want = v.shape or (), v.wanted_shape or ()
        if tuple(n for n in got if n != 1) == tuple(n for n in want if n != 1):
            kind = "shape_ones"
        elif sorted(got) == sorted(want):
            kind = "shape_order"
        else:
            kind = "shape"
        yield fill(f"finding.{kind}", case, array=v.name, got=got, want=want)
        return


def _dtype(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    for case, v in _wrong(failing, "dtype"):
        yield fill("finding.dtype", case, array=v.name, got=v.dtype, want=v.wanted_dtype)
        return


def _changed(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    for case in failing:
        for finding in case.comparison.findings:
            if finding.kind == "changed" and finding.fatal:
                yield fill("finding.changed", case, array=finding.array, **finding.values)
                return


def _not_finite(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    for case, v in _wrong(failing, "not_finite"):
        value = case.record.arrays[v.name].array
        assert value is not None
        bad = int((~np.isfinite(value)).sum())
        largest = max(
            (float(np.abs(a).max(initial=0)) for a in case.record.inputs.values()), default=0.0
        )
        yield fill("finding.not_finite", case, array=v.name, bad=bad, of=value.size, big=largest)
        return


def _pair(case: Case, name: str) -> tuple[NDArray[Any], NDArray[Any]] | None:
    got, want = case.record.arrays[name].array, case.reference.arrays[name].array
    if got is None or want is None or got.dtype.kind not in "biuf":
        return None
    return got.astype(np.float64), want.astype(np.float64)


def _factors(case: Case) -> dict[str, float]:
    """Names for numbers that a factor may be."""
    names: dict[str, float] = {"2": 2.0, "1/2": 0.5, "-1": -1.0, "-2": -2.0}
    for name, array in case.record.inputs.items():
        for axis, length in enumerate(array.shape):
            if length > 2:
                label = f"{length} (axis {axis} of {name})"
                names.setdefault(label, float(length))
                names.setdefault(f"1/{label}", 1.0 / length)
    for option, value in case.record.options.items():
        items = value.items() if isinstance(value, dict) else [(option, value)]
        for key, number in items:
            if isinstance(number, (int, float)) and not isinstance(number, bool) and number:
                names.setdefault(f"{key} = {number:g}", float(number))
                names.setdefault(f"1/{key} = 1/{number:g}", 1.0 / number)
                if 0 < number < 1:
                    names.setdefault(f"1 - {key} = {1 - number:g}", 1.0 - number)
                    names.setdefault(f"1/(1 - {key})", 1.0 / (1.0 - number))
    return names


def _factor(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    for case, v in _wrong(failing, "value"):
        pair = _pair(case, v.name)
        if pair is None or v.measure != "relative" or not pair[1].any():
            continue
        got, want = pair
        factor = float((got * want).sum() / (want * want).sum())
        if not np.allclose(got, factor * want, rtol=1e-6, atol=1e-9 * np.abs(want).max()):
            continue
        if abs(factor) < 1e-12:
            yield fill("finding.all_zero", case, array=v.name)
            return
        near = [n for n, x in _factors(case).items() if abs(factor - x) <= 1e-6 * abs(x)]
        kind = "factor_named" if near else "factor"
        yield fill(f"finding.{kind}", case, array=v.name, factor=factor, names=" or ".join(near))
        return


def _transposed(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    for case, v in _wrong(failing, "value", "shape"):
        pair = _pair(case, v.name)
        if pair is None or pair[1].ndim < 2:
            continue
        got, want = pair
        if got.size != want.size or np.array_equal(got, want):
            continue
        if got.shape == want.T.shape and np.allclose(got, want.T, rtol=1e-6, atol=1e-12):
            yield fill("finding.transposed", case, array=v.name)
            return
        same = np.allclose(np.sort(got.ravel()), np.sort(want.ravel()), rtol=1e-6, atol=1e-12)
        if same and np.ptp(want) > 0:
            yield fill("finding.scrambled", case, array=v.name)
            return


def _cases(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    good = [case.probe.name for case in cases if case.comparison.outcome == "pass"]
    if good:
        bad = [case.probe.name for case in cases if case.comparison.outcome != "pass"]
        yield fill("finding.cases", failing[0], good=_list(good), bad=_list(bad))


def _arrays(failing: Sequence[Case], cases: Sequence[Case]) -> Iterator[Message]:
    for case in failing:
        verdicts = case.comparison.arrays
        good = [v.name for v in verdicts if v.ok]
        bad = [v.name for v in verdicts if not v.ok]
        if bad:
            kind = "some_arrays" if good else "all_arrays"
            yield fill(f"finding.{kind}", case, good=_list(good), bad=_list(bad))
            return


def _list(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return locale.text("finding.list", first=", ".join(names[:-1]), last=names[-1])


_ORDER: tuple[Callable[[Sequence[Case], Sequence[Case]], Iterator[Message]], ...] = (
    _raised,
    _todo,
    _kind,
    _shape,
    _dtype,
    _changed,
    _not_finite,
    _factor,
    _transposed,
    _cases,
    _arrays,
)
