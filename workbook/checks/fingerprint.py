"""What tells a wrong variant from the right answer, small enough to ship.

An array is kept as its shape, dtype, counts of NaN and infinities, norm, and four projections
on fixed random vectors: enough to recognise it, not enough to read it.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.checks.compare import Comparison
from workbook.checks.probe import Limit, Probe
from workbook.checks.record import Record, Value

__all__ = ["ArrayPrint", "ProbePrint", "VariantPrint", "array_print", "matches", "variant_print"]

PROJECTIONS = 4
NUMBERS = PROJECTIONS + 1


@dataclass(frozen=True)
class ArrayPrint:
    """One array; `numbers` is its norm and projections, or all of a short statistic."""

    kind: str
    type: str
    shape: tuple[int, ...] | None
    odd: tuple[int, int, int] = (0, 0, 0)
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True)
class ProbePrint:
    """What a variant did in one probe that tells it from the right answer.

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
    arrays: Mapping[str, ArrayPrint] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class VariantPrint:
    """A known mistake: where it differs from the right answer, by probe name."""

    exercise: str
    id: str
    message: str
    probes: Mapping[str, ProbePrint]


def _projector(exercise: str, probe: str, array: str, size: int) -> NDArray[Any]:
    key = zlib.crc32(f"{exercise}/{probe}/{array}".encode())
    return np.random.default_rng([key, size]).standard_normal((PROJECTIONS, size))


def array_print(value: Value, probe: Probe, name: str) -> ArrayPrint:
    """The print of one returned value."""
    array = value.array
    if array is None:
        return ArrayPrint(value.kind, value.type, None)
    flat = array.ravel().astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    flat = np.abs(flat) if array.dtype.kind == "c" else flat
    odd = (
        int(np.isnan(flat).sum()),
        int((flat == np.inf).sum()),
        int((flat == -np.inf).sum()),
    )
    flat = np.where(np.isfinite(flat), flat, 0.0)
    if _measure(probe, name) == "statistic":
        numbers = flat[:64]
    else:
        # Pairwise sums rather than a matrix product: the same bits whatever the BLAS.
        rows = _projector(probe.exercise, probe.name, name, flat.size) * flat
        numbers = np.concatenate([[np.sqrt(np.sum(flat * flat))], rows.sum(axis=1)])
    dtype = array.dtype.name if value.kind == "array" else value.kind
    return ArrayPrint(
        "array" if value.kind in ("array", "scalar") else value.kind,
        dtype,
        array.shape,
        odd,
        tuple(float(n) for n in numbers),
    )


def _limit(probe: Probe, name: str) -> Limit | None:
    try:
        return probe.limit(name)
    except KeyError:  # An array that the right answer does not have.
        return None


def _measure(probe: Probe, name: str) -> str:
    limit = _limit(probe, name)
    return limit.measure if limit is not None else "relative"


def matches(value: Value | None, known: ArrayPrint, probe: Probe, name: str) -> bool:
    """Whether a returned value is the one that the print was taken of."""
    if value is None:
        return False
    got = array_print(value, probe, name)
    limit = _limit(probe, name)
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


def probe_print(
    record: Record, reference: Record, comparison: Comparison, probe: Probe
) -> ProbePrint | None:
    """What tells a record from the reference, or None if nothing does."""
    if comparison.outcome == "pass":
        return None
    if record.raised is not None:
        return ProbePrint(raised=(record.raised.type, record.raised.message))
    kinds = {name: [v.name for v in comparison.arrays if v.problem == name] for name in _ABSENT}
    wrong = [v.name for v in comparison.arrays if not v.ok and v.problem != "missing"]
    return ProbePrint(
        arrays={name: array_print(record.arrays[name], probe, name) for name in wrong},
        missing=tuple(kinds["missing"]),
        extra=tuple(kinds["extra"]),
        changed=changed_arguments(comparison),
    )


_ABSENT = ("missing", "extra")


def changed_arguments(comparison: Comparison) -> tuple[str, ...]:
    """Arguments that were changed and must not be."""
    return tuple(f.array for f in comparison.findings if f.kind == "changed" and f.fatal)


def variant_print(
    exercise: str,
    variant: str,
    message: str,
    runs: Iterable[tuple[Probe, Record, Record, Comparison]],
) -> VariantPrint:
    """The print of a variant from its runs: (probe, record, reference, comparison)."""
    found = {}
    for probe, record, reference, comparison in runs:
        printed = probe_print(record, reference, comparison, probe)
        if printed is not None:
            found[probe.name] = printed
    return VariantPrint(exercise, variant, message, found)
