"""`workbook init`."""

import json
import os
import sys

import pytest

from workbook import curriculum
from workbook.release import course_files, student_folder
from workbook.student import locations


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory, with nothing of another workbook above it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(locations.VARIABLE, raising=False)
    monkeypatch.setattr(locations.process, "start", None)
    monkeypatch.setattr(locations.process, "switch", None)
    return tmp_path


def test_a_folder_holds_what_a_student_needs(here, workbook):
    code, out, err = workbook("init", "my nets")
    assert code == 0 and not err
    folder = here / "my nets"
    for file in curriculum.load().files():
        pristine = locations.pristine_folder() / file
        assert (folder / "exercises" / file).read_bytes() == pristine.read_bytes()
    for name in ("README.md", "start.py", "start.bat", "statement.md", "notebooks/Start.ipynb"):
        assert (folder / name).is_file()
        assert name.partition("/")[0] in out
    assert not (folder / "solutions").exists()
    assert [path.name for path in here.iterdir()] == ["my nets"]


def test_commands_find_it_upwards_and_say_so(here, workbook, monkeypatch):
    workbook("init", "nets")
    deep = here / "nets" / "exercises" / "scratch"
    monkeypatch.chdir(deep)
    assert locations.nearest_folder() == here / "nets"
    code, out, err = workbook("check", "affine_forward")
    assert code == 1 and "affine_forward" in out
    assert str(here / "nets" / "exercises") in err


def test_links_in_the_notebooks_lead_to_the_files(here, workbook):
    workbook("init", "nets")
    for path in (here / "nets" / "notebooks").glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert "../workbook/exercises" not in text
        for piece in text.split("](../exercises/")[1:]:
            file = piece.partition(")")[0].partition("#")[0]
            assert (here / "nets" / "exercises" / file).is_file()


def test_nothing_is_overwritten_and_what_is_there_is_named(here, workbook):
    (here / "nets").mkdir()
    (here / "nets" / "README.md").write_text("mine")
    (here / "nets" / "notes.txt").write_text("mine too")
    code, _, err = workbook("init", "nets")
    assert code == 2 and "README.md" in err and "notes.txt" not in err
    assert sorted(p.name for p in (here / "nets").iterdir()) == ["README.md", "notes.txt"]
    (here / "nets" / "README.md").unlink()
    assert workbook("init", "nets")[0] == 0
    assert (here / "nets" / "notes.txt").read_text() == "mine too"
    code, _, err = workbook("init", "nets")
    assert code == 2 and "exercises" in err


def test_names_that_cannot_be_are_refused(here, workbook):
    code, _, err = workbook("init", "workbook")
    assert code == 2 and "my-workbook" in err and not (here / "workbook").exists()
    (here / "file").write_text("")
    code, _, err = workbook("init", "file")
    assert code == 2 and "is a file" in err


def test_what_fails_halfway_leaves_nothing(here, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(locations, "mark_folder", fail)
    with pytest.raises(student_folder.WorkbookError, match="No space left"):
        student_folder.make(here / "nets")
    assert not list(here.iterdir())


def test_the_first_cell_names_the_command_where_there_is_no_workbook(here, workbook, capsys):
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    workbook("init", "nets")
    notebook = json.loads((here / "nets" / "notebooks" / "CNN.ipynb").read_text(encoding="utf-8"))
    [first, *_] = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    source = "".join(first["source"])
    assert source.index("import workbook") < source.index("%load_ext workbook")
    guard = source.partition("%load_ext")[0].replace("workbook  #", "no_such_workbook  #")
    # The first code that a beginner sees is one import.
    assert guard.count("\n") == 1 and guard.startswith("import ")
    # A history would go on writing to a folder that is gone when the tests are over.
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    done = shell.run_cell(guard)
    assert isinstance(done.error_in_exec, ModuleNotFoundError)
    shown = "".join(capsys.readouterr())
    # The line that failed is the only one shown, and holds the command.
    assert shown.count("-> ") == shown.count("File ") == 1
    assert "python start.py" in shown and len(shown.splitlines()) < 8


def test_every_notebook_is_guarded_once():
    for path in course_files.notebooks():
        text = course_files.notebook_bytes(path).decode("utf-8")
        assert text.count("import workbook  # Not found? ") == 1, path.name
        assert "_render_traceback_" not in text


def test_a_notebook_without_the_import_gets_it():
    line = "%load_ext workbook\nimport numpy as np\n"
    guarded = course_files.with_import_guard(line)
    assert guarded.startswith("import workbook  # Not found? ") and guarded.endswith(line)
    assert course_files.with_import_guard(guarded) == guarded


def test_the_python_that_made_it_is_remembered(here, workbook):
    workbook("init", "nets")
    noted = (here / "nets" / student_folder.PYTHON).read_text(encoding="utf-8").strip()
    assert os.path.samefile(noted, sys.executable)
