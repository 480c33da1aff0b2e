"""The sandbox's command line, and what is said where there is none."""

import subprocess
import sys
from pathlib import Path

import pytest

from workbook.errors import UsageError
from workbook.grading.sandbox import bubble

here = pytest.mark.skipif(not bubble.available(), reason="no bubblewrap here")


def test_what_was_asked_for_is_had_or_refused(monkeypatch):
    monkeypatch.setattr(bubble, "available", lambda: False)
    assert bubble.choose("auto") == "none"
    assert bubble.choose("none") == "none"
    with pytest.raises(UsageError, match="does not work here"):
        bubble.choose("bwrap")
    with pytest.raises(UsageError, match="no sandbox 'jail'"):
        bubble.choose("jail")
    assert "WITHOUT a sandbox" in bubble.LIMITS["none"] and "network" in bubble.LIMITS["none"]


@here
def test_inside_there_is_nothing_of_this_machine(tmp_path):
    (tmp_path / "seen.txt").write_text("seen", encoding="utf-8")
    (tmp_path / "seen.txt").chmod(0o644)
    tmp_path.chmod(0o755)
    package = Path(bubble.__file__).resolve().parents[2]
    code = f"""
import os, socket, sys
from pathlib import Path
user = {bubble.user()}
if user:
    os.setgroups([]); os.setresgid(user, user, user); os.setresuid(user, user, user)
assert Path("/seen/seen.txt").read_text() == "seen"
assert dict(os.environ).keys() <= {{"A", "LC_CTYPE", "PWD"}} and os.environ["A"] == "b"
assert os.listdir("/tmp") == [] and os.getcwd() == "/tmp"
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
        Path(f"/tmp/{{n}}").write_bytes(b"x" * 100_000)
    raise SystemExit("/tmp has no limit")
except OSError:
    pass
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)
except OSError as error:
    print("alone", error.errno)
"""
    line = bubble.command(
        [sys.executable, "-I", "-c", code],
        binds={tmp_path: "/seen"},
        environment={"A": "b"},
        room=2**20,
    )
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + done.stdout
    assert done.stdout.startswith("alone")
