"""Update rules on functions of two variables, where every step can be seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbook.training.experiments.comparison import stop_requested
from workbook.training.inputs import Array, Config, StopSignal, UpdateRule
from workbook.training.results import ProgressUpdate, Report

__all__ = ["SURFACES", "DescentPaths", "Surface", "descend"]


@dataclass(frozen=True)
class Surface:
    """A function of two variables with its gradient.

    Attributes
    ----------
    value : callable
        x of shape (2, ...) to shape (...).
    gradient : callable
        x of shape (2,) to shape (2,).
    start, minimum : (float, float)
        The minimum is None where there is none.
    limits : ((low, high), (low, high))
        The part worth seeing, of x0 and of x1.
    steps : int
        Steps after which the rules have shown it.
    log : bool
        Whether its levels are best drawn at even ratios.
    rates : dict of float
        Learning rates at which the course's rules show what they are like.
    """

    name: str
    value: Callable[[Array], Any]
    gradient: Callable[[Array], Array]
    start: tuple[float, float]
    minimum: tuple[float, float] | None
    limits: tuple[tuple[float, float], tuple[float, float]]
    rates: Mapping[str, float]
    steps: int = 60
    log: bool = False


def _rates(sgd: float, momentum: float, rmsprop: float, adam: float) -> dict[str, float]:
    return {"sgd": sgd, "sgd_momentum": momentum, "rmsprop": rmsprop, "adam": adam}


SURFACES = {
    "bowl": Surface(
        "bowl",
        lambda x: x[0] ** 2 + x[1] ** 2,
        lambda x: 2 * x,
        (-3.0, 4.0),
        (0.0, 0.0),
        ((-5.0, 5.0), (-5.0, 5.0)),
        _rates(0.1, 0.02, 0.2, 0.3),
    ),
    "ravine": Surface(
        "ravine",
        lambda x: x[0] ** 2 / 20 + x[1] ** 2,
        lambda x: np.array([x[0] / 10, 2 * x[1]]),
        (-7.0, 2.0),
        (0.0, 0.0),
        ((-8.0, 8.0), (-3.0, 3.0)),
        _rates(0.95, 0.1, 0.2, 0.3),
    ),
    "saddle": Surface(
        "saddle",
        # The quartic term gives the fall an end: two minima beside the saddle at 0.
        lambda x: x[0] ** 2 - x[1] ** 2 + x[1] ** 4 / 8,
        lambda x: np.array([2 * x[0], -2 * x[1] + x[1] ** 3 / 2]),
        (-2.0, 0.01),
        (0.0, 2.0),
        ((-2.6, 2.6), (-2.8, 2.8)),
        _rates(0.1, 0.02, 0.05, 0.1),
    ),
    "Rosenbrock": Surface(
        "Rosenbrock",
        lambda x: (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2,
        lambda x: np.array(
            [
                -2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2),
                200 * (x[1] - x[0] ** 2),
            ]
        ),
        (-1.5, 2.0),
        (1.0, 1.0),
        ((-2.0, 2.0), (-1.0, 3.0)),
        _rates(1e-3, 1e-3, 0.02, 0.2),
        steps=300,
        log=True,
    ),
}


@dataclass(frozen=True)
class DescentPaths:
    """Attributes
    ----------
    surface : str
        A name in `SURFACES`.
    paths : dict of ndarray, shape (T + 1, 2)
        By the rule's name, the start first; shorter if it left the finite numbers.
    values : dict of ndarray, shape (T + 1,)
        The function along each path.
    learning_rates : dict of float
    """

    surface: str
    paths: dict[str, Array]
    values: dict[str, Array]
    learning_rates: dict[str, float]


def descend(
    rules: Mapping[str, UpdateRule],
    surface: str = "ravine",
    *,
    learning_rates: Mapping[str, float] | None = None,
    start: tuple[float, float] | None = None,
    steps: int | None = None,
    report: Report | None = None,
    stop: StopSignal | None = None,
) -> DescentPaths:
    """Follow the gradient with each rule from the same start.

    Parameters
    ----------
    rules : dict of callable
        (w, dw, config) -> (w, config), by name.
    surface : str, optional
        A name in `SURFACES`.
    learning_rates : dict of float, optional
        The surface's own where left out.
    start : (float, float), optional
    steps : int, optional
        The surface's own number if it is left out.
    report, stop : optional
        Told of each finished path; ends with the paths that there are.

    Raises
    ------
    ValueError
        If there is no such surface.
    """
    if surface not in SURFACES:
        raise ValueError(f"surface must be one of {', '.join(SURFACES)}; got {surface!r}.")
    land = SURFACES[surface]
    rates = {name: (learning_rates or {}).get(name, land.rates.get(name, 0.1)) for name in rules}
    paths: dict[str, Array] = {}
    values: dict[str, Array] = {}
    for done, (name, rule) in enumerate(rules.items(), start=1):
        if stop_requested(stop):
            break
        paths[name] = _walk(rule, land, rates[name], start or land.start, steps or land.steps)
        values[name] = np.array([float(land.value(x)) for x in paths[name]])
        if report is not None:
            report(
                ProgressUpdate(
                    name, done, len(rules), {"path": paths[name], "values": values[name]}
                )
            )
    return DescentPaths(surface, paths, values, rates)


def _walk(
    rule: UpdateRule, land: Surface, rate: float, start: tuple[float, float], steps: int
) -> Array:
    x = np.array(start, dtype=float)
    config: Config = {"learning_rate": float(rate)}
    path = [x]
    for _ in range(steps):
        with np.errstate(over="ignore", invalid="ignore"):
            x, config = rule(x.copy(), land.gradient(x), config)
        if not np.isfinite(x).all() or np.abs(x).max() > 1e6:
            break
        path.append(x)
    return np.array(path)
