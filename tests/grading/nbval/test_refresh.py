import nbformat
import pytest

from workbook.errors import WorkbookError
from workbook.grading.nbval.refresh import refresh_notebook
from workbook.grading.nbval.run import run_group


@pytest.fixture(autouse=True)
def _solutions(monkeypatch):
    """These notebooks need no exercises, and not every copy has solutions."""
    from workbook.grading.nbval import refresh as nbval_refresh

    inner = nbval_refresh.variables
    monkeypatch.setattr(nbval_refresh, "variables", lambda which, n: inner(None, n) | {"ON": which})


def read(path):
    return nbformat.read(path, as_version=4)


def test_only_check_cells_keep_outputs(write):
    path = write(
        "Some",
        write.code("x = 1; print('set-up')", execution_count=7),
        write.check("import os; print('error 0.25 ok', os.environ['ON']); x", "a"),
        write.code("raise SystemError('never run')", "experiment"),
    )
    notebook = read(path)
    notebook.metadata = {"language_info": {"name": "python", "version": "3.99"}, "widgets": {}}
    notebook.cells[1].metadata["execution"] = {"iopub.execute_input": "today"}
    nbformat.write(notebook, path)

    assert refresh_notebook(path)
    first = path.read_bytes()
    done = read(path)
    setup, check, experiment = done.cells[1:]
    assert (setup.outputs, setup.execution_count) == ([], None)
    assert (experiment.outputs, experiment.execution_count) == ([], None)
    assert [o.output_type for o in check.outputs] == ["stream", "execute_result"]
    assert check.outputs[0].text == "error 0.25 ok solutions\n"
    assert check.execution_count == 2
    assert "execution" not in setup.metadata
    assert done.metadata.language_info == {"name": "python"} and "widgets" not in done.metadata
    assert first.endswith(b"}\n") and b"\r" not in first

    assert not refresh_notebook(path)
    assert path.read_bytes() == first


def test_what_it_stores_is_what_nbval_accepts(write, monkeypatch):
    path = write("Some", write.check("print('a: error 1e-9 ok'); print('b: ok')", "a"))
    refresh_notebook(path)
    [result] = run_group([path])
    assert result.ok
    notebook = read(path)
    notebook.cells[1].source = "print('a: error 1e-9 ok'); print('b: NOT ok')"
    nbformat.write(notebook, path)
    [result] = run_group([path])
    assert [cell.outcome for cell in result.cells] == ["fail"]


def test_other_digits_are_no_change(write):
    path = write("Some", write.check("print('error 2.5e-10 ok')", "a", "error 1e-9 ok\n"))
    refresh_notebook(path)
    assert read(path).cells[1].outputs[0].text == "error 1e-9 ok\n"


def test_a_picture_is_not_stored(write):
    source = "from IPython.display import Image, display\ndisplay(Image(data=b'x', format='png'))"
    path = write("Some", write.check(source, "a"))
    refresh_notebook(path)
    [output] = read(path).cells[1].outputs
    assert list(output.data) == ["text/plain"]


def test_a_failing_notebook_stays_as_it_was(write):
    path = write("Some", write.code("1"), write.check("raise ValueError('wrong shape')", "a"))
    before = path.read_bytes()
    with pytest.raises(WorkbookError, match=r"left as it was.*wrong shape") as caught:
        refresh_notebook(path)
    assert len(str(caught.value).splitlines()) == 1
    assert path.read_bytes() == before


def test_an_unreadable_notebook_is_named(write):
    path = write("Some")
    path.write_text("{", encoding="utf-8")
    with pytest.raises(WorkbookError, match=r"Some\.ipynb cannot be read"):
        refresh_notebook(path)
