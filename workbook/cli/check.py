"""`workbook check`: judge exercises and say what is wrong with them."""

import json
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
    from workbook.checks.results import Report

__all__ = ["command"]


@click.command("check", short_help="Judge exercises and say what is wrong with them.")
@click.argument("exercise", nargs=-1)
@click.option("--notebook", metavar="NAME", help="All exercises of a notebook, such as BatchNorm.")
@exercises_option
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Other random inputs; only where the solutions are at hand.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@click.option("--why", is_flag=True, help="Also say why it matters and where to look.")
def command(
    exercise: tuple[str, ...],
    notebook: str | None,
    exercises: str | None,
    seed: int | None,
    as_json: bool,
    why: bool,
) -> int:
    """Judge EXERCISEs, such as affine_forward; all of them by default.

    Judged are your own files as last saved, whatever the notebooks run with. Leaves with 0 if
    every outcome is pass or almost, 1 if one is not, 2 if the command was wrong.
    """
    ids = select_exercises(exercise, notebook)
    folder = folder_to_judge(exercises)
    reports = list(check_with_progress(folder, ids, seed))

    from workbook.checks.results import as_document
    from workbook.curriculum import DONE
    from workbook.student import progress

    document = as_document(report.result for report in reports)
    progress.record(folder, document["results"])
    if as_json:
        click.echo(json.dumps(document, indent=2, allow_nan=False))
    else:
        _show(reports, why, named=bool(exercise))
    return 0 if all(report.result.outcome in DONE for report in reports) else 1


def _show(reports: list["Report"], why: bool, named: bool) -> None:
    from workbook.cli._tables import console, full_report, message, needs_message, outcome_table
    from workbook.curriculum import DONE

    out = console()
    if len(reports) == 1:
        out.print(full_report(reports[0], why))
        return
    out.print(outcome_table(reports))
    for report in reports:
        if needs_message(report, named):
            out.print(message(report, why))
    counts = [report.result.outcome for report in reports]
    out.print(
        text(
            "cli.summary",
            right=sum(outcome in DONE for outcome in counts),
            count=len(counts),
            points=f"{sum(r.result.points for r in reports):g}",
            most=f"{sum(r.result.max_points for r in reports):g}",
        )
    )
