"""`workbook status`: how far you are, and what comes next."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbook.cli._exercises import (
    check_with_progress,
    exercises_option,
    folder_to_judge,
    select_exercises,
)
from workbook.locale import text

if TYPE_CHECKING:
    from rich.table import Table

    from workbook.checks.results import Report
    from workbook.cli._course_progress import CourseProgress

__all__ = ["command", "overview"]

_BAR = 40
_QUIET = ("pass", "almost", "partial", "todo", "blocked", "infra")
_SAYS_NOTHING = ("pass", "todo", "blocked", "infra")


@click.command("status", short_help="Show how far you are, and what comes next.")
@exercises_option
def command(exercises: str | None) -> int:
    """Judge all exercises and show how far you are, and what comes next.

    Judged are your own files as last saved, whatever the notebooks run with.
    """
    from workbook.cli._tables import console
    from workbook.student import progress

    folder = folder_to_judge(exercises)
    reports = {r.result.exercise: r for r in check_with_progress(folder, select_exercises(()))}
    progress.record(folder, [report.result.as_json() for report in reports.values()])
    out = console()
    for part in overview(reports, folder):
        out.print(part)
    return 0


def _fraction(part: float, whole: float) -> str:
    return text("cli.of", part=f"{part:g}", whole=f"{whole:g}")


def _row(name: str, progress: "CourseProgress") -> tuple[str, ...]:
    return (
        name,
        _fraction(progress.right, progress.count),
        _fraction(progress.bonus_right, progress.bonus_count) if progress.bonus_count else "",
        _fraction(progress.points, progress.most)
        + (f" + {progress.bonus_points:g}" if progress.bonus_points else ""),
        str(progress.minutes) if progress.minutes else "",
    )


def _table(outcomes: Mapping[str, str], points: Mapping[str, float]) -> "Table":
    from workbook.cli._course_progress import course_progress
    from workbook.cli._tables import plain_table
    from workbook.curriculum import load

    headings = ("cli.notebook", "cli.right", "cli.optional", "cli.points", "cli.minutes_left")
    table = plain_table(*map(text, headings))
    for notebook in load().notebooks:
        progress = course_progress(load().in_notebook(notebook.name), outcomes, points)
        table.add_row(*_row(notebook.name, progress))
    return table


def _head(progress: "CourseProgress") -> list[str]:
    hours, minutes = divmod(progress.minutes, 60)
    left = text("cli.hours" if hours else "cli.minutes", hours=hours, minutes=minutes)
    done = _BAR * progress.right // progress.count
    percent = 100 * progress.right // progress.count
    return [
        f"[{'#' * done}{'.' * (_BAR - done)}] {percent} %",
        text(
            "cli.standing",
            right=progress.right,
            count=progress.count,
            points=f"{progress.points:g}",
            most=f"{progress.most:g}",
            bonus=f"{progress.bonus_points:g}",
            left=left,
        ),
    ]


def _begun(reports: Mapping[str, "Report"]) -> list[str]:
    """The exercises that are begun and not right, and those that could not be checked."""
    outcomes = {name: report.result.outcome for name, report in reports.items()}
    found = {
        "cli.almost": [
            f"{name} ({', '.join(reports[name].result.rules)})"
            for name, outcome in outcomes.items()
            if outcome == "almost"
        ],
        "cli.not_right": [name for name, outcome in outcomes.items() if outcome not in _QUIET],
        "cli.partial": [name for name, outcome in outcomes.items() if outcome == "partial"],
        "cli.not_checked": [name for name, outcome in outcomes.items() if outcome == "infra"],
    }
    return [text(key, ids=", ".join(ids)) for key, ids in found.items() if ids]


def _what_next(reports: Mapping[str, "Report"], folder: Path) -> list[str]:
    from workbook.cli._course_progress import next_exercise, stub_line

    exercise = next_exercise({name: r.result.outcome for name, r in reports.items()})
    if exercise is None:
        return [text("cli.all_done")]
    report = reports[exercise.id]
    line = stub_line(exercise, folder)
    about = {"id": exercise.id, "title": exercise.title, "minutes": exercise.minutes}
    where = {"file": exercise.file, "line": line, "notebook": exercise.notebook}
    lines = [
        text("cli.next_bonus" if exercise.optional else "cli.next", **about),
        text("cli.next_where" if line is None else "cli.next_line", **where),
    ]
    if report.result.outcome not in _SAYS_NOTHING and report.message is not None:
        lines += [text("cli.next_seen", seen=report.message.seen)]
    return lines


def overview(reports: Mapping[str, "Report"], folder: Path) -> list[object]:
    """Progress bar, table by notebook, points, minutes left and what comes next.

    Parameters
    ----------
    reports : mapping of str to Report
        Of all exercises, by id.
    folder : Path
        What was judged.
    """
    from rich.text import Text

    from workbook.cli._course_progress import course_progress
    from workbook.curriculum import load

    outcomes = {name: report.result.outcome for name, report in reports.items()}
    points = {name: report.result.points for name, report in reports.items()}
    progress = course_progress(list(load()), outcomes, points)
    return [
        *map(Text, _head(progress)),
        _table(outcomes, points),
        *map(Text, [*_begun(reports), *_what_next(reports, folder)]),
    ]
