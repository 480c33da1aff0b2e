"""Sentences as data: bound to their values once, worded whenever they are shown."""

import json

import numpy as np
import pytest

from workbook import locale
from workbook.checks.messages import ArrayView
from workbook.errors import WorkbookError
from workbook.locale.sentence import Sentence, bind, word


@pytest.fixture
def words(monkeypatch):
    """Sentences that a test may change."""
    found = {**locale.sentences()}
    monkeypatch.setattr(locale, "sentences", lambda: found)
    return found


def test_the_words_are_those_of_today(words):
    words["x"] = "{a} and {b:.2f}"
    sentence = Sentence.of("x", a=1, b=2.0, c="is not used")
    assert sentence.values == {"a": "1", "b:.2f": "2.00"}
    assert str(sentence) == "1 and 2.00"
    words["x"] = "Of {b:.2f}: {a}."
    assert str(sentence) == "Of 2.00: 1."
    words["x"] = "{b:.2f} of {new}"
    assert str(sentence) == "2.00 of \N{HORIZONTAL ELLIPSIS}"
    del words["x"]
    assert str(sentence) == ""
    with pytest.raises(WorkbookError, match="No sentence"):
        Sentence.of("x")


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{x.shape} {x.at} {x.value:.3g}", "(2, 2) [1, 1] 7"),
        ("{x.sum!r:>6}|{opt[pad]}", "  10.0|1"),
        ("{{x}} {x.ndim}", "{x} 2"),
        ("{x:.1}", "[[0. 1.]\n [2. 7.]]"),
        ("{names}", "a, b and c"),
        ("{shape} {sizes}", "(3, 4) [5, 6]"),
        ("nothing", "nothing"),
    ],
)
def test_a_sentence_says_what_format_says(template, says):
    x = ArrayView(np.array([[0.0, 1], [2, 7]]), np.array([[0.0, 1], [2, 3]]))
    names = {"x": x, "opt": {"pad": 1}, "shape": (3, 4), "sizes": [5, 6], "names": ["a", "b", "c"]}
    values = json.loads(json.dumps(bind([template], names)))
    assert word(template, values) == says
    if "names" not in template:
        assert template.format(**names) == says


def test_a_value_may_be_a_sentence(words):
    words["where"], words["what"] = "{file} line {line}", "{place}: {error}"
    sentence = Sentence.of("what", place=Sentence.of("where", file="a.py", line=3), error="{odd}")
    stored = json.loads(json.dumps(sentence.as_json()))
    assert stored == {
        "id": "what",
        "values": {
            "place": {"id": "where", "values": {"file": "a.py", "line": "3"}},
            "error": "{odd}",
        },
    }
    words["where"] = "line {line} of {file}"
    assert str(Sentence.from_json(stored)) == "line 3 of a.py: {odd}"


def test_values_are_bounded():
    values = bind(["{a} {b}"], {"a": "x" * 10**6, "b": ["y" * 10**6] * 1000})
    assert len(json.dumps(values)) < 150_000
    stored = {"id": "x", "values": {str(n): "z" * 10**6 for n in range(1000)}}
    assert len(json.dumps(Sentence.from_json(stored).as_json())) < 150_000


@pytest.mark.parametrize(
    "data",
    [{}, {"id": 3}, {"id": "x", "values": {"a": {"values": {}}}}, {"id": "x", "values": [1, 2]}],
)
def test_what_is_no_sentence_is_refused(data):
    with pytest.raises((ValueError, TypeError)):
        Sentence.from_json(data)


def test_a_sentence_in_a_sentence_without_end_is_refused():
    data = {"id": "x", "values": {}}
    for _ in range(1000):
        data = {"id": "x", "values": {"a": data}}
    with pytest.raises(ValueError, match="no sentence"):
        Sentence.from_json(data)
