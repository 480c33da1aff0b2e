"""Beside student code a case computes nothing from what the student's functions returned."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbook import curriculum
from workbook.cases import DEFAULT_SEED, Case, Names, Shared
from workbook.checks.worker.call_log import CallLog, RecordingProxy
from workbook.checks.worker.recorder import record_case
from workbook.course import cases_of
from workbook.student import load_implementation
from workbook.student.implementation import Implementation

ALL = [case for name in curriculum.load().ids() for case in cases_of(name)]
IDS = [f"{case.exercise}: {case.name}" for case in ALL]

# What a case saw itself and no function returned.
OBSERVED = {
    ("scratch.sigmoid", "overflows"): "NumPy's warnings during the call, counted by the case",
    (
        "scratch.numerical_gradient",
        "raised",
    ): "whether the error of the case's own function came out",
    ("scratch.numerical_gradient", "raised_again"): "the same, for the other call",
}
# In the cases of every exercise: whether a call raised.
REFUSALS = {"refuses_more", "refuses_fewer"}


@pytest.fixture(scope="module")
def impl(solutions: Path) -> Iterator[Implementation]:
    with load_implementation(solutions) as loaded:
        yield loaded


def inside(value: object, found: dict[int, object]) -> None:
    """Gather an object and everything that it holds, by id."""
    if id(value) in found or isinstance(value, bool | str | type(None)):
        return
    found[id(value)] = value
    if isinstance(value, Mapping):
        parts = list(value.values())
    elif isinstance(value, list | tuple):
        parts = list(value)
    else:
        parts = list(getattr(value, "__dict__", {}).values())
    for part in parts:
        inside(part, found)


class Everything(CallLog):
    """Keeps what went into the implementation's functions and what came out."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: list[object] = []
        self.returned: set[tuple[object, ...]] = set()

    def call(self, name: str, function: Any, args: Any, kwargs: Any) -> object:
        self.objects += [args, kwargs]
        result = super().call(name, function, args, kwargs)
        self.objects.append(result)
        found: dict[int, object] = {}
        inside(result, found)
        self.returned |= {contents(o) for o in found.values() if isinstance(o, np.ndarray)}
        return result

    def known(self) -> dict[int, object]:
        found: dict[int, object] = {}
        for one in self.objects:
            inside(one, found)
        return found


def contents(array: np.ndarray[Any, Any]) -> tuple[object, ...]:
    return array.shape, array.dtype.name, array.tobytes()


def raw_objects(results: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, result in results.items():
        if isinstance(result, Shared):
            yield from ((name, result.one), (name, result.other))
        else:
            yield name, result.mapping if isinstance(result, Names) else result


def made_by(case: Case, impl: object) -> list[str]:
    """The raw results that the case has made itself."""
    watch = Everything()
    np.random.seed(1)
    results = case.run(RecordingProxy(impl, watch), case.rng(DEFAULT_SEED))
    known = watch.known()
    assert results
    found = []
    for name, result in raw_objects(results):
        # A copy is allowed: a later call may write into what an earlier one returned.
        copied = isinstance(result, np.ndarray) and contents(result) in watch.returned
        if id(result) not in known and not copied:
            found.append(name)
    return found


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_raw_results_are_what_the_implementation_returned_or_was_given(
    case: Case, impl: Implementation
) -> None:
    made = set(made_by(case, impl)) - REFUSALS
    assert [n for n in made if (case.exercise, n) not in OBSERVED] == []


@pytest.mark.parametrize(
    "compute",
    [
        lambda out: out.mean(),
        lambda out: out.shape == (2, 3),
        lambda out: out > 0,
        lambda out: 2 * out,
        lambda out: out.sum(axis=0),
        lambda out: np.zeros_like(out),
        lambda out: out[0],
        lambda out: len(out),
    ],
)
def test_a_case_that_computes_is_found(compute: Any, impl: Implementation) -> None:
    def run(impl: Any, rng: np.random.Generator) -> dict[str, object]:
        out, _ = impl.relu_forward(rng.standard_normal((2, 3)))
        return {"out": out, "copied": out.copy(), "computed": compute(out)}

    assert made_by(Case("relu_forward", "p", run, "", {}), impl) == ["computed"]


@pytest.mark.parametrize("case", ALL, ids=IDS)
def test_raw_results_stay_far_below_their_bounds(
    case: Case, impl: Implementation, solutions: Path
) -> None:
    values = record_case(case, impl, DEFAULT_SEED, solutions).arrays.values()
    sizes = [value.array.nbytes for value in values if value.array is not None]
    assert max(sizes) <= 8 * 40_000
    assert sum(sizes) <= 2**20
    if case.reduce is None:
        assert all(value.array is None or value.array.size <= 500 for value in values)
