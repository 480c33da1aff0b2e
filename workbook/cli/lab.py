"""`workbook lab`: JupyterLab on the notebooks."""

import mimetypes
import os
import sys
from pathlib import Path
from urllib.parse import quote

import click

from workbook.cli._notebook_paths import find_notebook, notebooks_root

__all__ = ["command"]


def lab_arguments(home: Path, notebook: Path, extra: list[str]) -> list[str]:
    """What JupyterLab is started with, for this run alone: nothing is written anywhere."""
    page = "/lab/tree/" + quote(notebook.relative_to(home).as_posix())
    arguments = [
        # As the default page, it is also in the address to copy where no browser opens.
        f"--LabApp.default_url={page}",
        # The notebooks link to the exercise files, so both lie below the server's root.
        f"--ServerApp.root_dir={home}",
        # Instead of a question about Jupyter's newsletter in front of the first notebook.
        f"--LabApp.app_settings_dir={Path(__file__).parent / 'lab_settings'}",
        # The address to copy is still printed, without forty lines of extensions before it.
        "--Application.log_level=WARN",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container everybody is root; the server listens to this machine only.
        arguments.append("--ServerApp.allow_root=True")
    return arguments + extra


@click.command(
    "lab",
    context_settings={"ignore_unknown_options": True},
    short_help="Open the notebooks in JupyterLab.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[NOTEBOOK] [OPTIONS]...")
def command(arguments: tuple[str, ...]) -> None:
    """Open the notebooks in JupyterLab.

    NOTEBOOK is a name such as CNN, or a file; without it Start opens, the map of the course.
    Further options go to JupyterLab, for example --no-browser or --port=9000.

    The notebooks are those of the nearest workbook folder: the current one, or one above it.
    To stop, press Ctrl-C here, or choose File, Shut Down in JupyterLab.
    """
    named = bool(arguments) and not arguments[0].startswith("-")
    given = Path(arguments[0]) if named else None
    home = notebooks_root(given.resolve().parent if given and given.is_file() else None)
    notebook = find_notebook(arguments[0] if named else "Start", home)
    if not notebook.is_relative_to(home):
        home = notebook.parent
    click.echo(f"Opening {notebook.name} in JupyterLab, from {home}")
    click.echo("If no browser opens, copy an address from below into yours. Ctrl-C stops it.")
    sys.stdout.flush()
    # Windows asks the registry, where other programs leave text/plain: the page stays blank.
    mimetypes.add_type("text/javascript", ".js")
    from jupyterlab.labapp import main

    main(lab_arguments(home, notebook, list(arguments[named:])))
