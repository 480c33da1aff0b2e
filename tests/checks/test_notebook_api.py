"""`check` as a notebook's cell calls it: one card, no exception, no process left behind."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from workbook import checks
from workbook.checks import notebook_api
from workbook.errors import UsageError, WorkbookError
from workbook.student import locations, progress

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path):
    """A process that has checked nothing yet, with a state folder of its own."""
    session = notebook_api.CheckSession()
    monkeypatch.setattr(notebook_api, "session", session)
    monkeypatch.setattr(locations, "state_folder", lambda start=None: tmp_path / "state")
    monkeypatch.setattr("workbook.student.state_file.state_folder", lambda: tmp_path / "state")
    yield
    session.checker.close()


@pytest.fixture
def judged(student, monkeypatch):
    """A student's folder with edits, as the one that is judged."""

    def make(file="layers.py", *edits):
        folder = student(file, *edits)
        monkeypatch.setenv(locations.VARIABLE, str(folder))
        return folder

    return make


WRONG = ("    dx = (dout @ w.T).reshape(x.shape)\n", "    dx = dout @ w.T\n")


def test_a_wrong_answer_is_a_card_and_no_exception(judged, capsys):
    judged("layers.py", WRONG)
    assert checks.check("affine_backward") is None
    card = capsys.readouterr().out
    assert card.startswith("affine_backward: Not right yet")
    assert "NOT ok: shape" in card
    assert "layers.py, saved" in card


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("def affine_forward(x, w, b:\n", "Cannot be read as Python"),
        ("\x00\x00", "Cannot be read as Python"),
        ('{"cells": [], "nbformat": 4}\n', "Cannot be read as Python"),
        ("raise SystemExit\n", "Stopped with an error"),
        ("import os; os._exit(3)\n", "The process ended by itself"),
    ],
)
def test_a_file_in_any_state_is_a_card(judged, capsys, text, outcome):
    folder = judged()
    (folder / "layers.py").write_text(text, encoding="utf-8")
    checks.check("affine_forward")
    assert capsys.readouterr().out.startswith(f"affine_forward: {outcome}\n")


def test_a_missing_file_is_a_card(judged, capsys):
    folder = judged()
    (folder / "layers.py").unlink()
    checks.check("affine_forward")
    assert "layers.py is not there" in capsys.readouterr().out


def test_an_unknown_exercise_is_one_line_with_the_nearest(judged):
    judged()
    with pytest.raises(UsageError, match=r"Did you mean .*affine_forward"):
        checks.check("afine_forward")
    with pytest.raises(UsageError, match="affine_forward"):
        checks.failing("afine_forward")


def test_not_saved_is_said_only_when_nothing_has_changed(judged, capsys):
    folder = judged("layers.py", WRONG)
    checks.check("affine_backward")
    assert "Not saved?" not in capsys.readouterr().out
    # Another exercise of the same file is looked at for the first time.
    checks.check("relu_forward")
    assert "Not saved?" not in capsys.readouterr().out
    checks.check("affine_backward")
    assert capsys.readouterr().out.startswith("Not saved? layers.py has not changed")
    path = folder / "layers.py"
    old, new = WRONG
    path.write_text(path.read_text(encoding="utf-8").replace(new, old), encoding="utf-8")
    checks.check("affine_backward")
    card = capsys.readouterr().out
    assert card.startswith("affine_backward: Right")


def test_the_last_card_is_remembered_from_an_earlier_kernel(judged, capsys, monkeypatch):
    folder = judged("layers.py", WRONG)
    monkeypatch.delenv(locations.VARIABLE)
    monkeypatch.setattr(locations, "own_folder", lambda start=None: folder)
    monkeypatch.setattr(locations, "student_folder", lambda start=None: folder)
    monkeypatch.setattr(locations, "solutions_on", lambda start=None: False)
    for exercise in ("affine_backward", "relu_forward"):
        checks.check(exercise)
    assert progress.outcomes() == {"affine_backward": "fail", "relu_forward": "pass"}
    notebook_api.session._last.clear()
    capsys.readouterr()
    checks.check("affine_backward")
    assert capsys.readouterr().out.startswith("Not saved?")
    # What passed is no question the next day.
    checks.check("relu_forward")
    assert capsys.readouterr().out.startswith("relu_forward: Right")


def test_a_named_folder_leaves_no_progress(judged):
    judged()
    checks.check("affine_forward")
    assert progress.recorded() == {}


def test_while_solutions_are_on_the_card_says_whose_files_it_judges(judged, capsys, monkeypatch):
    judged()
    monkeypatch.setattr(locations, "solutions_on", lambda start=None: True)
    checks.check("affine_forward")
    assert capsys.readouterr().out.startswith("Solutions are on in this notebook. A card always")
    assert progress.recorded() == {}


def test_a_copy_that_cannot_judge_says_why_and_gives_no_verdict(judged, capsys, monkeypatch):
    from workbook.checks.warm_checker import WarmChecker

    def refuse(self, exercise_id):
        raise WorkbookError("This copy has no answer key.")

    judged()
    monkeypatch.setattr(WarmChecker, "report", refuse)
    checks.check("affine_forward")
    card = capsys.readouterr().out
    assert card.startswith("affine_forward: Could not be checked")
    assert "This copy has no answer key" in card
    assert progress.recorded() == {}


def test_a_check_sees_what_other_files_became(judged, capsys):
    folder = judged()
    checks.check("spatial_batchnorm_forward")
    assert "spatial_batchnorm_forward: Right" in capsys.readouterr().out
    # Another file changes: the same judge must not be asked again.
    path = folder / "layer_utils.py"
    path.write_text("raise RuntimeError('stop')\n", encoding="utf-8")
    checks.check("affine_bn_relu_forward")
    assert "affine_bn_relu_forward: Right" not in capsys.readouterr().out


SCRIPT = """
import os, sys
from workbook.checks import check
from workbook.checks.notebook_api import session
session.checker.prepare()
check("relu_forward")
for checker in (session.checker._checker, session.checker._spare):
    print("child", checker._runner._transport.start().pid)
sys.stdout.flush()
{end}
"""


@pytest.mark.skipif(not hasattr(os, "kill"), reason="asks the system about processes")
@pytest.mark.parametrize("end", ["", "os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_no_process_is_left_when_the_kernel_ends(student, end):
    psutil = pytest.importorskip("psutil")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), locations.VARIABLE: str(student())}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT).format(end=end)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    children = [int(line.split()[1]) for line in done.stdout.splitlines() if "child" in line]
    assert len(children) == 2, done.stderr
    alive = [psutil.Process(pid) for pid in children if psutil.pid_exists(pid)]
    _, still = psutil.wait_procs(alive, timeout=10)
    assert not still


def test_asking_for_check_imports_it_and_nothing_before():
    script = (
        "import sys, workbook.checks\n"
        "assert 'numpy' not in sys.modules\n"
        "from workbook.checks import check, failing\n"
        "assert callable(check) and callable(failing)\n"
        "assert 'IPython' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        checks.chek  # noqa: B018
