"""Reading the curriculum: what an entry may state, and one line on what is wrong with it."""

import pytest

from workbook import curriculum
from workbook.errors import WorkbookError

OVERVIEW = """topics = ["relu"]

[[notebook]]
name = "Nets"
title = "Nets"
summary = "What a net is"
"""
ENTRY = {
    "id": '"relu_forward"',
    "title": '"ReLU: forward"',
    "file": '"layers.py"',
    "notebook": '"Nets"',
    "points": "1",
    "minutes": "5",
}


@pytest.fixture
def read(tmp_path):
    """Read a curriculum of one exercise with some keys changed, or removed if None."""

    def read(**changed):
        entry = {k: v for k, v in {**ENTRY, **changed}.items() if v is not None}
        lines = [f"{key} = {value}" for key, value in entry.items()]
        (tmp_path / "curriculum.toml").write_text(OVERVIEW, encoding="utf-8")
        (tmp_path / "relu").mkdir(exist_ok=True)
        path = tmp_path / "relu" / "exercises.toml"
        path.write_text("\n".join(["[[exercise]]", *lines, ""]), encoding="utf-8")
        return curriculum.read(tmp_path)

    return read


def test_an_entry_becomes_an_exercise(read):
    [exercise] = read(
        optional="true",
        refuses='["fast_layers", "relu_forward"]',
        rules="{ dtype = 0.1, axis = 0.1 }",
    )
    assert (exercise.id, exercise.topic, exercise.points) == ("relu_forward", "relu", 1)
    assert exercise.optional and exercise.requires == ()
    assert exercise.rules == {"dtype": 0.1, "axis": 0.1}
    assert exercise.refuses == (curriculum.FAST_LAYERS, "relu_forward")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"point": "2"}, "relu_forward has an unknown key 'point'. Known: id, title,"),
        ({"topic": '"relu"'}, "unknown key 'topic'"),
        ({"minutes": None}, "relu_forward does not state 'minutes'"),
        ({"id": None}, "an exercise without id does not state 'id'"),
        ({"points": '"2"'}, "points = '2' is not a whole number"),
        ({"optional": "1"}, "optional = 1 is not true or false"),
        ({"requires": '"affine"'}, "requires = 'affine' is not a list of ids"),
        ({"requires": '["affine"]'}, "requires 'affine', which is not listed"),
        ({"refuses": '["fast"]'}, "refuses 'fast', which is neither 'fast_layers' nor"),
        ({"rules": '["dtype"]'}, "rules = ['dtype'] is not a table of shares"),
        ({"rules": "{ speed = 0.1 }"}, "unknown rule 'speed'. Known: dtype, argument, axis,"),
        (
            {"rules": "{ dtype = 0.3 }"},
            "dtype = 0.3 is no share of the points above 0 and",
        ),
        ({"rules": "{ dtype = 0.0 }"}, "dtype = 0.0 is no share"),
        ({"rules": "{ dtype = 1 }"}, "dtype = 1 is no share"),
        ({"rules": "{ dtype = nan }"}, "dtype = nan is no share"),
        ({"rules": "{ dtype = 0.15, axis = 0.1 }"}, "its rules cost 0.25 of the points together"),
        ({"notebook": '"Net"'}, "names the notebook 'Net', which is not listed"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_in_one_line(read, changed, says):
    with pytest.raises(WorkbookError) as caught:
        read(**changed)
    message = str(caught.value)
    assert says in message and "exercises.toml" in message and "\n" not in message


def test_the_shipped_curriculum_has_a_topic_folder_for_every_topic():
    topics = {exercise.topic for exercise in curriculum.load()}
    folders = {path.parent.name for path in curriculum.COURSE.glob("*/exercises.toml")}
    assert topics == folders
