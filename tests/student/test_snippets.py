"""Excerpts of solutions and of students' files: one exercise, and nothing of another."""

import re
from functools import cache

import pytest

from workbook import curriculum
from workbook.student import locations, snippets, solution_markers
from workbook.student.source_blocks import pristine_source

SOLUTIONS = locations.solutions_folder()
pytestmark = pytest.mark.skipif(SOLUTIONS is None, reason="this copy has no solutions/")
EXERCISES = list(curriculum.load())
# The same few files again and again.
find_blocks = cache(solution_markers.find_blocks)


@pytest.fixture(autouse=True)
def read_once(monkeypatch):
    monkeypatch.setattr(snippets, "find_blocks", find_blocks)


def solution(exercise):
    return (SOLUTIONS / exercise.file).read_text(encoding="utf-8")


def code_lines(source, block):
    lines = source.split("\n")[block.begin : block.end - 1]
    return {line.strip() for line in lines if line.strip() and not line.strip().startswith("#")}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_the_reference_holds_its_whole_answer_and_no_other(exercise):
    source = solution(exercise)
    shown = snippets.reference_snippet(source, exercise.id)
    lines = {line.strip() for line in shown.split("\n")}
    own, others = set(), set()
    for block in find_blocks(source, exercise.file):
        if block.exercise_id == exercise.id:
            own |= code_lines(source, block)
        elif block.exercise_id:
            others |= code_lines(source, block)
    assert own <= lines
    part = others - own
    # Short lines such as `out = x` may stand in several places.
    assert not {line for line in part if len(line) > 30} & lines
    assert "SOLUTION" not in shown and '"""' not in shown
    assert f'NotImplementedError("{exercise.id}")' not in shown


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_theirs_is_the_same_part(exercise):
    shown = snippets.student_snippet(
        pristine_source(exercise.file), exercise.id, solution(exercise)
    )
    assert f'NotImplementedError("{exercise.id}")' in shown
    names = re.findall(r"def (\w+)\(", shown)
    assert names == re.findall(
        r"def (\w+)\(", snippets.reference_snippet(solution(exercise), exercise.id)
    )


def test_what_was_given_far_from_the_answer_is_left_out():
    exercise = curriculum.load()["FullyConnectedNet.layernorm"]
    shown = snippets.reference_snippet(solution(exercise), exercise.id)
    assert "..." in shown
    assert "use_batchnorm=False" not in shown


@pytest.mark.parametrize("source", ["def adam(", "x = 1\n", "\x00"])
def test_what_cannot_be_found_is_none(source):
    exercise = curriculum.load()["adam"]
    assert snippets.student_snippet(source, "adam", solution(exercise)) is None
