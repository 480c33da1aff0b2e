"""What one process knows about its notebook: which folder it shows, and the names to keep."""

import pytest

from workbook.errors import WorkbookError
from workbook.student import locations, notebook_session
from workbook.student.hot_reload import HotReloader
from workbook.student.notebook_session import NotebookSession, banner


def test_a_process_without_a_notebook_has_nothing_to_refresh(state):
    session = NotebookSession()
    session.refresh()
    assert session.cell == "" and not session.runs_in({})


def test_the_session_keeps_one_namespace(state):
    session, names = NotebookSession(), {}
    session.reloader = HotReloader(names)
    session.reloader.note_cell("x = 1")
    assert session.cell == "x = 1"
    assert session.runs_in(names) and not session.runs_in({})


def test_a_switch_that_fails_changes_nothing(state, monkeypatch):
    monkeypatch.setattr(locations, "solutions_folder", lambda: None)
    before = banner()
    with pytest.raises(WorkbookError):
        NotebookSession().use_solutions()
    assert banner() == before and locations.process.switch is None


def test_the_package_offers_the_session_of_the_process():
    from workbook.student import refresh, use_solutions

    assert refresh.__self__ is use_solutions.__self__ is notebook_session.session
