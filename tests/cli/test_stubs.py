"""`workbook stubs [--check]`."""

import pytest
from click.testing import CliRunner

from workbook import curriculum
from workbook.cli.stubs import command
from workbook.student import locations


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    for folder in ("solutions", "workbook/exercises"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "solutions/sample.py").write_text(
        "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    )
    monkeypatch.setattr(locations, "solutions_folder", lambda: tmp_path / "solutions")
    monkeypatch.setattr(locations, "_package", lambda: tmp_path / "workbook")
    monkeypatch.setattr(locations, "state_folder", lambda: tmp_path / ".workbook")
    listed = curriculum.Exercise("f", "F", "sample.py", "CNN", 1, 1, "relu")
    monkeypatch.setattr(curriculum, "load", lambda: curriculum.Curriculum((), (listed,)))
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)
    return result.return_value, result.output


def test_check_then_write_then_check(workshop):
    code, output = run("--check")
    assert code == 1 and "workbook/exercises/sample.py is missing" in output
    assert not (workshop / "workbook/exercises/sample.py").exists()
    code, output = run()
    assert code == 0 and output.endswith("1 written, 0 unchanged.\n")
    assert run("--check") == (0, "All stubs are what the solutions generate.\n")


def test_an_edited_file_is_kept_and_named(workshop):
    run()
    (workshop / "workbook/exercises/sample.py").write_text("my work")
    code, output = run("--check")
    assert code == 1 and "workbook/exercises/sample.py" in output
    code, output = run()
    assert code == 0 and "kept as snapshot" in output and "sample.py" in output
    [kept] = (workshop / ".workbook/snapshots").glob("*/files/sample.py")
    assert kept.read_text() == "my work"
