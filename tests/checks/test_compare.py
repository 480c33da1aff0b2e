"""Comparison: what counts as right, and what is only a note."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbook.cases import Case, Limit, absolute, exact, relative, statistic
from workbook.checks.compare import compare, measure
from workbook.checks.diagnose import diagnose
from workbook.checks.messages import ComparedCase
from workbook.checks.worker.recorder import record_case
from workbook.records import Call, Changed, Printed, Raised, Record, Value
from workbook.worker.codec import Codec

TIGHT = relative(1e-9, "a reason")


def value(array: object, kind: str = "") -> Value:
    if array is None:
        return Value("none", "NoneType")
    plain = np.asarray(array)
    return Value(kind or ("scalar" if plain.ndim == 0 else "array"), type(array).__name__, plain)


def record(calls: tuple[Call, ...] = (), **arrays: object) -> Record:
    return Record("relu_backward", "p", {n: value(a) for n, a in arrays.items()}, calls=calls)


def case(limit: Limit | dict[str, Limit] = TIGHT, keeps: tuple[str, ...] = ()) -> Case:
    limits = {"*": limit} if isinstance(limit, Limit) else limit
    return Case("relu_backward", "p", lambda impl, rng: {}, "", limits, keeps=keeps)


ONES = np.ones((2, 3))


ODD: list[Any] = [
    ONES.astype(kind)
    for kind in ("bool", "int8", "uint64", "float16", "complex64", "complex128", "datetime64[s]")
]
ODD += [ONES + 1j, ONES * np.nan * 1j, np.empty((0, 3)), np.ones((1,) * 16), ONES.astype(object)]
ODD += [np.ma.masked_array(ONES, ONES > 2), np.array(["a"]), [[1.0], [2.0, 3.0]], {1}, "text"]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: f"{type(odd).__name__} {odd!r:.40}")
@pytest.mark.parametrize("limit", [TIGHT, absolute(1e-9, "a reason"), exact("a reason")])
def test_whatever_comes_back_is_compared_and_spoken_of(odd: Any, limit: Limit) -> None:
    got = record_case(
        Case("relu_backward", "p", lambda impl, rng: {"out": odd}, "", {"*": limit}),
        object(),
        seed=1,
        folder=Path.cwd(),
    )
    records: Codec[Record] = Codec(Record)
    got = records.decode(records.encode(got))
    mine, wanted = case(limit), record(out=ONES * 2)
    comparison = compare(got, wanted, mine)
    assert comparison.outcome == "fail"
    (message, *_) = diagnose([ComparedCase(mine, got, wanted, comparison)], {})
    assert message.seen
    assert compare(wanted, got, mine).outcome == "fail"


def test_a_complex_array_of_right_values_has_the_wrong_type() -> None:
    for got, problem in (
        (ONES + 0j, "dtype"),
        (ONES + 1j, "value"),
        (ONES * np.nan * 1j, "not_finite"),
    ):
        (verdict,) = compare(record(out=got), record(out=ONES), case()).arrays
        assert verdict.problem == problem


@pytest.mark.parametrize(
    ("got", "want", "problem"),
    [
        (ONES, ONES, ""),
        (ONES * (1 + 1e-10), ONES, ""),
        (ONES * 1.001, ONES, "value"),
        (np.ones((3, 2)), ONES, "shape"),
        (np.ones((1, 2, 3)), ONES, "axis"),
        (np.ones((1, 2, 3)) * 2, ONES, "shape"),
        (np.ones((1, 2, 3)) * np.nan, ONES, "shape"),
        (np.ones((1, 2, 3), np.float32), ONES, "axis"),
        (ONES.astype(np.float32), ONES, "dtype"),
        (ONES * np.nan, ONES, "not_finite"),
        (ONES * np.inf, ONES, "not_finite"),
        (None, ONES, "kind"),
        (1.0, ONES, "shape"),
        (1.0, np.float32(1.0), ""),
        (np.array([1.0]), 1.0, "axis"),
        (np.array([2.0]), 1.0, "shape"),
        (2.0, 1.0, "value"),
        (np.zeros(3), np.zeros(3), ""),
        (np.array([0, 0, 1e-30]), np.zeros(3), "value"),
        (ONES * 1e300, ONES * 1e300, ""),
        (ONES * 1.1e300, ONES * 1e300, "value"),
    ],
)
def test_problems_of_one_array(got: object, want: object, problem: str) -> None:
    verdict = compare(record(out=got), record(out=want), case()).arrays[0]
    assert verdict.problem == problem


def test_a_list_is_not_an_array() -> None:
    wrong = Record("relu_backward", "p", {"out": value(ONES, kind="list")})
    assert compare(wrong, record(out=ONES), case()).arrays[0].problem == "kind"


def test_one_wrong_entry_among_many_fails() -> None:
    wrong = np.ones(500)
    wrong[17] = 1.001
    assert compare(record(out=wrong), record(out=np.ones(500)), case()).outcome == "fail"


def test_missing_and_extra_arrays() -> None:
    comparison = compare(record(a=1.0, c=1.0), record(a=1.0, b=1.0), case())
    assert {v.name: v.problem for v in comparison.arrays} == {
        "a": "",
        "b": "missing",
        "c": "extra",
    }
    assert comparison.outcome == "fail"


def test_measures() -> None:
    got, want = np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])
    assert measure(got, want, "exact") == 1
    assert measure(got, want, "absolute") == 1
    assert measure(got, want, "relative") == pytest.approx(1 / np.sqrt(21))


def test_zero_in_theory_is_compared_absolutely() -> None:
    zero = case(absolute(1e-12, "zero in theory"))
    assert compare(record(dx=ONES * 1e-15), record(dx=ONES * 0), zero).outcome == "pass"
    assert compare(record(dx=ONES * 1e-9), record(dx=ONES * 0), zero).outcome == "fail"


def test_exact_and_statistic() -> None:
    same = case(exact("copied"))
    assert compare(record(a=ONES), record(a=ONES), same).outcome == "pass"
    assert compare(record(a=ONES + 1e-15), record(a=ONES), same).outcome == "fail"
    share = case(statistic(0.01, "a share"))
    assert compare(record(a=0.55), record(a=0.5), share).outcome == "pass"
    assert compare(record(a=0.6), record(a=0.5), share).outcome == "fail"


def test_dtype_can_be_left_unjudged() -> None:
    loose = case(relative(1e-3, "a reason", dtype=False))
    got = ONES.astype(np.float32)
    assert compare(record(a=got), record(a=ONES), loose).outcome == "pass"


def test_rel_error_is_shown_and_decides_nothing() -> None:
    got, want = np.array([1.0, 1e-12]), np.array([1.0, 2e-12])
    comparison = compare(record(a=got), record(a=want), case())
    assert comparison.outcome == "pass"
    assert comparison.arrays[0].rel_error == pytest.approx(1e-12 / 1e-8)


CALLS = (Call("relu_forward", ("x",), ""), Call("relu_backward", ("dout", "cache"), ""))


def _changed(*changes: Changed, calls: tuple[Call, ...] = CALLS) -> Record:
    return Record("relu_backward", "p", {}, calls=calls, changed=changes)


def test_a_changed_argument_counts_only_where_the_case_keeps_it() -> None:
    wrong = _changed(Changed(1, 1, "dout"))
    clean = _changed()
    assert compare(wrong, clean, case()).outcome == "pass"
    assert [f.kind for f in compare(wrong, clean, case()).findings] == ["changed"]
    kept = compare(wrong, clean, case(keeps=("dout",)))
    assert (kept.outcome, kept.rules) == ("almost", ("argument",))


def test_a_renamed_parameter_is_known_by_its_place() -> None:
    calls = (CALLS[0], Call("relu_backward", ("grad", "memory"), ""))
    wrong = _changed(Changed(1, 1, "grad"), calls=calls)
    comparison = compare(wrong, _changed(), case(keeps=("dout",)))
    assert comparison.outcome == "almost"
    assert comparison.findings[0].array == "dout"


def test_what_forward_changes_is_not_held_against_backward() -> None:
    wrong = _changed(Changed(0, 0, "x"))
    assert compare(wrong, _changed(), case(keeps=("x", "dout"))).findings == ()


def test_prints_and_aliases_are_notes() -> None:
    loud = Record(
        "relu_backward", "p", {}, printed=Printed(3, "a\nb\nc\n"), aliases=(("f[0]", "x"),)
    )
    comparison = compare(loud, Record("relu_backward", "p", {}), case())
    assert comparison.outcome == "pass"
    assert [(f.kind, f.fatal) for f in comparison.findings] == [
        ("printed", False),
        ("aliases", False),
    ]


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (Raised("NotImplementedError", "relu_backward", unwritten="relu_backward"), "todo"),
        (Raised("NotImplementedError", "relu_forward", unwritten="relu_forward"), "blocked"),
        (Raised("NotImplementedError", "later"), "error"),
        (Raised("ValueError", "shapes"), "error"),
        (Raised("MemoryError", ""), "memory"),
        (Raised("Missing", "relu_backward"), "missing"),
        (Raised("SystemExit", "0"), "error"),
    ],
)
def test_outcomes_of_exceptions(raised: Raised, outcome: str) -> None:
    wrong = Record("relu_backward", "p", raised=raised)
    assert compare(wrong, record(dx=ONES), case()).outcome == outcome


def test_the_worst_array_is_the_one_furthest_beyond_its_limit() -> None:
    limits: Any = {"a": relative(1e-9, "tight"), "b": relative(1e-1, "loose")}
    got = record(a=ONES * (1 + 1e-6), b=ONES * 1.05)
    worst = compare(got, record(a=ONES, b=ONES), case(limits)).worst
    assert worst is not None and worst.name == "a"
