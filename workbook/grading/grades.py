"""From a run in the gradebook to grades: one `Grade` a student, and what is worth a look.

Nothing here judges: points come from the judge's `outcome` by the scheme, or from a correction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from workbook import curriculum
from workbook.grading.gradebook.models import Correction, GradingRun, SubmissionRow
from workbook.grading.intake.scheme import Scheme
from workbook.grading.units import message_of, notes_of

__all__ = ["ExerciseGrade", "Grade", "grades"]

# In the order of what can be said about a student.
STATUSES = ("graded", "invalid", "missing", "infra")


@dataclass(frozen=True)
class ExerciseGrade:
    """One exercise of one student.

    Attributes
    ----------
    outcome : str
        Judged with reference requirements; `missing` if nothing was sent, `invalid` if it could
        not be read.
    integrated_outcome : str
        Judged with the student's own requirements.
    nbval : str
        The notebook's verdict, or the empty text.
    nbval_line : str
    points : float or None
        What counts; None if there is no verdict because of us.
    computed : float or None
        What was computed; the same unless it was corrected.
    correction : Correction or None
    message : dict or None
        `seen`, `looks_like`, `why`, `look`, in words.
    checks : list of dict
        Case by case: `name` and `outcome`.
    rules : tuple of str
        The rules that are missed.
    """

    id: str
    title: str
    notebook: str
    maximum: float
    bonus: bool
    outcome: str
    integrated_outcome: str = ""
    nbval: str = ""
    nbval_line: str = ""
    points: float | None = 0.0
    computed: float | None = 0.0
    correction: Correction | None = None
    misconception: str | None = None
    message: dict[str, str] | None = None
    notes: tuple[str, ...] = ()
    checks: tuple[dict[str, Any], ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Return whether nbval and the integrated outcome say different things.

        A cell may look at what an `almost` misses, or not: both agree with it.
        """
        if not self.nbval or self.integrated_outcome == "almost":
            return False
        return (self.nbval == "pass") != (self.integrated_outcome == "pass")

    @property
    def suspicious(self) -> bool:
        """Whether the notebook fails though the judge passes it, isolated and integrated."""
        passes = self.outcome == "pass" and self.integrated_outcome == "pass"
        return passes and self.nbval not in ("", "pass", "infra")


@dataclass
class Grade:
    """One student.

    Attributes
    ----------
    status : str
        `graded`, `invalid`, `missing`, or `infra` if an exercise has no verdict because of us.
    total : float or None
        None if it is not known yet.
    maximum : float
    exercises : dict of ExerciseGrade by id
    submission : Submission
        The attempt that counts.
    attempts : int
        How many were judged.
    flags : list of str
        Reasons for a look, in words.
    """

    id: str
    name: str
    status: str
    maximum: float
    exercises: dict[str, ExerciseGrade]
    submission: SubmissionRow
    attempts: int = 1
    flags: list[str] = field(default_factory=list)

    @property
    def total(self) -> float | None:
        points = [exercise.points for exercise in self.exercises.values()]
        known = [each for each in points if each is not None]
        return round(sum(known), 2) if len(known) == len(points) else None


def grades(run: GradingRun, corrections: dict[tuple[str, str], Correction]) -> list[Grade]:
    """The grades of a run, in the roster's order; of several attempts that count the best.

    Parameters
    ----------
    run : Run
        With everything loaded, see `Gradebook.run`.
    corrections : dict of Correction by student and exercise
    """
    scheme = Scheme.from_json(run.scheme)
    attempts: dict[str, list[Grade]] = {}
    for submission in run.submissions:
        grade = _grade(submission, scheme, corrections)
        attempts.setdefault(grade.id, []).append(grade)
    found = []
    for of_one in attempts.values():
        # The later of two equal ones; one that is not known yet could be the best.
        best = max(reversed(of_one), key=lambda g: float("inf") if g.total is None else g.total)
        best.attempts = len(of_one)
        found.append(best)
    _same_files(found)
    order = {student: place for place, student in enumerate(run.notes.get("order", []))}
    return sorted(found, key=lambda grade: order.get(grade.id, len(order)))


