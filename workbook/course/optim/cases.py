"""Test cases of the update rules: three consecutive steps, tiny gradients, given memories."""

from typing import Any

import numpy as np

from workbook.cases import CaseList, Shared
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    SAME,
    Array,
    Arrays,
    Rng,
    floats,
    snapshot,
    take,
)

cases = CaseList()

_MEMORY = {"sgd_momentum": ("velocity",), "rmsprop": ("cache",), "adam": ("m", "v", "t")}
_SETTINGS = {
    "sgd_momentum": {"learning_rate": 0.3, "momentum": 0.6},
    "rmsprop": {"learning_rate": 0.2, "decay_rate": 0.7, "epsilon": 1e-3},
    "adam": {"learning_rate": 0.2, "beta1": 0.7, "beta2": 0.8, "epsilon": 1e-3},
}
_KEPT = {
    "sgd_momentum": "its velocity is the new one",
    "rmsprop": "its cache is the new average",
    "adam": "m and v are the new averages *before* the correction",
}
_SETTING = {
    "sgd_momentum": "momentum (default 0.9",
    "rmsprop": "decay_rate (default 0.99)",
    "adam": "beta1 (default 0.9) and beta2 (default 0.999)",
}
_NEW = {
    "sgd_momentum": "The parameter after a step with the *new* velocity",
    "rmsprop": "The parameter after a step with the *new* average",
    "adam": "The parameter after a step with the *new*, bias-corrected averages",
}
_DTYPE = "with the shape and dtype of `w`"


def _steps(rule: Any, w: Array, config: dict[str, Any], gradients: list[Array]) -> Arrays:
    """Consecutive steps; every parameter on the way, and what is remembered at the end."""
    found: Arrays = {}
    for number, dw in enumerate(gradients, 1):
        w, config = rule(w, dw, config)
        # A rule may go on using what it handed out, and the next step would change it.
        found[f"step_{number}"] = snapshot(w)
    return {**found, "config": config}


def _run(impl: Any, name: str, w: Array, config: dict[str, Any], gradients: list[Array]) -> Arrays:
    found = _steps(getattr(impl, name), w, config, gradients)
    kept = found.pop("config")
    return {**found, **(take(kept, *_MEMORY[name]) if isinstance(kept, dict) else {})}


def _memories(name: str, rng: Rng, *shape: int) -> dict[str, Any]:
    """What a rule would remember after some steps; averages of squares are positive."""
    found: dict[str, Any] = {}
    for key in _MEMORY[name]:
        found[key] = 4 if key == "t" else rng.uniform(0.1, 1.0, size=shape)
    return found


def _declare(name: str) -> None:
    @cases.add(name, "three steps with default settings", asks=_SETTING[name], limits=FLOAT64)
    def defaults(impl: Any, rng: Rng) -> Arrays:
        gradients = [floats(rng, 3, 4) for _ in range(3)]
        return _run(impl, name, floats(rng, 3, 4), {}, gradients)

    @cases.add(name, "three steps with other settings", asks=_KEPT[name], limits=FLOAT64)
    def settings(impl: Any, rng: Rng) -> Arrays:
        gradients = [floats(rng, 5) for _ in range(3)]
        return _run(impl, name, floats(rng, 5), dict(_SETTINGS[name]), gradients)

    @cases.add(name, "going on from a given memory", asks=_NEW[name], limits=FLOAT64)
    def given(impl: Any, rng: Rng) -> Arrays:
        config = {**_SETTINGS[name], **_memories(name, rng, 2, 3)}
        return _run(impl, name, floats(rng, 2, 3), config, [floats(rng, 2, 3)])

    @cases.add(name, "filters of four axes", asks="w : ndarray, any shape", limits=FLOAT64)
    def four_axes(impl: Any, rng: Rng) -> Arrays:
        gradients = [floats(rng, 2, 3, 2, 2) for _ in range(2)]
        return _run(impl, name, floats(rng, 2, 3, 2, 2), {}, gradients)

    @cases.add(
        name,
        "two parameters in turn",
        asks="The same dictionary",
        limits={"same_dictionary": SAME, "*": FLOAT64},
    )
    def in_turn(impl: Any, rng: Rng) -> Arrays:
        rule = getattr(impl, name)
        w, b = floats(rng, 2, 3), floats(rng, 3)
        w_config: dict[str, Any] = {}
        b_config: dict[str, Any] = {}
        for _ in range(2):
            w, w_back = rule(w, floats(rng, 2, 3), w_config)
            b, _ = rule(b, floats(rng, 3), b_config)
        return {"w": w, "b": b, "same_dictionary": Shared(w_back, w_config)}

    @cases.add(name, "float32", asks=_DTYPE, limits=FLOAT32)
    def single(impl: Any, rng: Rng) -> Arrays:
        gradients = [floats(rng, 4, 3, dtype=np.float32) for _ in range(2)]
        return _run(impl, name, floats(rng, 4, 3, dtype=np.float32), {}, gradients)

    @cases.add(
        name,
        "arguments left alone",
        asks="with respect to `w`; not changed",
        limits=FLOAT64,
        keeps=("w", "dw"),
    )
    def keeps(impl: Any, rng: Rng) -> Arrays:
        next_w, _ = getattr(impl, name)(floats(rng, 3), floats(rng, 3), {})
        return {"next_w": next_w}


for _name in _MEMORY:
    _declare(_name)


def _tiny(name: str, asks: str) -> None:
    @cases.add(name, "gradients as small as epsilon", asks=asks, limits=FLOAT64)
    def tiny(impl: Any, rng: Rng) -> Arrays:
        gradients = [1e-7 * floats(rng, 4), 1e-8 * floats(rng, 4)]
        gradients[0][1] = gradients[1][1] = 0.0
        return _run(impl, name, floats(rng, 4) * 1e-2, {}, gradients)


_tiny("rmsprop", "which keeps the divisor from being 0 and is added after the root is taken")
_tiny("adam", "added after the root is taken")
