"""Messages about wrong results that no known misconception explains.

Every statement holds in each case in which the array is wrong; `CaseVerdicts` knows these. In
this order: exceptions, results that are missing or of another kind, the axes of an array (moved,
flipped, not summed), shapes, values (not finite, 0, a factor, an input that is left out, equal to
something else, without chance), which arrays and cases are wrong; last the rules that are not about
values: an axis of length 1, the dtype, changed arguments.
"""

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.checks.case_traits import distinguishing_trait
from workbook.checks.case_verdicts import FEW, CaseVerdicts, shortened
from workbook.checks.exception_messages import translate
from workbook.checks.messages import ComparedCase, Message, called, fill
from workbook.errors import WorkbookError
from workbook.locale.sentence import Sentence, Value

__all__ = ["heuristics"]

Array = NDArray[np.float64]


def heuristics(verdicts: CaseVerdicts) -> list[Message]:
    """Return generic messages, best first; empty if nothing failed."""
    found: dict[str, Message] = {}
    if verdicts.failing:
        wrong = verdicts.failing[0].comparison.outcome != "almost"
        order = (*_VALUES, *_RULES) if wrong else (*_RULES, *_VALUES)
        for find in (*order, _failing_cases):
            with contextlib.suppress(WorkbookError):
                for message in itertools.islice(find(verdicts), 1):
                    found.setdefault(message.id, message)
    return list(found.values())


@dataclass(frozen=True, eq=False)
class _WrongArray:
    """One array in one case that it is wrong in: the student's numbers and the reference's."""

    compared: ComparedCase
    name: str
    got: Array
    want: Array

    @property
    def scale(self) -> float:
        return float(np.abs(self.want).max(initial=0.0))

    def equals(self, got: Array, want: Array) -> bool:
        """Return whether two arrays are the same but for rounding."""
        largest = float(np.abs(want).max(initial=0.0))
        if got.shape != want.shape or not np.isfinite(largest):
            return False
        own = self.compared.record.arrays[self.name].array
        tolerance = 1e-6 if own is not None and own.dtype.itemsize == 8 else 1e-4
        limit = self.compared.case.limit(self.name)
        # What is 0 in theory holds nothing but rounding.
        least = limit.value if limit.measure == "absolute" else 1e-300
        return bool(np.allclose(got, want, rtol=tolerance, atol=max(tolerance * largest, least)))

    def becomes_right(self, change: Callable[[Array], Array]) -> bool:
        """Return whether a change of the student's array gives what it should be."""
        return self.equals(change(self.got), self.want)


def _wrong_arrays(
    verdicts: CaseVerdicts, *problems: str, least: int = 2
) -> Iterator[tuple[str, list[_WrongArray]]]:
    """Yield the arrays that are wrong by one of some problems wherever they are wrong.

    An array of fewer numbers than `least` tells nothing: any number is a factor times any other.
    """
    own = set(verdicts.own_failing)
    for name, wrong in verdicts.wrong.items():
        found = []
        if not any(compared in own for compared, _ in wrong):
            continue
        for compared, verdict in wrong:
            got, want = compared.record.arrays.get(name), compared.reference.arrays.get(name)
            if verdict.problem not in problems or got is None or want is None:
                break
            if got.array is None or want.array is None or want.array.dtype.kind not in "biuf":
                break
            if got.array.dtype.kind not in "biuf" or want.array.size < least:
                break
            numbers = (a.array.astype(np.float64) for a in (got, want) if a.array is not None)
            found.append(_WrongArray(compared, name, *numbers))
        else:
            # What is off in the last digits only would pass for anything.
            if not all(w.equals(w.got, w.want) for w in found):
                yield name, found


def _telling(wrong: Sequence[_WrongArray]) -> _WrongArray:
    """Return the array whose shape shows most: axes of different lengths, and longer than 1."""

    def told(one: _WrongArray) -> tuple[bool, bool, bool, int]:
        shape = one.want.shape
        return (not one.compared.case.keeps, one.got.shape != shape, 1 not in shape, -len(shape))

    return max(wrong, key=told)


