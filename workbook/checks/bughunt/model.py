"""The bug hunt: a network with one planted mistake, and which one it is.

`workbook/course/hunts.toml` says which mistakes are hunted and on which network; `curves.json`
holds what was measured with them. A round needs nothing else; `own_network` plays it with the
learner's own code.
"""

import json
import math
import random
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.errors import UsageError
from workbook.locale import text
from workbook.student import course_policy

__all__ = [
    "Hunt",
    "HuntCurves",
    "HuntNetwork",
    "HuntRound",
    "effect",
    "errors",
    "included_hunts",
    "load",
    "looks_like",
    "missing_exercises",
    "new_round",
    "read_plan",
]

PLAN = curriculum.COURSE / "hunts.toml"
DATA = Path(__file__).with_name("curves.json")
LEVELS = (1, 2, 3)
# A gradient check with step 1e-5 calls an error below this right.
GRADIENT_CHECK_PASSES = 1e-5
# From this share of what the right network learns, the eye sees the difference at once.
LARGE_EFFECT = 0.25
# Descriptions to choose from.
CHOICES = 4


@dataclass(frozen=True)
class HuntNetwork:
    """A network to hunt in.

    Attributes
    ----------
    places : tuple of str
        Exercises whose code it runs: where the mistake may be.
    needs : tuple of str
        Further exercises without which it would not run.
    """

    name: str
    hidden: tuple[int, ...]
    rule: str
    rate: float
    places: tuple[str, ...]
    needs: tuple[str, ...]
    normalization: str = ""
    dropout: float = 0.0
    reg: float = 0.0
    weight_scale: float = 0.3


@dataclass(frozen=True)
class HuntCurves:
    """Training and validation loss, one number an epoch; not-a-number where it diverged."""

    loss: tuple[float, ...]
    val_loss: tuple[float, ...]

    def as_json(self) -> dict[str, list[float | None]]:
        """The two lists; None stands for what is not a finite number."""
        return {"loss": _numbers(self.loss), "val_loss": _numbers(self.val_loss)}

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "HuntCurves":
        """What `as_json` made, whatever else the entry holds."""
        lists = (
            (math.nan if v is None else float(v) for v in entry[k]) for k in cls.__match_args__
        )
        return cls(*map(tuple, lists))


def _numbers(values: Iterable[float]) -> list[float | None]:
    return [v if math.isfinite(v) else None for v in values]


@dataclass(frozen=True)
class Hunt:
    """One planted mistake and what it did.

    Attributes
    ----------
    right, wrong : Curves
        Without it, and with it.
    gradients : dict
        Relative error of each parameter's gradient in a gradient check with the mistake.
    misconception : str
        `<exercise>.<name>`.
    message : str
        Id of its message.
    others : tuple of str
        Ids of messages on mistakes in the same place that would have done something else.
    """

    network: HuntNetwork
    exercise: str
    misconception: str
    right: HuntCurves
    wrong: HuntCurves
    gradients: dict[str, float]
    message: str
    others: tuple[str, ...]

    @property
    def name(self) -> str:
        """Network, exercise and mistake, as a course's policy lists them."""
        mistake = self.misconception.removeprefix(f"{self.exercise}.")
        return f"{self.network.name}/{self.exercise}/{mistake}"

    @property
    def effect(self) -> float:
        """How far the curves lie apart."""
        return effect(self.right, self.wrong)

    @property
    def level(self) -> int:
        """3 if gradient checks miss it; else 1 if the curves lie far apart, or 2."""
        if all(error < GRADIENT_CHECK_PASSES for error in self.gradients.values()):
            return 3
        return 1 if self.effect >= LARGE_EFFECT else 2


@dataclass(frozen=True)
class HuntRound:
    """One round: a hunt and what is offered to choose from, in the order in which it is shown.

    Attributes
    ----------
    seed : int
        With the level, it brings the same round back.
    places : tuple of str
        Exercise ids.
    answers : tuple of str
        Message ids.
    own : bool
        Whether the network is the learner's own code; else it is the one that was measured.
    """

    hunt: Hunt
    level: int
    seed: int
    places: tuple[str, ...]
    answers: tuple[str, ...]
    own: bool = False

    @property
    def place(self) -> int:
        """Number of the right place, from 1."""
        return 1 + self.places.index(self.hunt.exercise)

    @property
    def answer(self) -> int:
        """Number of the right description, from 1."""
        return 1 + self.answers.index(self.hunt.message)

    def descriptions(self) -> list[str]:
        """What may be wrong, in words."""
        return [looks_like(message) for message in self.answers]

    def why(self) -> str:
        """What the planted mistake means."""
        return text(f"{self.hunt.message}.why")


