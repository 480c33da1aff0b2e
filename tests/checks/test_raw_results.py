"""Reductions work on anything that a worker may send; raw results are bounded."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from workbook import curriculum
from workbook.cases import DEFAULT_SEED, Case, Names, exact
from workbook.checks.compare import compare
from workbook.checks.raw_results import LARGEST_ARRAY, LARGEST_CASE, raw_values, reduced
from workbook.checks.worker.recorder import record_case
from workbook.course import cases_of
from workbook.records import Raised, Record, Value
from workbook.student import load_implementation

REDUCED = [
    case for name in curriculum.load().ids() for case in cases_of(name) if case.reduce is not None
]
IDS = [f"{case.exercise}: {case.name}" for case in REDUCED]

# What may come in the place of a raw result, as student code returns it or a hostile worker
# sends it.
ODD: dict[str, Callable[[Value], Value | None]] = {
    "missing": lambda v: None,
    "none": lambda v: Value("none", "NoneType"),
    "other": lambda v: Value("other", "dict"),
    "list": lambda v: Value("list", "list", np.ones(3)),
    "number": lambda v: Value("scalar", "float", np.array(-7.25)),
    "empty": lambda v: Value("array", "ndarray", np.empty(0)),
    "another shape": lambda v: Value("array", "ndarray", np.ones((1, 2, 1, 3, 1))),
    "no numbers of that kind": lambda v: Value("array", "ndarray", np.ones((2, 3), complex)),
    "not finite": lambda v: replace(v, array=np.full(np.shape(v.array), np.nan)),
    "names that are none": lambda v: Value("names", "dict", np.array([255, 0], np.uint8)),
    "names without an array": lambda v: Value("names", "dict"),
    "an array of no axes": lambda v: Value("array", "ndarray", np.array(2.0)),
    "a scalar of two axes": lambda v: Value("scalar", "float", np.ones((2, 2))),
    "a kind that nobody knows": lambda v: Value("\0", "", np.ones(2)),
}


@pytest.fixture(scope="module")
def raw(solutions: Path) -> Callable[[Case], Record]:
    known: dict[str, Record] = {}

    def record(case: Case) -> Record:
        name = f"{case.exercise}/{case.name}"
        if name not in known:
            with load_implementation(solutions) as impl:
                known[name] = record_case(case, impl, DEFAULT_SEED, solutions)
        return known[name]

    return record


@pytest.mark.parametrize("case", REDUCED, ids=IDS)
def test_odd_raw_results_fail_and_raise_nothing(case: Case, raw: Callable[[Case], Record]) -> None:
    right = raw(case)
    reference = reduced(right, case, DEFAULT_SEED)
    assert compare(reference, reference, case).outcome == "pass"
    for what, change in ODD.items():
        arrays = {name: change(value) for name, value in right.arrays.items()}
        odd = {name: value for name, value in arrays.items() if value is not None}
        record = reduced(replace(right, arrays=odd), case, DEFAULT_SEED)
        assert record.raised is None, what
        # Gradients of NaN agree on what was dropped; the other cases see them.
        passes = what == "not finite" and case.name == "the same mask forwards and backwards"
        # Where only the form is judged, or a rule, nothing but a rule can be missed.
        expected = ("pass",) if passes else ("fail", "almost")
        assert compare(record, reference, case).outcome in expected, what


def _case(reduce: object) -> Case:
    limits = {"*": exact("copied")}
    return Case("relu_forward", "p", lambda i, r: {}, "", limits, reduce=reduce)  # type: ignore[arg-type]


RAW = Record("relu_forward", "p", {"out": Value("array", "ndarray", np.arange(3.0))})


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyError, MemoryError, RecursionError])
def test_a_reduction_that_raises_leaves_every_array_missing(error: type[Exception]) -> None:
    def fails(raw: object, rng: object) -> dict[str, object]:
        raise error

    record = reduced(RAW, _case(fails), 1)
    assert record.raised is None
    comparison = compare(record, RAW, _case(None))
    assert [(v.name, v.problem) for v in comparison.arrays] == [("out", "missing")]


def test_a_reduction_sees_arrays_numbers_and_names_and_hands_on_the_rest() -> None:
    values = {
        "out": Value("array", "ndarray", np.arange(3.0)),
        "loss": Value("scalar", "float", np.array(1.5)),
        "listed": Value("list", "tuple", np.ones(2)),
        **raw_values({"layers": Names({"Relu1": 1, "Affine1": 2})}),
    }

    def look(raw: dict[str, object], rng: np.random.Generator) -> dict[str, object]:
        assert isinstance(raw["out"], np.ndarray) and isinstance(raw["loss"], np.generic)
        assert raw["layers"] == ("Relu1", "Affine1")
        handed = {name: raw[name] for name in ("out", "loss", "listed")}
        return {**handed, "sum": raw["out"].sum(), "drawn": rng.standard_normal(2)}

    case = _case(look)
    found = reduced(replace(RAW, arrays=values), case, 5).arrays
    for name in ("out", "loss", "listed"):
        assert found[name] is values[name]
    assert found["sum"].array == 3.0
    np.testing.assert_array_equal(found["drawn"].array, case.rng(5).standard_normal(2))


def test_what_raised_is_not_reduced() -> None:
    record = replace(RAW, raised=Raised("ValueError", "no"))
    assert reduced(record, _case(lambda raw, rng: {}), 1) is record


def test_raw_results_are_bounded() -> None:
    size = LARGEST_ARRAY
    values = raw_values({"fits": np.zeros(size), "too_large": np.zeros(size + 1)})
    assert [v.kind for v in values.values()] == ["array", "other"]
    many = raw_values({str(n): np.zeros(size) for n in range(50)})
    kept = [v.array.nbytes for v in many.values() if v.array is not None]
    assert 0 < sum(kept) <= LARGEST_CASE
    assert {v.kind for v in many.values()} == {"array", "other"}
    endless = raw_values({"names": Names("x" * 200 for _ in iter(int, 1))})["names"]
    assert endless.array is not None
    assert [len(name) for name in json.loads(endless.array.tobytes())] == [80] * 100
