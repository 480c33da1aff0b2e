"""Time the class grader: submissions a minute, memory of a worker, and nbgrader beside it.

    python -m benchmarks.grading                    # judge alone and with nbval, 1 and 2 jobs
    python -m benchmarks.grading --students 40      # of a class that grows from a quarter of it
    python -m benchmarks.grading --nbgrader PYTHON  # a Python that has nbgrader and workbook
    python -m benchmarks.grading --long 1000        # of one exercise each: does it stay linear?

The class is half solutions and half stubs. What is meant by overhead, `benchmarks.overhead` says.
Prints a table and writes results/benchmarks_grading.json.
"""

import argparse
import contextlib
import json
import os
import platform
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks import overhead
from benchmarks.overhead import NOTEBOOKS, ROOT, students
from workbook import curriculum
from workbook.grading import scheduler
from workbook.grading.units import Settings, Submission


class Memory:
    """The largest resident size of a worker of this run and of a sandbox's server, in megabytes."""

    def __init__(self) -> None:
        self.worker = self.child = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.2):
            for process in me.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    size = process.memory_info().rss / 2**20
                    if process.ppid() == me.pid:
                        self.worker = max(self.worker, size)
                    elif any(
                        "workbook.grading.sandbox.fork_server" in w for w in process.cmdline()
                    ):
                        self.child = max(self.child, size)


def timed(
    number: int,
    jobs: int,
    notebooks: tuple[str, ...],
    salt: str,
    exercises: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Grade a class; the first submission of each worker is left out of the time."""
    exercises = exercises or tuple(curriculum.load().ids())
    settings = Settings("be9c4", exercises, notebooks)
    warm = 2 * jobs
    received: dict[str, set[str]] = {}
    times: list[float] = []

    def on_result(submission: Submission, results: list[Any]) -> None:
        kinds = received.setdefault(submission.name, set())
        kinds.update(result.kind for result in results)
        assert not any(result.infra for result in results), results[0].log
        if len(kinds) == 1 + bool(notebooks):
            times.append(time.monotonic())

    with Memory() as memory:
        scheduler.run(
            students(number + warm, salt),
            settings,
            jobs=jobs,
            done=lambda key: None,
            on_result=on_result,
        )
    seconds = times[-1] - times[warm - 1]
    return {
        "students": number,
        "jobs": jobs,
        "notebooks": len(notebooks),
        "exercises": len(exercises),
        "seconds": seconds,
        "per_minute": 60 * number / seconds,
        "worker_megabytes": memory.worker,
        "sandbox_megabytes": memory.child,
    }


def main() -> None:
    """Run everything and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=20)
    parser.add_argument("--nbval-students", type=int, default=4)
    parser.add_argument("--jobs", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--long", type=int, default=0, help="submissions of one exercise each")
    parser.add_argument("--rounds", type=int, default=3, help="of the overhead; the median counts")
    parser.add_argument("--nbgrader", type=Path, help="a Python that has nbgrader and this package")
    options = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{os.cpu_count()} cores, load {load:.1f} when it began")
    records: list[dict[str, Any]] = []

    def show(record: dict[str, Any]) -> None:
        records.append(record)
        what = f"judge and {record['notebooks']} notebooks" if record["notebooks"] else "judge"
        print(
            f"{what:<24} {record['jobs']} job(s) {record['students']:>5} submissions of "
            f"{record['exercises']} "
            f"{record['seconds']:>7.1f} s {record['per_minute']:>7.1f} a minute, worker "
            f"{record['worker_megabytes']:.0f} MB, sandbox {record['sandbox_megabytes']:.0f} MB",
            flush=True,
        )

    for jobs in options.jobs:
        for number in (max(2, options.students // 4), options.students):
            show(timed(number, jobs, (), f"j{jobs}-{number}"))
        if options.nbval_students:
            show(timed(options.nbval_students, jobs, NOTEBOOKS, f"n{jobs}"))
    for number in [options.long // 100, options.long // 10, options.long] if options.long else []:
        show(timed(number, options.jobs[0], (), f"l{number}", ("affine_forward",)))
    result = overhead.measure(options.nbgrader, options.rounds)
    result |= {"records": records, "python": platform.python_version(), "load": load}
    target = ROOT / "results" / "benchmarks_grading.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
