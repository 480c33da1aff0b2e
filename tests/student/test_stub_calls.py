"""Every exercise, run by its own cases, raises its own id while it is a stub.

Each case runs on the solutions with the blocks of this one exercise still to do, so that nothing
but the exercise itself can be what raises.
"""

import pytest

from workbook import curriculum
from workbook.cases import DEFAULT_SEED
from workbook.course import cases_of
from workbook.student import load_implementation, locations, stubs

pytestmark = pytest.mark.skipif(
    locations.solutions_folder() is None, reason="this copy has no solutions/"
)
EXERCISES = list(curriculum.load())
# A case that sees that the exercise's lines are left alone.
NOT_REACHED = {"a net without normalisation"}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_every_exercise_has_cases(exercise):
    assert cases_of(exercise.id)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_a_stub_raises_its_own_id(exercise):
    folder = locations.solutions_folder()
    source = (folder / exercise.file).read_text(encoding="utf-8")
    stub = stubs.make_stub(source, exercise.file, only=exercise.id)
    with load_implementation(folder, sources={exercise.file: stub}) as impl:
        for case in cases_of(exercise.id):
            if case.name in NOT_REACHED:
                case.run(impl, case.rng(DEFAULT_SEED))
                continue
            with pytest.raises(NotImplementedError) as caught:
                case.run(impl, case.rng(DEFAULT_SEED))
            assert caught.value.args == (exercise.id,), case.name


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_with_stubs_alone_an_exercise_that_is_to_do_is_named(exercise):
    """Never a TypeError on None, whatever a cell needs first."""
    expected = {exercise.id, *curriculum.load().plan(exercise.id).requirements}
    with load_implementation(locations.pristine_folder()) as impl:
        for case in cases_of(exercise.id):
            with pytest.raises(NotImplementedError) as caught:
                case.run(impl, case.rng(DEFAULT_SEED))
            assert caught.value.args[0] in expected, case.name