def _is_flat(array: Array) -> bool:
    return array.size == 0 or bool(np.ptp(array) == 0)


# What stops a case.


def _raised(verdicts: CaseVerdicts) -> Iterator[Message]:
    for compared in verdicts.worst:
        raised = compared.record.raised
        if raised is not None and not raised.unwritten:
            yield translate(compared, raised)


def _extra(verdicts: CaseVerdicts) -> Iterator[Message]:
    """Find a result that nothing asks for: what uses it may be what raises in other cases."""
    for name, wrong in verdicts.wrong.items():
        for compared, verdict in wrong:
            if verdict.problem == "extra":
                yield fill("finding.extra", compared, array=called(name))


def _todo(verdicts: CaseVerdicts) -> Iterator[Message]:
    for compared in verdicts.worst:
        raised = compared.record.raised
        if raised is not None and raised.unwritten:
            other = raised.unwritten != compared.case.exercise
            yield fill("finding.needs" if other else "finding.todo", compared, id=raised.unwritten)


# What comes back at all.


def _kind(verdicts: CaseVerdicts) -> Iterator[Message]:
    for name, wrong in verdicts.wrong.items():
        for compared, verdict in wrong:
            if verdict.problem == "missing":
                yield fill("finding.missing", compared, array=called(name))
            elif verdict.problem == "kind":
                got, want = compared.record.arrays[name], compared.reference.arrays[name]
                is_number = want.kind == "scalar"
                wanted = Sentence.of("finding.a_number" if is_number else "finding.an_array")
                if got.kind == "none":
                    yield fill("finding.none", compared, array=called(name), want=wanted)
                else:
                    yield fill(
                        "finding.kind", compared, array=called(name), got=got.type, want=wanted
                    )


# Axes and shapes.


def _moved_axes(verdicts: CaseVerdicts) -> Iterator[Message]:
    """Find one order of the axes that makes an array right in every case."""
    for name, wrong in _wrong_arrays(verdicts, "value", "shape", "axis"):
        axes = wrong[0].want.ndim
        if not 2 <= axes <= 4 or any(w.want.ndim != axes or w.got.ndim != axes for w in wrong):
            continue
        for order in itertools.permutations(range(axes)):
            if order == tuple(range(axes)):
                continue
            if all(w.becomes_right(lambda got, o=order: got.transpose(o)) for w in wrong):  # type: ignore[misc]
                shown = _telling(wrong)
                got, want = shown.got.shape, shown.want.shape
                if axes == 2:
                    kind = "finding.transposed"
                elif order == (0, 1, 3, 2):
                    kind = "finding.height_and_width"
                else:
                    kind = "finding.axes_order"
                scope = verdicts.scope(name)
                yield fill(
                    kind, shown.compared, array=called(name), got=got, want=want, scope=scope
                )


def _flipped(verdicts: CaseVerdicts) -> Iterator[Message]:
    for name, wrong in _wrong_arrays(verdicts, "value"):
        axes = wrong[0].want.ndim
        if any(w.want.ndim != axes or w.got.shape != w.want.shape for w in wrong):
            continue
        choices: list[tuple[int, ...]] = [(axis,) for axis in range(axes)]
        choices += [(axes - 2, axes - 1)] if axes > 1 else []
        for flipped in choices:
            if all(w.becomes_right(lambda got, f=flipped: np.flip(got, f)) for w in wrong):  # type: ignore[misc]
                about = [str(axis) for axis in flipped]
                yield fill(
                    "finding.flipped",
                    wrong[0].compared,
                    array=called(name),
                    axes=about,
                    scope=verdicts.scope(name),
                )


def _not_summed(verdicts: CaseVerdicts) -> Iterator[Message]:
    """Find an axis that is still there, and whose sum gives the right numbers."""
    for name, wrong in _wrong_arrays(verdicts, "shape", "axis", least=1):
        for axis in range(min(w.got.ndim for w in wrong)):
            sums = (w.becomes_right(lambda got, a=axis: got.sum(axis=a)) for w in wrong)  # type: ignore[misc]
            if all(sums) and any(w.got.shape[axis] > 1 for w in wrong):
                shown = next(w for w in wrong if w.got.shape[axis] > 1)
                yield fill(
                    "finding.not_summed",
                    shown.compared,
                    array=called(name),
                    axis=axis,
                    got=shown.got.shape,
                    want=shown.want.shape,
                )