def _grade(
    submission: SubmissionRow, scheme: Scheme, corrections: dict[tuple[str, str], Correction]
) -> Grade:
    judged = {o.subject: o.unit.result for o in submission.outcomes if o.kind == "judge"}
    points = {o.subject: o.points for o in submission.outcomes if o.kind == "judge"}
    said = _notebooks(submission)
    exercises = {}
    for exercise in curriculum.load():
        if exercise.id not in scheme.points:
            continue
        result = judged.get(exercise.id)
        word, reason = submission.status, submission.reason
        if word == "graded":
            # Not judged yet: the run was cut short.
            word, reason = "infra", "It was not judged."
        computed = None if word == "infra" else 0.0
        if result is not None:
            word, computed = result["outcome"], points[exercise.id]
        correction = corrections.get((submission.student_id, exercise.id))
        nbval = said.get(exercise.id, {})
        exercises[exercise.id] = ExerciseGrade(
            id=exercise.id,
            title=exercise.title,
            notebook=exercise.notebook,
            maximum=scheme.points[exercise.id],
            bonus=exercise.id in scheme.bonus,
            outcome=word,
            integrated_outcome=result["integrated_outcome"] if result else word,
            nbval=str(nbval.get("outcome", "")),
            nbval_line=str(nbval.get("line", "")),
            points=computed if correction is None else correction.points,
            computed=computed,
            correction=correction,
            misconception=result.get("misconception") if result else None,
            message=_message(result, reason),
            notes=tuple(notes_of(result)) if result else (),
            checks=tuple(result.get("checks", ())) if result else (),
            # Results of earlier versions state none.
            rules=tuple(result.get("rules", ())) if result else (),
        )
    status = submission.status
    if any(exercise.points is None for exercise in exercises.values()):
        status = "infra"
    student = submission.student
    grade = Grade(
        student.id, student.name, status, scheme.maximum, exercises, submission=submission
    )
    grade.flags += _flags(grade)
    return grade


def _message(result: dict[str, Any] | None, reason: str) -> dict[str, str] | None:
    if result is None:
        return {"seen": reason} if reason else None
    message = message_of(result)
    return message.words() if message is not None else None


def _notebooks(submission: SubmissionRow) -> dict[str, dict[str, Any]]:
    """What nbval said, by exercise."""
    found: dict[str, dict[str, Any]] = {}
    for outcome in submission.outcomes:
        if outcome.kind == "nbval":
            found |= outcome.unit.result.get("exercises") or {}
    return found


def _flags(grade: Grade) -> Iterable[str]:
    if grade.submission.late:
        yield "came late"
    for note in grade.submission.notes:
        if "passed over: " in note or "were changed after" in note:
            yield note
    for outcome in grade.submission.outcomes:
        if outcome.kind == "nbval" and outcome.unit.infra:
            problem = outcome.unit.result.get("problem") or "no reason given"
            yield f"nbval gave no verdict on {outcome.subject}: {problem}"
    for exercise in grade.exercises.values():
        if exercise.suspicious and not _explained(exercise, grade):
            why = f": {exercise.nbval_line}" if exercise.nbval_line else ""
            yield f"{exercise.id} passes, but the notebook says {exercise.nbval}{why}"
    crashed = [name for name, each in grade.exercises.items() if each.outcome == "crashed"]
    if crashed:
        yield f"{_listed(crashed)} ended the process that ran it"


def _explained(exercise: ExerciseGrade, grade: Grade) -> bool:
    """Whether the other half fails: a notebook differentiates the student's own forward pass."""
    partners = (grade.exercises.get(name) for name in curriculum.load().plan(exercise.id).own)
    return any(other is not None and other.outcome != "pass" for other in partners)


def _listed(names: list[str]) -> str:
    more = len(names) - 3
    return ", ".join(names) if more < 2 else f"{', '.join(names[:3])} and {more} others each"


def _same_files(found: list[Grade]) -> None:
    """Flag who handed in byte for byte the same, unless nothing is in it."""
    by_digest: dict[str, list[Grade]] = {}
    for grade in found:
        if grade.status == "graded":
            by_digest.setdefault(grade.submission.digest, []).append(grade)
    for same in by_digest.values():
        if len({grade.submission.source for grade in same}) < 2:
            continue  # One hand-in, of a pair.
        for grade in same:
            others = ", ".join(other.id for other in same if other is not grade)
            if any(exercise.points for exercise in grade.exercises.values()):
                grade.flags.append(f"the same files as {others}")
