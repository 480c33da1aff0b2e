"""What counts."""

import json
from datetime import UTC, datetime

import pytest

from workbook import curriculum
from workbook.errors import UsageError
from workbook.grading.intake.scheme import (
    EXAMPLE,
    Scheme,
    default_scheme,
    parse_scheme,
    read_scheme,
)


def test_without_one_the_curriculum_counts():
    scheme, known = default_scheme(), curriculum.load()
    assert list(scheme.points) == known.ids()
    assert scheme.maximum == sum(e.points for e in known if not e.optional)
    assert set(scheme.bonus) == {e.id for e in known if e.optional}
    assert scheme.notebooks == tuple(n.name for n in known.notebooks)


def test_the_example_is_one(tmp_path):
    path = tmp_path / "scheme.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    scheme = read_scheme(path)
    assert scheme.points["affine_forward"] == 2
    assert scheme.points["FullyConnectedNet.loss"] == 12
    assert "rmsprop" not in scheme.points
    assert not any(name.startswith("scratch.") for name in scheme.points)
    assert "FromScratch" not in scheme.notebooks
    assert scheme.deadline == datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    assert scheme.assignment == "Workbook (12345)"


def test_named_exercises_alone():
    scheme = parse_scheme('[count]\nexercises = ["adam", "affine_forward"]\n')
    assert scheme.exercises == ("affine_forward", "adam")
    assert scheme.notebooks == ("FullyConnectedNet",)


@pytest.mark.parametrize("word, bonus", [("bonus", True), ("count", False), ("none", False)])
def test_optional_ones(word, bonus):
    optional = next(e for e in curriculum.load() if e.optional)
    scheme = parse_scheme(f'[count]\noptional = "{word}"\n')
    assert (optional.id in scheme.bonus) is bonus
    assert (optional.id in scheme.points) is (word != "none")


def test_it_survives_the_gradebook():
    scheme = parse_scheme(EXAMPLE)
    assert Scheme.from_json(json.loads(json.dumps(scheme.as_json()))) == scheme


@pytest.mark.parametrize(
    "text, said",
    [
        ("points", "scheme.toml is not TOML"),
        ("[marks]\n", r"no table \[marks\]"),
        ("[count]\nnotes = 1\n", "no key 'notes'"),
        ('[count]\noptional = "maybe"\n', "must be one of bonus, count, none"),
        ('[count]\nexercises = ["affine"]\n', "scheme.toml: There is no exercise"),
        ('[count]\nnotebooks = ["BN"]\n', "There is no notebook"),
        ("[count]\nnotebooks = 3\n", "must be a list of names"),
        ("[points]\naffine_forward = -1\n", "must be a number from 0 on"),
        ("[points]\naffine_forward = true\n", "must be a number from 0 on"),
        ("[points]\naffine = 2\n", "Did you mean"),
        ('[attempts]\ncount = "first"\n', "must be one of latest, best"),
        ("[attempts]\ndeadline = 3\n", "is no date"),
        ("points = 3\n", "must be a table"),
        ('[count]\nexercises = ["adam"]\nleave_out = ["adam"]\n', "no exercise counts"),
    ],
)
def test_what_is_wrong_is_said(text, said):
    with pytest.raises(UsageError, match=said):
        parse_scheme(text)


def test_no_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_scheme(tmp_path / "none.toml")
