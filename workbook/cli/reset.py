"""`workbook reset`: put stubs back, after a snapshot."""

from typing import TYPE_CHECKING

import click

from workbook.errors import UsageError
from workbook.locale import text

if TYPE_CHECKING:
    from workbook.student.reset import ResetPlan

__all__ = ["command"]


@click.command("reset", short_help="Put an exercise back to its stub.")
@click.argument("exercise", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every exercise file.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
def command(exercise: tuple[str, ...], everything: bool, yes: bool) -> int:
    """Put EXERCISEs, such as affine_forward, or whole files, such as optim.py, back to their stubs.

    A snapshot is taken first; `workbook restore` brings it back. A reset takes the whole
    function or class: other exercises in it are named, and you are asked.
    """
    from workbook import curriculum
    from workbook.cli._exercises import announce_folder
    from workbook.student import locations, reset

    if everything == bool(exercise):
        raise UsageError(text("reset.which"))
    folder = announce_folder(locations.student_folder())
    files = exercise if exercise and set(exercise) <= set(curriculum.load().files()) else None
    # A file that is gone is put back without a question.
    there = files is None or any((folder / file).exists() for file in files)
    plan = reset.plan_all(folder, files) if everything or files else reset.plan(folder, exercise)
    if not plan.contents:
        click.echo(text("reset.nothing"))
        return 0
    if not yes and there and not _agreed(plan, everything or files is not None):
        click.echo(text("reset.left"))
        return 1
    names = text("reset.all") if everything else ", ".join(exercise)
    snapshot = reset.execute(plan, text("reset.reason", names=names))
    for file in plan.contents:
        click.echo(text("reset.done", file=locations.display_path(folder / file)))
    if snapshot is not None:
        click.echo(text("reset.kept", id=snapshot.id))
    return 0


def _agreed(plan: "ResetPlan", everything: bool) -> bool:
    """Ask about what goes along; without that there is nothing to ask."""
    for file in plan.unparsable:
        click.echo(text("reset.whole", file=file))
    if everything:
        question = text("reset.ask_all", count=len(plan.exercises), files=len(plan.contents))
    elif plan.also_reset:
        question = text("reset.ask_along", along=", ".join(plan.also_reset))
    elif plan.unparsable:
        question = text("reset.ask_whole", files=", ".join(plan.unparsable))
    else:
        return True
    return click.confirm(question, default=False)
