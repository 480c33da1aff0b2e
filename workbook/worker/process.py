"""One process that runs student code: started apart, read by a thread, killed with its group."""

import contextlib
import os
import queue
import select
import signal
import subprocess
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook.worker import frames
from workbook.worker.frames import FrameError

__all__ = ["Command", "Exit", "WorkerProcess"]

_SECONDS_TO_DIE = 2.0
# Away from this terminal's Ctrl-C, and the leader of whatever it starts itself.
_APART: dict[str, Any] = (
    {"start_new_session": True}
    if os.name == "posix"
    else {"creationflags": 0x08000000 | 0x00000200}  # No window, a group of its own.
)


@dataclass(frozen=True)
class Command:
    """What is started: its arguments, all of its environment and its folder (None: as here)."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """The process is gone, or was ended after it closed its output; negative for a signal."""

    code: int | None


class WorkerProcess:
    """A started process. It ends with this object, and with this interpreter.

    Parameters
    ----------
    command : Command
    deliver : callable, optional
        Given each message, and an `Exit` at the end, by the thread that reads them; by default
        they wait for `receive`.
    largest, total : int, optional
        Bytes of a message, and of all messages; more ends the process.

    Raises
    ------
    OSError
        If it cannot be started.
    """

    def __init__(
        self,
        command: Command,
        deliver: Callable[[bytes | Exit], object] | None = None,
        *,
        largest: int = frames.MAX_FRAME,
        total: float = float("inf"),
    ) -> None:
        self._messages: queue.SimpleQueue[bytes | Exit] = queue.SimpleQueue()
        self._popen = subprocess.Popen(
            command.arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=command.folder,
            env=command.environment,
            **_APART,
        )
        self._sending = threading.Lock()
        self.kill = weakref.finalize(self, _end, self._popen)
        """Kill it and whatever it has started, and wait until it is gone; once."""
        # The thread does not hold this object: whoever drops it ends the process.
        arguments = (self._popen, self.kill, deliver or self._messages.put, largest, total)
        threading.Thread(target=_read, args=arguments, daemon=True, name="workbook-reader").start()
        with contextlib.suppress(AttributeError, OSError):
            watched = os.pidfd_open(self._popen.pid), self.kill
            threading.Thread(target=_watch, args=watched, daemon=True, name="workbook-exit").start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._popen.pid

    def is_alive(self) -> bool:
        """Return whether it has not ended."""
        return self._popen.poll() is None

    def send(self, *messages: bytes) -> None:
        """Send messages; an OSError if nobody takes them."""
        assert self._popen.stdin is not None
        with self._sending:
            self._popen.stdin.write(b"".join(map(frames.frame, messages)))
            self._popen.stdin.flush()

    def receive(self, deadline: float) -> bytes | Exit:
        """Return the next message; a TimeoutError if there is none by then (`time.monotonic`)."""
        try:
            return self._messages.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise TimeoutError from None

    def has_message(self) -> bool:
        """Return whether `receive` would not wait."""
        return not self._messages.empty()


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_DIE)
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()


def _watch(exited: int, kill: Callable[[], object]) -> None:
    """End what a process leaves behind, which may keep its output open: a sandbox, for one."""
    poll = select.poll()
    poll.register(exited, select.POLLIN)
    poll.poll()
    os.close(exited)
    kill()


def _read(
    process: subprocess.Popen[bytes],
    kill: Callable[[], object],
    deliver: Callable[[bytes | Exit], object],
    largest: int,
    total: float,
) -> None:
    """Deliver messages to the end; a thread, because Windows cannot wait on pipes."""
    stream: Any = process.stdout
    try:
        with contextlib.suppress(OSError, ValueError):
            while (message := frames.read(stream, largest)) is not None:
                if (total := total - len(message)) < 0:
                    raise FrameError("its messages are too many")
                deliver(message)
                del message
            process.wait(_SECONDS_TO_DIE)
    except subprocess.TimeoutExpired:
        pass  # It has closed its output and goes on.
    finally:
        code = process.poll()
        kill()
        deliver(Exit(code))
        # Here and not by whoever kills it: closing a stream waits for its reader.
        with contextlib.suppress(OSError):
            stream.close()
