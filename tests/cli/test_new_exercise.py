"""`workbook new-exercise`: what cannot be is refused; tests/test_docs.py fills one in."""

import pytest

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
