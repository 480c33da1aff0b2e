"""A message in four parts, with the student's own numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook import curriculum, locale
from workbook.cases import Case
from workbook.checks.compare import Comparison
from workbook.errors import WorkbookError
from workbook.locale.sentence import Sentence, Value, bind
from workbook.records import Record

__all__ = [
    *("BLOCKED", "BLOCKED_BY_PAIR", "PARTS", "ArrayView", "ComparedCase", "Message"),
    *("blocked", "called", "fill", "plain"),
]

PARTS = ("seen", "looks_like", "why", "look")
BLOCKED = "finding.blocked"
BLOCKED_BY_PAIR = "finding.blocked_by_pair"

EXPLAINS = "explains"
"""Key of the sentence that follows `looks_like` where a misconception explains only a part."""


@dataclass(frozen=True)
class Message:
    """What is wrong, as data; its four parts are worded when they are asked for.

    Attributes
    ----------
    id : str
        `<exercise>.<misconception>` or `finding.<kind>`.
    values : mapping of str to Value
        Of the placeholders that the parts use, see `workbook.locale.sentence`; and a sentence
        under `explains` if it does not account for everything that is wrong.
    case : str
        The case that shows it.
    misconception : str or None
        `<exercise>.<misconception>` if it is a misconception.
    """

    id: str
    values: Mapping[str, Value] = field(default_factory=dict)
    case: str = ""
    misconception: str | None = None

    def part(self, part: str) -> Sentence:
        """Return one of the parts as a sentence."""
        return Sentence(f"{self.id}.{part}", self.values)

    @property
    def seen(self) -> str:
        """The smallest failing case in the student's own numbers, or a broken property."""
        return str(self.part("seen"))

    @property
    def looks_like(self) -> str:
        """An observation, never "you wrote"."""
        return self._with_scope("looks_like")

    @property
    def why(self) -> str:
        """What that means."""
        return str(self.part("why"))

    @property
    def look(self) -> str:
        """A question, a case to do by hand, or an experiment."""
        return str(self.part("look"))

    def _with_scope(self, part: str) -> str:
        scope = self.values.get(EXPLAINS)
        words = str(self.part(part))
        return f"{words} {scope}" if words and isinstance(scope, Sentence) else words

    def words(self) -> dict[str, str]:
        """Return all parts in words, by name."""
        return {part: getattr(self, part) for part in PARTS}

    def as_json(self) -> dict[str, Any]:
        """Return plain data for `json.dumps`: no words, only the id and the values."""
        return {**Sentence(self.id, self.values).as_json(), "case": self.case}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Message":
        """Read what `as_json` gave."""
        return cls(data["id"], Sentence.from_json(data).values, data["case"])


@dataclass(frozen=True, eq=False)
class ComparedCase:
    """One case with everything known about it."""

    case: Case
    record: Record
    reference: Record
    comparison: Comparison

    @property
    def size(self) -> int:
        """How much there is to look at."""
        return self.record.size

    def names(self) -> dict[str, Any]:
        """What a sentence may use: outputs and inputs by name, `arg[x]`, `opt[...]`, `case`.

        A name that is no identifier is offered with underscores: `grads[W1]` as `grads_W1`.
        """
        names: dict[str, Any] = {"case": self.case.name, "exercise": self.case.exercise}
        inputs = {name: ArrayView(array) for name, array in self.record.inputs.items()}
        options = dict(self.record.options)
        # Sentences use the course's names of the arguments, whatever the student calls them.
        for mine, known in self._renamed().items():
            if mine in inputs:
                inputs.setdefault(known, inputs[mine])
            if mine in options:
                options.setdefault(known, options[mine])
        names["arg"] = inputs
        names["opt"] = options
        names |= {plain(name): view for name, view in inputs.items()}
        for name in {**self.reference.arrays, **self.record.arrays}:
            got, want = self.record.arrays.get(name), self.reference.arrays.get(name)
            array = got.array if got is not None else None
            names[plain(name)] = ArrayView(
                array,
                want.array if want is not None else None,
                got.type if got is not None else "nothing",
            )
        return names

    def _renamed(self) -> dict[str, str]:
        """Return the course's name of every argument that the student calls otherwise."""
        renamed: dict[str, str] = {}
        for mine, known in zip(self.record.calls, self.reference.calls, strict=False):
            if mine.function == known.function:
                for one, other in zip(mine.arguments, known.arguments, strict=False):
                    if one != other:
                        renamed.setdefault(one, other)
        return renamed


def plain(name: str) -> str:
    """Return a name as an identifier: `grads[W1]` as `grads_W1`."""
    return name.replace("[", "_").replace("]", "").replace(" ", "_").replace(".", "_")


def called(name: str) -> str:
    """Return what a learner calls a result: its name, or the words for what a case observed.

    `dx` is `dx`; `dropped[1]`, of which no docstring speaks, is "the share of what is dropped,
    layer 1".
    """
    base, _, index = name.partition("[")
    known = locale.table("result")
    if base not in known:
        return name
    part = index.rstrip("]")
    if not part:
        return known[base]
    key = "finding.of_layer" if part.isdigit() else "finding.of_array"
    return locale.text(key, result=known[base], part=part)


