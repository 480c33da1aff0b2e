"""`workbook watch`: what an edit touches is judged at once, with and without a terminal."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from workbook import curriculum
from workbook.checks import warm_checker
from workbook.checks.results import CheckResult, ExerciseResult, Report
from workbook.cli import _watched_folder, watch
from workbook.cli._key_presses import can_read_keys, key_presses
from workbook.cli._watched_folder import WatchedChecks, WatchedFiles, dependants
from workbook.errors import WorkbookError

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and terminals")
TODO = '    raise NotImplementedError("relu_forward")'


def report(exercise_id, outcome="fail"):
    e = curriculum.load()[exercise_id]
    checks = (CheckResult("a case", outcome, 1.0, 1e-9),)
    about = (e.id, outcome, outcome, 0.0, float(e.points), checks)
    rules = ("axis",) if outcome == "almost" else ()
    return Report(result=ExerciseResult(*about, None, None, None, e.file, "aa", 231, 0.1, rules))


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


# Files


def test_only_what_changed_is_found_and_only_once(home):
    files = WatchedFiles(home / "exercises")
    assert files.changed() == {}
    edit(home / "exercises" / "layers.py", TODO, "    out = x\n    cache = x")
    assert files.changed() == {"layers.py": ["relu_forward"]}
    assert files.changed() == {}
    (home / "exercises" / "notes.py").write_text("x = 1\n")
    assert files.changed() == {}


def test_a_file_that_is_replaced_deleted_or_unreadable(home):
    path = home / "exercises" / "optim.py"
    files = WatchedFiles(home / "exercises")
    optim = ["sgd_momentum", "rmsprop", "adam"]
    new = path.with_name("optim.tmp")
    new.write_text(path.read_text().replace('    raise NotImplementedError("adam")', "    m = 1"))
    os.replace(new, path)
    assert files.changed() == {"optim.py": ["adam"]}
    path.write_bytes(b"\xff\xfe\x00")
    assert files.changed() == {"optim.py": optim}
    path.write_bytes(b"\xff\xfe\x01")
    assert files.changed() == {"optim.py": optim}
    path.unlink()
    assert files.changed() == {"optim.py": optim}
    assert files.changed() == {}


def test_dependants_are_the_other_half_and_what_runs_it():
    found = dependants(["affine_forward"])
    assert found[0] == "affine_backward"
    assert {"TwoLayerNet.loss", "ThreeLayerConvNet.loss", "affine_bn_relu_forward"} <= set(found)
    assert "affine_forward" not in found and "adam" not in found
    assert dependants(["adam"]) == []


# Judging


class SlowChecker:
    """Judges at once, except `adam`, which never ends until it is called off."""

    made: list["SlowChecker"] = []  # noqa: RUF012

    def __init__(self, folder):
        self.closed = threading.Event()
        self.on_report = []
        self.made.append(self)

    def report(self, exercise_id):
        self.on_report.append(exercise_id)
        if exercise_id == "adam" and len(self.made) == 1:
            assert self.closed.wait(30)
        return report(exercise_id)

    def close(self):
        self.closed.set()


@pytest.fixture
def checks(monkeypatch, tmp_path):
    monkeypatch.setattr(_watched_folder, "WarmChecker", SlowChecker)
    monkeypatch.setattr(_watched_folder, "_MAX_WAIT", 0.2)
    SlowChecker.made = []
    events = queue.Queue()
    made = WatchedChecks(tmp_path, events)
    yield made, events
    made.close()


def names(events, count):
    return [events.get(timeout=10)[1][0] for _ in range(count)]


def test_what_was_saved_goes_first_and_nothing_is_judged_twice(checks):
    made, events = checks
    made.check_later(["rmsprop", "sgd_momentum", "rmsprop"])
    assert sorted(names(events, 2)) == ["rmsprop", "sgd_momentum"]
    made.check_first(["svm_loss"])
    assert names(events, 1) == ["svm_loss"]
    with pytest.raises(queue.Empty):
        events.get(timeout=0.2)
    assert made.idle


def test_a_check_that_hangs_is_called_off_by_the_next_edit(checks):
    made, events = checks
    made.check_first(["adam"])
    time.sleep(0.4)
    assert not made.idle
    made.check_first(["adam", "rmsprop"])
    assert names(events, 2) == ["adam", "rmsprop"]
    assert SlowChecker.made[0].closed.is_set()
    assert SlowChecker.made[1].on_report == ["adam", "rmsprop"]
    with pytest.raises(queue.Empty):
        events.get(timeout=0.3)


def test_what_hung_and_was_not_saved_comes_last(checks):
    made, events = checks
    made.check_first(["adam"])
    time.sleep(0.4)
    made.check_first(["rmsprop"])
    assert names(events, 2) == ["rmsprop", "adam"]


# What is printed


class Screen(watch._WatchCommand):
    def __init__(self, home, monkeypatch):
        monkeypatch.setattr(_watched_folder, "WarmChecker", SlowChecker)
        SlowChecker.made = [None]  # type: ignore[list-item]
        super().__init__(home / "exercises", queue.Queue(), with_keys=True)
        self.checks.close()


@pytest.fixture
def screen(home, monkeypatch, capsys):
    shown = Screen(home, monkeypatch)

    def said():
        return capsys.readouterr().out

    return shown, said


def test_an_edit_prints_a_line_each_and_the_first_message(screen, home):
    shown, said = screen
    edit(home / "exercises" / "layers.py", TODO, "    out = x\n    cache = x")
    edit(
        home / "exercises" / "layers.py",
        '    raise NotImplementedError("svm_loss")',
        "    loss = 0",
    )
    shown.on_saved()
    assert "layers.py saved" in said()
    turn = shown.checks.turn
    shown.on_report("relu_forward", report("relu_forward", "pass"), turn)
    assert "relu_forward: pass" in said()
    shown.on_report("svm_loss", report("svm_loss", "fail"), turn)
    out = said()
    assert "svm_loss: fail, 0 of 1 cases right" in out
    assert "svm_loss: Not right yet" in out and "h hint" in out
    assert shown.current == "svm_loss"


def test_a_result_from_before_the_edit_is_not_taken_for_one_of_it(screen, home):
    shown, said = screen
    before = shown.checks.turn
    edit(home / "exercises" / "layers.py", TODO, "    out = x\n    cache = x")
    shown.on_saved()
    said()
    shown.on_report("relu_forward", report("relu_forward", "todo"), before)
    assert said() == "" and shown.pending == ["relu_forward"]


def test_what_stands_on_it_is_mentioned_only_when_its_outcome_changes(screen):
    shown, said = screen
    shown.on_report("affine_backward", report("affine_backward", "blocked"), 0)
    shown.on_report("affine_backward", report("affine_backward", "blocked"), 0)
    assert said() == ""
    shown.on_report("affine_backward", report("affine_backward", "pass"), 0)
    assert "affine_backward: pass" in said()


def test_saving_without_a_change_prints_nothing(screen):
    shown, said = screen
    shown.on_saved()
    assert said() == ""


def test_an_edit_that_touches_no_exercise_says_so(screen, home):
    shown, said = screen
    path = home / "exercises" / "layers.py"
    path.write_text(path.read_text().replace("\n\n\ndef ", "\n\n\n\ndef "))
    shown.on_saved()
    assert "No exercise is touched" in said()


def test_the_keys(screen):
    shown, said = screen
    shown.reports = {e.id: report(e.id, "todo") for e in curriculum.load()}
    shown.current = "svm_loss"
    shown.reports["svm_loss"] = report("svm_loss", "fail")
    assert shown.on_key("h")
    assert "Hint 1 of 4 on svm_loss" in said()
    assert shown.on_key("H")
    assert "Hint 2 of 4 on svm_loss" in said()
    assert shown.on_key("l")
    assert "0 of 37 exercises done" in said()
    assert shown.on_key("w")
    assert "svm_loss: Not right yet" in said()
    assert shown.on_key("z") and "h hint" in said()
    assert shown.on_key("\n") and said() == ""
    assert not shown.on_key("q") and not shown.on_key("\x03")


def test_without_a_failure_a_hint_is_on_what_comes_next(screen):
    shown, said = screen
    shown.reports = {"scratch.numerical_diff": report("scratch.numerical_diff", "pass")}
    shown.on_key("h")
    assert "Hint 1 of 4 on scratch.numerical_gradient" in said()


def test_the_list_waits_for_the_first_round(screen):
    shown, said = screen
    shown.on_key("l")
    assert "Still judging everything" in said()


def test_what_is_almost_right_is_explained(screen, home):
    shown, said = screen
    edit(home / "exercises" / "layers.py", TODO, "    out = x\n    cache = x")
    shown.on_saved()
    said()
    shown.on_report("relu_forward", report("relu_forward", "almost"), shown.checks.turn)
    out = said()
    assert "relu_forward: almost, missed: axis" in out
    assert "relu_forward: Almost right" in out


def test_when_all_was_judged_once_it_says_where_one_stands(screen):
    shown, said = screen
    ids = curriculum.load().ids()
    for name in ids[:-1]:
        shown.on_report(name, report(name, "pass"), 0)
    assert said() == ""
    shown.on_report(ids[-1], report(ids[-1], "pass"), 0)
    assert "37 of 37 exercises done" in said()
    shown.on_report(ids[-1], report(ids[-1], "pass"), 0)
    assert said() == ""


def test_a_copy_that_cannot_judge_stops_with_the_reason(screen):
    shown, _ = screen
    with pytest.raises(WorkbookError, match="no answer key"):
        shown.on_report("adam", WorkbookError("This copy has no answer key."), 0)


# Keys


@posix
def test_keys_come_one_by_one_and_the_terminal_is_put_back(monkeypatch):
    import pty
    import termios

    ours, theirs = pty.openpty()
    stream = os.fdopen(theirs, "r", closefd=False)
    monkeypatch.setattr(sys, "stdin", stream)
    monkeypatch.setattr(os, "tcgetpgrp", lambda handle: os.getpgrp())
    before = termios.tcgetattr(theirs)
    pressed = queue.Queue()
    with key_presses(pressed.put) as can:
        assert can
        assert not termios.tcgetattr(theirs)[3] & termios.ICANON
        assert termios.tcgetattr(theirs)[3] & termios.ISIG  # Ctrl-C still stops it.
        os.write(ours, b"h")
        assert pressed.get(timeout=10) == "h"
        os.write(ours, b"\x1b[A")
        time.sleep(0.3)
        os.write(ours, b"ql")
        assert [pressed.get(timeout=10) for _ in "ql"] == ["q", "l"]
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


@posix
def test_no_keys_in_the_background(monkeypatch):
    import pty

    ours, theirs = pty.openpty()
    monkeypatch.setattr(sys, "stdin", os.fdopen(theirs, "r", closefd=False))
    monkeypatch.setattr(os, "tcgetpgrp", lambda handle: os.getpgrp() + 1)
    assert not can_read_keys()
    os.close(ours)
    os.close(theirs)


def test_no_keys_without_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with key_presses(print) as can:
        assert not can


# The whole command


@posix
@pytest.mark.parametrize("poll", [False, True])
def test_the_command_without_a_terminal(home, poll):
    psutil = pytest.importorskip("psutil")
    path = home / "exercises" / "layers.py"
    process = subprocess.Popen(
        [sys.executable, "-m", "workbook", "watch", *(["--poll"] if poll else [])],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=lambda: [lines.put(x) for x in process.stdout], daemon=True).start()

    def until(words):
        seen = ""
        while words not in seen:
            seen += lines.get(timeout=60)
        return seen

    try:
        until("Watching")
        time.sleep(1)  # The observer thread takes a moment.
        edit(path, TODO, "    out = np.maximum(0, x)\n    cache = x")
        assert "layers.py saved" in until("relu_forward: pass")
        edit(path, "    out = np.maximum(0, x)", "    out = np.maximum(1, x)")
        seen = until("relu_forward: Not right yet")
        assert "relu_forward: fail" in seen and "What was seen" in until("What it looks like")
        edit(path, "    out = np.maximum(1, x)", "    out = np.maximum(1, x")
        until("relu_forward: invalid")
        edit(path, "    out = np.maximum(1, x", "    out = np.maximum(0, x)")
        until("relu_forward: pass")
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert psutil.wait_procs(children, timeout=10)[1] == []
    finally:
        process.kill()


def test_a_folder_without_exercises_is_wrong_usage(workbook, home, tmp_path):
    code, _, err = workbook("watch", "--exercises", tmp_path / "nowhere")
    assert code == 2 and "There is no folder" in err


def test_a_judge_for_one_folder_stays_with_it(home):
    with warm_checker.WarmChecker(home / "exercises") as one:
        assert one.folder == (home / "exercises").resolve()
        one.prepare()
