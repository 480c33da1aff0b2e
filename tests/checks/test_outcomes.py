"""`almost`: right values that miss a rule; `partial` and `todo`: what is not written."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from workbook import curriculum
from workbook.cases import Case, relative
from workbook.checks.card import html, text
from workbook.checks.card.model import Card
from workbook.checks.checker import check_exercises
from workbook.checks.compare import Comparison, compare
from workbook.checks.feedback_policy import apply_policy
from workbook.checks.outcomes import ExerciseRun, mark_blocked, missed_rules
from workbook.checks.results import CaseReport, Report
from workbook.checks.summary import points
from workbook.course import cases_of
from workbook.records import Call, Changed, Raised, Record, Value
from workbook.student.source_blocks import pristine_source

Student = Callable[..., Path]

ONES = np.ones((2, 3))
STATED = dict.fromkeys(curriculum.RULES, 0.03)
CALLS = (Call("relu_backward", ("dout", "cache"), ""),)


def record(out: object, *changed: Changed, raised: Raised | None = None) -> Record:
    plain = np.asarray(out)
    values = {"out": Value("scalar" if plain.ndim == 0 else "array", "ndarray", plain)}
    return Record("relu_backward", "p", values, calls=CALLS, changed=changed, raised=raised)


def case(rule: str = "") -> Case:
    limits = {"*": relative(1e-9, "a reason")}
    return Case("relu_backward", "p", lambda i, r: {}, "", limits, keeps=("dout",), rule=rule)


@pytest.fixture
def stating(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the exercise state these rules and no others."""
    known = curriculum.load()

    def state(*rules: str) -> None:
        changed = replace(known["relu_backward"], rules={rule: STATED[rule] for rule in rules})
        others = [changed if e.id == changed.id else e for e in known]
        made = replace(known, exercises=tuple(others))
        monkeypatch.setattr(curriculum, "load", lambda: made)

    return state


# A record that misses one rule, and the rule that its case judges.
MISSED = {
    "dtype": (record(ONES.astype(np.float32)), ""),
    "argument": (record(ONES, Changed(0, 0, "dout")), ""),
    "axis": (record(ONES[None]), ""),
    "size": (record(ONES[:, :2]), "size"),
    "overflow": (record(ONES * np.nan), "overflow"),
    "tie": (record(ONES * 2), "tie"),
}


@pytest.mark.parametrize("rule", curriculum.RULES)
def test_right_values_that_miss_a_rule_are_almost(rule: str, stating: Callable[..., None]) -> None:
    stating(rule)
    missed, of_case = MISSED[rule]
    comparison = compare(missed, record(ONES), case(of_case))
    assert (comparison.outcome, comparison.rules) == ("almost", (rule,))


@pytest.mark.parametrize("rule", ["dtype", "argument", "axis"])
def test_wrong_values_come_before_a_rule(rule: str, stating: Callable[..., None]) -> None:
    stating(rule)
    missed, _ = MISSED[rule]
    wrong = {name: replace(v, array=v.array * 2) for name, v in missed.arrays.items()}  # type: ignore[operator]
    assert compare(replace(missed, arrays=wrong), record(ONES), case()).outcome == "fail"


@pytest.mark.parametrize("rule", ["size", "overflow", "tie"])
def test_wrong_values_in_an_ordinary_case_come_before_a_rule(
    rule: str, stating: Callable[..., None]
) -> None:
    stating(rule)
    missed, _ = MISSED[rule]
    assert compare(missed, record(ONES), case()).outcome == "fail"


@pytest.mark.parametrize("rule", ["dtype", "argument", "axis"])
def test_what_no_docstring_asks_for_is_a_note(rule: str, stating: Callable[..., None]) -> None:
    stating()
    missed, of_case = MISSED[rule]
    comparison = compare(missed, record(ONES), case(of_case))
    assert (comparison.outcome, comparison.rules) == ("pass", ())
    assert all(verdict.ok for verdict in comparison.arrays)
    assert [finding.fatal for finding in comparison.findings] == [False]