class ArrayView:
    """An array of the student's as sentences speak of it; the reference itself is not shown.

    `{dx}` prints it if it is small, `{dx:.6}` with six decimals in place of three.

    Attributes
    ----------
    shape, ndim, dtype, size, sum, mean, std, min, max
        Of the student's array.
    wanted_shape, wanted_dtype
        Of the reference.
    col, col_sum : int, float
        The column whose sum is furthest from 0, and that sum.
    row, row_sum : int, float
        The same for rows.
    at, value : str, float
        Index of the entry that is furthest from the reference, and the student's entry there.
    factor : float
        What multiplies the reference to give the student's array, in the least-squares sense.
    wrong : int
        How many entries differ from the reference by more than 1e-6 of its largest.
    zeros, negatives, nans, infs : int
        How many entries are so. Without any there is nothing to speak of: a sentence that
        counts them is filled from another case.
    """

    def __init__(
        self,
        array: NDArray[Any] | None,
        want: NDArray[Any] | None = None,
        type_name: str = "ndarray",
    ) -> None:
        self._array = array
        self._want = want
        self.type = type_name

    def _numbers(self) -> NDArray[Any]:
        if self._array is None:
            raise WorkbookError("A sentence speaks of an array that is not there.")
        return self._array.astype(np.float64) if self._array.dtype.kind != "c" else self._array

    def _both(self) -> tuple[NDArray[Any], NDArray[Any]]:
        got = self._numbers()
        if self._want is None or self._want.shape != got.shape:
            raise WorkbookError("A sentence compares arrays of different shapes.")
        return got, self._want.astype(got.dtype)

    def __format__(self, spec: str) -> str:
        array = self._numbers()
        if array.ndim == 0:
            return format(float(array), spec or ".4g")
        digits = int(spec[1:]) if spec[:1] == "." and spec[1:].isdigit() else 3
        return np.array2string(array, precision=digits, threshold=12, suppress_small=True)

    def __getattr__(self, name: str) -> Any:
        if name in ("sum", "mean", "std", "min", "max"):
            return float(getattr(self._numbers(), name)())
        if name in ("shape", "ndim", "size"):
            return getattr(self._numbers(), name)
        if name in ("col", "col_sum", "row", "row_sum"):
            return self._line_sum(name)
        found = _MEASURES.get(name)
        if found is None:
            raise AttributeError(name)
        return found(self)

    def _line_sum(self, name: str) -> float | int:
        array = self._numbers()
        flat = array.reshape(array.shape[0], -1)
        sums = flat.sum(axis=0 if name.startswith("col") else 1)
        place = int(np.abs(np.where(np.isfinite(sums), sums, np.inf)).argmax())
        return float(sums[place]) if name.endswith("sum") else place

    def _furthest(self) -> tuple[int, ...]:
        got, want = self._both()
        gap = np.where(np.isfinite(got), np.abs(got - want), np.inf)
        return tuple(int(i) for i in np.unravel_index(int(gap.argmax()), got.shape))

    def _factor(self) -> float:
        got, want = self._both()
        size = float((want * want).sum())
        return float((got * want).sum()) / size if size else float("nan")

    @staticmethod
    def _count(found: NDArray[np.bool_]) -> int:
        if not found.any():
            raise WorkbookError("A sentence counts entries that are not there.")
        return int(found.sum())

    def _wrong(self) -> int:
        got, want = self._both()
        return int((~(np.abs(got - want) <= 1e-6 * np.abs(want).max(initial=1e-300))).sum())


_MEASURES: Mapping[str, Any] = {
    "dtype": lambda v: v.type if v._array is None else v._array.dtype.name,
    "wanted_shape": lambda v: None if v._want is None else v._want.shape,
    "wanted_dtype": lambda v: "" if v._want is None else v._want.dtype.name,
    "at": lambda v: "[" + ", ".join(str(i) for i in v._furthest()) + "]",
    "value": lambda v: float(v._numbers()[v._furthest()]),
    "factor": lambda v: v._factor(),
    "wrong": lambda v: v._wrong(),
    "zeros": lambda v: v._count(v._numbers() == 0),
    "negatives": lambda v: v._count(v._numbers() < 0),
    "nans": lambda v: v._count(np.isnan(v._numbers())),
    "infs": lambda v: v._count(np.isinf(v._numbers())),
}


def fill(
    message_id: str,
    compared: ComparedCase | None = None,
    *,
    misconception: str | None = None,
    explains: Sentence | None = None,
    **values: object,
) -> Message:
    """Return the message with that id, with what it uses of a case and of `values`.

    Parameters
    ----------
    message_id : str
    compared : ComparedCase, optional
        The case that shows it.
    misconception : str, optional
        Its id, if the message is about one.
    explains : Sentence, optional
        What it accounts for, if that is not everything.
    **values
        Further placeholders, such as `CaseVerdicts.claims`.

    Raises
    ------
    WorkbookError
        If a part is missing, or speaks of something that is not there.
    """
    names: dict[str, Any] = {**(compared.names() if compared is not None else {}), **values}
    filled: dict[str, Value] = {}
    for part in PARTS:
        try:
            filled |= bind([locale.table(message_id)[part]], names)
        except (KeyError, IndexError, AttributeError, TypeError, ValueError) as error:
            raise WorkbookError(
                f"The sentence {message_id}.{part} cannot be filled: {error!r}."
            ) from error
    if explains is not None:
        filled[EXPLAINS] = explains
    case = compared.case.name if compared is not None else ""
    return Message(message_id, filled, case, misconception)


def blocked(exercise_id: str, by: Sequence[str]) -> Message:
    """Return the message that other exercises must be mended first."""
    others = ", ".join(by) or Sentence.of("finding.something_else")
    pair = curriculum.load()[exercise_id].pair
    private = bool(by) and all(curriculum.load()[name].pair == pair for name in by)
    kind = BLOCKED_BY_PAIR if private else BLOCKED
    return fill(kind, others=others, exercise=exercise_id)
