"""The sandbox's command line, and what is said where there is none."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from workbook.errors import UsageError
from workbook.grading.sandbox import bubblewrap

_visible = bubblewrap._visible
here = pytest.mark.skipif(not bubblewrap.available(), reason="no bubblewrap here")


def test_what_was_asked_for_is_had_or_refused(monkeypatch):
    monkeypatch.setattr(bubblewrap, "available", lambda: False)
    assert bubblewrap.select_sandbox("auto") == "none"
    assert bubblewrap.select_sandbox("none") == "none"
    with pytest.raises(UsageError, match="does not work here"):
        bubblewrap.select_sandbox("bwrap")
    with pytest.raises(UsageError, match="no sandbox 'jail'"):
        bubblewrap.select_sandbox("jail")
    assert (
        "WITHOUT a sandbox" in bubblewrap.LIMITS["none"] and "network" in bubblewrap.LIMITS["none"]
    )


def test_what_was_chosen_is_not_tried_again_by_a_worker(monkeypatch):
    monkeypatch.setattr(bubblewrap, "available", lambda: False)
    assert bubblewrap.selected_sandbox("bwrap") == "bwrap"
    assert bubblewrap.selected_sandbox("auto") == "none"


def test_a_report_says_what_held_the_sandboxes_of_its_run():
    whole = bubblewrap.words("bwrap", ["memory", "pids", "cpu", "calls"])
    assert whole.endswith("had one budget of memory, processes and processor time.")
    assert "budget of memory." in bubblewrap.words("bwrap", ["memory", "calls"])
    assert "No control group" in bubblewrap.words("bwrap", ["calls"])
    assert "no filter of system calls" in bubblewrap.words("bwrap", ["memory"])
    assert bubblewrap.words("bwrap", None) == bubblewrap.LIMITS["bwrap"]
    assert bubblewrap.words("none", []) == bubblewrap.LIMITS["none"]


@here
def test_an_interpreter_in_tmp_is_seen_and_its_place_is_not_the_private_one(monkeypatch):
    in_tmp = Path(sys.base_prefix), Path(sys.prefix)
    usual = "/private" if any(path.is_relative_to("/tmp") for path in in_tmp) else "/tmp"
    assert bubblewrap.private_folder() == usual
    given = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        (given / "python").write_text("seen", encoding="utf-8")
        monkeypatch.setattr(bubblewrap, "_visible", lambda more: [*_visible(more), given])
        assert bubblewrap.private_folder() == "/private"
        code = f"""
import os
assert os.getcwd() == os.environ["HOME"] == "/private" and os.listdir() == []
open("mine", "w").close()
assert open("{given}/python").read() == "seen"
for path in ("/tmp/mine", "{given}/mine"):
    try:
        open(path, "w")
    except OSError:
        continue
    raise AssertionError(path)
"""
        line = bubblewrap.command(
            [sys.executable, "-I", "-c", code],
            binds={},
            environment={"HOME": bubblewrap.private_folder()},
            tmp_size=2**20,
        )
        found = subprocess.run(line, capture_output=True, text=True, timeout=60)
        assert found.returncode == 0, found.stderr
        assert os.listdir(given) == ["python"]
    finally:
        shutil.rmtree(given)


@here
def test_inside_there_is_nothing_of_this_machine(tmp_path):
    (tmp_path / "seen.txt").write_text("seen", encoding="utf-8")
    (tmp_path / "seen.txt").chmod(0o644)
    tmp_path.chmod(0o755)
    package = Path(bubblewrap.__file__).resolve().parents[2]
    home = bubblewrap.private_folder()
    code = f"""
import os, socket, sys
from pathlib import Path
user = {bubblewrap.sandbox_user()}
if user:
    os.setgroups([]); os.setresgid(user, user, user); os.setresuid(user, user, user)
assert Path("/seen/seen.txt").read_text() == "seen"
assert dict(os.environ).keys() <= {{"A", "LC_CTYPE", "PWD"}} and os.environ["A"] == "b"
assert os.listdir({home!r}) == [] and os.getcwd() == {home!r}
assert not Path({str(package)!r}).exists() or not list(Path({str(package)!r}).iterdir())
assert not Path("/etc/passwd").exists() and not Path("/etc/shadow").exists()
assert len([n for n in os.listdir("/proc") if n.isdigit()]) <= 3
for path in ("/x", "/usr/x", "/seen/x", "/dev/x", "/etc/x"):
    try:
        open(path, "w")
    except OSError:
        continue
    raise SystemExit(f"{{path}} was written")
try:
    for n in range(100):
        Path({home!r}, str(n)).write_bytes(b"x" * 100_000)
    raise SystemExit("it has no limit")
except OSError:
    pass
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)
except OSError as error:
    print("alone", error.errno)
"""
    line = bubblewrap.command(
        [sys.executable, "-I", "-c", code],
        binds={tmp_path: "/seen"},
        environment={"A": "b"},
        tmp_size=2**20,
    )
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.startswith("alone")


@here
@pytest.mark.skipif(not os.access("/usr/local", os.W_OK), reason="nobody may write there")
def test_a_course_in_a_system_folder_is_not_seen():
    with tempfile.TemporaryDirectory(dir="/usr/local", prefix="course-") as name:
        Path(name).chmod(0o755)
        for file in ("solutions.py", "gradebook.sqlite"):
            (Path(name) / file).write_text("secret", encoding="utf-8")
        code = f"""
import os, sys
assert not os.path.exists({name!r}), os.listdir({name!r})
assert not os.path.exists("/usr/src") and not os.path.exists("/usr/local/share/man")
assert os.path.exists("/bin/sh") and os.path.exists(sys.executable)
"""
        line = bubblewrap.command(
            [sys.executable, "-I", "-c", code], binds={}, environment={}, tmp_size=2**20
        )
        done = subprocess.run(line, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


@here
@pytest.mark.parametrize("root", [True, False])
def test_without_root_there_are_no_user_namespaces_inside(root, monkeypatch):
    monkeypatch.setattr(bubblewrap, "_is_root", lambda: root)
    options = bubblewrap.command(["true"], binds={}, environment={}, tmp_size=2**20)
    assert ("--unshare-user" in options) == (not root)
    expected = not root and bubblewrap._can_disable_namespaces()
    assert ("--disable-userns" in options) == expected
