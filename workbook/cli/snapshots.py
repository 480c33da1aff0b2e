"""`workbook snapshots`: the copies of your files that were taken before they were overwritten."""

import click

from workbook.locale import text

__all__ = ["command"]


@click.command("snapshots")
def command() -> int:
    """List the snapshots of your files, the newest first.

    One is taken before anything overwrites your work; `workbook restore ID` brings it back.
    """
    from rich.text import Text

    from workbook.cli._exercises import announce_folder
    from workbook.cli._tables import console, plain_table
    from workbook.student import locations, snapshots

    announce_folder(locations.student_folder())
    found = snapshots.list_snapshots()
    if not found:
        click.echo(text("snapshots.none"))
        return 0
    table = plain_table(*(text(f"snapshots.{name}") for name in ("id", "taken", "reason", "files")))
    for each in found:
        table.add_row(*map(Text, (each.id, each.taken, each.reason, ", ".join(each.files))))
    console().print(table)
    return 0
