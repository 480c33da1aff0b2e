"""Measure the bug hunts: loss curves and gradient checks with each mistake planted.

A maintainer's tool, run as `python -m workbook.checks.bughunt.build` where solutions are at hand.
It writes `curves.json`, numbers only, so that a hunt needs neither solutions nor training.
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
from workbook.checks.bughunt import model as bughunt
from workbook.checks.bughunt.training import gradients, train
from workbook.checks.misconceptions import Catalogue, Misconception
from workbook.student import load_implementation, locations
from workbook.student.atomic_write import write_text
from workbook.student.implementation import Implementation

__all__ = ["as_json_lines", "build", "main"]

# Two curves nearer than this, as a share of what the right network learns, are alike.
MIN_EFFECT = 1e-3


def _curves(
    impl: Implementation, network: bughunt.HuntNetwork, catalogue: Catalogue, misconception: str
) -> bughunt.HuntCurves | None:
    """What the mistake does to the curves; None if the network does not even run."""
    try:
        with catalogue.planted(misconception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return train(impl, network)
    except Exception:
        return None


def _stands_alone(misconception: Misconception, unclear: Collection[str]) -> bool:
    """Whether its message can be shown alone, without a learner's arrays to fill it."""
    if misconception.message in unclear:
        return False
    parts = [f"{misconception.message}.{part}" for part in ("looks_like", "why")]
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
    impl = load_implementation(folder)
    try:
        networks, planned = bughunt.read_plan()
        unclear = tomllib.loads(bughunt.PLAN.read_text(encoding="utf-8"))["unclear"]
        right = {name: train(impl, network) for name, network in networks.items()}
        measured: dict[tuple[str, str], dict[str, tuple[str, bughunt.HuntCurves]]] = {}
        hunts = []
        for entry in planned:
            network, exercise = networks[entry["network"]], entry["exercise"]
            network_and_exercise = (network.name, exercise)
            catalogue = Catalogue.read(exercise, impl)
            if network_and_exercise not in measured:
                measured[network_and_exercise] = {
                    m.id: (m.message, c)
                    for m in catalogue.misconceptions.values()
                    if _stands_alone(m, unclear)
                    if (c := _curves(impl, network, catalogue, m.id)) is not None
                    if bughunt.effect(right[network.name], c) > MIN_EFFECT
                }
            message, curves = measured[network_and_exercise][entry["misconception"]]
            with catalogue.planted(entry["misconception"]), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                errors = gradients(impl, network)
            # What cannot be told from the planted one is no wrong answer.
            others = {
                m
                for m, c in measured[network_and_exercise].values()
                if bughunt.effect(curves, c) > MIN_EFFECT
            } - {message}
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
        impl.close()


def as_json_lines(data: dict[str, Any]) -> str:
    """JSON with one network or hunt a line, so that a change shows what it changes."""
    networks = ",\n".join(f"{json.dumps(k)}: {_line(v)}" for k, v in data["networks"].items())
    hunts = ",\n".join(map(_line, data["hunts"]))
    return f'{{"networks": {{\n{networks}\n}}, "hunts": [\n{hunts}\n]}}\n'


def _line(value: object) -> str:
    return json.dumps(value, allow_nan=False)


def main() -> int:
    """Write `curves.json`."""
    folder = locations.solutions_folder()
    if folder is None:
        print("This copy has no solutions/.", file=sys.stderr)
        return 1
    write_text(bughunt.DATA, as_json_lines(build(folder)))
    for found in bughunt.load():
        print(f"{found.level} {found.name}: effect {found.effect:.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
