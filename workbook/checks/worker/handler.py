"""The handler of checks: runs the cases of one exercise after another."""

import contextlib
import faulthandler
import queue
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from workbook.checks.worker import blocked_imports, messages, run_cases
from workbook.checks.worker.import_watch import watched_imports
from workbook.checks.worker.open_implementation import open_implementation
from workbook.course import cases_of
from workbook.student.implementation import Implementation, load_implementation
from workbook.worker import frames
from workbook.worker.channel import Channel
from workbook.worker.trace import TRACE_AT

if TYPE_CHECKING:
    from workbook.checks.misconceptions import Catalogue

__all__ = ["serve"]


class _CaseWorker:
    """Keeps the implementations that were opened, and does one job after another."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._opened: dict[str, Implementation] = {}
        self._references: dict[str, Implementation] = {}
        self._catalogues: dict[tuple[str, str], Catalogue] = {}

    def say(self, event: messages.CheckEvent) -> None:
        self._channel.send(messages.EVENTS.encode(event))

    def _open(self, folder: str, skip: dict[str, str]) -> Implementation:
        if folder not in self._opened:
            with watched_imports(lambda file: self.say(messages.Importing(file))):
                self._opened[folder], opened = open_implementation(Path(folder), skip)
            self.say(opened)
        return self._opened[folder]

    def _reference(self, folder: str) -> Implementation:
        if folder not in self._references:
            self._references[folder] = load_implementation(folder)
        return self._references[folder]

    def run(self, job: messages.CheckJob) -> None:
        if isinstance(job, messages.CaseJob):
            self._run_cases(job)
        elif isinstance(job, messages.CatalogueJob):
            self._list_misconceptions(job)
        elif isinstance(job, messages.HuntJob):
            self._measure(job)

    def _run_cases(self, job: messages.CaseJob) -> None:
        reference = self._reference(job.reference) if job.reference else None
        # Ours first: what student code puts in the place of NumPy must not reach it.
        cases_of(job.exercise)
        with contextlib.ExitStack() as stack:
            impl = self._reference(job.impl) if job.trusted else self._open(job.impl, job.skip)
            if job.misconception:
                # Only the builder of the answer key and the tests ask for this.
                catalogue = self._catalogue(job.exercise, job.impl)
                stack.enter_context(catalogue.planted(job.misconception))
            for record in run_cases.run_exercise(
                job.exercise,
                impl,
                seed=job.seed,
                folder=Path(job.impl),
                reference=reference,
                replaced=job.replaced,
                only=job.only,
                on_case=lambda case: self.say(messages.CaseStarted(case)),
            ):
                self.say(messages.CaseRecord(record))

    def _list_misconceptions(self, job: messages.CatalogueJob) -> None:
        catalogue = self._catalogue(job.exercise, job.impl)
        rows = [
            messages.ListedMisconception(m.id, m.row, m.message, m.outcome)
            for m in catalogue.misconceptions.values()
        ]
        rows += [
            messages.ListedMisconception(a.id, a.row, correct=True)
            for a in catalogue.alternatives.values()
        ]
        self.say(messages.Misconceptions(rows))

    def _catalogue(self, exercise_id: str, folder: str) -> "Catalogue":
        key = (folder, exercise_id)
        if key not in self._catalogues:
            from workbook.checks.misconceptions import Catalogue

            self._catalogues[key] = Catalogue.read(exercise_id, self._reference(folder))
        return self._catalogues[key]

    def _measure(self, job: messages.HuntJob) -> None:
        from workbook.checks.worker import bughunt

        right, wrong, gradients = bughunt.measure(
            self._open(job.impl, {}), job.network, job.code, job.names
        )
        without, planted = (messages.Curves(each.loss, each.val_loss) for each in (right, wrong))
        self.say(messages.Measured(without, planted, gradients))


def serve(channel: Channel, traces: TextIO) -> None:
    """Do jobs until no more come.

    Parameters
    ----------
    channel : Channel
    traces : file
        Where a job that does not end says where it is; the parent reads it after the kill.
    """
    blocked_imports.install()
    worker = _CaseWorker(channel)
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    channel.listen(jobs.put)
    channel.send(frames.READY)
    while True:
        job = messages.JOBS.decode(jobs.get())
        faulthandler.dump_traceback_later(max(0.1, job.seconds * TRACE_AT), file=traces)
        try:
            worker.run(job)
            worker.say(messages.JobDone())
        except Exception as error:
            worker.say(messages.JobFailed(type(error).__name__, str(error)[:500]))
        faulthandler.cancel_dump_traceback_later()
