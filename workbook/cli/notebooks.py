"""`workbook notebooks run|refresh`: the notebooks, run by nbval."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbook.cli._notebook_paths import find_notebook, notebooks_root

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from workbook.grading.nbval.results import CellResult, NotebookResult

__all__ = ["command"]


@click.group("notebooks", no_args_is_help=True, short_help="Run the notebooks as tests.")
def command() -> None:
    """Run the notebooks as tests, or renew the outputs that they are compared with."""


def _selected(names: tuple[str, ...]) -> list[Path]:
    home = notebooks_root()
    if not names:
        return sorted((home / "notebooks").glob("*.ipynb"))
    return list(dict.fromkeys(find_notebook(name, home) for name in names))


def _progress(console: "Console") -> "Progress":
    from rich import progress

    return progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _table(results: "list[NotebookResult]") -> "Table":
    from rich.table import Table

    table = Table()
    table.add_column("notebook")
    for name in ("cells", "failed", "seconds"):
        table.add_column(name, justify="right")
    for result in results:
        failed = "unreadable" if result.problem else str(len(result.failed))
        seconds = f"{result.seconds:.1f}"
        style = "" if result.ok else "red"
        table.add_row(result.path.stem, str(len(result.cells)), failed, seconds, style=style)
    return table


def _failure_line(result: "NotebookResult", cell: "CellResult") -> str:
    first = (cell.source.strip().splitlines() or ["(empty)"])[0]
    about = cell.exercise or first
    return f"{result.path.stem}, code cell {cell.cell + 1} ({about}): {cell.line or cell.outcome}"


def _report(console: "Console", results: "list[NotebookResult]", lines: int = 20) -> None:
    """For each notebook what failed, the first cells of many."""
    for result in results:
        if result.problem:
            console.print(result.problem, markup=False, highlight=False, soft_wrap=True)
        # A kernel that has gone takes all cells after it along; the reason stands before them.
        failed = [cell for cell in result.failed if cell.outcome != "missing"] or result.failed
        for cell in failed[:lines]:
            line = _failure_line(result, cell)
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        if len(failed) > lines:
            console.print(f"{result.path.stem}: {len(failed) - lines} more cells failed.")


@command.command("run", short_help="Run notebooks and say which cells fail.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--solutions/--stubs",
    "solutions",
    default=None,
    help="Run with the solutions, or with the exercises as the student has them; without "
    "either, with what `workbook solutions` says.",
)
@click.option("--jobs", type=click.IntRange(1), help="Notebooks at a time [one for each core].")
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=180,
    show_default=True,
    help="Seconds for a cell.",
)
def run(names: tuple[str, ...], solutions: bool | None, jobs: int | None, timeout: float) -> None:
    """Run notebooks with nbval and say which cells fail.

    NAME is a name such as CNN, or a file; without it all notebooks run. A cell fails when it
    raises, takes too long, or, being a check, prints another verdict than the stored one. A
    student's copy stores none: there `workbook check` says what is right.
    """
    from rich.console import Console

    from workbook.grading.nbval.run import run_notebooks
    from workbook.student.locations import current, solutions_folder

    paths = _selected(names)
    if solutions and solutions_folder() is None:
        raise click.UsageError("This copy has no solutions; leave --solutions out.")
    exercises = None if solutions is None else ("solutions" if solutions else "stubs")
    on = solutions if solutions is not None else current().which == "solutions"
    console = Console()
    left = {path.resolve(): 1 for path in paths}
    with _progress(console) as progress:
        task = progress.add_task("cells", total=None)

        def on_cell(result: "NotebookResult", cell: "CellResult") -> None:
            left[result.path] = len(result.cells) - cell.cell - 1
            progress.advance(task)
            progress.update(task, description=f"{result.path.stem}, cell {cell.cell + 1}")
            if not left[result.path] and not console.is_terminal:
                console.print(f"  {result.path.stem}: {len(result.failed)} failed")

        results = run_notebooks(
            paths, exercises=exercises, cell_timeout=timeout, jobs=jobs, on_cell=on_cell
        )
    with_what = "the solutions" if on else "the exercises as they are"
    console.print(f"The notebooks, with {with_what}:")
    console.print(_table(results))
    _report(console, results)
    if not all(result.ok for result in results):
        raise click.exceptions.Exit(1)


def _show(progress: "Progress", cell: int, cells: int) -> None:
    progress.update(progress.task_ids[0], completed=cell + 1, total=cells)


@command.command("refresh", short_help="Renew the stored outputs of the check cells.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
def refresh(names: tuple[str, ...]) -> None:
    """Renew the stored outputs of the check cells, with the solutions on.

    All other outputs and counts are removed. A notebook with a failing cell stays as it is.
    """
    from rich.console import Console

    from workbook.errors import WorkbookError
    from workbook.grading.nbval.refresh import refresh_notebook

    console, failed = Console(), False
    for path in _selected(names):
        with _progress(console) as progress:
            progress.add_task(path.stem, total=None)
            show = partial(_show, progress)
            try:
                outcome = "renewed" if refresh_notebook(path, show) else "as it was"
            except WorkbookError as error:
                failed, outcome = True, f"failed. {error}"
        console.print(f"{path.stem}: {outcome}", markup=False, highlight=False, soft_wrap=True)
    if failed:
        raise click.exceptions.Exit(1)
