"""Test cases: functions that run an implementation on seeded inputs.

A case has two halves. `run` works beside student code, in the worker, and returns raw results:
what the student's functions returned, as they returned it. `reduce`, where a case has one, works
on the other side and turns them into the named arrays that are compared, such as a share, a
shape or a sum. Neither holds an expected value. A case states how close each array must come to
the reference and why, and which sentence of the exercise's docstring it judges.
"""

import math
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = [
    "DEFAULT_SEED",
    "Case",
    "CaseList",
    "Limit",
    "Names",
    "Shared",
    "absolute",
    "exact",
    "relative",
    "statistic",
]

DEFAULT_SEED = 231
"""The seed of `workbook check` and of the answer key."""

Run = Callable[[Any, np.random.Generator], Mapping[str, object]]
Reduce = Callable[[Mapping[str, Any], np.random.Generator], Mapping[str, object]]

# Before any student code can put another function in its place.
_default_rng = np.random.default_rng

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


@dataclass(frozen=True, slots=True)
class Shared:
    """A fact among raw results: whether two objects are one, or arrays that share memory.

    It can be observed in the worker only; the recorder does. NaN if `other` is an array and `one`
    is none.
    """

    one: object
    other: object


@dataclass(frozen=True, slots=True)
class Names:
    """A fact among raw results: the keys of a dictionary in their order.

    A reduction receives them as a tuple of str.
    """

    mapping: Iterable[object]


@dataclass(frozen=True)
class Case:
    """One case of one exercise.

    Attributes
    ----------
    exercise : str
        Exercise id.
    name : str
        A few words that tell this case from the others, as students read them.
    run : callable
        `run(impl, rng)` returns the raw results by name: what the implementation returned, or
        `Shared` and `Names`. It computes nothing from them.
    asks : str
        Words of the exercise's docstring that ask for what is judged.
    limits : mapping of str to Limit
        By the name of what is compared; `"*"` stands for every other array.
    weight : float
        Share of the exercise's points.
    keeps : tuple of str
        Arguments that the exercise must leave as they were. Other changes are notes.
    reduce : callable or None
        `reduce(raw, rng)` returns the arrays that are compared; without it these are the raw
        results. In `raw` an array is an ndarray, a number a NumPy scalar, `Names` a tuple, and
        anything else an object that can only be handed on. `rng` draws the same numbers as in
        `run`: inputs are drawn again, because the worker may not be believed about them.
    rule : str
        The rule about something other than ordinary values that the case judges: `size`,
        `overflow` or `tie`, or `argument` where a result must not be the argument itself; empty
        for a case whose values count in full.
    """

    exercise: str
    name: str
    run: Run
    asks: str
    limits: Mapping[str, Limit] = field(repr=False)
    weight: float = 1.0
    keeps: tuple[str, ...] = ()
    reduce: Reduce | None = None
    rule: str = ""

    def limit(self, array: str) -> Limit:
        """The limit of one array; `grads[W1]` falls back to `grads`, then to `*`."""
        for name in (array, array.partition("[")[0], "*"):
            if name in self.limits:
                return self.limits[name]
        raise KeyError(f"case {self.exercise}/{self.name} states no limit for {array!r}")

    def rng(self, seed: int) -> np.random.Generator:
        """The stream that this case draws its inputs from; other cases do not shift it."""
        return _default_rng([seed, zlib.crc32(f"{self.exercise}/{self.name}".encode())])


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
        reduce: Reduce | None = None,
        rule: str = "",
    ) -> Callable[[Run], Run]:
        """Add the decorated function, its `run`, as a case; see `Case` for the arguments."""
        by_array = {"*": limits} if isinstance(limits, Limit) else dict(limits)

        def declare(run: Run) -> Run:
            kept = tuple(keeps)
            self.append(Case(exercise, name, run, asks, by_array, weight, kept, reduce, rule))
            return run

        return declare
