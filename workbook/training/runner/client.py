"""The parent's side: start an experiment, follow it, stop it within a second."""

import contextlib
import hashlib
import os
import threading
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

from workbook.errors import WorkbookError
from workbook.student import locations
from workbook.training.result_codec import from_plain
from workbook.training.results import ProgressUpdate
from workbook.training.runner import messages
from workbook.training.runner.failure import Failure
from workbook.worker.launch import THREADS, SpawnLauncher
from workbook.worker.process import Exit, WorkerProcess

__all__ = ["ExperimentRunner", "Job", "content_hash"]

State = Literal["running", "done", "stopped", "failed", "crashed"]

_SECONDS_TO_STOP = 0.5
_SECONDS_TO_DIE = 0.4


class Job:
    """One run of one experiment.

    Attributes
    ----------
    experiment : str
    settings : dict
    result : object or None
        The experiment's result, when it is "done", or "stopped" and had time to answer.
    failure : Failure or None
        What went wrong, when it "failed" or "crashed".
    printed : str
        What the student's code printed, cut off after some thousand letters.
    done, total : int
        How much of it is done; 0 of 0 before the first update.
    """

    def __init__(
        self, experiment: str, settings: dict[str, Any], on_change: Callable[[], object] | None
    ) -> None:
        self.experiment = experiment
        self.settings = settings
        self.result: Any = None
        self.failure: Failure | None = None
        self.printed = ""
        self.done = self.total = 0
        self._state: State = "running"
        self._on_change = on_change
        self._updates: list[ProgressUpdate] = []
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._stopping = False
        self._worker: _Worker | None = None

    @property
    def state(self) -> State:
        """ "running", then "done", "stopped", "failed" or "crashed"."""
        return self._state

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._state == "running"

    def take_updates(self) -> list[ProgressUpdate]:
        """The updates since the last call; also after the job was stopped or killed."""
        with self._lock:
            updates, self._updates = self._updates, []
        return updates

    def wait(self, timeout: float | None = None) -> Self:
        """Wait until it has ended, or for so many seconds."""
        self._ended.wait(timeout)
        return self

    def request_stop(self) -> None:
        """Ask it to end with what it has; does not wait, and kills it if it does not listen."""
        worker = self._worker
        if worker is None or not self.running or self._stopping:
            return
        self._stopping = True
        worker.request_stop()
        timer = threading.Timer(_SECONDS_TO_STOP, self._kill)
        timer.daemon = True
        timer.start()

    def stop(self) -> Self:
        """Ask it to end, kill it if it does not, and wait: a second at most."""
        self.request_stop()
        self._ended.wait(_SECONDS_TO_STOP + _SECONDS_TO_DIE)
        return self

    def _kill(self) -> None:
        worker = self._worker
        if worker is not None and self.running:
            worker.close()

    def _receive(self, answer: messages.ExperimentAnswer) -> None:
        """What the process said; called by the thread that reads from it."""
        if isinstance(answer, messages.ExperimentUpdates):
            updates = [
                ProgressUpdate(u.series, u.done, u.total, u.values.value()) for u in answer.updates
            ]
            with self._lock:
                self._updates += updates
                self.printed += answer.printed
                if updates:
                    self.done, self.total = updates[-1].done, updates[-1].total
            self._changed()
        elif isinstance(answer, messages.ExperimentDone):
            self.result = from_plain(answer.result.value())
            self._end("stopped" if answer.asked_to_stop else "done")
        elif isinstance(answer, messages.ExperimentFailed):
            self.failure = answer.failure
            self._end("failed")

    def _lost(self, code: int | None) -> None:
        """The child is gone."""
        if not self.running:
            return
        if self._stopping:
            self._end("stopped")
            return
        self.failure = Failure("Crashed", f"the code ended its own process (exit code {code})")
        self._end("crashed")

    def _end(self, state: State) -> None:
        self._state = state
        self._worker = None
        self._ended.set()
        self._changed()

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change()


