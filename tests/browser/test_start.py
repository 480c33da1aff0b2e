"""The first ten minutes of a student, in the real JupyterLab."""

import pytest

pytestmark = pytest.mark.browser

SOLVED = '    raise NotImplementedError("scratch.numerical_diff")'


def test_edit_save_check(lab):
    lab.open("Start")
    lab.run_all()
    assert "is still to do: workbook/exercises/scratch/gradient.py" in lab.cell(
        "numerical-diff-check"
    )
    assert "image/png" not in lab.cell("numerical-diff-check")

    path = lab.folder / "workbook" / "exercises" / "scratch" / "gradient.py"
    stub = path.read_text(encoding="utf-8")
    assert SOLVED in stub
    written = "    return (f(x + 1e-4) - f(x - 1e-4)) / 2e-4"
    path.write_text(stub.replace(SOLVED, written), encoding="utf-8")
    lab.run_all()
    output = lab.cell("numerical-diff-check")
    assert output.count(" ok") == 2
    assert "NOT ok" not in output

    assert "image/png" in lab.cell("pictures")
    assert "FullyConnectedNet.ipynb" in lab.cell("map")
    assert lab.errors == []
    assert lab.foreign == []


def test_the_link_opens_the_exercise_file(lab):
    lab.open("Start")
    lab.page.get_by_role("link", name="gradient.py").first.click()
    editor = lab.page.locator(".jp-FileEditor .cm-content", has_text="def numerical_diff")
    editor.wait_for()
    assert lab.errors == []
