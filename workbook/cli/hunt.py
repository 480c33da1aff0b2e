"""`workbook hunt`: find the mistake that is planted in a network."""

import sys
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import click

from workbook.locale import text

if TYPE_CHECKING:
    from workbook.checks.bughunt.model import HuntRound

__all__ = ["command"]


class _Left(Exception):
    """The player wants to go, or there is nobody to answer."""


class _Shown(Exception):
    """The player asked for the answer."""


@click.command("hunt", short_help="Find the mistake planted in a network.")
@click.option("--level", type=click.IntRange(1, 3), help="1 large effects, 2 subtle, 3 hidden.")
@click.option("--seed", type=int, help="Play this round again.")
@click.option("--anyway", is_flag=True, help="Play before your own network passes.")
def command(level: int | None, seed: int | None, anyway: bool) -> int:
    """Find the mistake that is planted in a small network.

    You see how it learns beside the right one, say where the mistake is, then what it is.
    Level 1 is hard to overlook, level 2 is subtle, and level 3 passes every gradient check.
    """
    from workbook.checks.bughunt.model import new_round
    from workbook.checks.bughunt.text import none_available
    from workbook.student import progress

    passed: Collection[str] | None = None
    if not anyway:
        passed = {name for name, outcome in progress.outcomes().items() if outcome == "pass"}
    played = new_round(level, seed, passed)
    if played is None:
        click.echo(none_available(level, passed or (), text("hunt.anyway_command")))
        return 1
    from workbook.checks.bughunt.own_network import on_own_network

    played = on_own_network(played)
    options = [f"--level {level}"] if level else []
    options += [f"--seed {played.seed}"] + (["--anyway"] if anyway else [])
    call = "workbook hunt " + " ".join(options)
    try:
        _play(played)
    except (_Left, KeyboardInterrupt):
        click.echo("\n" + text("hunt.left", call=call))
        return 0
    click.echo(text("hunt.repeat", call=call))
    return 0


def _say(lines: Iterable[str]) -> None:
    import shutil
    import textwrap

    width = min(shutil.get_terminal_size().columns, 100)
    for line in lines:
        hang = "     " if line.startswith("  ") else ""
        wrapped = textwrap.wrap(line, width, subsequent_indent=hang, break_long_words=False)
        click.echo("\n".join(wrapped))


def _play(played: "HuntRound") -> None:
    from workbook.checks.bughunt import text as bughunt_text

    hunt = played.hunt
    _say([text("hunt.head", level=played.level, seed=played.seed), bughunt_text.story(played), ""])
    for line in bughunt_text.charts(hunt.right, hunt.wrong):
        click.echo(line)
    try:
        guesses = _ask(
            played,
            text("hunt.where"),
            played.places,
            played.place,
            [text("hunt.not_there", place=place) for place in played.places],
        )
        _say(["", text("hunt.there", place=hunt.exercise)])
        guesses += _ask(
            played,
            text("hunt.what", place=hunt.exercise),
            played.descriptions(),
            played.answer,
            [text("hunt.not_that")] * len(played.answers),
        )
    except _Shown:
        _say(["", *bughunt_text.verdict(played, found=False)])
        return
    _say(["", *bughunt_text.verdict(played, found=True), text("hunt.found_guesses", count=guesses)])


def _ask(
    played: "HuntRound", question: str, choices: Collection[str], right: int, misses: list[str]
) -> int:
    """Ask until the answer is right; how many guesses it took."""
    from workbook.checks.bughunt.text import gradient_lines, numbered_list

    _say(["", question, *numbered_list(choices), text("hunt.keys")])
    guesses = 0
    while True:
        click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            raise _Left
        word = line.strip().lower()
        if word in ("q", "quit", "exit"):
            raise _Left
        if word == "s":
            raise _Shown
        if word == "g":
            _say(gradient_lines(played))
        elif not word.isdecimal() or not 1 <= int(word) <= len(choices):
            _say([text("hunt.again", count=len(choices))])
        else:
            guesses += 1
            if int(word) == right:
                return guesses
            _say([misses[int(word) - 1]])
