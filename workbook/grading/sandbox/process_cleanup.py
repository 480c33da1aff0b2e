"""How a child of the fork server ends, and what is done about what it leaves behind."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["TRACE_SIGNAL", "kill_remaining", "open_trace", "request_trace", "wait_for_exit"]

TRACE_SIGNAL = getattr(signal, "SIGURG", signal.SIGTERM)
"""Has a child write down where it is. What student code makes of it, it does not end by it."""


def wait_for_exit(child: int, guard: int, seconds: float) -> int | bool | None:
    """Wait for a child to end; its number stays taken.

    Parameters
    ----------
    child : int
    guard : int
        A descriptor that must stay silent.
    seconds : float

    Returns
    -------
    int, bool or None
        Its exit code (negative for a signal); None if the time is over; False if there was
        something on `guard`.
    """
    deadline = time.monotonic() + seconds
    with _exit_descriptor(child) as handle:
        poll = select.poll()
        poll.register(guard, select.POLLIN)
        if handle is not None:
            poll.register(handle, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            # Where a system cannot tell of its end, it is asked for.
            ready = poll.poll(1000 * (left if handle is not None else min(left, 0.005)) + 1)
            if any(one == guard for one, _ in ready):
                return False
            code = _exit_code(child)
            if code is not None:
                return code
    return None


@contextlib.contextmanager
def _exit_descriptor(child: int) -> Iterator[int | None]:
    """A descriptor that speaks when a child has ended; None where the system has none."""
    try:
        handle = os.pidfd_open(child)
    except (AttributeError, OSError):
        yield None
        return
    try:
        yield handle
    finally:
        os.close(handle)


def _exit_code(child: int) -> int | None:
    found = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if found is None:
        return None
    killed = found.si_code in (os.CLD_KILLED, os.CLD_DUMPED)
    return -found.si_status if killed else found.si_status


def open_trace(folder: Path) -> int:
    """Return a file for a traceback that nobody else can open: it has no name."""
    path = folder / f".trace-{os.getpid()}"
    trace = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    path.unlink()
    return trace


def request_trace(child: int, trace: int) -> None:
    """Have a child write where it is into `trace`."""
    os.ftruncate(trace, 0)
    os.lseek(trace, 0, os.SEEK_SET)
    os.kill(child, TRACE_SIGNAL)


def kill_remaining(child: int, *, exclusive: bool) -> None:
    """End everything that a child has left, itself too.

    With `exclusive`, no process here is anybody else's: every one but the first of the sandbox and
    this one is ended, and new ones as they come. Without it, those of the child's session.
    """
    if exclusive:
        for _ in range(1000):
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                break
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            time.sleep(0.001)
    else:
        # It may not have come to leading a session of its own.
        for end in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                end(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)
