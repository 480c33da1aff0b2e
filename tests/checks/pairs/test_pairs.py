"""Two mistakes at once: no sentence of a card is denied by the verdicts of the same card.

`judge_pairs.py` does the same for as many pairs as one has time for.
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from claims import denied
from judge_pairs import Tally, judge

from workbook.cases import relative
from workbook.checks.compare import ArrayVerdict, Comparison
from workbook.checks.references import FromSolutions

PAIRS = 300


@pytest.fixture(scope="module")
def tally(live: FromSolutions) -> Tally:
    return judge(live, PAIRS)


def test_no_sentence_is_denied_by_the_arrays(tally: Tally) -> None:
    assert tally.judged == PAIRS
    assert tally.denied == []
    assert tally.unread == []


def test_a_misconception_that_is_not_there_is_hardly_ever_named(tally: Tally) -> None:
    assert len({pair for pair, _ in tally.third}) <= PAIRS / 100


def test_at_least_half_of_the_cards_name_a_misconception(tally: Tally) -> None:
    assert tally.named[0] <= PAIRS / 2


def test_no_card_speaks_of_an_argument_that_nobody_changed(tally: Tally) -> None:
    assert tally.about_arguments == []


# The judge itself: it must see what is false.


def _case(name: str, options: dict[str, Any] | None = None, **arrays: Any) -> SimpleNamespace:
    """Make one case: by array the student's numbers and the reference's."""
    verdicts, got, want = [], {}, {}
    for array, (mine, right) in arrays.items():
        mine, right = np.asarray(mine, dtype=float), np.asarray(right, dtype=float)
        problem = ""
        if mine.shape != right.shape:
            problem = "shape"
        elif not np.allclose(mine, right):
            problem = "value"
        verdicts.append(ArrayVerdict(array, problem))
        got[array], want[array] = SimpleNamespace(array=mine), SimpleNamespace(array=right)
    outcome = "fail" if any(v.problem for v in verdicts) else "pass"
    limit = relative(1e-9, "a test")
    return SimpleNamespace(
        case=SimpleNamespace(name=name, keeps=(), limit=lambda array: limit),
        record=SimpleNamespace(arrays=got, inputs={}, options=options or {}, raised=None),
        reference=SimpleNamespace(arrays=want),
        comparison=Comparison(outcome, tuple(verdicts)),
    )


CASES: Sequence[Any] = (
    _case("a matrix", {"stride": 1}, dx=([[1, 2], [3, 4]], [[1, 2], [3, 4]]), db=([3, 3], [1, 2])),
    _case("images", {"stride": 2}, dx=([[1, 3], [2, 4]], [[1, 2], [3, 4]]), db=([2, 4], [1, 2])),
    _case("one", {"stride": 1}, dw=([1, 2], [1, 2]), loss=(3, 2)),
)


@pytest.mark.parametrize(
    ("words", "false"),
    [
        ("dw is right.", False),
        ("dx is right.", True),
        ("dx and dw are right. The entry of db is 3.", True),
        ("Right: dw. Not right: db.", False),
        ("Right: dw and dx. Not right: db.", True),
        ("All results but dx, db and loss are right.", False),
        ("All results but db are right.", True),
        ("The loss is right.", True),
        ("None of the results is right yet: db.", True),
        ("Right for: a matrix.", True),
        ("Wrong only for: images.", True),
        ("dx is the transpose of what it should be, in every case in which it is wrong.", False),
        ("db is the transpose of what it should be.", True),
        ("db is 2 times what it should be, everywhere.", True),
        ("loss is 1.5 times what it should be, everywhere.", True),
        ("All of db is 0.", True),
        ("dx holds the right numbers in the wrong places, in the case images.", False),
        ("db holds the right numbers in the wrong places.", True),
        ("dx has shape (2, 2); it should have shape (2, 2).", False),
        ("dx has shape (4,); it should have shape (2, 2).", True),
        ("1 of the 1 entries of loss is NaN.", True),
        ("With stride 1 all is right.", True),
        ("Right where stride is 1. Not right where stride is not 1.", True),
    ],
)
def test_the_judge_sees_what_is_false(words: str, false: bool) -> None:
    found, unread = denied(words, CASES, "images")
    assert bool(found) is false
    assert unread == []


def test_the_judge_does_not_pass_over_what_it_does_not_understand() -> None:
    assert denied("The bracket is right.", CASES)[1] == ["The bracket is right"]
