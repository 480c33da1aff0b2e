"""Statistical limits: wide enough for correct code, narrow enough to be worth having."""

import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from workbook import curriculum
from workbook.cases import Case, statistic
from workbook.checks import answer_key
from workbook.checks.raw_results import reduced
from workbook.checks.worker.recorder import record_case
from workbook.course import cases_of
from workbook.student import load_implementation

RUNS = 150
STATISTICAL = [
    (case, array)
    for name in curriculum.load().ids()
    for case in cases_of(name)
    for array, limit in case.limits.items()
    if limit.measure == "statistic"
]


PROBES = {(case.exercise, case.name): case for case, _ in STATISTICAL}


@cache
def _runs(exercise: str, case: str, solutions: Path) -> dict[str, NDArray[Any]]:
    """The statistics of the right code, by array: one row for each seed."""
    case = PROBES[exercise, case]
    found: dict[str, list[NDArray[Any]]] = {}
    with load_implementation(solutions) as impl:
        for seed in range(RUNS):
            record = reduced(record_case(case, impl, seed, solutions), case, seed)
            for name, value in record.arrays.items():
                if case.limit(name).measure == "statistic":
                    assert value.array is not None
                    found.setdefault(name, []).append(value.array.astype(float).ravel())
    return {name: np.array(rows) for name, rows in found.items()}


@pytest.mark.parametrize(
    ("case", "array"), STATISTICAL, ids=[f"{p.exercise}: {p.name}: {a}" for p, a in STATISTICAL]
)
def test_the_stated_spread_is_the_real_one(case: Case, array: str, solutions: Path) -> None:
    """Six standard deviations of a difference are exceeded twice in 10**9 comparisons."""
    runs = _runs(case.exercise, case.name, solutions)
    found = [rows for name, rows in runs.items() if case.limit(name) is case.limits[array]]
    spread = max(rows.std(axis=0).max() for rows in found)
    limit = case.limit(array).value
    sigma = limit / statistic(1.0, "").value
    # The standard deviation of 150 draws is itself known to 6 %.
    assert spread <= 1.2 * sigma, f"real {spread:.3g}, stated {sigma:.3g}"
    assert spread >= 0.5 * sigma, f"real {spread:.3g}, stated {sigma:.3g}"


def _beyond(sigmas: NDArray[Any]) -> float:
    """Probability that a normal number exceeds its mean by more than this, summed up."""
    return sum(0.5 * math.erfc(s / math.sqrt(2)) for s in sigmas.ravel())


def test_the_key_rejects_right_code_less_than_once_in_a_million(solutions: Path) -> None:
    """In all statistical numbers of all exercises together, another stream of random numbers.

    The key's own draw is fixed, and may lie off the mean; what counts is how far its limits are
    from where right code lies.
    """
    key = answer_key.shipped()
    assert key is not None
    total, numbers = 0.0, 0
    for case in PROBES.values():
        stored = key.records(case.exercise)[case.name].arrays
        for name, rows in _runs(case.exercise, case.name, solutions).items():
            value = stored[name].array
            assert value is not None
            spread = rows.std(axis=0, ddof=1)
            off = (value.astype(float).ravel() - rows.mean(axis=0))[spread > 0]
            spread = spread[spread > 0]
            limit = case.limit(name).value
            total += _beyond((limit + off) / spread) + _beyond((limit - off) / spread)
            numbers += spread.size
    assert numbers > 30
    assert total < 1e-6
