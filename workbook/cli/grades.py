"""`workbook grades show|set|unset|export`: what a class got, corrected by hand where need be."""

import getpass
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from workbook.errors import UsageError

if TYPE_CHECKING:
    from workbook.grading.gradebook.store import Gradebook
    from workbook.grading.grades import Grade

__all__ = ["command"]


_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.group("grades", no_args_is_help=True, short_help="Show and correct the grades of a class.")
def command() -> None:
    """Show the grades of a class, and correct them by hand."""


def _location_options(function: _Command) -> _Command:
    """The options of every command here: where the grades are."""
    out = click.option(
        "--out",
        type=click.Path(path_type=Path),
        default=Path("results"),
        show_default=True,
        help="The folder that `workbook grade` wrote.",
    )
    gradebook = click.option(
        "--gradebook", metavar="URL", default="", help="A database instead of OUT's file."
    )
    return out(gradebook(function))


def _open(out: Path, url: str) -> "Gradebook":
    from workbook.grading.extras import need

    need("sqlalchemy", "alembic", "jinja2")
    from workbook.grading import grade_class
    from workbook.grading.results_folder import DATABASE

    if not url and not (out / DATABASE).is_file():
        raise UsageError(f"{out} holds no gradebook. Name the folder with `--out`.")
    return grade_class.gradebook_of(out, url)


def _rewrite(out: Path, gradebook: "Gradebook") -> "list[Grade]":
    """Write every table and page anew from the gradebook."""
    from workbook.grading import grade_class
    from workbook.grading.results_folder import exclusive_lock, open_folder, write_results

    run = gradebook.latest(finished=True)
    if run is None:
        raise UsageError("No run of this gradebook came to its end. Run `workbook grade` again.")
    open_folder(out)
    words = grade_class.sandbox_words(run.settings)
    with exclusive_lock(out):
        return write_results(out, gradebook, run.id, words)


@command.command("show", short_help="Print everybody's total, or one student's exercises.")
@click.argument("student", required=False)
@_location_options
def show(student: str | None, out: Path, gradebook: str) -> None:
    """Print everybody's total, or all exercises of STUDENT."""
    from rich.text import Text

    from workbook.cli._tables import console, plain_table, styled
    from workbook.grading.exports.tables import number, one_line
    from workbook.grading.grades import grades

    with _open(out, gradebook) as book:
        run = book.latest(finished=True)
        if run is None:
            raise UsageError("No run of this gradebook came to its end yet.")
        found = {g.id: g for g in grades(book.run(run.id), book.corrections())}
    if student is None:
        table = plain_table("student", "name", "status", "total", "maximum")
        for grade in found.values():
            totals = (number(grade.total), number(grade.maximum))
            names = (Text(one_line(grade.id)), Text(one_line(grade.name)))
            table.add_row(*names, grade.status, *totals)
    else:
        if student not in found:
            raise UsageError(f"The gradebook has no student {student!r}.")
        table = plain_table("exercise", "outcome", "points", "maximum", "by hand")
        for exercise in found[student].exercises.values():
            why = exercise.correction.reason if exercise.correction else ""
            points = (number(exercise.points), number(exercise.maximum))
            table.add_row(exercise.id, styled(exercise.outcome), *points, Text(one_line(why)))
    console().print(table)


@command.command("set", short_help="Set the points of an exercise by hand.")
@click.argument("student")
@click.argument("exercise")
@click.argument("points", type=click.FloatRange(min=0))
@click.option("--reason", required=True, help="Why; the student reads it.")
@_location_options
def set_points(
    student: str, exercise: str, points: float, reason: str, out: Path, gradebook: str
) -> None:
    """Set the POINTS of EXERCISE for STUDENT, and write tables and pages anew.

    What was computed stays in the gradebook beside it, and a later grading leaves it alone.
    """
    if not math.isfinite(points):
        raise UsageError(f"{points} is no number of points.")
    if not reason.strip():
        raise UsageError("Give a reason: --reason '...'.")
    _correct(_open(out, gradebook), out, student, exercise, points, reason.strip())


@command.command("unset", short_help="Take back what was set by hand.")
@click.argument("student")
@click.argument("exercise")
@_location_options
def unset(student: str, exercise: str, out: Path, gradebook: str) -> None:
    """Take back what was set by hand for EXERCISE of STUDENT: the computed points count again."""
    _correct(_open(out, gradebook), out, student, exercise, None, "taken back")


def _correct(
    book: "Gradebook", out: Path, student: str, exercise: str, points: float | None, reason: str
) -> None:
    from workbook import curriculum
    from workbook.grading.exports.tables import number, one_line

    name = curriculum.load()[exercise].id
    with book:
        run = book.latest(finished=True)
        counted = run.scheme["points"] if run else {}
        if name not in counted:
            raise UsageError(f"{name} does not count in this class.")
        book.correct(student, name, points, reason, _user_name())
        found = {grade.id: grade for grade in _rewrite(out, book)}
    if student in found:
        grade = found[student]
        now = grade.exercises[name]
        click.echo(
            f"{one_line(student)}: {name} {number(now.points)} of {number(now.maximum)} "
            f"(computed {number(now.computed)}), total {number(grade.total)}."
        )


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


@command.command("export", short_help="Write tables and pages anew from the gradebook.")
@_location_options
def export(out: Path, gradebook: str) -> None:
    """Write grades.csv, grades.json, canvas.csv and all pages anew from the gradebook."""
    with _open(out, gradebook) as book:
        found = _rewrite(out, book)
    click.echo(f"{len(found)} students written to {out}.")
