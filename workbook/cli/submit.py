"""`workbook submit`: pack what was written into one zip, to hand in."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbook.cli._exercises import (
    announce_folder,
    check_with_progress,
    exercises_option,
    folder_to_judge,
)
from workbook.errors import UsageError, WorkbookError
from workbook.locale import text

if TYPE_CHECKING:
    from workbook.checks.results import Report
    from workbook.release.submission import Author, StudentWork

__all__ = ["command"]

_COUNTED = {"almost": "release.submit.almost", "partial": "release.submit.partial"}


@click.command("submit", short_help="Pack your work into one zip, to hand in.")
@click.option("--id", "student_id", metavar="ID", help="Your student number or login.")
@click.option("--name", metavar="NAME", help="Your name.")
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path), help="Where to write the zip."
)
@exercises_option
def command(
    student_id: str | None, name: str | None, out: Path | None, exercises: str | None
) -> int:
    """Check your files, say what is done and what is not, and pack them into one zip.

    It asks for your name or id once and remembers it. Nothing is sent anywhere: hand the zip in
    where your course says. The solutions are never packed, also while notebooks run with them.
    """
    from workbook.release import submission
    from workbook.student import atomic_write, locations, progress

    folder = folder_to_judge(exercises) if exercises else announce_folder(locations.own_folder())
    root = locations.state_folder().parent
    if not (root / "notebooks").is_dir():
        root = folder.parent
    work = submission.gather(folder, root)
    student = _author(student_id, name)
    # Named for its sender, as grading reads it where the course's own system adds nothing.
    path = out or root / f"{_slug(student.id or student.name)}.zip"
    submission.check_target(path, folder)
    from workbook import curriculum

    reports = list(check_with_progress(folder, curriculum.load().ids()))
    results = [report.result.as_json() for report in reports]
    progress.record(folder, results)
    _verify_unchanged(work, reports)
    packed = submission.pack(work, submission.manifest(work, student, results))
    atomic_write.write_bytes(path, packed)
    _print_summary(work, reports, path, len(packed))
    return 0


def _author(student_id: str | None, name: str | None) -> "Author":
    """Who it is: as given, as remembered, or as answered now."""
    from workbook.release.submission import Author
    from workbook.student.state_file import read_state, write_state

    remembered = read_state("student")
    before = Author(str(remembered.get("id", "")), str(remembered.get("name", "")))
    student = Author(
        before.id if student_id is None else student_id.strip(),
        before.name if name is None else name.strip(),
    )
    if not (student.id or student.name):
        if not sys.stdin.isatty():
            raise UsageError(text("release.submit.who"))
        answer = click.prompt(text("release.submit.ask")).strip()
        student = Author(id=answer)
    if student != before:
        write_state("student", {"id": student.id, "name": student.name})
    return student


def _slug(words: str) -> str:
    return re.sub(r"[^\w.-]+", "-", words).strip("-.")[:60] or "work"


def _verify_unchanged(work: "StudentWork", reports: Sequence["Report"]) -> None:
    """What was judged is what is packed."""
    import hashlib

    for report in reports:
        data = work.exercises.get(report.result.file)
        if data is not None and hashlib.sha256(data).hexdigest() != report.result.sha256:
            raise WorkbookError(text("release.submit.changed", file=report.result.file))


def _print_summary(work: "StudentWork", reports: Sequence["Report"], path: Path, size: int) -> None:
    from workbook import curriculum
    from workbook.curriculum import DONE

    outcomes = {report.result.exercise: report.result.outcome for report in reports}
    for notebook in curriculum.load().notebooks:
        ids = [e.id for e in curriculum.load().in_notebook(notebook.name)]
        right = [name for name in ids if outcomes[name] in DONE]
        click.echo(
            text("release.submit.done", notebook=notebook.name, right=len(right), count=len(ids))
        )
        for outcome, key in _COUNTED.items():
            names = [name for name in ids if outcomes[name] == outcome]
            if names:
                click.echo(text(key, names=", ".join(names)))
        left = ("todo", "blocked")  # blocked is what waits for an exercise that is left
        quiet = (*DONE, *_COUNTED, *left)
        wrong = [f"{n} ({outcomes[n]})" for n in ids if outcomes[n] not in quiet]
        if wrong:
            click.echo(text("release.submit.wrong", names=", ".join(wrong)))
        todo = [name for name in ids if outcomes[name] in left]
        if len(todo) < len(ids) and todo:
            click.echo(text("release.submit.todo", names=", ".join(todo)))
    for name in work.missing:
        click.echo(text("release.submit.missing", file=name))
    click.echo(text("release.submit.packed"))
    for name, data in {**work.files(), "manifest.json": b""}.items():
        click.echo(f"  {name}" + (f"  {len(data):,} bytes" if data else ""))
    for note in work.notes:
        click.echo(note)
    if not work.filled_in:
        click.echo(text("release.submit.statement"))
    click.echo(text("release.submit.written", file=path, kilobytes=max(1, size // 1000)))
    click.echo(text("release.submit.receipt", receipt=work.receipt))
