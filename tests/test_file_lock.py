"""One holder at a time; a lock outlives nobody who held it."""

import subprocess
import sys
import threading

import pytest

from workbook.file_lock import locked

HOLD = """
import sys, time
from pathlib import Path
from workbook.file_lock import locked
with locked(Path(sys.argv[1]), lambda: print("waits", flush=True)):
    print("holds", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def holder(path, seconds):
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), str(seconds)], stdout=subprocess.PIPE, text=True
    )


def test_a_killed_holder_lets_go(tmp_path):
    path = tmp_path / "a lock"
    first = holder(path, 60)
    assert first.stdout.readline() == "holds\n"
    second = holder(path, 0)
    assert second.stdout.readline() == "waits\n"
    first.kill()
    assert second.communicate(timeout=30)[0] == "holds\n"
    first.communicate()
    assert path.read_bytes() == b""


def test_waiting_can_be_refused(tmp_path):
    def refuse():
        raise ValueError("busy")

    path = tmp_path / "lock"
    with (
        locked(path, on_wait=refuse),
        pytest.raises(ValueError, match="busy"),
        locked(path, on_wait=refuse),
    ):
        raise AssertionError("two hold it")
    with locked(path, on_wait=refuse):
        pass


def test_threads_take_turns(tmp_path):
    inside, most = [], []

    def work():
        with locked(tmp_path / "lock", on_wait=lambda: None):
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert most == [1] * 5
