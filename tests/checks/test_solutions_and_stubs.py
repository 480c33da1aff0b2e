"""The whole curriculum: solutions pass, stubs are `todo` and earn nothing."""

from pathlib import Path

import pytest

from workbook import curriculum
from workbook.checks.checker import Checker
from workbook.checks.references import FromKey
from workbook.checks.results import Report

IDS = curriculum.load().ids()


@pytest.fixture(scope="module")
def solved(solutions: Path) -> dict[str, Report]:
    with Checker(solutions) as session:
        return {report.result.exercise: report for report in session.judge()}


@pytest.fixture(scope="module")
def unsolved(pristine: Path) -> dict[str, Report]:
    with Checker(pristine) as session:
        return {report.result.exercise: report for report in session.judge()}


@pytest.mark.parametrize("exercise_id", IDS)
def test_the_solution_passes(exercise_id: str, solved: dict[str, Report]) -> None:
    report = solved[exercise_id]
    assert (report.result.outcome, report.result.integrated_outcome) == ("pass", "pass")
    assert report.result.points == report.result.max_points
    assert report.message is None
    assert report.notes == ()


@pytest.mark.parametrize("exercise_id", IDS)
def test_the_stub_is_todo(exercise_id: str, unsolved: dict[str, Report]) -> None:
    report = unsolved[exercise_id]
    assert report.result.outcome == report.result.integrated_outcome == "todo"
    assert report.result.points == 0
    assert report.message is not None and report.message.id == "finding.todo"
    assert report.blocked_by == ()


@pytest.mark.parametrize("exercise_id", ["affine_forward", "affine_bn_relu_forward"])
def test_stubs_without_solutions_are_todo_as_well(
    exercise_id: str, pristine: Path, key_references: FromKey
) -> None:
    with Checker(pristine, solutions=None, references=key_references) as session:
        report = session.report(exercise_id)
    assert report.result.outcome == report.result.integrated_outcome == "todo"
