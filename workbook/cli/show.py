"""`workbook show`: the reference beside yours, and a question on what you have learnt."""

from typing import TYPE_CHECKING

import click

from workbook.errors import WorkbookError
from workbook.locale import table, text

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

__all__ = ["command"]

# Two columns of code need this much to be read.
_SIDE_BY_SIDE = 150


@click.command("show", short_help="Lay the reference beside your solution.")
@click.argument("exercise")
@click.option("--answer", is_flag=True, help="Also answer the question.")
def command(exercise: str, answer: bool) -> int:
    """Lay the reference beside your EXERCISE, and ask what happens when something changes.

    It opens once the exercise passes, or after all of its hints; the latter is noted in your
    progress. Only where the solutions are at hand.
    """
    from workbook import curriculum
    from workbook.cli._exercises import announce_folder, check_with_progress
    from workbook.cli._tables import console
    from workbook.cli.hint import STAGES
    from workbook.student import locations, progress

    exercise_id = curriculum.load()[exercise].id
    solutions = locations.solutions_folder()
    if solutions is None:
        raise WorkbookError(text("show.no_solutions"))
    folder = announce_folder(locations.student_folder())
    (report,) = check_with_progress(folder, [exercise_id])
    progress.record(folder, [report.result.as_json()])
    passed = report.result.outcome in curriculum.DONE
    if not passed and "first_pass" not in progress.recorded().get(exercise_id, {}):
        left = len(STAGES) - progress.hints_read(exercise_id)
        if left:
            outcome = table("outcome")[report.result.outcome]
            raise WorkbookError(
                text("show.not_yet", exercise=exercise_id, outcome=outcome, left=left)
            )
        progress.mark_shown(exercise_id)
    out = console()
    _compare(out, exercise_id, folder, solutions)
    _ask(out, exercise_id, answer)
    return 0


def _compare(out: "Console", exercise_id: str, folder: "Path", solutions: "Path") -> None:
    from rich.syntax import Syntax
    from rich.table import Table
    from rich.text import Text

    from workbook import curriculum
    from workbook.student import snippets, source_blocks

    file = curriculum.load()[exercise_id].file
    solution = (solutions / file).read_text(encoding="utf-8")
    source = source_blocks.read_source(folder / file)
    mine = snippets.student_snippet(source, exercise_id, solution) if source is not None else None
    codes = (mine or text("show.unreadable"), snippets.reference_snippet(solution, exercise_id))
    columns = [
        Syntax(code, "python", theme="ansi_dark", background_color="default", word_wrap=True)
        for code in codes
    ]
    titles = [Text(text(name), style="bold") for name in ("show.yours", "show.reference")]
    if out.width >= _SIDE_BY_SIDE:
        grid = Table.grid(padding=(0, 3), expand=True)
        grid.add_column(ratio=1)
        grid.add_column(ratio=1)
        grid.add_row(*titles)
        grid.add_row(*columns)
        out.print(grid)
        return
    for title, code in zip(titles, columns, strict=True):
        out.print(title, code, "", sep="\n")


def _ask(out: "Console", exercise_id: str, answer: bool) -> None:
    from rich.text import Text

    out.print()
    transfer = table("transfer").table(exercise_id)
    out.print(Text(text("show.question"), style="bold"))
    out.print(Text(transfer["question"]))
    if answer:
        out.print(Text(text("show.answer"), style="bold"))
        out.print(Text(transfer["answer"]))
    else:
        out.print(Text(text("show.ask_answer", exercise=exercise_id)))
