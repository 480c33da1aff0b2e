"""What is cut out of the solutions for an exercise: its requirements, never itself."""

import ast
from pathlib import Path

import pytest

from workbook import curriculum
from workbook.grading.sandbox.package_subset import empty_layout, for_judge, for_notebooks
from workbook.grading.sandbox.reference_subset import references
from workbook.student.implementation import load_implementation

SOLUTIONS = Path(__file__).parents[3] / "solutions"


@pytest.mark.parametrize("exercise_id", curriculum.load().ids())
def test_it_holds_the_requirements_and_not_the_judged_one(exercise_id):
    known = curriculum.load()
    cut = references(exercise_id, known.plan(exercise_id).replaced, SOLUTIONS)
    defined = {
        (file, node.name)
        for file, text in cut.items()
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    own = {(known[n].file, known[n].qualname) for n in known.plan(exercise_id).own}
    needed = {(known[n].file, known[n].qualname) for n in known.plan(exercise_id).replaced}
    assert not own & defined
    assert needed - own <= defined
    # Nothing that is not needed: no other exercise comes along.
    listed = {(e.file, e.qualname) for e in known}
    used = {
        (known[r].file, known[r].qualname)
        for n in known.plan(exercise_id).replaced
        for r in [*known.plan(n).requirements, *known.plan(n).own]
    }
    assert defined & listed <= used
    with load_implementation(empty_layout(), sources=cut) as impl:
        for name in known.plan(exercise_id).replaced:
            exercise = known[name]
            assert hasattr(impl.module(exercise.module), exercise.qualname)


def test_the_copies_hold_no_answers():
    for folder in (for_judge(), for_notebooks()):
        names = {path.name for path in folder.rglob("*")}
        assert not names & {"answer_key.bin", "solutions", "misconceptions"}
    names = {path.name for path in for_judge().rglob("*")}
    assert not names & {"compare.py", "diagnose.py", "judge.py", "fingerprint.py", "key.py"}
