"""A round of the bug hunt in words and plain charts, for the terminal and for notebooks."""

import math
from collections.abc import Collection

from workbook.checks.bughunt.model import (
    LEVELS,
    HuntCurves,
    HuntNetwork,
    HuntRound,
    included_hunts,
    looks_like,
    missing_exercises,
)
from workbook.locale import text

__all__ = [
    "chart",
    "charts",
    "final_losses",
    "gradient_lines",
    "none_available",
    "numbered_list",
    "story",
    "verdict",
]

_HEIGHT = 9
_STEP = 3
# A curve that runs away would press the other one flat.
_HEADROOM = 2.0
_NAMED = 3


def story(hunt_round: HuntRound) -> str:
    """What kind of network it is."""
    network = hunt_round.hunt.network
    extra = text(f"hunt.extra_{network.normalization}") if network.normalization else ""
    if network.dropout:
        extra += text("hunt.extra_dropout")
    kind = "hunt.story_own" if hunt_round.own else "hunt.story"
    return text(kind, layers=len(network.hidden) + 1, extra=extra, rule=network.rule)


def none_available(level: int | None, passed: Collection[str], anyway: str) -> str:
    """Why no hunt is offered yet: one line that names what the nearest network lacks."""
    networks: dict[str, HuntNetwork] = {
        h.network.name: h.network
        for h in included_hunts()
        if h.level in (LEVELS if not level else (level,))
    }
    lacks = min((missing_exercises(network, passed) for network in networks.values()), key=len)
    names = ", ".join(lacks[:_NAMED])
    if len(lacks) > _NAMED:
        names = text("hunt.closed_more", names=names, count=len(lacks) - _NAMED)
    return text("hunt.closed", names=names, anyway=anyway)


def _number(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "-"


def chart(right: tuple[float, ...], wrong: tuple[float, ...]) -> list[str]:
    """Two curves drawn with letters: `o` right, `x` wrong, `#` both, `^` above the chart.

    Parameters
    ----------
    right, wrong : tuple of float
        One number an epoch.

    Returns
    -------
    list of str
        Lines of at most 60 characters for 16 epochs.
    """
    finite = [v for v in (*right, *wrong) if math.isfinite(v)]
    low = min(finite)
    ceiling = max(right) + (_HEADROOM - 1) * (max(right) - min(right))
    high = min(max(finite), ceiling)
    low = max(low, min(right) - (ceiling - max(right)))

    def row(value: float) -> int:
        share = (value - low) / (high - low)
        return min(_HEIGHT - 1, max(0, round(share * (_HEIGHT - 1))))

    grid = [[" "] * (_STEP * len(right)) for _ in range(_HEIGHT)]
    for epoch, (good, bad) in enumerate(zip(right, wrong, strict=True)):
        column = _STEP * epoch + 1
        grid[row(good)][column] = "o"
        if math.isnan(bad):
            continue
        if bad > high:
            grid[-1][column] = "^"
        else:
            line = row(bad)
            grid[line][column] = "#" if grid[line][column] == "o" else "x"
    labels = {0: _number(low), _HEIGHT - 1: _number(high)}
    lines = [f"{labels.get(n, ''):>8} |{''.join(grid[n])}" for n in reversed(range(_HEIGHT))]
    lines.append(f"{'':8} +{'-' * (_STEP * len(right))} {len(right)} {text('hunt.epochs')}")
    return [line.rstrip() for line in lines] + [f"{'':8}  {final_losses(right, wrong)}"]


def final_losses(right: tuple[float, ...], wrong: tuple[float, ...]) -> str:
    """Where two curves end, in numbers."""
    words = text("hunt.ends", right=_number(right[-1]), wrong=_number(wrong[-1]))
    lost = [n for n, v in enumerate(wrong, start=1) if not math.isfinite(v)]
    return words + (f" ({text('hunt.lost', epoch=lost[0])})" if lost else "")


def charts(right: HuntCurves, wrong: HuntCurves) -> list[str]:
    """Both losses of a round, with a legend."""
    return [
        text("hunt.legend"),
        "",
        text("hunt.loss"),
        *chart(right.loss, wrong.loss),
        "",
        text("hunt.val_loss"),
        *chart(right.val_loss, wrong.val_loss),
    ]


def gradient_lines(hunt_round: HuntRound) -> list[str]:
    """What a gradient check of the network with the mistake prints."""
    errors = hunt_round.hunt.gradients
    wide = max(map(len, errors))
    lines = [f"  {k:{wide}}  {v:.1e}" for k, v in errors.items()]
    return [text("hunt.gradients"), *lines]


def numbered_list(choices: Collection[str]) -> list[str]:
    """Choices with their numbers, from 1."""
    return [f"  {number}  {words}" for number, words in enumerate(choices, start=1)]


def verdict(hunt_round: HuntRound, *, found: bool) -> list[str]:
    """What was wrong and why it matters."""
    hunt = hunt_round.hunt
    head = [text("hunt.found")] if found else []
    answer = text("hunt.told", place=hunt.exercise, looks_like=looks_like(hunt.message))
    return [*head, answer, text("hunt.why", why=hunt_round.why())]
