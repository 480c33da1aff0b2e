"""`workbook init`: make a folder to work in."""

from pathlib import Path

import click

from workbook.locale import text

__all__ = ["command"]


@click.command("init", short_help="Make a folder to work in: exercises and notebooks.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def command(folder: Path) -> int:
    """Make DIR, a folder to work in: exercises with gaps, notebooks, and how to start.

    Nothing that is there is overwritten. Commands find the folder from anywhere inside it.
    """
    from workbook.release import student_folder

    top = student_folder.make(folder)
    click.echo(text("release.init.made", folder=folder, names=", ".join(top)))
    click.echo(text("release.init.next", folder=folder))
    return 0
