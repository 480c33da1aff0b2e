"""The folder of results: for its owner only, and all in it written from the gradebook."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbook.errors import UsageError, WorkbookError
from workbook.file_lock import locked
from workbook.grading import written_files
from workbook.grading.exports.as_json import grades_text
from workbook.grading.exports.junit import junit_reports
from workbook.grading.exports.tables import canvas_csv, grades_csv
from workbook.grading.gradebook.models import GradingRun, SubmissionRow
from workbook.grading.gradebook.store import Gradebook
from workbook.grading.grades import Grade, grades
from workbook.grading.intake.scheme import Scheme
from workbook.grading.reports.classpage import class_page
from workbook.grading.reports.feedback import feedback_page
from workbook.grading.reports.pages import clean
from workbook.grading.units import message_of, notes_of
from workbook.student.atomic_write import write_text

__all__ = [
    "DATABASE",
    "exclusive_lock",
    "file_names",
    "open_folder",
    "verify_ours",
    "write_results",
]

DATABASE = "gradebook.sqlite"
_LOGS = "logs"
_FEEDBACK = "feedback"
_JUNIT = "junit"
_LOCK = ".lock"
_MAX_BYTES = 80


def open_folder(out: Path) -> None:
    """Make the folder, or make sure that it is one of ours, and close it to others.

    Raises
    ------
    UsageError
        If it holds other things.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file. Name a folder for the results with --out.")
    try:
        if out.is_dir() and any(out.iterdir()) and not written_files.is_ours(out):
            raise UsageError(f"{out} holds other things. Name a folder of its own with --out.")
        out.mkdir(parents=True, exist_ok=True)
        written_files.mark(out)
        out.chmod(0o700)
    except OSError as error:
        raise WorkbookError(f"{out} cannot be written to: {error.strerror}.") from error


def verify_ours(out: Path) -> None:
    """Make sure that nobody has removed the folder since it was opened.

    Raises
    ------
    WorkbookError
    """
    if not written_files.is_ours(out):
        raise WorkbookError(f"{out} was removed during the run. Run the same command again.")


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
        plain = re.sub(r"[^\w.-]+", "_", student)
        # Systems count bytes, and what is written beside it first has a longer name.
        plain = plain.encode("utf-8")[:_MAX_BYTES].decode("utf-8", "ignore")
        plain = plain.strip("._") or "student"
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
        If the folder cannot be written to, or somebody removes it meanwhile; the gradebook keeps
        what was judged.
    """
    try:
        return _write_results(out, gradebook, run_id, sandbox)
    except OSError as error:
        raise WorkbookError(
            f"{out} cannot be written to: {error.strerror}. "
            "When that is mended, the same command goes on."
        ) from error


def _write_results(out: Path, gradebook: Gradebook, run_id: int, sandbox: str) -> list[Grade]:
    verify_ours(out)
    run = gradebook.run(run_id)
    found = grades(run, gradebook.corrections())
    scheme = Scheme.from_json(run.scheme)
    names = file_names(grade.id for grade in found)
    pages = {student: f"{_FEEDBACK}/{name}.html" for student, name in names.items()}
    tables = ("grades.csv", "canvas.csv", "grades.json", "class.html")
    reports = {f"{_JUNIT}/{names[student]}.xml": xml for student, xml in junit_reports(run)}
    logs = {f"{_LOGS}/{name}.log" for name in names.values()}
    with written_files.replaced(out, {*pages.values(), *tables, *reports, *logs}):
        for grade in found:
            write_text(out / pages[grade.id], feedback_page(grade))
        for name, text in reports.items():
            write_text(out / name, text)
        _write_logs(out / _LOGS, run, names)
        write_text(out / "grades.csv", grades_csv(found, scheme))
        write_text(out / "canvas.csv", canvas_csv(found, scheme))
        write_text(out / "grades.json", grades_text(run, found))
        write_text(out / "class.html", class_page(run, found, pages, sandbox))
    return found


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
        if outcome.kind == "judge":
            lines += [f"    {line}" for line in _judged(result)]
        lines += [f"    {line}" for line in clean(outcome.unit.log).splitlines()]
    return [clean(line) for line in lines]


def _judged(result: dict[str, Any]) -> Iterator[str]:
    """Yield what the judge found; what student code wrote is quoted as text."""
    points = f"{result['points']:g}/{result['max_points']:g}"
    yield f"integrated: {result['integrated_outcome']}; points: {points}"
    if result.get("misconception"):
        yield f"mistake: {result['misconception']}"
    message = message_of(result)
    if message is not None and message.seen:
        yield f"seen: {message.seen}"
    for note in notes_of(result):
        yield f"note: {note}"
    printed = result.get("printed") or {"lines": 0, "head": ""}
    if printed["lines"] or printed["head"]:
        yield f"printed {printed['lines']} lines: {printed['head'][:200]!r}"
