"""`workbook hint`: the next of four hints on an exercise."""

import click

from workbook.locale import text

__all__ = ["STAGES", "command", "hint_lines"]

STAGES = ("nudge", "shapes", "case", "equation")


@click.command("hint", short_help="Give the next hint on an exercise.")
@click.argument("exercise")
@click.option("--again", is_flag=True, help="Show the hints so far, and no new one.")
def command(exercise: str, again: bool) -> int:
    """Give the next hint on EXERCISE, such as affine_backward.

    There are four: a nudge, the shapes, a small case to do by hand, the equation. How many
    you have asked for is remembered on this machine only; nobody is told.
    """
    from workbook import curriculum

    exercise_id = curriculum.load()[exercise].id
    for line in hint_lines(exercise_id, again):
        click.echo(line)
    return 0


def hint_lines(exercise_id: str, again: bool = False) -> list[str]:
    """The next hint of an exercise, or with `again` those that were given already.

    Asking for the next one is remembered.
    """
    from workbook.student import course_policy, progress

    if not course_policy.current().hints:
        return [text("policy.no_hints")]
    before = progress.hints_read(exercise_id)
    if again:
        if not before:
            return [text("hint_command.none_yet", exercise=exercise_id)]
        shown = range(before)
    else:
        now = progress.count_hint(exercise_id, len(STAGES))
        # After the last one there is nothing new: then all of them, to read once more.
        shown = range(now - 1, now) if now > before else range(now)
    lines = []
    for number in shown:
        stage = text(f"hint_command.{STAGES[number]}")
        head = text(
            "hint_command.head",
            exercise=exercise_id,
            stage=stage,
            number=number + 1,
            of=len(STAGES),
        )
        lines += [head, *_indented(text(f"hint.{exercise_id}.{STAGES[number]}")), ""]
    return lines + _what_next(exercise_id, max(shown) + 1)


def _indented(words: str) -> list[str]:
    import shutil
    import textwrap

    width = min(shutil.get_terminal_size().columns, 100)
    return textwrap.wrap(
        words, width, initial_indent="  ", subsequent_indent="  ", break_long_words=False
    )


def _what_next(exercise_id: str, number: int) -> list[str]:
    from workbook.student import locations

    if number < len(STAGES):
        stage = text(f"hint_command.{STAGES[number]}")
        return [text("hint_command.more", exercise=exercise_id, stage=stage)]
    if locations.solutions_folder() is not None:
        return [text("hint_command.last_show", exercise=exercise_id)]
    return [text("hint_command.last")]
