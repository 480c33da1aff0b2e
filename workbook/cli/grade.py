"""`workbook grade`: a class graded, from a folder of submissions to a page for each student."""

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbook.errors import UsageError

if TYPE_CHECKING:
    from workbook.grading.grades import Grade

__all__ = ["command"]

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("grade", short_help="Grade a class.")
@click.argument("submissions", required=False, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("results"),
    show_default=True,
    help="Folder for grades, pages, logs and the gradebook; only you can read it.",
)
@click.option("--roster", type=_FILE, help="CSV of everyone in the class.")
@click.option("--scheme", type=_FILE, help="TOML that says what counts and for how much.")
@click.option("--print-scheme", is_flag=True, help="Print an example of a scheme and stop.")
@click.option("--only", metavar="STUDENT", default="", help="Grade one student again.")
@click.option("--self-test", is_flag=True, help="Grade the solutions and the stubs and stop.")
@click.option("--seed", type=click.IntRange(min=0), help="Derive the random inputs from this.")
@click.option("--nbval/--no-nbval", default=True, help="Also run the notebooks by nbval.")
@click.option("--jobs", type=click.IntRange(1), help="Submissions at a time [one for each core].")
@click.option("--scheduler", metavar="ADDRESS", help="Use the Dask cluster at this address.")
@click.option(
    "--sandbox",
    type=click.Choice(["auto", "bwrap", "none"]),
    default="auto",
    show_default=True,
    help="How submissions are shut in.",
)
@click.option("--timeout", type=click.FloatRange(1), default=30.0, help="Seconds an exercise [30].")
@click.option("--memory", type=click.IntRange(256), default=2048, help="Megabytes each [2048].")
@click.option("--cell-timeout", type=click.FloatRange(1), default=30.0, help="Seconds a cell [30].")
@click.option("--gradebook", metavar="URL", default="", help="A database instead of OUT's file.")
def command(
    submissions: Path | None,
    out: Path,
    roster: Path | None,
    scheme: Path | None,
    print_scheme: bool,
    only: str,
    self_test: bool,
    seed: int | None,
    nbval: bool,
    jobs: int | None,
    scheduler: str | None,
    sandbox: str,
    timeout: float,
    memory: int,
    cell_timeout: float,
    gradebook: str,
) -> int:
    """Grade the folder SUBMISSIONS: a folder, .zip or .tar.gz for each student.

    Can be stopped at any time; the same command goes on where it was. Leaves with 0 if everybody
    has a verdict, whatever the marks, 1 if somebody has none because of the grader, 2 if the
    command was wrong.
    """
    from workbook.grading.extras import need

    need("sqlalchemy", "alembic", "jinja2", *(["distributed"] if scheduler else []))
    from workbook.grading import grade_class, selftest
    from workbook.grading.intake.roster import read_roster
    from workbook.grading.intake.scheme import EXAMPLE, default_scheme, read_scheme
    from workbook.student.locations import solutions_folder

    if print_scheme:
        click.echo(EXAMPLE, nl=False)
        return 0
    if solutions_folder() is None:
        raise UsageError("Grading needs the folder `solutions`, which this copy does not have.")
    rules = read_scheme(scheme) if scheme else default_scheme()
    jobs = jobs or os.cpu_count() or 1
    if self_test:
        wrong = selftest.run(rules, with_notebooks=nbval, sandbox=sandbox, jobs=jobs)
        for line in wrong:
            click.echo(line)
        click.echo(selftest.summary(rules, wrong))
        return 1 if wrong else 0
    if submissions is None:
        raise UsageError("Name the folder with the submissions, or use --self-test.")
    options = grade_class.GradeOptions(
        submissions=submissions,
        out=out,
        scheme=rules,
        roster=read_roster(roster) if roster else None,
        gradebook=gradebook,
        only=only,
        seed=seed,
        with_notebooks=nbval,
        timeout=timeout,
        memory=memory,
        cell_timeout=cell_timeout,
        sandbox=sandbox,
        jobs=jobs,
    )
    return _grade(options, scheduler)


def _grade(options: "object", scheduler: str | None) -> int:
    from workbook.cli._grade_progress import ProgressView, summary
    from workbook.grading import grade_class

    assert isinstance(options, grade_class.GradeOptions)
    stop = threading.Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        with ProgressView() as view, grade_class.cluster(scheduler) as executor:
            from dataclasses import replace

            found = grade_class.grade(replace(options, executor=executor), view, stop)
    finally:
        signal.signal(signal.SIGINT, before)
    if stop.is_set() and not found:
        click.echo("workbook: stopped. The same command goes on where it was.", err=True)
        return 1
    summary(found, options.out)
    return 1 if any(_is_open(grade) for grade in found) else 0


def _is_open(grade: "Grade") -> bool:
    return grade.status == "infra"