def _shape(verdicts: CaseVerdicts) -> Iterator[Message]:
    for name, wrong in verdicts.wrong.items():
        shapes = [
            (compared, verdict.shape or (), verdict.wanted_shape or ())
            for compared, verdict in wrong
            if verdict.problem == "shape"
        ]
        if not shapes:
            continue
        if all(_without_ones(got) == _without_ones(want) for _, got, want in shapes):
            kind = "finding.shape_and_values"
        elif all(sorted(got) == sorted(want) for _, got, want in shapes):
            kind = "finding.shape_order"
        else:
            kind = "finding.shape"
        compared, got, want = shapes[0]
        if kind == "finding.shape_order":
            # Axes of length 1 tell the least.
            compared, got, want = min(shapes, key=lambda each: 1 in (*each[1], *each[2]))
        yield fill(kind, compared, array=called(name), got=got, want=want)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)


# Values.

_SMALL_ERROR = 1e-3
_LARGE = 100.0
"""Inputs below this overflow in no exponential, and in no product of a few factors."""


def _not_finite(verdicts: CaseVerdicts) -> Iterator[Message]:
    for name, wrong in verdicts.wrong.items():
        worst = set(verdicts.worst)
        shown = [c for c, verdict in wrong if c in worst and verdict.problem == "not_finite"]
        if not shown:
            continue
        inputs = [_largest(compared) for compared in shown]
        # The case with the smallest inputs leaves the fewest reasons.
        compared = shown[inputs.index(min(inputs))]
        value = compared.record.arrays[name].array
        assert value is not None
        largest = min(inputs)
        if largest >= _LARGE:
            kind = "finding.not_finite"
        elif np.isnan(value).any():
            kind = "finding.nan"
        else:
            kind = "finding.infinite"
        bad = int((~np.isfinite(value)).sum())
        count = (
            Sentence.of("finding.one_number", array=called(name))
            if value.size == 1
            else Sentence.of("finding.some_entries", bad=bad, of=value.size, array=called(name))
        )
        yield fill(kind, compared, array=called(name), count=count, big=largest)


def _largest(compared: ComparedCase) -> float:
    inputs = compared.record.inputs.values()
    return max((float(np.abs(a).max(initial=0)) for a in inputs), default=0.0)


def _all_zero(verdicts: CaseVerdicts) -> Iterator[Message]:
    for name, wrong in _wrong_arrays(verdicts, "value"):
        if any(w.got.any() for w in wrong):
            continue
        if not any(_has_numbers(c, name) for c in verdicts.cases if name in c.record.arrays):
            is_gradient = name.startswith(("d", "grad")) or "grads[" in name
            kind = "finding.all_zero_gradient" if is_gradient else "finding.all_zero"
            yield fill(kind, wrong[0].compared, array=called(name))


def _has_numbers(compared: ComparedCase, name: str) -> bool:
    array = compared.record.arrays[name].array
    return array is not None and bool(array.any())


_FactorKey = tuple[str, str, int]


def _factors(compared: ComparedCase) -> dict[_FactorKey, tuple[Value, float]]:
    """Return numbers that a factor may be, each with what it is called."""
    names: dict[_FactorKey, tuple[Value, float]] = {
        ("constant", text, 0): (text, number)
        for text, number in (("2", 2.0), ("1/2", 0.5), ("-1", -1.0), ("-2", -2.0))
    }
    for name, array in compared.record.inputs.items():
        for axis, length in enumerate(array.shape):
            if length > 1:
                about = {"length": length, "axis": axis, "name": name}
                label = Sentence.of("finding.length", **about)
                names["length", name, axis] = label, float(length)
                label = Sentence.of("finding.inverse_length", **about)
                names["inverse length", name, axis] = label, 1.0 / length
    for option, value in compared.record.options.items():
        items = value.items() if isinstance(value, dict) else [(option, value)]
        for key, number in items:
            if isinstance(number, (int, float)) and not isinstance(number, bool) and number:
                names["option", key, 0] = f"{key} = {number:g}", float(number)
                names["1/option", key, 0] = f"1/{key} = 1/{number:g}", 1.0 / number
                if 0 < number < 1:
                    names["1 - option", key, 0] = f"1 - {key} = {1 - number:g}", 1.0 - number
                    names["1/(1 - option)", key, 0] = f"1/(1 - {key})", 1.0 / (1.0 - number)
    return names


