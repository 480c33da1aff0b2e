"""`workbook solutions on|off|status`."""

import pytest
from click.testing import CliRunner

from workbook.cli.solutions import command
from workbook.errors import WorkbookError
from workbook.student import locations


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A student's folder, and a stand-in for solutions/."""
    folder = tmp_path / "home"
    (folder / "exercises").mkdir(parents=True)
    locations.mark_folder(folder)
    right = tmp_path / "solutions"
    right.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv(locations.VARIABLE, raising=False)
    monkeypatch.setattr(locations.process, "start", None)
    monkeypatch.setattr(locations.process, "switch", None)
    monkeypatch.setattr(locations, "solutions_folder", lambda: right)
    return folder


def run(*arguments):
    return CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)


def test_on_off_status(home):
    assert run().output == run("status").output
    assert "Solutions are off" in run("status").output
    assert run("on").output.startswith("Solutions are ON")
    assert locations.current().which == "solutions"
    assert "Solutions are ON" in run("status").output
    assert run("off").output.startswith("Solutions are off")
    assert locations.current() == locations.Location("stubs", home / "exercises", "init")


def test_the_variable_that_comes_first_is_named(home, monkeypatch):
    monkeypatch.setenv(locations.VARIABLE, "stubs")
    output = run("on").output
    assert "Solutions are off" in output and "set to 'stubs' here, and it comes first" in output


def test_a_copy_without_solutions(home, monkeypatch):
    monkeypatch.setattr(locations, "solutions_folder", lambda: None)
    with pytest.raises(WorkbookError, match="no solutions/ folder"):
        run("on")
    assert "Solutions are off" in run("status").output
    assert "Solutions are off" in run("off").output
