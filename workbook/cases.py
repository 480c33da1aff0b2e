"""Test cases: functions that run an implementation on seeded inputs and return named arrays.

A case holds no expected value. It states how close each array must come to the reference
and why, and which sentence of the exercise's docstring it judges.
"""

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = [
    "DEFAULT_SEED",
    "Case",
    "CaseList",
    "Limit",
    "absolute",
    "exact",
    "relative",
    "statistic",
]

DEFAULT_SEED = 231
"""The seed of `workbook check` and of the answer key."""

CaseFunction = Callable[[Any, np.random.Generator], Mapping[str, object]]

# Two independent runs differ by sqrt(2) sigma; six of those are exceeded by correct code
# about twice in 10**9 runs.
_SIGMAS = 6.0 * math.sqrt(2.0)


@dataclass(frozen=True, slots=True)
class Limit:
    """How far an array may lie from the reference, and why that far.

    Attributes
    ----------
    value : float
        Largest error allowed.
    measure : str
        `relative`: norm of the difference over the norm of the reference. `absolute`: largest
        absolute difference, for what is zero in theory. `statistic`: the same, for numbers that
        depend on a random stream which nobody prescribes. `exact`: every value equal.
    reason : str
        Why this number and no other.
    dtype : bool
        Whether the dtype is judged too.
    """

    value: float
    measure: str
    reason: str
    dtype: bool = True


def relative(value: float, reason: str, *, dtype: bool = True) -> Limit:
    """Norm-wise relative error at most `value`."""
    return Limit(value, "relative", reason, dtype)


def absolute(value: float, reason: str, *, dtype: bool = True) -> Limit:
    """Largest absolute difference at most `value`; for what is zero in theory."""
    return Limit(value, "absolute", reason, dtype)


def exact(reason: str, *, dtype: bool = True) -> Limit:
    """Every value equal: counts, shapes, masks, untouched arguments."""
    return Limit(0.0, "exact", reason, dtype)


def statistic(sigma: float, reason: str) -> Limit:
    """A statistic with standard deviation `sigma`, compared between two independent streams."""
    return Limit(sigma * _SIGMAS, "statistic", reason, dtype=False)


@dataclass(frozen=True)
class Case:
    """One case of one exercise.

    Attributes
    ----------
    exercise : str
        Exercise id.
    name : str
        A few words that tell this case from the others, as students read them.
    function : callable
        `function(impl, rng)` returns named arrays.
    asks : str
        Words of the exercise's docstring that ask for what is judged.
    limits : mapping of str to Limit
        By array name; `"*"` stands for every other array.
    weight : float
        Share of the exercise's points.
    keeps : tuple of str
        Arguments that the exercise must leave as they were. Other changes are notes.
    """

    exercise: str
    name: str
    function: CaseFunction
    asks: str
    limits: Mapping[str, Limit] = field(repr=False)
    weight: float = 1.0
    keeps: tuple[str, ...] = ()

    def limit(self, array: str) -> Limit:
        """The limit of one array; `grads[W1]` falls back to `grads`, then to `*`."""
        for name in (array, array.partition("[")[0], "*"):
            if name in self.limits:
                return self.limits[name]
        raise KeyError(f"case {self.exercise}/{self.name} states no limit for {array!r}")

    def rng(self, seed: int) -> np.random.Generator:
        """The stream that this case draws its inputs from; other cases do not shift it."""
        return np.random.default_rng([seed, zlib.crc32(f"{self.exercise}/{self.name}".encode())])


class CaseList(list[Case]):
    """The cases of one topic, in the order in which its `cases.py` adds them."""

    def add(
        self,
        exercise: str,
        name: str,
        *,
        asks: str,
        limits: Limit | Mapping[str, Limit],
        weight: float = 1.0,
        keeps: tuple[str, ...] = (),
    ) -> Callable[[CaseFunction], CaseFunction]:
        """Add the decorated function as a case; see `Case` for the arguments."""
        by_array = {"*": limits} if isinstance(limits, Limit) else dict(limits)

        def declare(function: CaseFunction) -> CaseFunction:
            self.append(Case(exercise, name, function, asks, by_array, weight, tuple(keeps)))
            return function

        return declare
