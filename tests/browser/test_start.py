"""The first ten minutes of a student, in the real JupyterLab."""

import subprocess
import sys

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


def test_a_terminal_finds_the_command(lab):
    lab.open("Start")
    lab.page.evaluate("() => window.jupyterapp.commands.execute('terminal:create-new')")
    lab.page.locator(".jp-Terminal .xterm-screen").wait_for()
    lab.page.wait_for_timeout(1000)
    found = lab.folder / "found.txt"
    lab.page.locator(".xterm-helper-textarea").focus()
    lab.page.keyboard.type("workbook hint scratch.numerical_diff | tee found.txt")
    lab.page.keyboard.press("Enter")
    lab.until(lambda: found.is_file() and "scratch.numerical_diff" in found.read_text(), True)
    lab.shot("terminal")
    assert lab.errors == []


def test_a_second_start_names_the_first(lab):
    again = subprocess.run(
        [sys.executable, "-P", "-m", "workbook", "lab", "--no-browser"],
        cwd=lab.folder,
        env=lab.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert again.returncode == 0, again.stderr
    assert "already running" in again.stdout
    assert f"{lab.url}/lab/tree/notebooks/Start.ipynb?token={lab.token}" in again.stdout.replace(
        "localhost", "127.0.0.1"
    )
