"""Where a learner stands in the course: what is right, what is left, what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbook.curriculum import DONE, Exercise, load

__all__ = ["CourseProgress", "course_progress", "next_exercise", "stub_line"]


@dataclass(frozen=True)
class CourseProgress:
    """Counts over some exercises; optional ones are counted apart. `right`: those that are done.

    Attributes
    ----------
    right, count : int
    bonus_right, bonus_count : int
    points, most : float
        Of the exercises that are not optional.
    bonus_points : float
    minutes : int
        What a first-time learner needs for those that are left and not optional.
    """

    right: int
    count: int
    bonus_right: int
    bonus_count: int
    points: float
    most: float
    bonus_points: float
    minutes: int


def course_progress(
    exercises: list[Exercise], outcomes: Mapping[str, str], points: Mapping[str, float]
) -> CourseProgress:
    """How far some exercises are."""
    needed = [e for e in exercises if not e.optional]
    bonus = [e for e in exercises if e.optional]

    def right(some: list[Exercise]) -> int:
        return sum(outcomes.get(e.id) in DONE for e in some)

    return CourseProgress(
        right=right(needed),
        count=len(needed),
        bonus_right=right(bonus),
        bonus_count=len(bonus),
        points=sum(points.get(e.id, 0.0) for e in needed),
        most=float(sum(e.points for e in needed)),
        bonus_points=sum(points.get(e.id, 0.0) for e in bonus),
        minutes=sum(e.minutes for e in needed if outcomes.get(e.id) not in DONE),
    )


def next_exercise(outcomes: Mapping[str, str]) -> Exercise | None:
    """The first exercise in the order of learning that is not done; optional ones come last."""
    left = [e for e in load() if outcomes.get(e.id) not in DONE]
    # One that waits for another comes after it.
    left.sort(key=lambda e: (e.optional, any(r.id in e.requires for r in left)))
    return left[0] if left else None


def stub_line(exercise: Exercise, folder: Path) -> int | None:
    """The line in a folder's file where the exercise's function or class begins."""
    from workbook.student import source_blocks

    source = source_blocks.read_source(folder / exercise.file)
    try:
        found = source_blocks.spans(source or "").get(exercise.qualname)
    except (SyntaxError, ValueError):
        return None
    return found.first if found is not None else None