def looks_like(message: str) -> str:
    """The description in a message, as said of a network that is not the learner's own."""
    words = text(f"{message}.looks_like")
    return "The " + words.removeprefix("Your ") if words.startswith("Your ") else words


def effect(right: HuntCurves, wrong: HuntCurves) -> float:
    """Mean distance of two curves, as a share of what the right network learns.

    Returns
    -------
    float
        The larger one of both curves; infinite if the wrong network diverges.
    """
    shares = []
    for a, b in ((right.loss, wrong.loss), (right.val_loss, wrong.val_loss)):
        apart = sum(abs(p - q) for p, q in zip(a, b, strict=True)) / len(a)
        shares.append(apart / (max(a) - min(a)) if math.isfinite(apart) else math.inf)
    return max(shares)


def errors(gradients: Mapping[str, float | None]) -> dict[str, float]:
    """Errors of a gradient check as JSON has them, which cannot say what is not a number."""
    return {name: math.nan if v is None else float(v) for name, v in gradients.items()}


def read_plan() -> tuple[dict[str, HuntNetwork], list[dict[str, str]]]:
    """Return the networks of `hunts.toml` by name, and its hunts as they are listed."""
    table = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    networks = {}
    for name, given in table["network"].items():
        fields: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in given.items()
        }
        networks[name] = HuntNetwork(name=name, **fields)
    return networks, table["hunt"]


@cache
def load() -> tuple[Hunt, ...]:
    """All hunts that were measured."""
    networks, _ = read_plan()
    data = json.loads(DATA.read_text(encoding="utf-8"))
    return tuple(
        Hunt(
            network=networks[entry["network"]],
            exercise=entry["exercise"],
            misconception=entry["misconception"],
            right=HuntCurves.read(data["networks"][entry["network"]]),
            wrong=HuntCurves.read(entry),
            gradients=errors(entry["gradients"]),
            message=entry["message"],
            others=tuple(entry["others"]),
        )
        for entry in data["hunts"]
    )


def included_hunts() -> tuple[Hunt, ...]:
    """The hunts that the course's policy includes.

    Raises
    ------
    UsageError
        If there are none.
    """
    included = course_policy.current().hunts
    found = tuple(h for h in load() if included is None or h.name in included)
    if not found:
        raise UsageError(text("policy.no_hunts"))
    return found


def missing_exercises(network: HuntNetwork, passed: Collection[str]) -> list[str]:
    """The exercises that a network needs and that have not passed."""
    return [name for name in (*network.places, *network.needs) if name not in passed]


def new_round(
    level: int | None = None, seed: int | None = None, passed: Collection[str] | None = None
) -> HuntRound | None:
    """Draw a round.

    Parameters
    ----------
    level : int, optional
        1 to 3; any by default.
    seed : int, optional
        Repeats a round; drawn by default.
    passed : collection of str, optional
        Exercises that pass: only networks made of these are hunted in. None: all networks.

    Returns
    -------
    Round or None
        None if no network is made of those exercises alone.

    Raises
    ------
    UsageError
        If there is no such level.
    """
    if level is not None and level not in LEVELS:
        raise UsageError(text("hunt.no_level", given=level))
    seed = random.SystemRandom().randrange(10_000) if seed is None else seed
    draw = random.Random(f"{level}/{seed}")
    hunts = [h for h in included_hunts() if level in (None, h.level)]
    # All are shuffled, then the first open one is taken: more passes do not change every round.
    draw.shuffle(hunts)
    for found in hunts:
        if passed is None or not missing_exercises(found.network, passed):
            # Other descriptions may share a text: each text is offered once.
            words = {text(f"{found.message}.looks_like"): found.message}
            others = list(found.others)
            draw.shuffle(others)
            for message in others:
                if len(words) < CHOICES:
                    words.setdefault(text(f"{message}.looks_like"), message)
            answers = list(words.values())
            draw.shuffle(answers)
            return HuntRound(found, found.level, seed, found.network.places, tuple(answers))
    return None
