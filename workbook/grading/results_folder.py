"""The folder of results: for its owner only, and all in it written from the gradebook."""

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workbook.errors import UsageError, WorkbookError
from workbook.file_lock import locked
from workbook.grading.exports.as_json import grades_json
from workbook.grading.exports.tables import canvas_csv, grades_csv
from workbook.grading.gradebook.models import GradingRun, SubmissionRow
from workbook.grading.gradebook.store import Gradebook
from workbook.grading.grades import Grade, grades
from workbook.grading.intake.scheme import Scheme
from workbook.grading.reports.classpage import class_page
from workbook.grading.reports.feedback import feedback_page
from workbook.grading.reports.pages import clean
from workbook.student.atomic_write import write_bytes, write_text

__all__ = ["DATABASE", "exclusive_lock", "file_names", "open_folder", "write_results"]

DATABASE = "gradebook.sqlite"
_LOGS = "logs"
_FEEDBACK = "feedback"
_LOCK = ".lock"


def open_folder(out: Path) -> None:
    """Make the folder, or make sure that it is one of ours, and close it to others.

    Raises
    ------
    UsageError
        If it holds other things.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file. Name a folder for the results with --out.")
    if out.is_dir() and any(out.iterdir()) and not (out / _LOGS).is_dir():
        raise UsageError(f"{out} holds other things. Name a folder of its own with --out.")
    try:
        (out / _LOGS).mkdir(parents=True, exist_ok=True)
        out.chmod(0o700)
    except OSError as error:
        raise WorkbookError(f"{out} cannot be written to: {error.strerror}.") from error


@contextmanager
def exclusive_lock(out: Path) -> Iterator[None]:
    """Be the only run that writes to the folder; a killed one lets go by itself.

    Raises
    ------
    WorkbookError
        If another is at it.
    """

    def refuse() -> None:
        raise WorkbookError(
            f"Another run is writing to {out}. Wait for its end, or name another --out."
        )

    with locked(out / _LOCK, on_wait=refuse):
        yield


def file_names(ids: Iterable[str]) -> dict[str, str]:
    """A file name for each id: the id itself where that is one, and no two alike."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for student in ids:
        plain = re.sub(r"[^\w.-]+", "_", student).strip("._")[:80] or "student"
        name, number = plain, 2
        while name.casefold() in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name.casefold())
        names[student] = name
    return names


def write_results(out: Path, gradebook: Gradebook, run_id: int, sandbox: str) -> list[Grade]:
    """Write every table, page and log of a run; what an earlier run left is replaced.

    Raises
    ------
    WorkbookError
        If the folder cannot be written to; the gradebook keeps what was judged.
    """
    try:
        return _write_results(out, gradebook, run_id, sandbox)
    except OSError as error:
        raise WorkbookError(
            f"{out} cannot be written to: {error.strerror}. "
            "When that is mended, the same command goes on."
        ) from error


def _write_results(out: Path, gradebook: Gradebook, run_id: int, sandbox: str) -> list[Grade]:
    run = gradebook.run(run_id)
    found = grades(run, gradebook.corrections())
    scheme = Scheme.from_json(run.scheme)
    names = file_names(grade.id for grade in found)
    pages = {student: f"{_FEEDBACK}/{name}.html" for student, name in names.items()}
    for grade in found:
        write_text(out / pages[grade.id], feedback_page(grade))
    _sweep(out / _FEEDBACK, {f"{name}.html" for name in names.values()})
    _write_logs(out / _LOGS, run, names)
    write_text(out / "grades.csv", grades_csv(found, scheme))
    write_text(out / "canvas.csv", canvas_csv(found, scheme))
    plain = json.dumps(grades_json(run, found), indent=2, ensure_ascii=False, allow_nan=False)
    # Half a character, which a student's code may have said, is no UTF-8.
    write_bytes(out / "grades.json", f"{plain}\n".encode("utf-8", "replace"))
    write_text(out / "class.html", class_page(run, found, pages, sandbox))
    return found


def _sweep(folder: Path, wanted: set[str]) -> None:
    """Remove pages of who is no longer in the class."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in wanted:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write_logs(folder: Path, run: GradingRun, names: dict[str, str]) -> None:
    logs: dict[str, list[str]] = {}
    for submission in run.submissions:
        logs.setdefault(submission.student_id, []).extend(_log(submission))
    for student, lines in logs.items():
        write_text(folder / f"{names[student]}.log", "\n".join(lines) + "\n")


def _log(submission: SubmissionRow) -> Sequence[str]:
    lines = [f"{submission.source or 'nothing was handed in'}: {submission.status}"]
    lines += [f"  files {submission.digest}"] if submission.digest else []
    lines += [f"  {line}" for line in (submission.reason, *submission.notes) if line]
    for outcome in submission.outcomes:
        result = outcome.unit.result
        word = outcome.outcome or result.get("problem") or "run"
        seed = "" if outcome.seed is None else f", seed {outcome.seed}"
        seconds = result.get("seconds", 0.0)
        lines.append(f"  {outcome.kind} {outcome.subject}: {word}{seed}, {seconds:.2f} s")
        lines += [f"    {line}" for line in clean(outcome.unit.log).splitlines()]
    return [clean(line) for line in lines]
