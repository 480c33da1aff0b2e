import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from workbook import cli
from workbook.grading.nbval import refresh as nbval_refresh
from workbook.grading.nbval import run as nbval_run
from workbook.student import locations


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "练习 one"
    (folder / "notebooks").mkdir(parents=True)
    check = {"tags": ["nbval-check-output"], "workbook": {"exercise": "relu_forward"}}
    cells = {
        "Good": [new_code_cell("import os; print(os.environ.get('WORKBOOK_EXERCISES'))")],
        "Bad": [new_code_cell("1"), new_code_cell("raise KeyError('x')", metadata=check)],
    }
    for name, written in cells.items():
        nbformat.write(new_notebook(cells=written), folder / "notebooks" / f"{name}.ipynb")
    monkeypatch.chdir(folder)
    return folder


def call(*args):
    """Exit code and output of `workbook notebooks ARGS`, as the command line gives them."""
    runner = CliRunner()
    result = runner.invoke(cli.workbook, ["notebooks", *args])
    return result.exit_code, result.output


def test_run_prints_a_table_and_what_failed(home):
    code, said = call("run")
    assert code == 1
    rows = {line.split()[1]: line.split()[3:8:2] for line in said.splitlines() if line[:1] == "│"}
    assert rows["Good"][:2] == ["1", "0"]
    assert rows["Bad"][:2] == ["2", "1"]
    assert "Bad, code cell 2 (relu_forward): KeyError: 'x'" in said.splitlines()


def test_run_of_a_good_one_is_0(home):
    code, said = call("run", "good", "--jobs", "1", "--timeout", "60")
    assert code == 0
    assert "Bad" not in said


@pytest.mark.parametrize(
    "args, exercises", [(["--solutions"], "solutions"), (["--stubs"], "stubs"), ([], None)]
)
def test_run_says_which_impl(home, monkeypatch, args, exercises):
    seen = {}

    def run_notebooks(paths, **options):
        seen.update(options, names=[path.stem for path in paths])
        return []

    monkeypatch.setattr(nbval_run, "run_notebooks", run_notebooks)
    monkeypatch.setattr(locations, "solutions_folder", lambda: home)
    code, said = call("run", *args)
    assert code == 0
    assert seen["exercises"] == exercises
    assert seen["names"] == ["Bad", "Good"]
    assert ("with the solutions" in said) == (exercises == "solutions")


def test_a_copy_without_solutions_says_so(home, monkeypatch):
    monkeypatch.setattr(locations, "solutions_folder", lambda: None)
    code, said = call("run", "--solutions")
    assert code == 2
    assert "This copy has no solutions" in said


def test_a_name_that_is_none(home, capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(["notebooks", "run", "Goood"])
    assert left.value.code == 2
    assert "Did you mean Good?" in capsys.readouterr().err


def test_refresh_says_what_it_did(home, monkeypatch):
    def refresh(path, on_progress):
        on_progress(0, 1)
        if path.stem == "Bad":
            raise nbval_refresh.WorkbookError("Bad.ipynb is left as it was: a reason")
        return True

    monkeypatch.setattr(nbval_refresh, "refresh_notebook", refresh)
    code, said = call("refresh")
    assert code == 1
    lines = [line for line in said.splitlines() if line.strip()]
    assert lines == ["Bad: failed. Bad.ipynb is left as it was: a reason", "Good: renewed"]
    assert call("refresh", "Good")[0] == 0
