"""The coordinator's side of reading submissions: one process for the class, replaced if it dies."""

import contextlib
import os
from pathlib import Path

from workbook.errors import WorkbookError
from workbook.grading.intake import messages
from workbook.grading.intake.file_names import printable
from workbook.worker.client import JobStopped, Worker
from workbook.worker.codec import CodecError
from workbook.worker.launch import SpawnLauncher

__all__ = ["SubmissionReader"]

_TRIES = 2


class SubmissionReader:
    """Reads folders and archives in a process with limits; use it in a `with`.

    Parameters
    ----------
    seconds : float
        Limit for one submission.
    memory : int
        Megabytes of address space for the process (POSIX only).
    """

    def __init__(self, seconds: float = 30.0, memory: int = 768) -> None:
        self._seconds = seconds
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        self._worker = Worker(
            SpawnLauncher(
                "workbook.grading.intake.handler",
                environment=environment,
                memory=memory,
                own_folder=True,
            )
        )

    def __enter__(self) -> "SubmissionReader":
        with contextlib.suppress(OSError):  # The first job says so.
            self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.close()

    def list_attempts(self, folder: Path) -> messages.Listed | messages.Refused:
        """Return the attempts in a student's folder, or why it cannot be read.

        Raises
        ------
        WorkbookError
            If there is no process to read it: that is our fault.
        """
        found = self._ask(messages.ListJob(_path(folder)), folder)
        return found if isinstance(found, messages.Listed) else _refused(found, folder)

    def read(self, path: Path) -> messages.HandedIn:
        """Return what is in an attempt; `invalid` says why it cannot be read.

        Raises
        ------
        WorkbookError
            If there is no process to read it: that is our fault.
        """
        found = self._ask(messages.ReadJob(_path(path)), path)
        if isinstance(found, messages.HandedIn):
            return found
        return messages.HandedIn(invalid=_refused(found, path).reason)

    def _ask(self, job: messages.Job, path: Path) -> messages.Answer:
        """Ask once more in a new process if the first came to no end, or ran out of memory.

        What an earlier submission left in the process, or a system that was short of memory for
        a moment, must cost nobody their grade.
        """
        found: messages.Answer = _refused(None, path)
        for _ in range(_TRIES):
            ended: JobStopped | None = None
            try:
                with contextlib.closing(
                    self._worker.ask(messages.JOBS.encode(job), seconds=self._seconds)
                ) as answers:
                    found = messages.ANSWERS.decode(next(answers))
            except JobStopped as stopped:
                ended = stopped
                found = messages.Refused(f"{printable(path.name)} {self._meaning(stopped)}.")
                continue
            except CodecError:
                self._worker.kill()
                continue
            if not isinstance(found, messages.Refused) or not found.out_of_memory:
                break
            self._worker.kill()
        if ended is not None and ended.outcome == "infra":
            raise WorkbookError(
                f"The process that reads submissions does not start: {ended.detail}."
            )
        return found

    def _meaning(self, stopped: JobStopped) -> str:
        if stopped.outcome == "timeout":
            return f"takes longer than {self._seconds:g} seconds to be read"
        return "ends the process that reads it"


def _path(path: Path) -> bytes:
    return os.fsencode(path.absolute())


def _refused(found: object, path: Path) -> messages.Refused:
    if isinstance(found, messages.Refused):
        return found
    return messages.Refused(f"{printable(path.name)} cannot be read.")
