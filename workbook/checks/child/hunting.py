"""Trains the learner's own network with and without a planted mistake."""

import math
import warnings
from collections.abc import Iterable
from typing import Any

from workbook.checks import hunt
from workbook.checks.hunt_train import gradients, train
from workbook.checks.variants import swapped
from workbook.workspace.rooms import Room

__all__ = ["measure"]


def measure(room: Room, network: str, code: str, names: Iterable[str]) -> dict[str, Any]:
    """What a mistake does to the network of a room.

    Parameters
    ----------
    room : Room
        The learner's.
    network : str
        Its name in `hunts.toml`.
    code : str
        Python source that defines what is planted.
    names : iterable of str
        The functions that it takes the place of.

    Returns
    -------
    dict
        `right` and `wrong` curves and `gradients`, ready for JSON.
    """
    chosen = hunt.plan()[0][network]
    scope: dict[str, Any] = {"__name__": "planted"}
    exec(compile(code, "<planted>", "exec"), scope)
    swaps = {id(getattr(room, name)): scope[name] for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        right = train(room, chosen)
        with swapped(room, swaps):
            wrong, errors = train(room, chosen), gradients(room, chosen)
    return {
        "right": right.as_json(),
        "wrong": wrong.as_json(),
        "gradients": {k: v if math.isfinite(v) else None for k, v in errors.items()},
    }
