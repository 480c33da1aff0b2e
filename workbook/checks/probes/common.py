"""Limits and small tools that probes share."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.checks.probe import Limit, exact, relative

__all__ = [
    "FLOAT32",
    "FLOAT64",
    "SAME",
    "Array",
    "Arrays",
    "Dtype",
    "Rng",
    "fits",
    "floats",
    "outline",
    "span",
    "take",
]

Array = NDArray[Any]
Arrays = dict[str, object]
Dtype = type[np.floating[Any]] | type[float]
Rng = np.random.Generator

FLOAT64: Limit = relative(
    1e-9, "float64 keeps 16 digits and these sums lose at most 4; other formulas agree to 1e-12"
)
FLOAT32: Limit = relative(
    2e-5, "float32 keeps 7 digits and these sums lose at most 2, in any order of summation"
)
SAME: Limit = exact("copied or counted, never computed")


def floats(rng: Rng, *shape: int, dtype: Dtype = np.float64) -> Array:
    """Normally distributed numbers of a shape, away from 0 in mean, so that nothing cancels."""
    return (rng.standard_normal(shape) + 0.25).astype(dtype)


def take(mapping: Mapping[str, object], *keys: str, name: str = "") -> Arrays:
    """What a dictionary holds of `keys`, as named arrays; a missing key is a missing array.

    With `name`, `W1` becomes `name[W1]`; without keys, everything is taken.
    """
    wanted = keys or tuple(mapping)
    return {(f"{name}[{k}]" if name else k): mapping[k] for k in wanted if k in mapping}


def fits(value: object, shape: tuple[int, ...]) -> bool:
    """Whether a returned value is an array of that shape, so that one can compute with it."""
    return isinstance(value, np.ndarray) and value.shape == shape


def outline(value: object) -> object:
    """Zeros with the shape and dtype of what was returned, where its values are random.

    What is no array goes back as it is, to be reported.
    """
    return np.zeros_like(value) if isinstance(value, np.ndarray) else value


def span(values: Array) -> Array:
    """Smallest and largest of some values; NaN if there are none."""
    return np.array([values.min(), values.max()]) if values.size else np.full(2, np.nan)
