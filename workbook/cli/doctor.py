"""`workbook doctor`: what does not work here, and the command that mends it."""

import json

import click

from workbook.locale import text

__all__ = ["command"]

_STYLES = {"ok": "green", "warning": "yellow", "broken": "bold red"}


@click.command("doctor", short_help="Say what does not work here, and how to mend it.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(as_json: bool) -> int:
    """Look at everything that the workbook needs, and name the command that mends what is wrong.

    A warning works, but not as it should. Leaves with 1 if anything is broken.
    """
    from rich.text import Text

    from workbook.cli import _diagnostics
    from workbook.cli._tables import console, plain_table

    found = [_diagnostics.run_diagnostic(diagnosis) for diagnosis in _diagnostics.ALL]
    broken = [each for each in found if each.state == "broken"]
    if as_json:
        click.echo(json.dumps([each.as_json() for each in found], indent=2))
        return 1 if broken else 0
    table = plain_table(*(text(f"doctor.{heading}") for heading in ("what", "state", "found")))
    for each in found:
        table.add_row(each.name, Text(each.state, style=_STYLES[each.state]), Text(each.message))
    console().print(table)
    not_ok = [each for each in found if each.state != "ok"]
    for each in not_ok:
        # Not in the table: a command that is broken over lines cannot be copied.
        click.echo(text("doctor.mend", name=each.name, repair=each.repair))
    click.echo(text("doctor.broken" if broken else "doctor.well"))
    return 1 if broken else 0
