"""Measure the bug hunts: loss curves and gradient checks with each mistake planted.

A maintainer's tool, run as `python -m workbook.checks.hunt_build` where solutions are at hand.
It writes `hunts.json`, numbers only, so that a hunt needs neither solutions nor training.
"""

import json
import math
import sys
import tomllib
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import Any

from workbook import locale
from workbook.checks import hunt
from workbook.checks.hunt_train import gradients, train
from workbook.checks.variants import Variant, catalogue, planted
from workbook.workspace import choice, load_room
from workbook.workspace.rooms import Room
from workbook.workspace.state import write_text

__all__ = ["build", "main", "written"]

# Two curves nearer than this, as a share of what the right network learns, are alike.
ALIKE = 1e-3


def _curves(room: Room, network: hunt.Network, exercise: str, variant: str) -> hunt.Curves | None:
    """What the mistake does to the curves; None if the network does not even run."""
    try:
        with planted(room, exercise, variant), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return train(room, network)
    except Exception:
        return None


def _sayable(variant: Variant, unclear: Collection[str]) -> bool:
    """Whether its message can be shown alone, without a learner's arrays to fill it."""
    if variant.message.removeprefix("diagnosis.") in unclear:
        return False
    parts = [f"{variant.message}.{part}" for part in ("looks_like", "why")]
    return all(locale.has(part) and "{" not in locale.text(part) for part in parts)


def build(folder: Path) -> dict[str, Any]:
    """Measure every hunt of `hunts.toml`.

    Parameters
    ----------
    folder : Path
        Of the solutions.

    Returns
    -------
    dict
        `networks` and `hunts`, ready for JSON.
    """
    room = load_room(folder)
    try:
        networks, planned = hunt.plan()
        unclear = tomllib.loads(hunt.PLAN.read_text(encoding="utf-8"))["unclear"]
        right = {name: train(room, network) for name, network in networks.items()}
        tried: dict[tuple[str, str], dict[str, tuple[str, hunt.Curves]]] = {}
        hunts = []
        for entry in planned:
            network, exercise = networks[entry["network"]], entry["exercise"]
            place = (network.name, exercise)
            if place not in tried:
                tried[place] = {
                    v.id: (v.message, c)
                    for v in catalogue(exercise, room).values()
                    if not v.correct and _sayable(v, unclear)
                    if (c := _curves(room, network, exercise, v.id)) is not None
                    if hunt.effect(right[network.name], c) > ALIKE
                }
            message, curves = tried[place][entry["variant"]]
            with planted(room, exercise, entry["variant"]), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                errors = gradients(room, network)
            # What cannot be told from the planted one is no wrong answer.
            others = {m for m, c in tried[place].values() if hunt.effect(curves, c) > ALIKE} - {
                message
            }
            hunts.append(
                {
                    **entry,
                    "message": message,
                    **curves.as_json(),
                    "gradients": {k: v if math.isfinite(v) else None for k, v in errors.items()},
                    "others": sorted(others),
                }
            )
        return {"networks": {k: v.as_json() for k, v in right.items()}, "hunts": hunts}
    finally:
        room.close()


def written(data: dict[str, Any]) -> str:
    """JSON with one network or hunt a line, so that a change shows what it changes."""
    networks = ",\n".join(f"{json.dumps(k)}: {_line(v)}" for k, v in data["networks"].items())
    hunts = ",\n".join(map(_line, data["hunts"]))
    return f'{{"networks": {{\n{networks}\n}}, "hunts": [\n{hunts}\n]}}\n'


def _line(value: object) -> str:
    return json.dumps(value, allow_nan=False)


def main() -> int:
    """Write `hunts.json`."""
    folder = choice.solutions_folder()
    if folder is None:
        print("This copy has no solutions/.", file=sys.stderr)
        return 1
    write_text(hunt.DATA, written(build(folder)))
    for found in hunt.load():
        print(f"{found.level} {found.exercise}/{found.variant}: effect {found.effect:.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
