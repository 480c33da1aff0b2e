"""`workbook lab`: JupyterLab on the notebooks."""

import mimetypes
import os
import shutil
import sys
import sysconfig
import webbrowser
from pathlib import Path
from urllib.parse import quote

import click

from workbook.cli._notebook_paths import find_notebook, notebooks_root
from workbook.cli._running_server import address_of_running

__all__ = ["command"]


def _page(home: Path, notebook: Path) -> str:
    return "/lab/tree/" + quote(notebook.relative_to(home).as_posix())


def _names(extra: list[str], *options: str) -> bool:
    """Return whether one of these options is among those for JupyterLab."""
    return any(word.partition("=")[0] in options for word in extra)


def lab_arguments(home: Path, notebook: Path, extra: list[str]) -> list[str]:
    """Return what JupyterLab is started with, for this run alone: nothing is written anywhere."""
    page = _page(home, notebook)
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
    if os.name != "nt" and not _names(extra, "--ServerApp.terminado_settings"):
        # Without a terminal of its own, Jupyter would start a login shell, which sets PATH anew.
        shell = os.environ.get("SHELL") or shutil.which("sh") or "/bin/sh"
        settings = {"shell_command": [shell]}
        arguments.append(f"--ServerApp.terminado_settings={settings}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container everybody is root; the server listens to this machine only.
        arguments.append("--ServerApp.allow_root=True")
    return arguments + extra


def find_commands_in_terminals() -> None:
    """Let JupyterLab's terminals find `workbook`, whether or not its environment is active."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    scripts = sysconfig.get_path("scripts")
    os.environ["PATH"] = os.pathsep.join([scripts, *(f for f in folders if f != scripts)])


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
    If JupyterLab runs on this folder already, its address is shown and opened; --port=9000
    starts another one. To stop, press Ctrl-C here, or choose File, Shut Down in JupyterLab.
    """
    named = bool(arguments) and not arguments[0].startswith("-")
    given = Path(arguments[0]) if named else None
    home = notebooks_root(given.resolve().parent if given and given.is_file() else None)
    notebook = find_notebook(arguments[0] if named else "Start", home)
    if not notebook.is_relative_to(home):
        home = notebook.parent
    extra = list(arguments[named:])
    running = address_of_running(home, _page(home, notebook))
    if running is not None:
        click.echo(f"JupyterLab is already running on {home}:\n    {running}")
        if not _names(extra, "--port", "--ServerApp.port"):
            if not _names(extra, "--no-browser"):
                webbrowser.open(running)
            return
    click.echo(f"Opening {notebook.name} in JupyterLab, from {home}")
    click.echo("If no browser opens, copy an address from below into yours. Ctrl-C stops it.")
    sys.stdout.flush()
    # Windows asks the registry, where other programs leave text/plain: the page stays blank.
    mimetypes.add_type("text/javascript", ".js")
    find_commands_in_terminals()
    from jupyterlab.labapp import main

    main(lab_arguments(home, notebook, extra))
