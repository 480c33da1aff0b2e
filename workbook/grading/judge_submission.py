"""The judge's verdict on one submission: what a worker process does."""

import gc
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.checks.checker import Checker
from workbook.checks.references import FromSolutions
from workbook.checks.results import Report
from workbook.grading.cache_key import derived_seed, solutions
from workbook.grading.sandbox import bubblewrap, runner
from workbook.grading.units import Settings, Submission, UnitResult

__all__ = ["judge", "laid_out"]

_LONGEST = 2000


class SeededSolutions(FromSolutions):
    """References at the seeds of one run."""

    def __init__(self, folder: Path, secret: str) -> None:
        super().__init__(folder, derived_seed(secret, ""))
        self._secret = secret

    def seed_of(self, exercise_id: str) -> int:
        """The seed of one exercise's cases."""
        return derived_seed(self._secret, exercise_id)


_kept = threading.local()


def _references(folder: Path, secret: str) -> SeededSolutions:
    """Kept for the life of a worker's thread: running every misconception takes its time."""
    key = (folder, secret)
    if getattr(_kept, "key", None) != key:
        if getattr(_kept, "key", None) is not None:
            _kept.references.close()
        _kept.key, _kept.references = key, SeededSolutions(folder, secret)
    found: SeededSolutions = _kept.references
    return found


def _collect_garbage(references: SeededSolutions) -> None:
    """Collect garbage once for what stays, and exempt it from later collections."""
    if references.known() != getattr(_kept, "known", 0):
        _kept.known = references.known()
        gc.collect()
        gc.freeze()


@contextmanager
def laid_out(submission: Submission) -> Iterator[Path]:
    """The submission's files in a folder of their own, readable by the sandbox's user."""
    above = Path(tempfile.mkdtemp(prefix="workbook-grading-"))
    try:
        folder = above / "exercises"
        for file in curriculum.load().files():
            (folder / file).parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            if file in submission.files and file not in submission.problems:
                (folder / file).write_bytes(submission.files[file])
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield folder
    finally:
        shutil.rmtree(above, ignore_errors=True)


def judge(submission: Submission, settings: Settings, units: Mapping[str, str]) -> list[UnitResult]:
    """Judge the exercises of some units.

    Parameters
    ----------
    submission : Submission
    settings : Settings
    units : mapping of str to str
        Exercise id by key.
    """
    folder_of = solutions()
    mode = bubblewrap.selected_sandbox(settings.sandbox)
    keys = {exercise_id: key for key, exercise_id in units.items()}
    references = _references(folder_of, settings.secret)
    with laid_out(submission) as folder:
        child = runner.make_runner(
            folder, sandbox=mode, timeout=settings.timeout, memory=settings.memory
        )
        with Checker(
            folder,
            solutions=folder_of,
            references=references,
            runner=child,
            problems=submission.problems,
            timeout=settings.timeout,
        ) as session:
            found = [
                UnitResult(
                    keys[report.result.exercise],
                    "judge",
                    report.result.exercise,
                    _plain(report, folder),
                    _log(report),
                )
                for report in session.judge(keys)
            ]
    _collect_garbage(references)
    return found


def _plain(report: Report, folder: Path) -> dict[str, Any]:
    message = None
    if report.message is not None:
        parts = ("seen", "looks_like", "why", "look")
        message = {part: getattr(report.message, part) for part in parts}
    return {
        **report.result.as_json(),
        "message": message,
        "notes": list(report.notes),
        "printed": {"lines": report.printed.lines, "head": report.printed.head[:_LONGEST]},
    }


def _log(report: Report) -> str:
    """Lines for the submission's log; what student code wrote is quoted as text."""
    result = report.result
    lines = [
        f"{result.exercise}: {result.outcome} (integrated {result.integrated_outcome}), "
        f"{result.points:g}/{result.max_points:g}, seed {result.seed}, {result.seconds:.2f} s"
    ]
    if result.misconception:
        lines.append(f"  mistake: {result.misconception}")
    if result.seen:
        lines.append(f"  seen: {result.seen}")
    lines += [f"  note: {note}" for note in report.notes]
    if report.printed.lines or report.printed.head:
        lines.append(f"  printed {report.printed.lines} lines: {report.printed.head[:200]!r}")
    return "\n".join(lines)
