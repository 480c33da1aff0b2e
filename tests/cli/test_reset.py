"""`reset`, `snapshots` and `restore`: nothing of the student's is ever lost."""

import ast
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from workbook import curriculum
from workbook.student import locations, progress, reset, snapshots

MINE = '    raise NotImplementedError("affine_forward")\n'
THEIRS = "    out, cache = x @ w + b, (x, w)  # mine\n"


@pytest.fixture
def layers(home):
    """layers.py with an affine_forward and a comment of the student's own."""
    path = home / "exercises" / "layers.py"
    text = path.read_text(encoding="utf-8")
    assert MINE in text
    path.write_text("# my notes\n" + text.replace(MINE, THEIRS), encoding="utf-8", newline="\n")
    return path


def stub(file="layers.py"):
    return (locations.pristine_folder() / file).read_text(encoding="utf-8")


def test_one_function_goes_back_and_the_rest_stays_to_the_letter(workbook, layers):
    code, out, _ = workbook("reset", "affine_forward")
    assert code == 0
    assert "layers.py: the stub is back." in out
    assert layers.read_text(encoding="utf-8") == "# my notes\n" + stub()


def test_what_was_there_can_be_restored(workbook, layers):
    before = layers.read_bytes()
    _, out, _ = workbook("reset", "affine_forward")
    (kept,) = snapshots.list_snapshots()
    assert f"`workbook restore {kept.id}`" in out
    code, listed, _ = workbook("snapshots")
    assert code == 0
    assert kept.id in listed and "before the reset of affine_forward" in listed
    code, out, _ = workbook("restore", kept.id)
    assert code == 0 and "layers.py is back as it was." in out
    assert layers.read_bytes() == before
    # And what the restore replaced was kept, too.
    assert len(snapshots.list_snapshots()) == 2
    workbook("restore", "latest")
    assert layers.read_text(encoding="utf-8") == "# my notes\n" + stub()


def test_nothing_to_do_takes_no_snapshot(workbook, home):
    code, out, _ = workbook("reset", "affine_forward")
    assert code == 0 and "the stub is there already" in out
    assert snapshots.list_snapshots() == []


def test_others_in_the_class_are_named_and_confirmed(workbook, home, solve):
    path = solve("classifiers/fc_net.py")
    before = path.read_bytes()
    code, out, _ = workbook("reset", "FullyConnectedNet.batchnorm", keys="n\n")
    assert code == 1
    for other in ("init", "loss", "layernorm", "dropout"):
        assert f"FullyConnectedNet.{other}" in out
    assert "TwoLayerNet" not in out
    assert "Nothing was changed." in out
    assert path.read_bytes() == before and snapshots.list_snapshots() == []
    code, _, _ = workbook("reset", "FullyConnectedNet.batchnorm", keys="y\n")
    assert code == 0
    text = path.read_text(encoding="utf-8")
    assert 'raise NotImplementedError("FullyConnectedNet.dropout")' in text
    # The other class of the file is still the student's.
    assert 'raise NotImplementedError("TwoLayerNet.loss")' not in text
    assert snapshots.list_snapshots()[0].read("classifiers/fc_net.py") == before


def test_all_parts_named_need_no_question(workbook, home, solve):
    solve("classifiers/fc_net.py")
    code, out, _ = workbook("reset", "TwoLayerNet.init", "TwoLayerNet.loss", keys="")
    assert code == 0 and "Go on?" not in out


def test_without_a_keyboard_nothing_is_confirmed(workbook, home, solve):
    path = solve("classifiers/fc_net.py")
    before = path.read_bytes()
    code, _, err = workbook("reset", "TwoLayerNet.init", keys="")
    assert code == 1 and "stopped" in err
    assert path.read_bytes() == before
    assert workbook("reset", "TwoLayerNet.init", "--yes")[0] == 0


@pytest.mark.parametrize(
    "broken",
    [
        b"def affine_forward(x, w, b:\n    pass\n",
        b"\x00\x01",
        b"\xff\xfe\x00d",
        b"# -*- coding: nope -*-\n",
    ],
)
def test_a_file_that_does_not_parse_is_offered_whole(workbook, layers, broken):
    layers.write_bytes(broken)
    code, out, _ = workbook("reset", "affine_forward", keys="n\n")
    assert code == 1
    assert "layers.py cannot be read as Python" in out
    assert "conv_backward_naive" in out  # every exercise of the file goes along
    assert layers.read_bytes() == broken
    code, _, _ = workbook("reset", "affine_forward", keys="y\n")
    assert code == 0
    assert layers.read_text(encoding="utf-8") == stub()
    assert snapshots.list_snapshots()[0].read("layers.py") == broken