def _factor_of(wrong: _WrongArray) -> float | None:
    got, want = wrong.got, wrong.want
    if got.shape != want.shape or not want.any() or not np.isfinite(got).all():
        return None
    if np.count_nonzero(want) < 2:
        return None
    factor = float((got * want).sum() / (want * want).sum())
    # A factor of 1 is rounding, or a small term; a factor of 0 is another matter.
    if abs(factor - 1) < 1e-3 or abs(factor) < 1e-6:
        return None
    fits = np.allclose(got, factor * want, rtol=1e-5, atol=1e-7 * wrong.scale * abs(factor))
    return factor if fits else None


def _factor(verdicts: CaseVerdicts) -> Iterator[Message]:
    for name, wrong in _wrong_arrays(verdicts, "value", least=2):
        if any(w.compared.case.limit(name).measure != "relative" for w in wrong):
            continue
        factors = [_factor_of(w) for w in wrong]
        found = [f for f in factors if f is not None]
        if len(found) < len(factors):
            continue
        known = [_factors(w.compared) for w in wrong]
        keys = [
            key
            for key in known[0]
            if all(
                key in names and abs(factor - names[key][1]) <= 1e-5 * abs(factor)
                for names, factor in zip(known, found, strict=True)
            )
        ]
        constant = all(abs(f - found[0]) <= 1e-5 * abs(found[0]) for f in found)
        if not keys and not constant:
            continue
        # What stands in the student's own arguments tells more than a plain number.
        keys.sort(key=lambda key: key[0] == "constant")
        yield fill(
            "finding.factor_named" if keys else "finding.factor",
            wrong[0].compared,
            array=called(name),
            factor=found[0],
            names=_either([known[0][key][0] for key in keys]),
            scope=verdicts.scope(name)
            if constant
            else Sentence.of("finding.in_this_case", case=wrong[0].compared.case.name),
        )


def _either(names: Sequence[Value]) -> Value:
    """Return the first two different names, with "or" between them."""
    different = list({str(name): name for name in names}.values())[:2]
    if not different:
        return ""
    return functools.reduce(lambda a, b: Sentence.of("finding.or", first=a, last=b), different)


def _spread(given: NDArray[Any], shape: tuple[int, ...]) -> Iterator[Array]:
    """Yield an input as it would enter an array of some shape: by entry, by column, by channel."""
    numbers = given.astype(np.float64)
    if numbers.ndim <= len(shape):
        with contextlib.suppress(ValueError):
            yield np.broadcast_to(numbers, shape)
    if numbers.ndim == 1 and len(shape) == 4:
        with contextlib.suppress(ValueError):
            yield np.broadcast_to(numbers.reshape(-1, 1, 1), shape)


# How an input that was left out, or came in once too often, shows in an array.
_LEFT_OUT: Mapping[str, Callable[[Array, Array], Array]] = {
    "finding.term_left_out": lambda got, given: got + given,
    "finding.term_too_often": lambda got, given: got - given,
    "finding.factor_left_out": lambda got, given: got * given,
    "finding.factor_too_often": lambda got, given: got / given,
}


def _ignored_input(verdicts: CaseVerdicts) -> Iterator[Message]:
    """Find an argument that is not in a result, or that entered it twice."""
    for name, wrong in _wrong_arrays(verdicts, "value"):
        inputs = [n for n in wrong[0].compared.record.inputs if " (call" not in n]
        for given, (kind, repair) in itertools.product(inputs, _LEFT_OUT.items()):
            with np.errstate(all="ignore"):
                if all(_repaired(w, given, repair) for w in wrong):
                    yield fill(
                        kind,
                        wrong[0].compared,
                        array=called(name),
                        given=given,
                        scope=verdicts.scope(name),
                    )


