"""What a portrait can show: the nets whose every piece passes, with the learner's best rule."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.checks.checker import Checker
from workbook.student import locations

__all__ = [
    "PortraitPart",
    "PortraitPlan",
    "passing_exercises",
    "plan_portrait",
    "required_exercises",
]

# The better ones first; sgd is given.
_RULES = ("adam", "rmsprop", "sgd_momentum")
_NETS = ("ThreeLayerConvNet", "FullyConnectedNet", "TwoLayerNet")
_NAIVE = ("conv_forward_naive", "conv_backward_naive")
_NORM = "FullyConnectedNet.batchnorm"


@dataclass(frozen=True)
class PortraitPart:
    """One section of the page.

    Attributes
    ----------
    name : str
        "convolutional", "connected" or "speed".
    experiment : str
        In `training.runner.registry`.
    settings : dict
        What it is called with.
    """

    name: str
    experiment: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PortraitPlan:
    """Attributes
    ----------
    folder : Path
        The exercises that the nets are made of.
    parts : tuple of PortraitPart
        In the order of the page; none if no net is finished.
    built : tuple of str
        What passes, in words, in the order of learning.
    lacking : tuple of str
        The exercises at which the course's two nets still wait.
    own : bool
        Whether it is the learner's work, and not the solutions.
    """

    folder: Path
    parts: tuple[PortraitPart, ...]
    built: tuple[str, ...]
    lacking: tuple[str, ...] = ()
    own: bool = True


def required_exercises() -> list[str]:
    """The exercises on which it depends what the page shows."""
    nets = {f"{net}.{part}" for net in _NETS for part in ("init", "loss")}
    return [name for name in curriculum.load().ids() if name in {*nets, *_RULES, *_NAIVE, _NORM}]


def passing_exercises(folder: Path, ids: Sequence[str]) -> set[str]:
    """Those of the exercises that pass, on their own and on what the learner built below them."""
    if folder.resolve() == locations.solutions_folder():
        return set(ids)
    with Checker(folder) as judge:
        results = [report.result for report in judge.judge(ids)]
    return {r.exercise for r in results if {r.outcome, r.integrated_outcome} <= curriculum.DONE}


def plan_portrait(
    folder: Path, passed: Collection[str], *, epochs: int, images: int, short: bool = False
) -> PortraitPlan:
    """What to train and measure.

    Parameters
    ----------
    folder : Path
    passed : collection of str
        Ids of exercises.
    epochs, images : int
        For each net.
    short : bool, optional
        Whether to look at few pictures in all that is not training too.
    """

    def finished(net: str) -> bool:
        return {f"{net}.init", f"{net}.loss"} <= set(passed)

    rule = next((name for name in _RULES if name in passed), "sgd")
    size: dict[str, Any] = {"rule": rule, "epochs": epochs, "num_train": images}
    if short:
        size |= {"num_val": 100, "num_test": 100}
    parts = []
    if finished("ThreeLayerConvNet"):
        parts.append(
            PortraitPart("convolutional", "network_portrait", {"net": "ThreeLayerConvNet", **size})
        )
    if finished("FullyConnectedNet"):
        norm = {"normalization": "batchnorm"} if _NORM in passed else {}
        parts.append(
            PortraitPart(
                "connected", "network_portrait", {"net": "FullyConnectedNet", **norm, **size}
            )
        )
    elif finished("TwoLayerNet"):
        parts.append(PortraitPart("connected", "network_portrait", {"net": "TwoLayerNet", **size}))
    if set(_NAIVE) <= set(passed):
        parts.append(PortraitPart("speed", "naive_and_fast", {"batch_size": 1} if short else {}))
    # "Affine layer: forward" and "Affine layer: backward" are one thing to those who see it.
    titles = [e.title.partition(":")[0] for e in curriculum.load() if e.id in passed]
    own = folder.resolve() != locations.solutions_folder()
    known = curriculum.load()
    nets = [f"{net}.{part}" for net in _NETS[:2] for part in ("init", "loss")]
    lacking = [name for name in nets if name in known and name not in passed]
    return PortraitPlan(folder, tuple(parts), tuple(dict.fromkeys(titles)), tuple(lacking), own)