@pytest.mark.parametrize("rule", ["size", "overflow", "tie"])
def test_wrong_values_are_wrong_where_the_exercise_states_no_rule(
    rule: str, stating: Callable[..., None]
) -> None:
    stating()
    missed, of_case = MISSED[rule]
    assert compare(missed, record(ONES), case(of_case)).outcome == "fail"


def test_an_exception_misses_the_rule_of_its_case(stating: Callable[..., None]) -> None:
    stating("size")
    raised = record(ONES, raised=Raised("ValueError", "shapes"))
    assert compare(raised, record(ONES), case("size")).rules == ("size",)
    assert compare(raised, record(ONES), case()).outcome == "error"
    for other in (
        Raised("MemoryError", ""),
        Raised("Missing", "relu_backward"),
        Raised("NotImplementedError", "", unwritten="relu_backward"),
    ):
        outcome = compare(record(ONES, raised=other), record(ONES), case("size")).outcome
        assert outcome in ("memory", "missing", "todo")


def test_a_result_that_is_the_argument_misses_the_rule_of_its_case(
    stating: Callable[..., None],
) -> None:
    stating("argument")
    handed_back, own = record(np.float64(1.0)), record(np.float64(0.0))
    comparison = compare(handed_back, own, case("argument"))
    assert (comparison.outcome, comparison.rules) == ("almost", ("argument",))


def test_an_array_can_miss_two_rules(stating: Callable[..., None]) -> None:
    stating("dtype", "axis")
    both = compare(record(ONES[None].astype(np.float32)), record(ONES), case())
    assert (both.outcome, both.rules) == ("almost", ("dtype", "axis"))


@pytest.mark.parametrize("exercise_id", curriculum.load().ids())
def test_an_exercise_states_the_rules_that_its_cases_judge(exercise_id: str) -> None:
    rules, cases = curriculum.load()[exercise_id].rules, cases_of(exercise_id)
    assert ("dtype" in rules) == any("dtype" in case.asks for case in cases)
    assert ("argument" in rules) == any(case.keeps for case in cases)
    assert {case.rule for case in cases} - {""} <= set(rules)


# Points


def case_report(outcome: str, *rules: str, weight: float = 1.0) -> CaseReport:
    from workbook.checks.compare import Finding

    comparison = Comparison(outcome, (), tuple(Finding(r, rule=r) for r in rules))
    return CaseReport("c", "", weight, outcome, comparison)


RELU = replace(
    curriculum.load()["relu_backward"], points=10, rules={"dtype": 0.1, "argument": 0.05}
)


@pytest.mark.parametrize(
    ("outcome", "reports", "earned"),
    [
        ("pass", [case_report("pass")], 10),
        ("almost", [case_report("pass"), case_report("almost", "dtype")], 9),
        ("almost", [case_report("almost", "dtype"), case_report("almost", "dtype")], 9),
        ("almost", [case_report("almost", "argument", "dtype")], 8.5),
        ("fail", [case_report("almost", "dtype"), case_report("fail")], 4),
        ("fail", [case_report("fail", "dtype")], 0),
        ("partial", [case_report("pass"), case_report("todo", weight=3)], 2.5),
        ("todo", [case_report("pass"), case_report("todo")], 0),
    ],
)
def test_points(outcome: str, reports: list[CaseReport], earned: float) -> None:
    assert points(RELU, outcome, reports) == pytest.approx(earned)


def test_what_is_almost_right_blocks_nothing_and_is_not_blocked() -> None:
    almost = ExerciseRun("relu_forward", "almost")
    assert almost.is_right and not ExerciseRun("affine_forward", "partial").is_right
    assert mark_blocked(almost, ["affine_forward"]) is almost
    assert missed_rules([case_report("almost", "axis"), case_report("almost", "dtype")]) == (
        "dtype",
        "axis",
    )


# In whole


def _report(folder: Path, exercise_id: str, **options: object) -> Report:
    return check_exercises([exercise_id], folder=folder, **options)[0]  # type: ignore[arg-type]


OUT = "    out = np.maximum(0, x)\n"
WIDE = (OUT, "    out = np.maximum(0, x) * np.float64(1)\n")


