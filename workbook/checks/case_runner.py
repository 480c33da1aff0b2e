"""Run an exercise's cases in a worker and gather what they saw."""

import contextlib
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import msgspec

from workbook import curriculum
from workbook.checks.launcher import checks_launcher
from workbook.checks.worker import messages
from workbook.locale.sentence import Sentence, Value
from workbook.records import Record
from workbook.student.source_blocks import Replacement
from workbook.worker.client import JobStopped, Worker
from workbook.worker.codec import CodecError
from workbook.worker.frames import FrameError
from workbook.worker.launch import SpawnLauncher
from workbook.worker.trace import innermost

__all__ = ["CaseRun", "CaseRunner", "SpawnTransport", "Transport"]


@dataclass
class CaseRun:
    """What came of one job.

    Attributes
    ----------
    outcome : str
        Empty if it ran to its end; else `timeout`, `crashed`, `memory` or `infra`.
    records : list of Record
        Of the cases that ran to their end.
    case : str
        The case during which it ended; empty if that was before the first.
    importing : str
        The student's file that was being imported when it ended; else empty.
    opened : Opened or None
        What importing the student's files has shown so far.
    catalogue : list of ListedMisconception
        The misconceptions, if they were asked for.
    measured : Measured or None
        What a network of the bug hunt did, if that was asked for.
    file, line : str, int
        Where the student's code was when it ended, if known.
    detail : str
        Why, for a log.
    """

    outcome: str = ""
    records: list[Record] = field(default_factory=list)
    case: str = ""
    importing: str = ""
    opened: messages.Opened | None = None
    catalogue: list[messages.ListedMisconception] = field(default_factory=list)
    measured: messages.Measured | None = None
    file: str = ""
    line: int = 0
    detail: str = ""
    seconds: float = 0.0


class Transport(Protocol):
    """How jobs reach a process and events come back."""

    def start(self) -> object:
        """Have a process ready for the next job."""

    def run(self, job: messages.CheckJob) -> Generator[messages.CheckEvent]:
        """Do one job; a `JobStopped` if it does not come to its end."""

    def trace(self) -> str:
        """Return where the process was when it ended, as faulthandler writes it."""

    def recycle(self, failed: bool) -> None:
        """Have the next job find a process as good as new; `failed` if the last one did not."""

    def close(self) -> None:
        """End the process."""


class SpawnTransport:
    """A plain process that does one job after another.

    Parameters
    ----------
    worker : Worker
        Of `checks_launcher`; closed with this.
    """

    def __init__(self, worker: Worker[SpawnLauncher]) -> None:
        self._worker = worker
        self.start, self.trace, self.close = worker.start, worker.launcher.trace, worker.close

    def run(self, job: messages.CheckJob) -> Generator[messages.CheckEvent]:
        """Do one job."""
        for message in self._worker.ask(messages.JOBS.encode(job), seconds=job.seconds):
            yield (event := messages.EVENTS.decode(message))
            if isinstance(event, messages.JobDone | messages.JobFailed):
                return

    def recycle(self, failed: bool) -> None:
        """End a process that failed: what student code holds there must cost nobody memory."""
        if failed:
            self._worker.kill()


