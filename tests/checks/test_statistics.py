"""Statistical limits: wide enough for correct code, narrow enough to be worth having."""

from pathlib import Path

import numpy as np
import pytest

from workbook import curriculum
from workbook.checks import probe as probes
from workbook.checks.child.recorder import record_probe
from workbook.checks.probe import Probe, statistic
from workbook.workspace import load_room

RUNS = 150
STATISTICAL = [
    (probe, array)
    for name in curriculum.load().ids()
    for probe in probes.for_exercise(name)
    for array, limit in probe.limits.items()
    if limit.measure == "statistic"
]


@pytest.mark.parametrize(
    ("probe", "array"), STATISTICAL, ids=[f"{p.exercise}: {p.name}: {a}" for p, a in STATISTICAL]
)
def test_the_stated_spread_is_the_real_one(probe: Probe, array: str, solutions: Path) -> None:
    """Six standard deviations of a difference are exceeded twice in 10**9 comparisons."""
    found = []
    with load_room(solutions) as room:
        for seed in range(RUNS):
            record = record_probe(probe, room, seed, solutions)
            for name, value in record.arrays.items():
                if probe.limit(name) is probe.limits[array]:
                    assert value.array is not None
                    found.append(value.array.astype(float).ravel())
    spread = max(np.std([f[i] for f in found if f.size > i]) for i in range(found[0].size))
    limit = probe.limit(array).value
    sigma = limit / statistic(1.0, "").value
    # The standard deviation of 150 draws is itself known to 6 %.
    assert spread <= 1.2 * sigma, f"real {spread:.3g}, stated {sigma:.3g}"
    assert spread >= 0.5 * sigma, f"real {spread:.3g}, stated {sigma:.3g}"