class _Worker:
    """A process and the job that it runs."""

    def __init__(self, folder: Path, content_hash: str) -> None:
        self.content_hash = content_hash
        # Weak, as the reading thread holds it: a job that nobody follows any more, and
        # the process with it, are let go.
        self._current: list[weakref.ref[Job]] = []
        self._launcher = SpawnLauncher(
            "workbook.training.runner.handler",
            str(folder),
            # The nets are small: more threads than one cost more than they bring.
            environment={**dict.fromkeys(THREADS, "1"), **os.environ},
        )
        deliver = partial(_deliver, self._current)
        self.process = WorkerProcess(self._launcher.command(), deliver, largest=2**30)

    def run(self, job: Job, *, once: bool) -> None:
        request = messages.ExperimentJob(job.experiment, messages.Plain.of(job.settings), once)
        self._current[:] = [weakref.ref(job)]
        job._worker = self
        try:
            self.process.send(messages.REQUESTS.encode(request))
        except OSError:
            job._lost(None)

    def request_stop(self) -> None:
        with contextlib.suppress(OSError):
            self.process.send(messages.REQUESTS.encode(messages.StopExperiment()))

    def close(self) -> None:
        self.process.kill()


def _deliver(current: list[weakref.ref[Job]], message: bytes | Exit) -> None:
    """Hand what a process says to the job that it runs; an error ends the process."""
    job = current[-1]() if current else None
    if job is None:
        return
    if isinstance(message, Exit):
        job._lost(message.code)
    else:
        job._receive(messages.ANSWERS.decode(message))


class ExperimentRunner:
    """Runs experiments of `training.runner.registry`, one at a time, in a child process.

    Parameters
    ----------
    folder : path, optional
        The exercises; by default those that `workbook.exercises` shows when a run begins.
    keep : bool, optional
        Whether one child serves run after run, for what must answer at once; it is
        replaced when a file has changed. Otherwise each run has a child of its own, and
        nothing that the student's code left behind changes the next one's numbers.
    on_change : callable, optional
        Called without arguments, from another thread, when a job has news.
    """

    def __init__(
        self,
        folder: Path | str | None = None,
        *,
        keep: bool = False,
        on_change: Callable[[], object] | None = None,
    ) -> None:
        self._folder = None if folder is None else Path(folder)
        self._keep = keep
        self._on_change = on_change
        self._worker: _Worker | None = None
        self._job: Job | None = None

    def run(self, experiment: str, **settings: Any) -> Job:
        """Start an experiment and return at once; one that still runs is stopped first.

        Raises
        ------
        WorkbookError
            If there is no such folder.
        """
        if self._job is not None and self._job.running:
            self._job.stop()
        folder = (self._folder or locations.exercises_folder()).resolve()
        if not folder.is_dir():
            raise WorkbookError(f"There is no folder {folder}.")
        now = content_hash(folder)
        worker = self._worker
        if (
            worker is None
            or not self._keep
            or worker.content_hash != now
            or not worker.process.is_alive()
        ):
            self.close()
            worker = self._worker = _Worker(folder, now)
        self._job = Job(experiment, settings, self._on_change)
        worker.run(self._job, once=not self._keep)
        return self._job

    @property
    def pid(self) -> int | None:
        """The child's process id, if there is one."""
        worker = self._worker
        return worker.process.pid if worker is not None and worker.process.is_alive() else None

    def close(self) -> None:
        """End the child; a running job ends as stopped."""
        if self._worker is not None:
            if self._job is not None and self._job.running:
                self._job._stopping = True
            self._worker.close()
            self._worker = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def content_hash(folder: Path) -> str:
    """The exercises' contents in one word."""
    digest = hashlib.sha256(str(folder).encode("utf-8"))
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode("utf-8"))
        with contextlib.suppress(OSError):
            digest.update(path.read_bytes())
    return digest.hexdigest()
