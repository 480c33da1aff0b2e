"""`workbook solutions on|off|status`: what the notebooks run with."""

import os

import click

from workbook import locale


@click.command()
@click.argument("which", type=click.Choice(["on", "off", "status"]), default="status")
def command(which: str) -> int:
    """Run the notebooks with the solutions or your own files.

    The choice is saved for this folder. Your files are never changed, and checks always
    judge your files. In a running notebook `%solutions on` and `%solutions off` switch at
    once; a notebook that is open sees the saved choice at its next cell.
    """
    from workbook.student import locations
    from workbook.student.notebook_session import banner

    if which != "status":
        locations.save("solutions" if which == "on" else "stubs")
    click.echo(banner())
    value = os.environ.get(locations.VARIABLE)
    if which != "status" and value:
        click.echo(locale.text("student.toggle.variable_wins", value=value))
    return 0
