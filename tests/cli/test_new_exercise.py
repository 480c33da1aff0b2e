"""`workbook new-exercise`: what it writes and refuses; the instructor's guide fills one in."""

import shutil

import nbformat
import pytest

from workbook import curriculum
from workbook.release import new_exercise
from workbook.student import locations


@pytest.fixture
def untouched(monkeypatch):
    """Fails if anything is written."""
    monkeypatch.setattr(new_exercise.atomic_write, "write_text", None)
    if locations.solutions_folder() is None:
        pytest.skip("this copy has no solutions/")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("affine_forward", "--notebook", "CNN"), "already"),
        (("gelu-forward", "--notebook", "CNN"), "gelu-forward"),
        (("gelu", "--notebook", "CMM"), "CNN"),
        (("gelu", "--notebook", "CNN", "--arguments", "x,1y"), "1y"),
        (("gelu", "--notebook", "CNN", "--file", "../x.py"), "../x.py"),
        (("gelu", "--notebook", "CNN", "--file", "new/x.py"), "solutions/new"),
        (("gelu", "--notebook", "CNN", "--topic", "a-b"), "a-b"),
        (("gelu", "--notebook", "CNN", "--after", "nowhere"), "nowhere"),
        (("gn_forward", "--notebook", "CNN"), "gn-forward-c"),
        (("gelu",), "--notebook"),
    ],
)
def test_what_cannot_be_is_refused(untouched, workbook, arguments, says):
    code, _, err = workbook("new-exercise", *arguments)
    assert code == 2 and says in err


def test_it_begins_in_solutions(workbook, monkeypatch):
    monkeypatch.setattr(locations, "solutions_folder", lambda: None)
    code, _, err = workbook("new-exercise", "gelu", "--notebook", "CNN")
    assert code == 1 and "solutions" in err


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """What `new-exercise` adds to, in a folder of its own."""
    solutions = locations.solutions_folder()
    if solutions is None:
        pytest.skip("this copy has no solutions/")
    shutil.copytree(curriculum.COURSE, tmp_path / "workbook" / "course")
    shutil.copytree(solutions.parent / "notebooks", tmp_path / "notebooks")
    (tmp_path / "solutions").mkdir()
    monkeypatch.setattr(locations, "solutions_folder", lambda: tmp_path / "solutions")
    return tmp_path


def cells_of(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook.cells


def test_it_adds_to_a_topic_and_below_a_cell(workbook, checkout):
    code, out, _ = workbook(
        "new-exercise", "relu_leaky", "--notebook", "CNN", "--topic", "relu", "--after", "pool"
    )
    assert code == 0 and "exercises.toml" in out and "curriculum.toml" not in out
    course = curriculum.read(checkout / "workbook" / "course")
    assert course["relu_leaky"].topic == "relu" and course["relu_forward"].topic == "relu"
    cases = (checkout / "workbook" / "course" / "relu" / "cases.py").read_text(encoding="utf-8")
    compile(cases, "cases.py", "exec")
    assert cases.count('@cases.add("relu_leaky"') == 1
    assert (checkout / "solutions" / "misconceptions" / "relu" / "relu_leaky.py").is_file()
    ids = [cell.id for cell in cells_of(checkout / "notebooks" / "CNN.ipynb")]
    at = ids.index("pool")
    assert ids[at + 1 : at + 4] == ["relu-leaky", "relu-leaky-check", "relu-leaky-card"]


def test_a_new_topic_follows_those_of_its_notebook(workbook, checkout):
    assert workbook("new-exercise", "mean_forward", "--notebook", "Dropout")[0] == 0
    course = curriculum.read(checkout / "workbook" / "course")
    topics = list(dict.fromkeys(exercise.topic for exercise in course))
    assert topics[topics.index("mean") - 1] == "fully_connected_net_dropout"
    cells = cells_of(checkout / "notebooks" / "Dropout.ipynb")
    check = next(cell for cell in cells if cell.id == "mean-forward-check")
    assert check.metadata == {
        "tags": ["nbval-check-output"],
        "workbook": {"exercise": "mean_forward"},
    }
    assert cells[cells.index(check) - 2].id == "net-dropout-card"
