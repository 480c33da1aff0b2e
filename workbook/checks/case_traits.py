"""What the failing cases of an exercise share and the passing ones do not.

A trait is something that a case was given: a stride other than 1, windows that are not square, a
batch of one. It is named only if it holds in every failing case and in no passing one.
"""

from collections.abc import Callable, Iterator
from typing import Any

from numpy.typing import NDArray

from workbook.checks.case_verdicts import CaseVerdicts
from workbook.checks.messages import ComparedCase
from workbook.locale.sentence import Sentence, Value

__all__ = ["distinguishing_trait"]


# What a case was given, with the words for both answers; None where it does not apply.
_Question = Callable[[ComparedCase], bool | None]


def distinguishing_trait(verdicts: CaseVerdicts) -> Sentence | None:
    """Return the sentence that tells the failing cases from the passing ones, if there is one.

    "Right where ... Not right where ...", if a trait holds in all of the failing cases and in
    none of the others. If it holds in some of the others too, which may be right by chance,
    "Right where ... In all cases that fail, ...".
    """
    failing, passing = verdicts.own_failing, verdicts.passing
    # With one case on either side nearly anything would do.
    if not failing or not passing or len(failing) + len(passing) < 3:
        return None
    partly: Sentence | None = None
    for ask, true, false in _questions([*failing, *passing]):
        for holds, wrong, right in ((True, true, false), (False, false, true)):
            if {ask(c) for c in failing} != {holds}:
                continue
            others = [ask(c) for c in passing]
            if set(others) == {not holds}:
                return Sentence.of("finding.right_where", right=right, wrong=wrong)
            by_chance, clear = others.count(holds), others.count(not holds)
            if partly is None and by_chance < len(failing) and clear >= 2 and None not in others:
                partly = Sentence.of("finding.right_where_at_least", right=right, wrong=wrong)
    return partly if len(failing) > 1 else None


def _numbers(compared: ComparedCase) -> dict[str, float]:
    """Return the plain numbers among the arguments of a case, those in dictionaries included."""
    found: dict[str, float] = {}
    for option, value in compared.record.options.items():
        for key, number in value.items() if isinstance(value, dict) else [(option, value)]:
            if isinstance(number, (int, float)) and not isinstance(number, bool):
                found[key] = float(number)
    return found


def _texts(compared: ComparedCase) -> dict[str, str]:
    found: dict[str, str] = {}
    for option, value in compared.record.options.items():
        for key, text in value.items() if isinstance(value, dict) else [(option, value)]:
            if isinstance(text, str):
                found[key] = text
    return found


def _questions(cases: list[ComparedCase]) -> Iterator[tuple[_Question, Value, Value]]:
    """Yield a question about a case, and the words for yes and for no."""
    for high, wide in (
        ("pool_height", "pool_width"),
        ("pool_h", "pool_w"),
        ("filter_h", "filter_w"),
    ):
        yield (
            _differ(high, wide),
            Sentence.of("finding.trait.oblong_windows"),
            Sentence.of("finding.trait.square_windows"),
        )
    yield (
        _is_oblong,
        Sentence.of("finding.trait.oblong"),
        Sentence.of("finding.trait.equal_sides"),
    )
    for key in dict.fromkeys(key for c in cases for key in _numbers(c)):
        # Nothing is special about other numbers: that the passing cases share one is chance.
        for value in (0.0, 1.0):
            about = {"key": key, "value": f"{value:g}"}
            yield (
                _is_number(key, value),
                Sentence.of("finding.trait.equal", **about),
                Sentence.of("finding.trait.other", **about),
            )
    for key in dict.fromkeys(key for c in cases for key in _texts(c)):
        for text in sorted({_texts(c)[key] for c in cases if key in _texts(c)}):
            about = {"key": key, "value": text}
            yield (
                _is_text(key, text),
                Sentence.of("finding.trait.equal", **about),
                Sentence.of("finding.trait.other", **about),
            )
    yield (
        _is_one(axis=0),
        Sentence.of("finding.trait.one_sample"),
        Sentence.of("finding.trait.samples"),
    )
    yield (
        _is_one(axis=1),
        Sentence.of("finding.trait.one_channel"),
        Sentence.of("finding.trait.channels"),
    )
    yield (
        _has_two_axes,
        Sentence.of("finding.trait.two_axes"),
        Sentence.of("finding.trait.other_axes"),
    )


def _differ(one: str, other: str) -> _Question:
    def ask(compared: ComparedCase) -> bool | None:
        numbers = _numbers(compared)
        return numbers[one] != numbers[other] if {one, other} <= numbers.keys() else None

    return ask


def _is_number(key: str, value: float) -> _Question:
    def ask(compared: ComparedCase) -> bool | None:
        found = _numbers(compared).get(key)
        return None if found is None else found == value

    return ask


def _is_text(key: str, text: str) -> _Question:
    def ask(compared: ComparedCase) -> bool | None:
        found = _texts(compared).get(key)
        return None if found is None else found == text

    return ask


def _is_one(axis: int) -> _Question:
    least_axes = (2, 4)[axis]

    def ask(compared: ComparedCase) -> bool | None:
        x = _input(compared)
        return bool(x.shape[axis] == 1) if x is not None and x.ndim >= least_axes else None

    return ask


def _is_oblong(compared: ComparedCase) -> bool | None:
    x = _input(compared)
    return x.shape[2] != x.shape[3] if x is not None and x.ndim == 4 else None


def _has_two_axes(compared: ComparedCase) -> bool | None:
    x = _input(compared)
    return x.ndim == 2 if x is not None else None


def _input(compared: ComparedCase) -> NDArray[Any] | None:
    """Return the input of a layer or net: the array that most of them call x."""
    inputs = compared.record.inputs
    return inputs.get("x", inputs.get("input_data"))
