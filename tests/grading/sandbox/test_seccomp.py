"""What the kernel would keep when a child is gone is refused to it, and nothing else is."""

import errno
import os
import platform
import sys

import pytest

from workbook.grading.sandbox import seccomp

KNOWN = sys.platform == "linux" and platform.machine() in seccomp._MACHINES


def in_a_child(act):
    """What a child comes to: 0 if `act` holds."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if act() else 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def refused(name):
    """Whether a call with arguments that mean nothing is refused before they are looked at."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    number = seccomp._MACHINES[platform.machine()][2][name]
    return libc.syscall(number, -1, -1, -1, -1, -1) == -1 and ctypes.get_errno() == errno.EPERM


@pytest.mark.skipif(not KNOWN, reason="made for Linux on x86_64 and aarch64")
@pytest.mark.parametrize("name", seccomp.CALLS)
def test_what_would_outlive_the_process_is_refused(name):
    assert in_a_child(lambda: seccomp.install() and refused(name)) == 0


@pytest.mark.skipif(not KNOWN, reason="made for Linux on x86_64 and aarch64")
def test_it_stays_so_in_whatever_comes_of_it():
    def act():
        seccomp.install()
        return in_a_child(lambda: refused("keyctl")) == 0

    assert in_a_child(act) == 0


@pytest.mark.skipif(not KNOWN, reason="made for Linux on x86_64 and aarch64")
def test_all_else_goes_on(tmp_path):
    def act():
        import subprocess
        import threading

        import numpy as np

        seccomp.install()
        done = []
        thread = threading.Thread(target=lambda: done.append(np.ones((9, 9)) @ np.ones((9, 9))))
        thread.start()
        thread.join()
        (tmp_path / "file").write_text("x")
        said = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, text=True)
        return done[0][0, 0] == 9.0 and said.stdout == "1\n" and seccomp.install()

    assert in_a_child(act) == 0


@pytest.mark.skipif(not KNOWN or platform.machine() != "x86_64", reason="made for x86_64")
def test_the_other_way_to_call_is_no_way_round():
    import ctypes

    def act():
        seccomp.install()
        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall(0x40000000 + 250, 0, 0, 0, 0, 0)
        return ctypes.get_errno() == errno.EPERM

    assert in_a_child(act) == 0


@pytest.mark.parametrize(
    ("owner", "name", "value"),
    [(platform, "machine", lambda: "abacus"), (sys, "maxsize", 2**31 - 1)],
    ids=["another machine", "32 bits"],
)
def test_a_machine_that_it_does_not_know_goes_without(owner, name, value, monkeypatch):
    monkeypatch.setattr(owner, name, value)
    assert seccomp.install() is False