def _repaired(wrong: _WrongArray, given: str, repair: Callable[[Array, Array], Array]) -> bool:
    array = wrong.compared.record.inputs.get(given)
    if array is None or array.dtype.kind not in "biuf" or _is_flat(array.astype(np.float64)):
        return False
    return any(
        wrong.becomes_right(lambda got, a=spread: repair(got, a))  # type: ignore[misc]
        for spread in _spread(array, wrong.got.shape)
    )


def _equal_to_another(verdicts: CaseVerdicts) -> Iterator[Message]:
    """Find an argument, or another result, that an array is equal to wherever it is wrong."""
    for name, wrong in _wrong_arrays(verdicts, "value"):
        first = wrong[0].compared
        others = [*(n for n in first.record.inputs if " (call" not in n), *first.record.arrays]
        for other in others:
            if other != name and all(_is_equal(w, other) for w in wrong):
                kind = (
                    "finding.equals_argument"
                    if other in first.record.inputs and other not in first.record.arrays
                    else "finding.equals_result"
                )
                yield fill(
                    kind, first, array=called(name), other=called(other), scope=verdicts.scope(name)
                )


def _is_equal(wrong: _WrongArray, other: str) -> bool:
    value = wrong.compared.record.arrays.get(other)
    array = value.array if value is not None else wrong.compared.record.inputs.get(other)
    if array is None or array.dtype.kind not in "biuf" or array.shape != wrong.got.shape:
        return False
    numbers = array.astype(np.float64)
    return not _is_flat(numbers) and wrong.equals(wrong.got, numbers)


def _same_along_axis(verdicts: CaseVerdicts) -> Iterator[Message]:
    """Find an axis along which nothing changes although it should."""
    for name, wrong in _wrong_arrays(verdicts, "value"):
        for axis in range(min(w.got.ndim for w in wrong)):
            told = [w for w in wrong if w.got.shape[axis] > 1]
            # Numbers that are all equal are another matter.
            flat = all(_is_flat(w.got) for w in told)
            if not flat and all(_is_same_along(w, axis) for w in told):
                yield fill(
                    "finding.same_along_axis",
                    told[0].compared,
                    array=called(name),
                    axis=axis,
                    shape=told[0].got.shape,
                )


def _is_same_along(wrong: _WrongArray, axis: int) -> bool:
    """Return whether all entries along an axis are equal, and should not be."""
    if wrong.got.shape != wrong.want.shape or not np.isfinite(wrong.got).all():
        return False
    spread, wanted = np.ptp(wrong.got, axis=axis).max(), np.ptp(wrong.want, axis=axis).max()
    return bool(spread <= 1e-9 * wrong.scale and wanted > 1e-3 * wrong.scale)


def _scrambled(verdicts: CaseVerdicts) -> Iterator[Message]:
    for name, wrong in _wrong_arrays(verdicts, "value"):
        if not all(np.isfinite(w.got).all() for w in wrong):
            continue
        if all(
            w.equals(np.sort(w.got.ravel()), np.sort(w.want.ravel())) and np.ptp(w.want) > 0
            for w in wrong
        ):
            yield fill(
                "finding.scrambled",
                wrong[0].compared,
                array=called(name),
                scope=verdicts.scope(name),
            )


def _without_chance(verdicts: CaseVerdicts) -> Iterator[Message]:
    """Find a share among random results that is all or nothing wherever it is wrong."""
    for name, wrong in _wrong_arrays(verdicts, "value", least=1):
        if all(
            w.compared.case.limit(name).measure == "statistic"
            and w.got.size == 1
            and float(w.got) in (0.0, 1.0)
            and 0.0 < float(w.want) < 1.0
            for w in wrong
        ):
            yield fill(
                "finding.without_chance",
                wrong[0].compared,
                array=called(name),
                share=float(wrong[0].got),
            )


