"""The real notebooks, as nbval runs them: with the solutions, and with the stubs."""

from pathlib import Path

import pytest

from workbook import curriculum
from workbook.grading.nbval.run import run_notebooks
from workbook.student.locations import pristine_folder, solutions_folder

HERE = Path(__file__).resolve().parents[2]
PATHS = sorted((HERE / "notebooks").glob("*.ipynb"))
EXERCISES = [exercise.id for exercise in curriculum.load()]

# A notebook stays under 1 GB.
MOST_MEGABYTES = 1000


def by_name(results):
    return {result.path.stem: result for result in results}


@pytest.fixture(scope="module")
def with_solutions():
    if solutions_folder() is None:
        pytest.skip("this copy has no solutions")
    return by_name(run_notebooks(PATHS, exercises="solutions", cell_timeout=600))


@pytest.fixture(scope="module")
def with_stubs():
    return by_name(run_notebooks(PATHS, exercises=pristine_folder()))


def said(cells):
    return "\n".join(
        f"code cell {c.cell + 1} ({c.exercise or c.source[:40]!r}): {c.line}" for c in cells
    )


names = pytest.mark.parametrize("name", [path.stem for path in PATHS])


@names
@pytest.mark.slow
def test_with_the_solutions_every_cell_runs(with_solutions, name):
    result = with_solutions[name]
    assert not result.problem
    assert not result.failed, said(result.failed)
    assert result.peak_megabytes < MOST_MEGABYTES


@names
@pytest.mark.slow
def test_with_the_stubs_every_check_names_what_is_to_do(with_stubs, name):
    result = with_stubs[name]
    assert not result.problem
    wrong = []
    for cell in result.cells:
        if not cell.exercise:
            continue
        one_line = len(cell.detail.splitlines()) == 1
        named = any(exercise in cell.line for exercise in EXERCISES)
        if cell.outcome != "fail" or not one_line or not named:
            wrong.append(cell)
    assert not wrong, said(wrong)


@names
@pytest.mark.slow
def test_with_the_stubs_experiments_stop_at_what_is_to_do(with_stubs, name):
    bad = ("TypeError", "AttributeError", "IndexError", "KeyError")
    wrong = [
        cell
        for cell in with_stubs[name].cells
        if "experiment" in cell.tags and (cell.outcome == "timeout" or cell.line.startswith(bad))
    ]
    assert not wrong, said(wrong)
