"""The parent's side: ask a worker, wait as long as it may take, and say how it ended."""

import signal
import time
from collections.abc import Generator
from typing import Generic, TypeVar

from workbook.worker import frames
from workbook.worker.launch import Launcher
from workbook.worker.process import Exit, WorkerProcess
from workbook.worker.trace import TRACE_AT

__all__ = ["START_TIMEOUT", "JobStopped", "Worker", "meaning"]

# Seconds that a worker may take to start, beyond those of a job: NumPy is read from a slow disk.
START_TIMEOUT = 60.0
_MOST_MESSAGES = 2000
_MOST_BYTES = 1024 * 2**20


class JobStopped(Exception):
    """A worker did not come to the end of its job.

    Attributes
    ----------
    outcome : str
        `timeout`, `crashed`, `memory`, or `infra` (our fault).
    detail : str
        Why, for a log.
    """

    def __init__(self, outcome: str, detail: str = "") -> None:
        super().__init__(outcome, detail)
        self.outcome, self.detail = outcome, detail


L = TypeVar("L", bound=Launcher)


class Worker(Generic[L]):
    """A worker that is started when it is needed and replaced when it dies.

    Parameters
    ----------
    launcher : Launcher
        Closed with it.
    """

    def __init__(self, launcher: L) -> None:
        self.launcher = launcher
        self._process: WorkerProcess | None = None
        self._ready = False

    def start(self) -> WorkerProcess:
        """Start it now, so that it is ready when the first job comes."""
        if self._process is None or not self._process.is_alive():
            self.kill()
            self._process = WorkerProcess(self.launcher.command(), total=_MOST_BYTES)
            self._ready = False
        return self._process

    def ask(self, *messages: bytes, seconds: float, late: float = 0.0) -> Generator[bytes]:
        """Send a job and return what comes back, until the caller has heard enough.

        Parameters
        ----------
        messages : bytes
            The job.
        seconds : float
            Limit, from when it is ready to begin.
        late : float
            What an answer may come late by, where the limit is kept on the other side.

        Raises
        ------
        JobStopped
            If the answer does not come to its end; the process is gone then.
        """
        try:
            process = self._send(*messages)
            starting = not self._ready
            now = time.monotonic()
            trace_at = now + seconds * TRACE_AT
            deadline = now + seconds + (START_TIMEOUT if starting else late)
            for _ in range(_MOST_MESSAGES):
                try:
                    message = process.receive(deadline)
                except TimeoutError:
                    if self._ready:
                        raise JobStopped("timeout") from None
                    raise JobStopped("infra", "the process did not start in time") from None
                if isinstance(message, Exit):
                    raise self._stopped(message.code, time.monotonic() >= trace_at)
                if not self._ready and message == frames.READY:
                    self._ready = True
                    now = time.monotonic()
                    trace_at, deadline = now + seconds * TRACE_AT, now + seconds + late
                else:
                    yield message
            raise JobStopped("crashed", "it answered without end")
        except JobStopped:
            self.kill()
            raise

    def _send(self, *messages: bytes) -> WorkerProcess:
        """Send a job to a worker that has said nothing that it was not asked for."""
        process = self._process
        while process is not None and process.has_message():
            ready = not self._ready and process.receive(0.0) == frames.READY
            self._ready = self._ready or ready
            if not ready:
                self.kill()
                break
        try:
            process = self.start()
            process.send(*messages)
        except OSError as error:
            raise JobStopped("infra", f"the process could not be started: {error}") from error
        return process

    def _stopped(self, code: int | None, trace_requested: bool) -> JobStopped:
        detail = f"the process ended with code {code}"
        if not self._ready:
            return JobStopped("infra", detail)  # No student code has run.
        return JobStopped(meaning(code, trace_requested), detail)

    def kill(self) -> None:
        """End the process and everything that it started."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process and remove its temporary directory."""
        self.kill()
        self.launcher.close()


def meaning(code: int | None, trace_requested: bool) -> str:
    """Return the outcome that an exit code stands for.

    Parameters
    ----------
    code : int or None
        Negative for a signal.
    trace_requested : bool
        Whether it was asked where it is, which running code may not survive.
    """
    if code == -getattr(signal, "SIGKILL", 9):
        return "memory"  # Nobody here killed it: the system ran out of memory.
    if code == -signal.SIGSEGV and trace_requested:
        return "timeout"
    return "crashed"
