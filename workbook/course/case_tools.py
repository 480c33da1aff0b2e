"""Limits, small tools and reductions that the test cases share."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.cases import Limit, Reduce, absolute, exact, relative, statistic

__all__ = [
    "FLOAT32",
    "FLOAT64",
    "NORMAL",
    "SAME",
    "SHAPE",
    "SHIFTED_LOSS",
    "STEPS",
    "Array",
    "Arrays",
    "Dtype",
    "Raw",
    "Rng",
    "fits",
    "floats",
    "normality",
    "outline",
    "outlines",
    "snapshot",
    "span",
    "take",
]

Array = NDArray[Any]
Arrays = dict[str, object]
Raw = Mapping[str, Any]
Dtype = type[np.floating[Any]] | type[float]
Rng = np.random.Generator

FLOAT64: Limit = relative(
    1e-9, "float64 keeps 16 digits and these sums lose at most 4; other formulas agree to 1e-12"
)
FLOAT32: Limit = relative(
    2e-5, "float32 keeps 7 digits and these sums lose at most 2, in any order of summation"
)
SAME: Limit = exact("copied or counted, never computed")
SHAPE: Limit = exact("an outline: the shape alone is asked for", dtype=False)
SHIFTED_LOSS: Limit = absolute(
    2e-5, "log(y + 1e-7), as some books have it, shifts a loss by 1e-7 / y; y is above 0.01 here"
)
STEPS: Limit = relative(
    3e-5, "log(y + 1e-7) changes a slope by 1e-7 / y; differences of losses are good to 1e-9"
)

_DRAWN = "of 10,000 independent numbers from the standard normal distribution"
NORMAL: dict[str, Limit] = {
    "mean": statistic(0.01, f"mean {_DRAWN}"),
    "std": statistic(0.0071, f"standard deviation {_DRAWN}"),
    "negative": statistic(0.005, f"share below 0 {_DRAWN}"),
    "outside": statistic(0.00465, f"share beyond 1 and -1 {_DRAWN}"),
}


def floats(rng: Rng, *shape: int, dtype: Dtype = np.float64) -> Array:
    """Normally distributed numbers of a shape, away from 0 in mean, so that nothing cancels."""
    return (rng.standard_normal(shape) + 0.25).astype(dtype)


def take(mapping: Mapping[str, object], *keys: str, name: str = "") -> Arrays:
    """What a dictionary holds of `keys`, as named arrays; a missing key is a missing array.

    With `name`, `W1` becomes `name[W1]`; without keys, everything is taken.
    """
    wanted = keys or tuple(mapping)
    return {(f"{name}[{k}]" if name else k): mapping[k] for k in wanted if k in mapping}


def forward_twice(forward: Callable[[], Any], backward: Callable[[Any], Arrays]) -> Arrays:
    """Return the gradients of the first of two forward passes, as a net with two layers does.

    `forward()` draws inputs and returns the cache or layer; `backward` is given the first one.
    """
    first, _ = forward(), forward()
    return backward(first)


def refusals(backward: Callable[[Array], object], rng: Rng, *shape: int) -> Arrays:
    """Return whether a backward pass refuses one sample too many in dout, and one too few."""
    N, *rest = shape
    return {
        "refuses_more": _refuses(backward, floats(rng, N + 1, *rest)),
        "refuses_fewer": _refuses(backward, floats(rng, N - 1, *rest)),
    }


def _refuses(backward: Callable[[Array], object], dout: Array) -> bool:
    try:
        backward(dout)
    except (ValueError, TypeError, IndexError):
        return True
    return False


def snapshot(value: object) -> object:
    """Return a copy of an array that a later call may change; what is no array as it is."""
    return value.copy() if isinstance(value, np.ndarray) else value


def fits(value: object, shape: tuple[int, ...]) -> bool:
    """Return whether a value is an array of that shape, so that one can compute with it."""
    return isinstance(value, np.ndarray) and value.shape == shape


# Reductions: they run outside the worker, on whatever came back.


def normality(scale: float) -> Reduce:
    """Reduce weights to statistics of them over their scale, to be judged by `NORMAL`.

    The numbers themselves are random: no correct implementation has to draw the same. There are
    10,000 in each array.
    """

    def reduce(raw: Raw, rng: Rng) -> Arrays:
        found: Arrays = {}
        for name, weight in raw.items():
            if not isinstance(weight, np.ndarray):
                # Handed on as it is, to be reported.
                found |= {f"{measure}[{name}]": weight for measure in NORMAL}
                continue
            values = weight / scale if weight.size else np.full(1, np.nan)
            found |= {
                f"mean[{name}]": values.mean(),
                f"std[{name}]": values.std(),
                f"negative[{name}]": np.mean(values < 0),
                f"outside[{name}]": np.mean(np.abs(values) > 1),
            }
        return found

    return reduce


def outlines(*names: str) -> Reduce:
    """Reduce the arrays whose names begin so to their outlines, and leave the others alone."""

    def reduce(raw: Raw, rng: Rng) -> Arrays:
        return {n: outline(value) if n.startswith(names) else value for n, value in raw.items()}

    return reduce


def refused(raw: Raw, rng: Rng) -> Arrays:
    """Reduce the two facts of `refusals` to one, and leave the arrays alone.

    One refusal is enough: a loop over the samples of dout does not notice that one is missing,
    and a loop over the samples of the input does not notice one too many.
    """
    found = dict(raw)
    more, fewer = found.pop("refuses_more"), found.pop("refuses_fewer")
    return {**found, "refused": bool(more == 1 or fewer == 1)}


def outline(value: object) -> object:
    """Zeros with the shape and dtype of what was returned, where its values are random.

    What is no array goes back as it is, to be reported.
    """
    return np.zeros_like(value) if isinstance(value, np.ndarray) else value


def span(values: Array) -> Array:
    """Smallest and largest of some values; NaN if there are none."""
    return np.array([values.min(), values.max()]) if values.size else np.full(2, np.nan)
