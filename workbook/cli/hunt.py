"""`workbook hunt`: find the mistake that is planted in a network."""

import sys
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import click

from workbook.locale import text

if TYPE_CHECKING:
    from workbook.checks.bughunt.model import HuntRound

__all__ = ["command"]


class _PlayerQuit(Exception):
    """The player wants to go, or there is nobody to answer."""


class _AnswerRequested(Exception):
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
        passed = progress.done()
    hunt_round = new_round(level, seed, passed)
    if hunt_round is None:
        click.echo(none_available(level, passed or (), text("hunt.anyway_command")))
        return 1
    from workbook.checks.bughunt.own_network import on_own_network

    hunt_round = on_own_network(hunt_round)
    options = [f"--level {level}"] if level else []
    options += [f"--seed {hunt_round.seed}"] + (["--anyway"] if anyway else [])
    call = "workbook hunt " + " ".join(options)
    try:
        _play(hunt_round)
    except (_PlayerQuit, KeyboardInterrupt):
        click.echo("\n" + text("hunt.left", call=call))
        return 0
    click.echo(text("hunt.repeat", call=call))
    return 0


def _print_wrapped(lines: Iterable[str]) -> None:
    import shutil
    import textwrap

    width = min(shutil.get_terminal_size().columns, 100)
    for line in lines:
        hang = "     " if line.startswith("  ") else ""
        wrapped = textwrap.wrap(line, width, subsequent_indent=hang, break_long_words=False)
        click.echo("\n".join(wrapped))


def _play(hunt_round: "HuntRound") -> None:
    from workbook.checks.bughunt import text as bughunt_text

    hunt = hunt_round.hunt
    _print_wrapped(
        [
            text("hunt.head", level=hunt_round.level, seed=hunt_round.seed),
            bughunt_text.story(hunt_round),
            "",
        ]
    )
    for line in bughunt_text.charts(hunt.right, hunt.wrong):
        click.echo(line)
    try:
        guesses = _ask(
            hunt_round,
            text("hunt.where"),
            hunt_round.places,
            hunt_round.place,
            [text("hunt.not_there", place=place) for place in hunt_round.places],
        )
        _print_wrapped(["", text("hunt.there", place=hunt.exercise)])
        guesses += _ask(
            hunt_round,
            text("hunt.what", place=hunt.exercise),
            hunt_round.descriptions(),
            hunt_round.answer,
            [text("hunt.not_that")] * len(hunt_round.answers),
        )
    except _AnswerRequested:
        _print_wrapped(["", *bughunt_text.verdict(hunt_round, found=False)])
        return
    _print_wrapped(
        [
            "",
            *bughunt_text.verdict(hunt_round, found=True),
            text("hunt.found_guesses", count=guesses),
        ]
    )


def _ask(
    hunt_round: "HuntRound", question: str, choices: Collection[str], right: int, misses: list[str]
) -> int:
    """Ask until the answer is right; how many guesses it took."""
    from workbook.checks.bughunt.text import gradient_lines, numbered_list

    _print_wrapped(["", question, *numbered_list(choices), text("hunt.keys")])
    guesses = 0
    while True:
        click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            raise _PlayerQuit
        word = line.strip().lower()
        if word in ("q", "quit", "exit"):
            raise _PlayerQuit
        if word == "s":
            raise _AnswerRequested
        if word == "g":
            _print_wrapped(gradient_lines(hunt_round))
        elif not word.isdecimal() or not 1 <= int(word) <= len(choices):
            _print_wrapped([text("hunt.again", count=len(choices))])
        else:
            guesses += 1
            if int(word) == right:
                return guesses
            _print_wrapped([misses[int(word) - 1]])
