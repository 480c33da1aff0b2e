"""The bug hunt in a notebook: the curves as a figure, the answers as arguments of the next call.

A cell never waits for the keyboard, so a notebook with a hunt in it still runs from end to end.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from IPython.display import display

from workbook.checks.bughunt import text as bughunt_text
from workbook.checks.bughunt.model import HuntRound, new_round
from workbook.checks.bughunt.own_network import on_own_network
from workbook.errors import UsageError
from workbook.locale import text
from workbook.student import progress

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = ["hunt"]


def hunt(
    level: int | None = None,
    seed: int | None = None,
    *,
    place: int | None = None,
    what: int | None = None,
    gradients: bool = False,
    anyway: bool = False,
) -> None:
    """Find the mistake that is planted in a small network.

    Call it once to draw a round; it prints the calls that answer it.

    Parameters
    ----------
    level : int, optional
        1 large effects, 2 subtle ones, 3 those that gradient checks miss; any by default.
    seed : int, optional
        The round to play; a new one by default.
    place : int, optional
        Number of the function in which the mistake is.
    what : int, optional
        Number of the description of the mistake.
    gradients : bool
        Also show a gradient check of the network with the mistake.
    anyway : bool
        Play before the learner's own network passes.

    Raises
    ------
    UsageError
        For a level or a number that does not exist, or `what` without the right `place`.
    """
    passed = None
    if not anyway:
        passed = progress.done()
    played = new_round(level, seed, passed)
    if played is None:
        print(bughunt_text.none_available(level, passed or (), text("hunt.anyway_cell")))
        return
    _check("place", place, played.places)
    _check("what", what, played.answers)
    if what is not None and place != played.place:
        raise UsageError(text("hunt.place_first"))

    given = [str(level)] if level else []
    given.append(f"seed={played.seed}")
    given += ["anyway=True"] if anyway else []

    def call(*more: str) -> str:
        return f"hunt({', '.join([*given, *more])})"

    if place is None or gradients:
        played = on_own_network(played)
    if place is None:
        _show(played)
    if gradients:
        print("\n".join(bughunt_text.gradient_lines(played)))
    _answer(played, place, what)
    if place is None and not gradients:
        print(text("hunt.ask_gradients", call=call("gradients=True")))
    if place != played.place:
        print(text("hunt.ask_place", call=call("place=...")))
    elif what != played.answer:
        print(text("hunt.ask_what", call=call(f"place={place}", "what=...")))


def _check(name: str, given: int | None, choices: Sequence[str]) -> None:
    if given is not None and given not in range(1, len(choices) + 1):
        raise UsageError(text("hunt.no_number", name=name, count=len(choices), given=given))


def _show(played: HuntRound) -> None:
    print(text("hunt.head", level=played.level, seed=played.seed))
    print(bughunt_text.story(played))
    display(_figure(played))  # type: ignore[no-untyped-call]
    right, wrong = played.hunt.right, played.hunt.wrong
    print(f"{text('hunt.loss')}, {bughunt_text.final_losses(right.loss, wrong.loss)}")
    print(f"{text('hunt.val_loss')}, {bughunt_text.final_losses(right.val_loss, wrong.val_loss)}")
    print(text("hunt.above"))


def _answer(played: HuntRound, place: int | None, what: int | None) -> None:
    """Say whether it is right, and what to choose from next."""
    if place != played.place:
        if place is not None:
            print(text("hunt.not_there", place=played.places[place - 1]))
        print("\n".join([text("hunt.where"), *bughunt_text.numbered_list(played.places)]))
    elif what == played.answer:
        print("\n".join(bughunt_text.verdict(played, found=True)))
    else:
        where = played.hunt.exercise
        print(text("hunt.there", place=where) if what is None else text("hunt.not_that"))
        print(
            "\n".join(
                [text("hunt.what", place=where), *bughunt_text.numbered_list(played.descriptions())]
            )
        )


def _figure(played: HuntRound) -> "Figure":
    """Both losses, right and with the mistake."""
    import numpy as np

    from workbook.plots import style

    right, wrong = played.hunt.right, played.hunt.wrong
    figure, axes = style.new_figure(2, width=9.5, height=3.6)
    pairs = [
        ("hunt.loss", right.loss, wrong.loss),
        ("hunt.val_loss", right.val_loss, wrong.val_loss),
    ]
    lines: list[Line2D] = []
    for panel, (title, good, bad) in zip(axes[0], pairs, strict=True):
        lines = []
        # A curve that runs away would press the other one flat: it runs along the edge.
        span = max(good) - min(good)
        top, bottom = max(good) + span, min(good) - span
        bad = tuple(np.clip(bad, bottom, top))
        for index, (name, values) in enumerate((("hunt.right", good), ("hunt.wrong", bad))):
            epochs = range(1, len(values) + 1)
            (line,) = panel.plot(epochs, values, label=text(name), **style.line_style(index))
            lines.append(line)
        style.label_axes(panel, title=text(title), xlabel=text("hunt.epochs"))
    style.figure_legend(figure, lines)
    return figure
