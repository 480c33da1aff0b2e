"""Which exercises stand behind one another: closures, pairs and siblings."""

from functools import cache

from workbook.curriculum import Curriculum, Exercise, load

__all__ = ["closure", "is_part", "own", "replaced", "siblings"]


def closure(exercise_id: str, curriculum: Curriculum | None = None) -> list[str]:
    """Everything that an exercise requires, directly or not, in the order of learning."""
    known = curriculum or load()
    found: set[str] = set()
    todo = list(known[exercise_id].requires)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(known[name].requires)
    return [name for name in known.ids() if name in found]


def is_part(exercise: Exercise) -> bool:
    """Whether it is a part of a class that several exercises share."""
    return bool(exercise.part)


def siblings(exercise_id: str, curriculum: Curriculum | None = None) -> list[str]:
    """The other parts of the same class."""
    known = curriculum or load()
    exercise = known[exercise_id]
    if not is_part(exercise):
        return []
    return [
        other.id
        for other in known.in_file(exercise.file)
        if other.qualname == exercise.qualname and other.id != exercise_id and is_part(other)
    ]


def own(exercise_id: str, curriculum: Curriculum | None = None) -> list[str]:
    """What is never replaced: the exercise, its pair, and the other parts of its class."""
    known = curriculum or load()
    exercise = known[exercise_id]
    pair = known.by_pair[exercise.pair]
    return list(dict.fromkeys([exercise_id, *pair, *siblings(exercise_id, known)]))


def replaced(exercise_id: str, curriculum: Curriculum | None = None) -> list[str]:
    """What the reference stands in for while the exercise is judged on its own.

    Whole pairs, because a cache is private to its pair.
    """
    return list(_replaced(exercise_id)) if curriculum is None else _found(exercise_id, curriculum)


@cache
def _replaced(exercise_id: str) -> tuple[str, ...]:
    return tuple(_found(exercise_id, load()))


def _found(exercise_id: str, known: Curriculum) -> list[str]:
    mine = set(own(exercise_id, known))
    pairs = {known[name].pair for name in closure(exercise_id, known) if name not in mine}
    found = {name for pair in pairs for name in known.by_pair[pair]} - mine
    return [name for name in known.ids() if name in found]
