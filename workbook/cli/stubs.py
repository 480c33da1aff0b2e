"""`workbook stubs`: make the exercise files from the solutions."""

import click

from workbook import locale


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a file is not up to date.")
def command(check: bool) -> int:
    """Make the exercise files from solutions/ (instructors).

    Every solution block becomes a line that says which exercise is still to do. Files that
    were edited are kept as a snapshot before they are overwritten.
    """
    from workbook.student import stub_writer

    if check:
        found = stub_writer.stale()
        for line in found:
            click.echo(line)
        key = "stale_advice" if found else "fresh"
        click.echo(locale.text(f"student.stubs.{key}"))
        return 1 if found else 0
    done = stub_writer.write_stubs()
    for file in done.written:
        click.echo(locale.text("student.stubs.written", file=file))
    for file in done.removed:
        click.echo(locale.text("student.stubs.removed", file=file))
    for file in done.kept:
        click.echo(locale.text("student.stubs.kept", file=file))
    if done.snapshot is not None:
        saved = ", ".join(done.snapshot.files)
        click.echo(locale.text("student.stubs.saved", id=done.snapshot.id, files=saved))
    counts = {"written": len(done.written), "unchanged": len(done.unchanged)}
    click.echo(locale.text("student.stubs.summary", **counts))
    return 0
