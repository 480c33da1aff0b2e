"""`workbook new-exercise`: the beginnings of an exercise of one's own."""

import click

__all__ = ["command"]


@click.command("new-exercise", short_help="Begin an exercise of your own (instructors).")
@click.argument("exercise", metavar="ID")
@click.option("--file", default="extra.py", show_default=True, help="In the exercise folder.")
@click.option("--notebook", required=True, metavar="NAME", help="To which it belongs.")
@click.option("--arguments", default="x", show_default=True, help="With commas.")
@click.option("--title", default="", help="A few words.")
@click.option("--points", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--minutes", type=click.IntRange(min=1), default=10, show_default=True)
def command(
    exercise: str,
    file: str,
    notebook: str,
    arguments: str,
    title: str,
    points: int,
    minutes: int,
) -> int:
    """Write the beginnings of the exercise ID, a function such as gelu_forward.

    A solution with markers, an entry in the curriculum, a case, a misconception, and the words
    for it: each works as it is, and is yours to fill in. docs/instructor.md walks through one.
    """
    from workbook.release import new_exercise
    from workbook.student.locations import display_path

    names = tuple(name.strip() for name in arguments.split(","))
    new = new_exercise.NewExercise(exercise, file, notebook, names, title, points, minutes)
    for path in new_exercise.write(new):
        click.echo(f"wrote {display_path(path)}")
    click.echo("Fill them in, then: workbook stubs, workbook key, workbook check " + exercise)
    return 0