def test_a_missing_file_comes_back(workbook, layers):
    layers.unlink()
    code, _, _ = workbook("reset", "affine_forward", "--yes")
    assert code == 0
    assert layers.read_text(encoding="utf-8") == stub()


def test_a_function_that_was_deleted_comes_back_at_its_place(workbook, layers):
    source = layers.read_text(encoding="utf-8")
    tree = ast.parse(source)
    node = next(n for n in tree.body if getattr(n, "name", "") == "relu_forward")
    lines = source.splitlines(keepends=True)
    layers.write_text("".join(lines[: node.lineno - 1] + lines[node.end_lineno :]))
    workbook("reset", "relu_forward")
    names = [n.name for n in ast.parse(layers.read_text()).body if isinstance(n, ast.FunctionDef)]
    assert names.index("relu_forward") == names.index("affine_backward") + 1


def test_line_ends_and_encoding_of_the_file_stay(workbook, layers):
    text = layers.read_text(encoding="utf-8")
    data = (
        ("# -*- coding: latin-1 -*-\n# é\n" + text)
        .replace("\n", "\r\n")
        .encode("latin-1", "replace")
    )
    layers.write_bytes(data)
    workbook("reset", "affine_forward")
    after = layers.read_bytes()
    assert after.startswith(b"# -*- coding: latin-1 -*-\r\n# \xe9\r\n# my notes\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert b'raise NotImplementedError("affine_forward")' in after


def test_all_puts_every_file_back_after_a_question(workbook, layers, solve):
    optim = solve("optim.py")
    code, out, _ = workbook("reset", "--all", keys="n\n")
    assert code == 1 and "exercises in 2 files" in out
    code, out, _ = workbook("reset", "--all", "--yes")
    assert code == 0
    assert layers.read_text(encoding="utf-8") == stub()
    assert optim.read_text(encoding="utf-8") == stub("optim.py")
    (kept,) = snapshots.list_snapshots()
    assert kept.files == ("layers.py", "optim.py")
    assert kept.reason == "before the reset of everything"


def test_a_reset_forgets_that_it_passed(workbook, layers, home):
    results = [
        {"exercise": name, "outcome": "pass", "sha256": "a", "points": 1.0}
        for name in ("affine_forward", "relu_forward")
    ]
    progress.record(home / "exercises", results)
    workbook("reset", "affine_forward")
    assert progress.outcomes() == {"relu_forward": "pass"}
    # A restored file may be anything: what was known about its exercises is not.
    workbook("restore", "latest")
    assert progress.outcomes() == {}


@pytest.mark.parametrize("arguments", [(), ("affine_forward", "--all")])
def test_one_or_the_other_must_be_said(workbook, home, arguments):
    code, _, err = workbook("reset", *arguments)
    assert code == 2 and "Name the exercises" in err


def test_unknown_ids_and_snapshots_are_wrong_usage(workbook, home):
    code, _, err = workbook("reset", "affine_forwad")
    assert code == 2 and "Did you mean affine_forward" in err
    code, _, err = workbook("restore", "20200101-000000")
    assert code == 2 and "`workbook snapshots` lists them" in err
    assert workbook("snapshots")[1].startswith("There are no snapshots yet.")


def test_no_snapshot_no_reset(workbook, layers, monkeypatch):
    from workbook.errors import WorkbookError

    def refuse(*_):
        raise WorkbookError("No room left. Nothing was overwritten.")

    before = layers.read_bytes()
    monkeypatch.setattr(snapshots, "take", refuse)
    code, _, err = workbook("reset", "affine_forward")
    assert code == 1 and "No room left" in err
    assert layers.read_bytes() == before


def test_a_restore_of_one_file_leaves_the_others(workbook, layers, solve):
    optim = solve("optim.py")
    before = layers.read_bytes()
    workbook("reset", "--all", "--yes")
    code, _, _ = workbook("restore", "latest", "layers.py")
    assert code == 0
    assert layers.read_bytes() == before
    assert optim.read_text(encoding="utf-8") == stub("optim.py")
    code, _, err = workbook("restore", "latest", "nonsense.py")
    assert code == 2 and "nonsense.py" in err
    code, out, _ = workbook("restore", snapshots.list_snapshots()[-1].id, "layers.py")
    assert code == 0 and "as they were then" in out


KILLED = """
import os, signal, sys
from workbook.student import atomic_write, reset
from pathlib import Path

write, moment = atomic_write.write_bytes, sys.argv[1]

def killed(path, data):
    if moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    write(path, data)
    os.kill(os.getpid(), signal.SIGKILL)

def torn(source, target):
    os.kill(os.getpid(), signal.SIGKILL)

if moment == "inside":
    atomic_write.os.replace = torn
else:
    atomic_write.write_bytes = killed
folder = Path("exercises").resolve()
reset.execute(reset.plan_all(folder), "test")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal here")
@pytest.mark.parametrize("moment", ["before", "inside", "after"])
def test_killed_at_any_moment_each_file_is_old_or_new_and_nothing_is_lost(layers, home, moment):
    before = layers.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), moment],
        cwd=home,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    now = layers.read_bytes()
    assert now in (before, stub().encode())
    kept = snapshots.list_snapshots()
    assert now == before or kept[0].read("layers.py") == before
    # And it can simply be run again.
    reset.execute(reset.plan_all(home / "exercises"), "again")
    assert layers.read_bytes() == stub().encode()


def test_every_exercise_can_be_reset_alone(home, solve):
    folder = home / "exercises"
    for file in curriculum.load().files():
        solve(file)
    for exercise in curriculum.load():
        plan = reset.plan(folder, [exercise.id])
        assert list(plan.contents) == [exercise.file] and not plan.unparsable
        assert exercise.id in plan.exercises and exercise.id not in plan.also_reset
        text = plan.contents[exercise.file].decode()
        assert f'raise NotImplementedError("{exercise.id}")' in text
        compile(text, exercise.file, "exec")


def test_it_is_said_which_folder_is_used_where_that_is_not_plain(
    workbook, layers, home, monkeypatch
):
    (home / "notebooks").mkdir()
    for words in (("reset", "affine_forward"), ("restore", "latest"), ("snapshots",)):
        monkeypatch.chdir(home)
        assert "Your files" not in workbook(*words)[2]
        monkeypatch.chdir(home / "notebooks")
        assert f"Your files: {home / 'exercises'}" in workbook(*words)[2]


def test_a_whole_file_is_reset_after_a_question_and_a_missing_one_without(workbook, layers, home):
    layers.write_text("mine", encoding="utf-8")
    code, out, _ = workbook("reset", "layers.py", keys="n\n")
    assert code == 1 and "?" in out and layers.read_text(encoding="utf-8") == "mine"
    code, out, _ = workbook("reset", "layers.py", "--yes")
    assert code == 0 and "def affine_forward" in layers.read_text(encoding="utf-8")
    layers.unlink()
    code, out, _ = workbook("reset", "layers.py", keys="")
    assert code == 0 and "def affine_forward" in layers.read_text(encoding="utf-8")
    assert workbook("reset", "layers.py", "affine_forward")[0] == 2


@pytest.mark.parametrize("command", ["reset", "all", "restore"])
def test_a_file_that_is_a_link_stays_one(workbook, layers, tmp_path, command):
    """Work that lies elsewhere, such as in a folder that is synchronised, stays there."""
    elsewhere = tmp_path / "elsewhere.py"
    layers.rename(elsewhere)
    try:
        layers.symlink_to(elsewhere)
    except OSError:
        pytest.skip("this system makes no links")
    before = elsewhere.read_bytes()
    arguments = ("--all", "--yes") if command == "all" else ("affine_forward",)
    assert workbook("reset", *arguments)[0] == 0
    assert layers.is_symlink() and elsewhere.read_bytes() != before
    assert snapshots.list_snapshots()[0].read("layers.py") == before
    if command == "restore":
        assert workbook("restore", "latest")[0] == 0
        assert layers.is_symlink() and elsewhere.read_bytes() == before


def test_a_link_that_leads_to_itself_is_said_in_a_line(workbook, layers):
    layers.unlink()
    try:
        layers.symlink_to(layers)
    except OSError:
        pytest.skip("this system makes no links")
    code, _, err = workbook("reset", "layers.py")
    assert code == 1 and "cannot be written" in err and len(err.splitlines()) == 1
