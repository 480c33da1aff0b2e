"""A process that runs student code: jobs come in as lines of JSON, records go out as frames.

Standard output of this process belongs to nobody: the results have a descriptor of their
own, so that a flood of prints, even one written past Python, cannot mix with them.
"""

import contextlib
import faulthandler
import json
import os
import queue
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from workbook import curriculum
from workbook.checks.worker import blocked_imports, open_implementation, run_cases
from workbook.checks.worker.import_watch import watched_imports
from workbook.checks.worker.protocol import READY, RECORD, MessageSink, StreamSink
from workbook.course import cases_of
from workbook.records import encode
from workbook.student.implementation import Implementation, load_implementation

if TYPE_CHECKING:
    from workbook.checks.misconceptions import Catalogue


def _take_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Take stdin and stdout for ourselves and leave nothing behind them for student code."""
    jobs, results = os.dup(0), os.dup(1)
    for handle in (jobs, results):
        os.set_inheritable(handle, False)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nowhere, handle)
    return os.fdopen(jobs, "rb"), os.fdopen(results, "wb")


def _limit_memory(megabytes: int) -> None:
    if sys.platform == "win32" or megabytes <= 0:
        return
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):  # macOS refuses RLIMIT_AS.
        return


class Worker:
    """Keeps the implementations that were opened, and does one job after another."""

    def __init__(self, output: MessageSink) -> None:
        self._output = output
        self._opened: dict[str, open_implementation.OpenedImplementation] = {}
        self._references: dict[str, Implementation] = {}
        self._catalogues: dict[tuple[str, str], Catalogue] = {}

    def open(self, folder: Path, skip: dict[str, str]) -> Implementation:
        key = str(folder)
        if key not in self._opened:
            with watched_imports(self._output.importing):
                opened = open_implementation.open_implementation(folder, skip)
            self._opened[key] = opened
            self._output.event(
                "impl", problems=opened.problems, mended=opened.mended, absent=opened.absent
            )
        return self._opened[key].impl

    def reference(self, folder: str) -> Implementation:
        if folder not in self._references:
            self._references[folder] = load_implementation(folder)
        return self._references[folder]

    def run(self, job: dict[str, Any]) -> None:
        folder = Path(job["impl"])
        reference = self.reference(job["reference"]) if job.get("reference") else None
        if job["exercise"] in curriculum.load():
            # Ours first: what student code puts in the place of NumPy must not reach it.
            cases_of(job["exercise"])
        with contextlib.ExitStack() as stack:
            if job.get("trusted"):
                impl = self.reference(str(folder))
            else:
                impl = self.open(folder, job.get("skip", {}))
            if job.get("hunt"):
                from workbook.checks.worker import bughunt

                self._output.event("measured", measured=bughunt.measure(impl, **job["hunt"]))
                return
            if job.get("catalogue"):
                self._list(self._catalogue(impl, job["exercise"]))
                return
            if job.get("misconception"):
                # Only the builder of the answer key and the tests ask for this.
                catalogue = self._catalogue(impl, job["exercise"])
                stack.enter_context(catalogue.planted(job["misconception"]))
            for record in run_cases.run_exercise(
                job["exercise"],
                impl,
                seed=job["seed"],
                folder=folder,
                reference=reference,
                only=job.get("only"),
                on_case=self._output.case,
            ):
                self._output.send(RECORD, encode(record))

    def _catalogue(self, impl: Implementation, exercise_id: str) -> "Catalogue":
        key = (str(impl.folder), exercise_id)
        if key not in self._catalogues:
            from workbook.checks.misconceptions import Catalogue

            self._catalogues[key] = Catalogue.read(exercise_id, impl)
        return self._catalogues[key]

    def _list(self, catalogue: "Catalogue") -> None:
        wrong = [
            {"id": m.id, "message": m.message, "row": m.row, "correct": False}
            for m in catalogue.misconceptions.values()
        ]
        right = [
            {"id": a.id, "row": a.row, "correct": True} for a in catalogue.alternatives.values()
        ]
        self._output.event("catalogue", misconceptions=[*wrong, *right])


def _read_jobs(jobs: IO[bytes], lines: "queue.SimpleQueue[bytes]") -> None:
    """Take jobs in; when no more can come, leave at once, whatever student code is doing."""
    for line in jobs:
        lines.put(line)
    os._exit(0)


def main() -> None:
    """Work until no more jobs come."""
    megabytes, trace = int(sys.argv[1]), sys.argv[2]
    jobs, results = _take_streams()
    output = StreamSink(results)
    _limit_memory(megabytes)
    blocked_imports.install()
    worker = Worker(output)
    with open(trace, "w", encoding="utf-8") as traces:
        faulthandler.enable(traces)
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_read_jobs, args=(jobs, lines), daemon=True).start()
        output.send(READY, b"")
        while True:
            job = json.loads(lines.get())
            # Where a job that does not end has got to; the parent reads it after the kill.
            faulthandler.dump_traceback_later(job["trace_after"], file=traces)
            try:
                worker.run(job)
                output.event("done")
            except Exception as error:
                output.event("failed", type=type(error).__name__, message=str(error)[:500])
            faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main()
