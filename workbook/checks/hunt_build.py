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

import numpy as np
from numpy.typing import NDArray

from workbook import locale
from workbook.checks import hunt
from workbook.checks.variants import Variant, catalogue, planted
from workbook.workspace import choice, load_room
from workbook.workspace.rooms import Room
from workbook.workspace.state import write_text

__all__ = ["build", "gradients", "main", "train", "written"]

Array = NDArray[Any]

DIM, CLASSES, TRAIN, VAL, BATCH, EPOCHS = 10, 4, 160, 80, 20, 16
# Two curves nearer than this, as a share of what the right network learns, are alike.
ALIKE = 1e-3
# Enough digits to draw and to compare; few enough that another machine's last bits do not show.
DIGITS = 4


def _blobs() -> tuple[Array, Array]:
    """Overlapping clouds: hard enough that a network does not end at a loss of 0."""
    rng = np.random.default_rng(7)
    centres = rng.normal(0, 1.1, (CLASSES, DIM))
    y = np.arange(TRAIN + VAL) % CLASSES
    # An offset and unequal scales: a mistake in a normalisation must have something to spoil.
    X = (centres[y] + rng.normal(0, 1, (len(y), DIM))) * np.linspace(0.4, 1.6, DIM) + 0.3
    return X, y


def _network(room: Room, network: hunt.Network) -> Any:
    np.random.seed(3)
    return room.FullyConnectedNet(
        list(network.hidden),
        input_dim=DIM,
        num_classes=CLASSES,
        reg=network.reg,
        dropout=network.dropout,
        normalization=network.normalization or None,
        weight_scale=network.weight_scale,
        dtype=np.float64,
    )


def _val_loss(model: Any, X: Array, y: Array) -> float:
    """Cross-entropy of a test pass, by code that no mistake can reach."""
    scores = model.loss(X)
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-logs[np.arange(len(y)), y].mean())


def train(room: Room, network: hunt.Network) -> hunt.Curves:
    """Train a network of the room, with whatever is planted in it.

    Returns
    -------
    hunt.Curves
        Mean loss of each epoch, and validation loss after it; not-a-number from where the
        network diverges.
    """
    X, y = _blobs()
    model = _network(room, network)
    rule = getattr(room, network.rule)
    configs: dict[str, Any] = {k: {"learning_rate": network.rate} for k in model.params}
    batches = np.random.default_rng(5)
    np.random.seed(11)
    losses, vals = [], []
    for _ in range(EPOCHS):
        order = batches.permutation(TRAIN).reshape(-1, BATCH)
        seen = []
        for rows in order:
            loss, grads = model.loss(X[rows].copy(), y[rows].copy())
            seen.append(float(loss))
            for name in model.params:
                stepped, configs[name] = rule(model.params[name], grads[name], configs[name])
                if stepped.shape != model.params[name].shape:
                    raise ValueError(f"{name} changed its shape")
                model.params[name] = stepped
        losses.append(round(float(np.mean(seen)), DIGITS))
        vals.append(round(_val_loss(model, X[TRAIN:].copy(), y[TRAIN:]), DIGITS))
    return hunt.Curves(tuple(losses), tuple(vals))


def gradients(room: Room, network: hunt.Network) -> dict[str, float]:
    """How far each parameter's gradient is from the numerical one, as a share of both norms."""
    X, y = _blobs()
    X, y = X[:12], y[:12]
    model = _network(room, network)
    if network.dropout:
        model.dropout_param["seed"] = 9

    def loss() -> float:
        return float(model.loss(X.copy(), y)[0])

    analytic = {k: np.array(v) for k, v in model.loss(X.copy(), y)[1].items()}
    found = {}
    for name, values in model.params.items():
        numeric = np.zeros_like(values)
        for index in np.ndindex(values.shape):
            kept = values[index]
            values[index] = kept + 1e-5
            up = loss()
            values[index] = kept - 1e-5
            numeric[index] = (up - loss()) / 2e-5
            values[index] = kept
        got = analytic[name]
        size = float(np.linalg.norm(got) + np.linalg.norm(numeric))
        # The bias under a batch normalisation has no gradient: both norms are rounding alone.
        error = float(np.linalg.norm(got - numeric)) / size if size > 1e-6 else 0.0
        found[name] = float(f"{error:.1e}") if math.isfinite(error) else math.nan
    return found


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


def _plain(curves: hunt.Curves) -> dict[str, list[float | None]]:
    return {
        "loss": [v if math.isfinite(v) else None for v in curves.loss],
        "val_loss": [v if math.isfinite(v) else None for v in curves.val_loss],
    }


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
                    **_plain(curves),
                    "gradients": {k: v if math.isfinite(v) else None for k, v in errors.items()},
                    "others": sorted(others),
                }
            )
        return {"networks": {k: _plain(v) for k, v in right.items()}, "hunts": hunts}
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
