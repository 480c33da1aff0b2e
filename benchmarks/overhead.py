"""What judging a submission costs beyond its cases, in processor time, and nbgrader beside it.

The judge's overhead is what all its processes together use, less what the cases use, timed where
they run. nbgrader's is what it uses when its test cells do nothing. Both are means over some
submissions. A machine that others share is fast in some minutes and slow in others, so the two are
divided within a round, and the median of the rounds counts. Beside it stands the overhead beyond
the same cases in one warm process, where nothing is done for the first time.

Without bubblewrap, whose processes nobody can add up; it takes about 20 ms a submission.
"""

import functools
import statistics
import time
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks import nbgrader_peer
from workbook import curriculum
from workbook.checks.case_runner import CaseRun, CaseRunner
from workbook.checks.worker import run_cases
from workbook.checks.worker.messages import CheckJob
from workbook.grading import judge_submission
from workbook.grading.cache_key import unit_keys
from workbook.grading.units import Settings, Submission
from workbook.student import locations
from workbook.student.implementation import load_implementation

__all__ = ["NOTEBOOKS", "ROOT", "measure", "students"]

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ("FullyConnectedNet", "BatchNorm", "Dropout", "CNN", "FromScratch")
KINDS = ("solutions", "stubs")
PEERS = {"nbgrader": True, "nbgrader_bare": False}
"""By name: whether test cells import the student's modules."""


def students(number: int, salt: str) -> list[Submission]:
    """Half solutions, half stubs; a comment makes each of them another one."""
    found = []
    for index in range(number):
        folder = _folder(KINDS[index % 2])
        files = {name: (folder / name).read_bytes() for name in curriculum.load().files()}
        files = {name: data + f"\n# {salt} {index}\n".encode() for name, data in files.items()}
        found.append(Submission(f"s{index}", files))
    return found


def _folder(kind: str) -> Path:
    return ROOT / "solutions" if kind == "solutions" else locations.pristine_folder()


def warm_cases(kind: str) -> float:
    """Return the seconds of all cases in this process."""
    least = float("inf")
    folder = _folder(kind)
    with load_implementation(folder) as impl:
        for _ in range(4):
            began = time.process_time()
            for exercise_id in curriculum.load().ids():
                for _ in run_cases.run_exercise(exercise_id, impl, seed=1, folder=folder):
                    pass
            least = min(least, time.process_time() - began)
    return least


def judged(salt: str, number: int = 3) -> dict[str, dict[str, float]]:
    """By kind: seconds of judging a submission and of its cases, the mean of some."""
    seconds: list[float] = []
    run_job = CaseRunner.run

    def timed(self: CaseRunner, job: CheckJob) -> CaseRun:
        """Note what each case took, where it ran."""
        run = run_job(self, job)
        seconds.extend(record.seconds for record in run.records)
        return run

    settings = Settings("be9c4", tuple(curriculum.load().ids()), sandbox="none")
    found = {kind: {"judging": 0.0, "cases": 0.0} for kind in KINDS}
    for index, submission in enumerate(students(2 * number + 2, salt)):
        units = {key: subject for key, (_, subject) in unit_keys(submission, settings).items()}
        seconds.clear()
        began = time.process_time() + nbgrader_peer.processor()
        with mock.patch.object(CaseRunner, "run", timed):
            judge_submission.judge_alone(submission, settings, units)
        used = time.process_time() + nbgrader_peer.processor() - began
        if index > 1:  # The first of each kind runs the solutions and the misconceptions, too.
            found[KINDS[index % 2]]["judging"] += used / number
            found[KINDS[index % 2]]["cases"] += sum(seconds) / number
    return found


def one_round(nbgrader: Path | None, salt: str) -> dict[str, Any]:
    """Everything once, one after the other, so that the machine is much the same for all."""
    warm = {kind: warm_cases(kind) for kind in KINDS}
    judge = judged(salt)
    run: dict[str, Any] = {"warm": warm, "judge": judge}
    whole = sum(spent["judging"] for spent in judge.values())
    run["overhead"] = (whole - sum(spent["cases"] for spent in judge.values())) / len(KINDS)
    run["beyond_warm_cases"] = (whole - sum(warm.values())) / len(KINDS)
    for name, imports in PEERS.items() if nbgrader else ():
        notebooks = ROOT / "notebooks"
        _, run[name] = nbgrader_peer.seconds(nbgrader, notebooks, NOTEBOOKS, imports=imports)
        for part in ("overhead", "beyond_warm_cases"):
            run[f"{part} / {name}"] = run[part] / run[name]
    return run


def measure(nbgrader: Path | None, rounds: int) -> dict[str, Any]:
    """Measure, print, and give all numbers."""
    runs = [one_round(nbgrader, f"cpu{number}") for number in range(rounds)]

    def spread(*path: str) -> str:
        numbers = [functools.reduce(dict.__getitem__, path, run) for run in runs]
        return f"{statistics.median(numbers):.3f} ({min(numbers):.3f} to {max(numbers):.3f})"

    print(f"processor time in seconds, the median of {rounds} rounds (least to most):")
    for kind in KINDS:
        print(f"judging the {kind}: {spread('judge', kind, 'judging')}")
        print(f"  its cases: {spread('judge', kind, 'cases')}; warm: {spread('warm', kind)}")
    print(f"overhead a submission, mean of both: {spread('overhead')}")
    print(f"  beyond warm cases: {spread('beyond_warm_probes')}")
    for name, imports in PEERS.items() if nbgrader else ():
        cells = "import the student's modules" if imports else "import NumPy"
        print(f"nbgrader, cells that {cells}: {spread(name)}")
        print(f"  overhead / nbgrader, round by round: {spread(f'overhead / {name}')}")
        print(f"  beyond warm cases: {spread(f'beyond_warm_probes / {name}')}")
    return {"rounds": runs}
