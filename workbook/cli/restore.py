"""`workbook restore`: bring files of a snapshot back."""

import click

from workbook.locale import text

__all__ = ["command"]


@click.command("restore", short_help="Bring the files of a snapshot back.")
@click.argument("snapshot", metavar="ID")
@click.argument("file", nargs=-1)
def command(snapshot: str, file: tuple[str, ...]) -> int:
    """Bring the files of snapshot ID back, or only the FILEs named; `latest` is the newest.

    What stands in their place now is kept as a snapshot first.
    """
    from workbook import curriculum
    from workbook.cli._exercises import announce_folder
    from workbook.student import locations, progress, snapshots

    folder = announce_folder(locations.student_folder())
    restored, before = snapshots.restore(snapshot, folder, file or None)
    if not restored:
        click.echo(text("snapshots.same"))
        return 0
    for name in restored:
        click.echo(text("snapshots.restored", file=locations.display_path(folder / name)))
    if before is not None:
        click.echo(text("snapshots.before", id=before.id))
    if progress.is_tracked(folder):
        known = curriculum.load()
        progress.forget(e.id for name in restored for e in known.in_file(name))
    return 0
