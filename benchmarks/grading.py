"""Time the class grader: submissions a minute, memory of a worker, and nbgrader beside it.

    python -m benchmarks.grading                    # judge alone and with nbval, 1 and 2 jobs
    python -m benchmarks.grading --students 40      # of a class that grows from a quarter of it
    python -m benchmarks.grading --nbgrader PYTHON  # a Python that has nbgrader and workbook
    python -m benchmarks.grading --long 1000        # of one exercise each: does it stay linear?

The class is half solutions and half stubs. The judge's overhead is the processor time that a
submission costs beyond its probes, timed where they run, as nbgrader's is what a submission
costs with test cells that do nothing; in brackets what it costs beyond the same probes in one
warm process. Without bubblewrap, whose processes nobody can add up. Prints a table and writes
results/benchmarks_grading.json.
"""

import argparse
import json
import os
import platform
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks import nbgrader_peer
from workbook import curriculum
from workbook.checks import requirements
from workbook.checks.child import judging
from workbook.checks.judge import Judge
from workbook.checks.results import Report
from workbook.grading import engine
from workbook.grading import judging as judging_of_class
from workbook.grading.judging import judge
from workbook.grading.work import Settings, Submission, unit_keys
from workbook.workspace import choice
from workbook.workspace.rooms import load_room

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ("FullyConnectedNet", "BatchNorm", "Dropout", "CNN", "FromScratch")


def students(number: int, salt: str) -> list[Submission]:
    """Half solutions, half stubs; a comment makes each of them another one."""
    found = []
    for index in range(number):
        folder = ROOT / "solutions" if index % 2 == 0 else choice.pristine_folder()
        files = {name: (folder / name).read_bytes() for name in curriculum.load().files()}
        files = {name: data + f"\n# {salt} {index}\n".encode() for name, data in files.items()}
        found.append(Submission(f"s{index}", files))
    return found


def probes_alone(folder: Path) -> float:
    """Seconds of processor time of all probes on a folder, as often as the judge runs them."""
    least = float("inf")
    with load_room(folder) as room:
        for _ in range(4):
            began = time.process_time()
            for exercise_id in curriculum.load().ids():
                for _ in range(2 if requirements.replaced(exercise_id) else 1):
                    for _ in judging.run_exercise(exercise_id, room, seed=1, folder=folder):
                        pass
            least = min(least, time.process_time() - began)
    return least


@dataclass
class Spent:
    """Processor seconds of judging one submission: all processes together, and its probes."""

    judging: float
    probes: float


def processor_time(rounds: int = 6) -> tuple[Spent, Spent]:
    """The least for the solutions and for the stubs."""
    settings = Settings("be9c4", tuple(curriculum.load().ids()), sandbox="none")
    least = [Spent(float("inf"), 0.0), Spent(float("inf"), 0.0)]
    seconds: list[float] = []

    class Timed(Judge):
        """Notes what each probe took, where it ran."""

        def report(self, exercise_id: str) -> Report:
            found = super().report(exercise_id)
            ran = [one.record for one in (*found.probes, *found.stack) if one.record]
            seconds.extend(record.seconds for record in ran)
            return found

    for index, submission in enumerate(students(2 * rounds + 2, "cpu")):
        units = {key: subject for key, (_, subject) in unit_keys(submission, settings).items()}
        began = time.process_time() + nbgrader_peer.processor()
        seconds.clear()
        with mock.patch.object(judging_of_class, "Judge", Timed):
            judge(submission, settings, units)
        used = time.process_time() + nbgrader_peer.processor() - began
        if index > 1:  # The first of each kind runs the solutions and the known mistakes, too.
            found = Spent(used, sum(seconds))
            least[index % 2] = min(found, least[index % 2], key=lambda one: one.judging)
    return least[0], least[1]


class Memory:
    """The largest resident size of this process's children, in megabytes; Linux only."""

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
        while not self._stop.wait(0.1):
            for path in Path("/proc").glob("[0-9]*/status"):
                try:
                    rows = dict(
                        line.split(":", 1) for line in path.read_text().splitlines() if ":" in line
                    )
                    size = int(rows.get("VmRSS", "0 kB").split()[0]) / 1024
                    if int(rows["PPid"]) == os.getpid():
                        self.worker = max(self.worker, size)
                    elif "workbook.grading.sandbox.server" in (path.parent / "cmdline").read_text():
                        self.child = max(self.child, size)
                except (OSError, ValueError, KeyError):
                    continue


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
    heard: dict[str, set[str]] = {}
    times: list[float] = []

    def hear(submission: Submission, results: list[Any]) -> None:
        kinds = heard.setdefault(submission.name, set())
        kinds.update(result.kind for result in results)
        assert not any(result.infra for result in results), results[0].log
        if len(kinds) == 1 + bool(notebooks):
            times.append(time.monotonic())

    with Memory() as memory:
        engine.run(
            students(number + warm, salt), settings, jobs=jobs, done=lambda key: None, heard=hear
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

    probes = probes_alone(ROOT / "solutions")
    begun = probes_alone(choice.pristine_folder())
    for jobs in options.jobs:
        for number in (max(2, options.students // 4), options.students):
            show(timed(number, jobs, (), f"j{jobs}-{number}"))
        if options.nbval_students:
            show(timed(options.nbval_students, jobs, NOTEBOOKS, f"n{jobs}"))
    for number in [options.long // 100, options.long // 10, options.long] if options.long else []:
        show(timed(number, options.jobs[0], (), f"l{number}", ("affine_forward",)))
    solved, stubs = processor_time()
    overhead = (solved.judging - solved.probes + stubs.judging - stubs.probes) / 2
    at_most = (solved.judging - probes + stubs.judging - begun) / 2
    result: dict[str, Any] = {"overhead_seconds": overhead, "overhead_at_most_seconds": at_most}
    result |= {"solutions": asdict(solved), "stubs": asdict(stubs)}
    result |= {"probes_warm": probes, "stubs_probes_warm": begun}
    print(
        f"processor time: solutions {solved.judging:.2f} s, of which probes {solved.probes:.2f} s; "
        f"stubs {stubs.judging:.2f} s, of which probes {stubs.probes:.2f} s; overhead "
        f"{overhead:.2f} s a submission (beyond probes in a warm process, {probes:.2f} and "
        f"{begun:.2f} s: {at_most:.2f} s)"
    )
    for imports in (True, False) if options.nbgrader else ():
        clock, peer = nbgrader_peer.seconds(
            options.nbgrader, ROOT / "notebooks", NOTEBOOKS, imports=imports
        )
        name = "nbgrader" if imports else "bare_nbgrader"
        result |= {f"{name}_seconds": clock, f"{name}_processor_seconds": peer}
        kind = "the notebooks' first cells" if imports else "cells that import NumPy"
        print(
            f"nbgrader with {kind}: {clock:.2f} s a submission, processor time {peer:.2f} s; "
            f"overhead / nbgrader {overhead / peer:.3f} ({at_most / peer:.3f})"
        )
    result |= {"records": records, "python": platform.python_version(), "load": load}
    target = ROOT / "results" / "benchmarks_grading.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