def _in_the_last_digits(verdicts: CaseVerdicts) -> Iterator[Message]:
    """Find an array that is off by little in every case: a constant or a small term."""
    for name, wrong in verdicts.wrong.items():
        errors = [
            verdict.error
            for _, verdict in wrong
            if verdict.problem == "value" and verdict.measure == "relative" and verdict.error
        ]
        if len(errors) == len(wrong) and max(errors) < _SMALL_ERROR:
            shown, verdict = max(wrong, key=lambda each: each[1].error or 0.0)
            yield fill(
                "finding.last_digits",
                shown,
                array=called(name),
                error=f"{verdict.error:.1g}",
                limit=f"{verdict.limit:.1g}",
            )


# Which arrays and which cases.


def _parts(verdicts: CaseVerdicts) -> Iterator[Message]:
    """Say which arrays are wrong, and what the cases share in which they are."""
    wrong = [n for n in verdicts.wrong if any(not v.rules for _, v in verdicts.wrong[n])]
    if not wrong:
        return
    trait = distinguishing_trait(verdicts)
    cases = trait if trait is not None else verdicts.right_cases
    first = verdicts.wrong[wrong[0]][0][0]
    bad = shortened([called(name) for name in verdicts.wrong])
    right = [called(name) for name in verdicts.shown_names(verdicts.right)]
    if 0 < len(right) <= FEW:
        yield fill("finding.some_arrays", first, good=right, bad=bad, cases=cases)
    elif verdicts.right_arrays:
        yield fill("finding.most_arrays", first, right=verdicts.right_arrays, cases=cases)
    elif trait is not None:
        yield fill("finding.shared_trait", first, trait=trait)
    elif verdicts.passing:
        yield from _failing_cases(verdicts)
    elif verdicts.all_ran and not verdicts.right:
        yield fill("finding.all_arrays", first, bad=bad)
    else:
        yield fill("finding.wrong_arrays", first, bad=bad)


def _axis(verdicts: CaseVerdicts) -> Iterator[Message]:
    for name, wrong in verdicts.wrong.items():
        for compared, v in wrong:
            if v.problem == "axis":
                got, want = v.shape or (), v.wanted_shape or ()
                yield fill("finding.axis", compared, array=called(name), got=got, want=want)


def _dtype(verdicts: CaseVerdicts) -> Iterator[Message]:
    for name, wrong in verdicts.wrong.items():
        for compared, v in wrong:
            if v.problem == "dtype":
                yield fill(
                    "finding.dtype", compared, array=called(name), got=v.dtype, want=v.wanted_dtype
                )


def _changed(verdicts: CaseVerdicts) -> Iterator[Message]:
    for compared in verdicts.failing:
        for finding in compared.comparison.findings:
            if finding.kind == "changed" and finding.fatal:
                yield fill("finding.changed", compared, array=finding.array, **finding.values)


def _failing_cases(verdicts: CaseVerdicts) -> Iterator[Message]:
    """Say which cases fail: there is always this."""
    own = [c.case.name for c in verdicts.passing if not c.case.keeps]
    good = own or [c.case.name for c in verdicts.passing]
    failing = set(verdicts.own_failing)
    bad = [c.case.name for c in verdicts.cases if c in failing]
    if len(good) > FEW and len(bad) < FEW:
        cases = Sentence.of("finding.wrong_only_for", cases=bad)
    elif good:
        cases = Sentence.of("finding.right_for_and_not", good=good, bad=bad)
    else:
        yield fill("finding.no_case", verdicts.failing[0])
        return
    yield fill("finding.cases", verdicts.failing[0], cases=cases)


_VALUES: tuple[Callable[[CaseVerdicts], Iterator[Message]], ...] = (
    _extra,
    _raised,
    _todo,
    _kind,
    _moved_axes,
    _not_summed,
    _shape,
    _not_finite,
    _all_zero,
    _factor,
    _flipped,
    _ignored_input,
    _equal_to_another,
    _scrambled,
    _same_along_axis,
    _without_chance,
    _in_the_last_digits,
    _parts,
)
_RULES = (_axis, _dtype, _changed)
