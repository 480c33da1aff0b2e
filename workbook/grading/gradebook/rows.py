"""How what is known becomes rows of the gradebook."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from workbook import curriculum
from workbook.grading.gradebook.models import (
    ExerciseRow,
    OutcomeRow,
    StudentRow,
    SubmissionRow,
    UnitRow,
)
from workbook.grading.intake.roster import Student as Person
from workbook.grading.intake.scheme import Scheme
from workbook.grading.intake.submissions import Attempt

__all__ = ["exercises", "fill", "storable", "student", "submission", "units"]


def storable(text: str) -> str:
    """The text as every database takes it: no NUL, no half of a character."""
    mark = "\N{REPLACEMENT CHARACTER}"
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", mark)


def units(session: Session, keys: Sequence[str]) -> dict[str, UnitRow]:
    """The latest unit of each key, without those that are our fault."""
    wanted = (
        select(UnitRow).where(UnitRow.key.in_(keys), UnitRow.infra.is_(False)).order_by(UnitRow.id)
    )
    return {unit.key: unit for unit in session.scalars(wanted)}


def exercises(session: Session, scheme: Scheme) -> None:
    known = curriculum.load()
    for name, points in scheme.points.items():
        exercise = known[name]
        session.merge(
            ExerciseRow(id=name, title=exercise.title, notebook=exercise.notebook, points=points)
        )


def student(session: Session, person: Person) -> None:
    session.merge(
        StudentRow(
            id=person.id,
            name=storable(person.name),
            login=storable(person.login),
            email=storable(person.email),
            sis=storable(person.sis),
            section=storable(person.section),
        )
    )


def submission(student: str, place: int, attempt: Attempt | None) -> SubmissionRow:
    if attempt is None:
        return SubmissionRow(student_id=student, place=place, status="missing", notes=[])
    return SubmissionRow(
        student_id=student,
        place=place,
        source=storable(attempt.source),
        digest=attempt.submission.digest,
        status="invalid" if attempt.invalid else "graded",
        reason=storable(attempt.invalid),
        handed_in=attempt.at.isoformat(timespec="seconds"),
        late=attempt.late,
        receipt=storable(attempt.receipt),
        notes=list(attempt.notes),
    )


def fill(outcome: OutcomeRow, unit: UnitRow, scheme: Scheme) -> None:
    """What a unit's result means in this run."""
    outcome.unit_id, result = unit.id, unit.result
    if unit.kind != "judge":
        outcome.outcome = "infra" if unit.infra else ""
        return
    maximum = scheme.points.get(unit.subject, 0.0)
    share = result["points"] / result["max_points"] if result["max_points"] else 0.0
    outcome.outcome, outcome.maximum, outcome.seed = result["outcome"], maximum, result["seed"]
    outcome.points = None if unit.infra else round(share * maximum, 4)