class CaseRunner:
    """Runs jobs one after the other; what student code does ends none but its own.

    Parameters
    ----------
    transport : Transport, optional
        By default a plain process; closed with this.
    timeout : float
        Seconds for one job.
    memory : int
        Megabytes of address space for the default's process (POSIX only); 0 for no limit.
    path_prefixes : sequence of str
        How paths into the student's folder begin; left out of what is said about its files.
    believed : bool
        Whether the worker may say that our own code failed in it. In grading student code could
        say so to escape its verdict.
    """

    def __init__(
        self,
        transport: Transport | None = None,
        *,
        timeout: float = 30.0,
        memory: int = 4096,
        path_prefixes: Sequence[str] = (),
        believed: bool = True,
    ) -> None:
        self.timeout = timeout
        self._transport = transport or SpawnTransport(Worker(checks_launcher(memory)))
        self._path_prefixes = path_prefixes
        self._own_failure = "infra" if believed else "crashed"
        self._opened: messages.Opened | None = None

    def __enter__(self) -> "CaseRunner":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Have a process ready when the first job comes."""
        self._transport.start()

    def close(self) -> None:
        """End the process and remove its folder."""
        self._transport.close()

    def run(self, job: messages.CheckJob, *, timeout: float | None = None) -> CaseRun:
        """Do one job; never raises because of what student code did."""
        limit = self.timeout if timeout is None else timeout
        run = CaseRun()
        began = time.monotonic()
        sent = msgspec.structs.replace(job, seconds=limit)
        try:
            with contextlib.closing(self._transport.run(sent)) as events:
                for event in events:
                    self._take(event, run, job.exercise)
        except JobStopped as stopped:
            run.outcome, run.detail = stopped.outcome, stopped.detail
        # Sentences of a process that ran student code may be nested without end.
        except (CodecError, FrameError, RecursionError) as error:
            run.outcome, run.detail = "crashed", f"it answered nonsense: {error}"
        if run.outcome:
            run.file, run.line = innermost(self._transport.trace(), Path(job.impl))
        run.opened = self._opened
        failed = [r.raised.type for r in run.records if r.raised] if not run.outcome else []
        self._transport.recycle(bool(run.outcome) or "MemoryError" in failed)
        run.seconds = time.monotonic() - began
        return run

    def _take(self, event: messages.CheckEvent, run: CaseRun, exercise: str) -> None:
        if isinstance(event, messages.CaseRecord):
            record = event.record
            if record.exercise != exercise or record.case != run.case:
                raise CodecError(f"a record of {record.exercise}/{record.case}")
            run.records.append(record)
        elif isinstance(event, messages.CaseStarted):
            run.case = event.case
        elif isinstance(event, messages.Importing):
            run.importing = event.file
        elif isinstance(event, messages.Opened):
            run.importing = ""
            self._opened = _merged(
                self._opened or messages.Opened(), _without_paths(event, self._path_prefixes)
            )
        elif isinstance(event, messages.Misconceptions):
            run.catalogue = event.rows
        elif isinstance(event, messages.Measured):
            run.measured = event
        elif isinstance(event, messages.JobFailed):
            # Memory that student code still holds can fail our own lines.
            run.outcome = "memory" if event.type == "MemoryError" else self._own_failure
            run.detail = f"{event.type}: {event.message}"


def _without_paths(opened: messages.Opened, prefixes: Sequence[str]) -> messages.Opened:
    """Return what opening the implementation showed, without where it lies."""

    def short(text: str) -> str:
        for prefix in prefixes:
            text = text.replace(prefix, "")
        return text

    def short_value(value: Value) -> Value:
        if isinstance(value, Sentence):
            return short_sentence(value)
        return short(value) if isinstance(value, str) else [short(each) for each in value]

    def short_sentence(sentence: Sentence) -> Sentence:
        values = {name: short_value(value) for name, value in sentence.values.items()}
        return Sentence(sentence.id, values)

    def short_block(block: Replacement) -> Replacement:
        return replace(block, message=short(block.message))

    def short_problem(problem: messages.ImportProblem) -> messages.ImportProblem:
        sentence = short_sentence(problem.sentence) if problem.sentence else None
        message = short(problem.message)
        return msgspec.structs.replace(problem, message=message, sentence=sentence)

    problems = {file: short_problem(problem) for file, problem in opened.problems.items()}
    mended = {file: [short_block(one) for one in blocks] for file, blocks in opened.mended.items()}
    return msgspec.structs.replace(opened, problems=problems, mended=mended)


def _merged(known: messages.Opened, new: messages.Opened) -> messages.Opened:
    """What is known of the student's files after a process that opened some of them."""
    exercises = {e.id for e in curriculum.load() if e.file in new.files}
    problems = {f: v for f, v in known.problems.items() if f not in new.files} | new.problems
    mended = {f: v for f, v in known.mended.items() if f not in new.files} | new.mended
    absent = [name for name in known.absent if name not in exercises] + new.absent
    return messages.Opened(problems, mended, absent)
