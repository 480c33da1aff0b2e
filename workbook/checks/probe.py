"""What a probe is: a function that runs an implementation and returns named arrays.

A probe holds no expected value. It states how close each array must come to the reference
and why, and which sentence of the exercise's docstring it judges.
"""

import ast
import hashlib
import importlib
import inspect
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from workbook import curriculum

__all__ = [
    "DEFAULT_SEED",
    "Limit",
    "Probe",
    "absolute",
    "digest",
    "exact",
    "for_exercise",
    "probe",
    "relative",
    "statistic",
]

DEFAULT_SEED = 231
"""The seed of `workbook check` and of the answer key."""

ProbeFunction = Callable[[Any, np.random.Generator], Mapping[str, object]]

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
class Probe:
    """One probe of one exercise.

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
    function: ProbeFunction
    asks: str
    limits: Mapping[str, Limit] = field(repr=False)
    weight: float = 1.0
    keeps: tuple[str, ...] = ()

    def limit(self, array: str) -> Limit:
        """The limit of one array; `grads[W1]` falls back to `grads`, then to `*`."""
        for name in (array, array.partition("[")[0], "*"):
            if name in self.limits:
                return self.limits[name]
        raise KeyError(f"probe {self.exercise}/{self.name} states no limit for {array!r}")

    def rng(self, seed: int) -> np.random.Generator:
        """The stream that this probe draws its inputs from; other probes do not shift it."""
        return np.random.default_rng([seed, zlib.crc32(f"{self.exercise}/{self.name}".encode())])


_registry: dict[str, list[Probe]] = {}


def probe(
    exercise: str,
    name: str,
    *,
    asks: str,
    limits: Limit | Mapping[str, Limit],
    weight: float = 1.0,
    keeps: tuple[str, ...] = (),
) -> Callable[[ProbeFunction], ProbeFunction]:
    """Declare the decorated function as a probe; see `Probe` for the arguments."""
    by_array = {"*": limits} if isinstance(limits, Limit) else dict(limits)

    def declare(function: ProbeFunction) -> ProbeFunction:
        known = _registry.setdefault(exercise, [])
        # A module imported anew replaces its probes.
        known[:] = [p for p in known if p.name != name]
        known.append(Probe(exercise, name, function, asks, by_array, weight, tuple(keeps)))
        return function

    return declare


@cache
def _load(module: str) -> None:
    name = f"workbook.checks.probes.{module}"
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A file of exercises without probes: they cannot be judged, the others can.
        if not name.startswith(str(error.name)):
            raise


def for_exercise(exercise_id: str) -> tuple[Probe, ...]:
    """The probes of one exercise, in the order of their file."""
    _load(curriculum.load()[exercise_id].module)
    return tuple(_registry.get(exercise_id, ()))


def digest(exercise_id: str) -> str:
    """SHA-256 of what the probes of one exercise run: their source and what they share.

    Probes of other exercises in the same file do not count; everything else in it does, and so
    do the limits and tools that all probes share.
    """
    digest_of = hashlib.sha256()
    for module in sorted({p.function.__module__ for p in for_exercise(exercise_id)}):
        for owner, text in (*_pieces(module), *_pieces("workbook.checks.probes.common")):
            if owner in ("", exercise_id):
                digest_of.update(text.encode())
    return digest_of.hexdigest()


@cache
def _pieces(module: str) -> tuple[tuple[str, str], ...]:
    """The top-level statements of a file as (exercise id, source); the id is empty for helpers."""
    source = inspect.getsource(importlib.import_module(module))
    lines = source.splitlines()
    pieces = []
    for node in ast.parse(source).body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(d.lineno for d in decorators)])
        owners = [
            d.args[0].value
            for d in decorators
            if isinstance(d, ast.Call)
            and isinstance(d.func, ast.Name)
            and d.func.id == "probe"
            and isinstance(d.args[0], ast.Constant)
        ]
        owner = str(owners[0]) if owners else ""
        pieces.append((owner, "\n".join(lines[first - 1 : node.end_lineno])))
    return tuple(pieces)