def test_a_card_says_what_is_missed_and_what_it_costs(student: Student) -> None:
    report = _report(student("layers.py", WIDE), "relu_forward")
    result = report.result
    assert (result.outcome, result.integrated_outcome) == ("almost", "almost")
    assert (result.rules, result.points, result.max_points) == (("dtype",), 0.9, 1.0)
    assert result.as_json()["rules"] == ["dtype"]
    card = Card(report)
    for shown in (text.render(card), html.render(card)):
        assert "relu_forward: Almost right" in shown
        assert f"0.9 of 1 points. {len(report.cases) - 1} of {len(report.cases)} cases" in shown
        assert "cases right, 1 almost." in shown
        assert "Points are lost for the dtype of a result (0.1)." in " ".join(shown.split())
        assert "NOT ok" not in shown
    assert "5px dashed" in html.render(card)


def test_a_requirement_that_is_almost_right_hides_no_mistake(student: Student) -> None:
    forward = ("    out = rows @ w + b\n", "    out = (rows @ w + b).astype(np.float64)\n")
    backward = ("    dw = rows.T @ dout\n    db", "    dw = 2 * rows.T @ dout\n    db")
    folder = student("layers.py", forward, backward)
    reports = check_exercises(["affine_forward", "affine_backward"], folder=folder)
    assert [r.result.outcome for r in reports] == ["almost", "fail"]
    assert reports[1].message is not None and "dw" in reports[1].message.seen


def test_a_policy_that_shows_outcomes_alone_names_no_rule(student: Student) -> None:
    report = _report(student("layers.py", WIDE), "relu_forward")
    located = apply_policy(report, "located")
    assert located.result.rules == ("dtype",)
    hidden = apply_policy(report, "outcome")
    assert (hidden.result.outcome, hidden.result.rules) == ("almost", ())
    assert "the dtype of a result" not in text.render(Card(hidden))


def _stub(folder: Path, *edits: tuple[str, str]) -> Path:
    path = folder / "layers.py"
    source = pristine_source("layers.py")
    for old, new in edits:
        assert source.count(old) == 1
        source = source.replace(old, new)
    path.write_text(source, encoding="utf-8")
    return folder


TEST_PASS = """        # TODO: the test pass.
        raise NotImplementedError("dropout_forward")
"""


def test_nothing_is_earned_by_what_nobody_has_begun(student: Student) -> None:
    report = _report(_stub(student()), "dropout_forward")
    assert (report.result.outcome, report.result.points) == ("todo", 0)
    assert report.message is not None and report.message.id == "finding.todo"
    assert Card(report).arrays() == []


def test_a_part_that_is_missing_is_named_with_its_line(student: Student) -> None:
    folder = _stub(student(), (TEST_PASS, "        out = x\n"))
    report = _report(folder, "dropout_forward")
    assert report.result.outcome == "partial"
    right = sum(case.weight for case in report.cases if case.outcome == "pass")
    share = right / sum(case.weight for case in report.cases)
    assert 0 < report.result.points == pytest.approx(3 * share, abs=1e-3)
    lines = (folder / "layers.py").read_text(encoding="utf-8").split("\n")
    line = 1 + lines.index('        raise NotImplementedError("dropout_forward")')
    assert report.message is not None
    assert f"line {line} (“draw a mask of random numbers" in report.message.seen
    shown = text.render(Card(report))
    assert "dropout_forward: Partly written" in shown
    assert "Nothing has been written" not in shown
    assert "5px dashed" in html.render(Card(report))


def test_a_wrong_part_comes_before_a_missing_one(student: Student) -> None:
    folder = _stub(student(), (TEST_PASS, "        out = 2 * x\n"))
    report = _report(folder, "dropout_forward")
    assert report.result.outcome == "fail"
    assert report.message is not None and report.message.case == "test mode"
    assert "still the stub" not in text.render(Card(report))
    assert any("Still to do in layers.py: line" in str(note) for note in report.notes)


def test_another_stub_in_the_way_does_not_make_a_stub_wait(student: Student) -> None:
    folder = _stub(student())
    report = _report(folder, "affine_backward")
    assert (report.result.outcome, report.blocked_by) == ("todo", ())
