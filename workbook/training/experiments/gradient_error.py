"""How far a numerical gradient is from the true one, over the size of its step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbook.training.experiments.comparison import stop_requested
from workbook.training.inputs import Array, StopSignal
from workbook.training.results import ProgressUpdate, Report

__all__ = ["STEPS", "GradientErrors", "gradient_errors"]

STEPS: tuple[float, ...] = tuple(np.logspace(-12, 0, 49).tolist())


@dataclass(frozen=True)
class GradientErrors:
    """Attributes
    ----------
    steps : tuple of float
        The sizes h.
    errors : dict of tuple of float
        By "central, float64", "forward, float64", "central, float32", "forward, float32":
        the norm of the difference over the norm of the gradient, for each h; shorter than
        `steps` if it was stopped.
    """

    steps: tuple[float, ...]
    errors: dict[str, tuple[float, ...]]


def gradient_errors(
    loss: Callable[[Array], tuple[Any, Any]],
    x: Array,
    *,
    steps: Sequence[float] = STEPS,
    entries: int = 20,
    seed: int = 0,
    report: Report | None = None,
    stop: StopSignal | None = None,
) -> GradientErrors:
    """Central and forward differences against the analytic gradient, in two precisions.

    Parameters
    ----------
    loss : callable
        x to (value, gradient of x's shape), computed in the dtype of x.
    x : ndarray of float
        Where; not changed.
    steps : sequence of float, optional
        The sizes h.
    entries : int, optional
        So many entries of x are moved, drawn once.
    report, stop : optional
        Told of each h; ends with the errors that there are.
    """
    rng = np.random.default_rng(seed)
    places = rng.choice(x.size, min(entries, x.size), replace=False)
    _, gradient = loss(x.astype(np.float64))
    truth = np.asarray(gradient, dtype=np.float64).ravel()[places]
    scale = float(np.linalg.norm(truth)) or 1.0
    errors: dict[str, list[float]] = {
        f"{method}, {dtype}": []
        for dtype in ("float64", "float32")
        for method in ("central", "forward")
    }

    def value(point: Array) -> Any:
        # The precision of x all the way: float() would hide that of a float32 loss.
        return loss(point)[0]

    for number, h in enumerate(steps, start=1):
        if stop_requested(stop):
            break
        for dtype in ("float64", "float32"):
            point = x.astype(dtype)
            here = value(point)
            central, forward = np.empty(len(places)), np.empty(len(places))
            for i, place in enumerate(places):
                moved = point.copy()
                moved.flat[place] += h
                above = value(moved)
                moved.flat[place] = point.flat[place] - point.dtype.type(h)
                below = value(moved)
                central[i] = (above - below) / (2 * h)
                forward[i] = (above - here) / h
            for method, found in (("central", central), ("forward", forward)):
                error = float(np.linalg.norm(found - truth)) / scale
                errors[f"{method}, {dtype}"].append(error)
        if report is not None:
            latest = {name: lot[-1] for name, lot in errors.items()}
            report(ProgressUpdate("h", number, len(steps), {"h": float(h), **latest}))
    return GradientErrors(
        tuple(float(h) for h in steps), {name: tuple(lot) for name, lot in errors.items()}
    )
