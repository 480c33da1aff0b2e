"""What tells a misconception from the right answer, small enough to ship.

An array is kept as its shape, dtype, counts of NaN and infinities, norm, and four projections
on fixed random vectors: enough to recognise it, not enough to read it.
"""

import itertools
import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.cases import Case, Limit
from workbook.checks.compare import Comparison
from workbook.records import Record, Value

__all__ = [
    "ArrayFingerprint",
    "CaseFingerprint",
    "Fingerprint",
    "array_fingerprint",
    "changed_arguments",
    "fingerprint",
    "includes",
    "matches",
]

PROJECTIONS = 4
NUMBERS = PROJECTIONS + 1


@dataclass(frozen=True)
class ArrayFingerprint:
    """One array; `numbers` is its norm and projections, or all of a short statistic."""

    kind: str
    type: str
    shape: tuple[int, ...] | None
    odd: tuple[int, int, int] = (0, 0, 0)
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True)
class CaseFingerprint:
    """What a misconception did in one case that tells it from the right answer.

    Attributes
    ----------
    raised : (str, str) or None
        Class and message of the exception.
    arrays : mapping of str to ArrayPrint
        The arrays that are wrong; the others are right.
    missing, extra : tuple of str
        Names that it does not return, and that it should not.
    changed : tuple of str
        Arguments that it changes and must not.
    """

    raised: tuple[str, str] | None = None
    arrays: Mapping[str, ArrayFingerprint] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fingerprint:
    """A misconception: where it differs from the right answer, by case name."""

    exercise: str
    id: str
    message: str
    cases: Mapping[str, CaseFingerprint]


def _projector(exercise: str, case: str, array: str, size: int) -> NDArray[Any]:
    key = zlib.crc32(f"{exercise}/{case}/{array}".encode())
    return np.random.default_rng([key, size]).standard_normal((PROJECTIONS, size))


def array_fingerprint(value: Value, case: Case, name: str) -> ArrayFingerprint:
    """The print of one returned value."""
    array = value.array
    if array is None:
        return ArrayFingerprint(value.kind, value.type, None)
    flat = array.ravel().astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    flat = np.abs(flat) if array.dtype.kind == "c" else flat
    odd = (
        int(np.isnan(flat).sum()),
        int((flat == np.inf).sum()),
        int((flat == -np.inf).sum()),
    )
    flat = np.where(np.isfinite(flat), flat, 0.0)
    if _measure(case, name) == "statistic":
        numbers = flat[:64]
    else:
        # Pairwise sums rather than a matrix product: the same bits whatever the BLAS.
        rows = _projector(case.exercise, case.name, name, flat.size) * flat
        numbers = np.concatenate([[np.sqrt(np.sum(flat * flat))], rows.sum(axis=1)])
    dtype = array.dtype.name if value.kind == "array" else value.kind
    return ArrayFingerprint(
        "array" if value.kind in ("array", "scalar") else value.kind,
        dtype,
        array.shape,
        odd,
        tuple(float(n) for n in numbers),
    )


def _limit(case: Case, name: str) -> Limit | None:
    try:
        return case.limit(name)
    except KeyError:  # An array that the right answer does not have.
        return None


def _measure(case: Case, name: str) -> str:
    limit = _limit(case, name)
    return limit.measure if limit is not None else "relative"


def matches(value: Value | None, known: ArrayFingerprint, case: Case, name: str) -> bool:
    """Whether a returned value is the one that the print was taken of."""
    if value is None:
        return False
    got = array_fingerprint(value, case, name)
    limit = _limit(case, name)
    judged = limit is None or limit.dtype
    if got.kind != known.kind or got.shape != known.shape or got.odd != known.odd:
        return False
    if judged and got.type != known.type:
        return False
    if len(got.numbers) != len(known.numbers):
        return False
    if limit is not None and limit.measure == "statistic":
        tolerance = limit.value
    else:
        # The same mistake in other words differs by rounding; float32 rounds at 1e-7.
        coarse = "32" in known.type or "16" in known.type
        scale = max(abs(known.numbers[0]) if known.numbers else 0.0, 1e-300)
        tolerance = scale * (3e-4 if coarse else 1e-6)
    pairs = zip(got.numbers, known.numbers, strict=True)
    return all(abs(a - b) <= tolerance for a, b in pairs)


def includes(whole: Mapping[str, CaseFingerprint], part: Mapping[str, CaseFingerprint]) -> bool:
    """Return whether everything that is wrong in `part` is wrong in `whole` in the same way."""
    return all(name in whole and _case_includes(whole[name], part[name]) for name in part)


def _case_includes(whole: CaseFingerprint, part: CaseFingerprint) -> bool:
    return (
        whole.raised == part.raised
        and all(
            name in whole.arrays and _is_same(whole.arrays[name], wrong)
            for name, wrong in part.arrays.items()
        )
        and set(part.missing) <= set(whole.missing)
        and set(part.changed) <= set(whole.changed)
    )


def _is_same(one: ArrayFingerprint, other: ArrayFingerprint) -> bool:
    """Return whether two fingerprints are of one array, but for rounding."""
    if (one.kind, one.type, one.shape, one.odd) != (other.kind, other.type, other.shape, other.odd):
        return False
    scale = max((abs(n) for n in other.numbers), default=0.0)
    pairs = itertools.zip_longest(one.numbers, other.numbers, fillvalue=math.inf)
    return all(abs(a - b) <= 1e-6 * scale for a, b in pairs)


def case_fingerprint(
    record: Record, reference: Record, comparison: Comparison, case: Case
) -> CaseFingerprint | None:
    """What tells a record from the reference, or None if nothing does."""
    if comparison.outcome == "pass":
        return None
    if record.raised is not None:
        return CaseFingerprint(raised=(record.raised.type, record.raised.message))
    kinds = {name: [v.name for v in comparison.arrays if v.problem == name] for name in _ABSENT}
    wrong = [v.name for v in comparison.arrays if not v.ok and v.problem != "missing"]
    return CaseFingerprint(
        arrays={name: array_fingerprint(record.arrays[name], case, name) for name in wrong},
        missing=tuple(kinds["missing"]),
        extra=tuple(kinds["extra"]),
        changed=changed_arguments(comparison),
    )


_ABSENT = ("missing", "extra")


def changed_arguments(comparison: Comparison) -> tuple[str, ...]:
    """Arguments that were changed and must not be."""
    return tuple(f.array for f in comparison.findings if f.kind == "changed" and f.fatal)


def fingerprint(
    exercise: str,
    misconception: str,
    message: str,
    runs: Iterable[tuple[Case, Record, Record, Comparison]],
) -> Fingerprint:
    """The print of a misconception from its runs: (case, record, reference, comparison)."""
    found = {}
    for case, record, reference, comparison in runs:
        taken = case_fingerprint(record, reference, comparison, case)
        if taken is not None:
            found[case.name] = taken
    return Fingerprint(exercise, misconception, message, found)
