"""The `workbook` command. Every file beside this one is one command.

A command's file is named as the command (`new_exercise.py` is `new-exercise`), holds a
click command called `command`, and imports what is heavy only when it runs.
Exit codes: 0 fine, 1 something failed, 2 wrong usage.
"""

import importlib
import pkgutil
import sys

import click

from workbook.errors import UsageError, WorkbookError
from workbook.version import __version__

__all__ = ["main", "workbook"]


class _Commands(click.Group):
    """A group that finds its commands in this package and imports one when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        names = [module.name for module in pkgutil.iter_modules(__path__)]
        return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not near:
                raise
            hint = f"{error.format_message()} Did you mean `workbook {near[0]}`?"
            raise click.UsageError(hint, ctx) from None


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="`workbook COMMAND --help` says more about one command.",
)
@click.version_option(__version__, prog_name="workbook")
def workbook() -> None:
    """Learn how neural networks work by writing them.

    New here? `workbook lab` opens the notebooks; Start.ipynb is the map.
    """


def _print_safely() -> None:
    """Let a console that cannot show a character show a substitute instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _harmless(message: str) -> str:
    """Return a message without escape sequences: names in it may be anybody's."""
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in message)


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    _print_safely()
    try:
        outcome = workbook.main(args=args, prog_name="workbook", standalone_mode=False)
        code = outcome if isinstance(outcome, int) else 0
    except UsageError as error:
        click.echo(_harmless(f"workbook: {error}"), err=True)
        code = 2
    except WorkbookError as error:
        click.echo(_harmless(f"workbook: {error}"), err=True)
        code = 1
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("workbook: stopped.", err=True)
        code = 1
    sys.exit(code)
