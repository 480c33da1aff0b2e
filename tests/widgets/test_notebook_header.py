"""The panel at the top of a notebook: whose code runs, what passed, what comes next."""

import pytest

from workbook import curriculum
from workbook.errors import UsageError
from workbook.student import locations
from workbook.widgets import here, notebook_header


@pytest.fixture
def known(monkeypatch):
    """Outcomes to set; the switch of this process as it was afterwards."""
    outcomes = {}
    monkeypatch.setattr(notebook_header.progress, "outcomes", lambda: outcomes)
    yield outcomes
    locations.use(None)


def of(notebook):
    return [e for e in curriculum.load() if e.notebook == notebook and not e.optional]


def test_it_counts_what_passed_and_names_what_is_next(known):
    first, second, *rest = of("FullyConnectedNet")
    known[first.id] = "pass"
    text = "\n".join(notebook_header.status_lines("FullyConnectedNet"))
    assert f"1 of {2 + len(rest)} exercises" in text
    assert second.id in text and second.file in text
    known[second.id] = "fail"
    assert (
        f"{second.id}, in {second.file}) did not pass"
        in notebook_header.status_lines("FullyConnectedNet")[2]
    )
    known |= {exercise.id: "pass" for exercise in of("FullyConnectedNet")}
    assert "All done here" in notebook_header.status_lines("FullyConnectedNet")[2]


def test_almost_counts_as_done_and_what_is_partly_written_comes_next(known):
    first, second, *rest = of("FullyConnectedNet")
    known |= {first.id: "almost", second.id: "partial"}
    lines = notebook_header.status_lines("FullyConnectedNet")
    assert f"1 of {2 + len(rest)} exercises" in lines[1]
    assert second.id in lines[2] and "did not pass" not in lines[2]


def test_the_whole_course_names_the_notebook(known):
    first = next(iter(curriculum.load()))
    assert f"{first.id}, in the notebook {first.notebook}" in notebook_header.status_lines()[2]


def test_an_unknown_notebook_is_said(known):
    with pytest.raises(UsageError, match="no notebook called 'Nets'"):
        notebook_header.status_lines("Nets")


def test_static_it_is_text(known, capsys):
    here("Dropout")
    assert "exercises of this notebook" in capsys.readouterr().out


def test_the_buttons_switch_and_follow_a_switch_made_elsewhere(known):
    if locations.solutions_folder() is None:
        pytest.skip("this copy has no solutions")
    panel = notebook_header.NotebookHeader("Dropout")
    assert panel.code_toggle.value == "stubs" and not locations.solutions_on()
    panel.code_toggle.value = "solutions"
    assert locations.solutions_on() and "runs the solutions" in panel.status.value
    locations.use("stubs")
    panel.refresh_button.click()
    assert panel.code_toggle.value == "stubs" and "your files" in panel.status.value
    known |= {exercise.id: "pass" for exercise in of("Dropout")}
    panel.refresh()
    assert panel.bar.value == panel.bar.max == len(of("Dropout"))
    panel.close()
    panel.refresh()
    assert panel.closed


def test_a_copy_without_solutions_has_no_switch(known, monkeypatch):
    monkeypatch.setattr(notebook_header.locations, "solutions_folder", lambda: None)
    panel = notebook_header.NotebookHeader("Dropout")
    assert panel.code_toggle.disabled
    panel.close()
