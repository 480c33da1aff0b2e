"""Which exercises and which folder a command is about, and judging them with a word on progress."""

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from workbook import curriculum
from workbook.errors import UsageError
from workbook.locale import text
from workbook.student import locations

if TYPE_CHECKING:
    from workbook.checks.results import Report

__all__ = [
    "announce_folder",
    "check_with_progress",
    "exercises_option",
    "folder_to_judge",
    "notebook_name",
    "select_exercises",
]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def exercises_option(function: _Command) -> _Command:
    """The option `--exercises DIR` of every command that judges."""
    return click.option(
        "--exercises",
        metavar="DIR",
        help="Judge this folder of exercises, not yours; nothing counts as progress.",
    )(function)


def notebook_name(given: str) -> str:
    """The curriculum's name of a notebook, in any case of letters, with or without `.ipynb`."""
    names = {n.name.lower(): n.name for n in curriculum.load().notebooks}
    selected = Path(given).name.removesuffix(".ipynb")
    near = difflib.get_close_matches(selected.lower(), names, n=1, cutoff=0.6)
    if selected.lower() in names:
        return names[selected.lower()]
    hint = text("cli.did_you_mean", name=names[near[0]]) + " " if near else ""
    listed = ", ".join(names.values())
    raise UsageError(text("cli.no_notebook", given=given, hint=hint, names=listed))


def select_exercises(ids: Iterable[str], notebook: str | None = None) -> list[str]:
    """Exercise ids in the order of learning: those named, those of a notebook, or all.

    Raises
    ------
    UsageError
        For an unknown id or notebook; it suggests the nearest.
    """
    known = curriculum.load()
    selected = {known[name].id for name in ids}
    if notebook is not None:
        selected |= {e.id for e in known.in_notebook(notebook_name(notebook))}
    return [name for name in known.ids() if name in selected] if selected else known.ids()


def folder_to_judge(given: str | None) -> Path:
    """The folder that `--exercises` names, or the student's.

    Raises
    ------
    UsageError
        If the named one holds none of the exercise files.
    """
    if given is None:
        return announce_folder(locations.student_folder())
    folder = Path(given).expanduser().resolve()
    if not folder.is_dir():
        raise UsageError(text("cli.no_folder", given=given))
    files = curriculum.load().files()
    if not any((folder / file).is_file() for file in files):
        inside = next((f for f in ("exercises", "workbook/exercises") if (folder / f).is_dir()), "")
        hint = text("cli.did_you_mean", name=Path(given) / inside) if inside else ""
        raise UsageError(text("cli.no_exercises", given=given, file=files[0], hint=hint).strip())
    return folder


def announce_folder(folder: Path) -> Path:
    """The folder itself, named on stderr unless it lies below where the command was given."""
    if not folder.resolve().is_relative_to(Path.cwd().resolve()):
        click.echo(text("release.using", folder=folder), err=True)
    return folder


def check_with_progress(
    folder: Path, ids: list[str], seed: int | None = None
) -> Iterator["Report"]:
    """Judge exercises one by one, and say on a terminal which one it is at."""
    from workbook.checks.launcher import checks_launcher
    from workbook.worker.client import Worker

    with closing(Worker(checks_launcher())) as worker:
        worker.start()  # It gets ready while this process imports what it needs itself.
        from rich.console import Console

        from workbook.checks.case_runner import CaseRunner, SpawnTransport
        from workbook.checks.checker import Checker
        from workbook.checks.feedback_policy import apply_policy

        runner = CaseRunner(SpawnTransport(worker))
        console = Console(stderr=True, highlight=False)
        with (
            Checker(folder, seed=seed, runner=runner) as session,
            console.status(text("cli.begin")) as status,
        ):
            for number, name in enumerate(ids, start=1):
                status.update(text("cli.judging", exercise=name, number=number, count=len(ids)))
                yield apply_policy(session.report(name))
