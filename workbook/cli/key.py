"""`workbook key`: build the answer key from the solutions."""

import click


@click.command()
@click.argument("exercise", nargs=-1)
@click.option("--check", is_flag=True, help="Say what is out of date; write nothing.")
@click.option("--alike", is_flag=True, help="List mistakes that no case tells apart.")
def command(exercise: tuple[str, ...], check: bool, alike: bool) -> int:
    """Build the answer key from solutions/ (instructors).

    It is what a copy without solutions checks and diagnoses with. Only parts that are out of
    date are built anew; name EXERCISEs to build just those.
    """
    from workbook.checks import answer_key, answer_key_build
    from workbook.errors import WorkbookError
    from workbook.student.locations import solutions_folder

    folder = solutions_folder()
    if folder is None:
        raise WorkbookError("The answer key is built from solutions/, and this copy has none.")
    if alike:
        key = answer_key.shipped()
        for name in exercise or (key.ids() if key else ()):
            for group in key.alike(name) if key else ():
                click.echo(f"{name}: {', '.join(misconception.id for misconception in group)}")
        return 0
    stale = answer_key.stale(folder)
    if check:
        for name in stale:
            click.echo(f"{name}: out of date")
        click.echo("The answer key is out of date." if stale else "The answer key is fresh.")
        return 1 if stale else 0
    built = answer_key_build.update(folder, exercise or None, report=click.echo)
    click.echo(f"{len(built.ids())} exercises, {len(built.encode())} bytes.")
    return 0
