"""Grades as JSON; docs/grades-json.md describes it, `SCHEMA` says the same to programs."""

import json
from collections.abc import Sequence
from typing import Any

from workbook.checks.results import OUTCOMES
from workbook.curriculum import RULES
from workbook.grading.gradebook.models import GradingRun
from workbook.grading.grades import STATUSES, ExerciseGrade, Grade
from workbook.grading.intake.scheme import Scheme

__all__ = ["SCHEMA", "VERSION", "grades_json", "grades_text"]

VERSION = 2
"""Since 2, `integrated_outcome` is the name of what was `stack_outcome`."""


def _exercise(exercise: ExerciseGrade) -> dict[str, Any]:
    correction = exercise.correction
    return {
        "exercise": exercise.id,
        "outcome": exercise.outcome,
        "integrated_outcome": exercise.integrated_outcome,
        "nbval": exercise.nbval or None,
        "rules": list(exercise.rules),
        "points": exercise.points,
        "computed": exercise.computed,
        "max_points": exercise.maximum,
        "bonus": exercise.bonus,
        "misconception": exercise.misconception,
        "correction": correction
        and {
            "points": correction.points,
            "reason": correction.reason,
            "by": correction.by,
            "made": correction.made,
        },
    }


def _student(grade: Grade) -> dict[str, Any]:
    submission = grade.submission
    return {
        "id": grade.id,
        "name": grade.name,
        "status": grade.status,
        "total": grade.total,
        "maximum": grade.maximum,
        "submission": None
        if submission.status == "missing"
        else {
            "source": submission.source,
            "sha256": submission.digest,
            "handed_in": submission.handed_in,
            "late": submission.late,
            "receipt": submission.receipt or None,
        },
        "attempts": 0 if submission.status == "missing" else grade.attempts,
        "reason": submission.reason or None,
        "notes": list(submission.notes),
        "flags": list(grade.flags),
        "exercises": [_exercise(exercise) for exercise in grade.exercises.values()],
    }


def grades_json(run: GradingRun, grades: Sequence[Grade]) -> dict[str, Any]:
    """The grades of a run as plain data."""
    scheme = Scheme.from_json(run.scheme)
    return {
        "version": VERSION,
        "run": {
            "number": run.id,
            "started": run.started,
            "scheme": scheme.as_json(),
            "settings": run.settings,
            "versions": run.versions,
        },
        "unknown": list(run.notes.get("unknown", [])),
        "passed_over": list(run.notes.get("passed_over", [])),
        "students": [_student(grade) for grade in grades],
    }


def grades_text(run: GradingRun, grades: Sequence[Grade]) -> str:
    """The grades of a run as the text of grades.json; what does not print is escaped in it."""
    plain = json.dumps(grades_json(run, grades), indent=2, ensure_ascii=False, allow_nan=False)
    # Half a character, which a student's code may have said, is no UTF-8.
    whole = plain.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in whole) + "\n"


_NUMBER = {"type": "number"}
_TEXT = {"type": "string"}
_MAYBE_NUMBER = {"type": ["number", "null"]}
_MAYBE_TEXT = {"type": ["string", "null"]}
_WHETHER = {"type": "boolean"}
_TEXTS = {"type": "array", "items": _TEXT}


def _closed(properties: dict[str, Any], *, maybe: bool = False) -> dict[str, Any]:
    return {
        "type": ["object", "null"] if maybe else "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "grades.json of workbook grade",
    **_closed(
        {
            "version": {"const": VERSION},
            "run": _closed(
                {
                    "number": {"type": "integer"},
                    "started": _TEXT,
                    "scheme": _closed(
                        {
                            "points": {"type": "object", "additionalProperties": _NUMBER},
                            "bonus": _TEXTS,
                            "notebooks": _TEXTS,
                            "attempts": {"enum": ["latest", "best"]},
                            "deadline": _MAYBE_TEXT,
                            "late": {"enum": ["flag", "ignore"]},
                            "assignment": _TEXT,
                        }
                    ),
                    "settings": {"type": "object"},
                    "versions": {"type": "object", "additionalProperties": _TEXT},
                }
            ),
            "unknown": _TEXTS,
            "passed_over": _TEXTS,
            "students": _list(
                _closed(
                    {
                        "id": _TEXT,
                        "name": _TEXT,
                        "status": {"enum": list(STATUSES)},
                        "total": _MAYBE_NUMBER,
                        "maximum": _NUMBER,
                        "submission": _closed(
                            {
                                "source": _TEXT,
                                "sha256": _TEXT,
                                "handed_in": _MAYBE_TEXT,
                                "late": _WHETHER,
                                "receipt": _MAYBE_TEXT,
                            },
                            maybe=True,
                        ),
                        "attempts": {"type": "integer", "minimum": 0},
                        "reason": _MAYBE_TEXT,
                        "notes": _TEXTS,
                        "flags": _TEXTS,
                        "exercises": _list(
                            _closed(
                                {
                                    "exercise": _TEXT,
                                    "outcome": {"enum": list(OUTCOMES)},
                                    "integrated_outcome": {"enum": list(OUTCOMES)},
                                    "nbval": _MAYBE_TEXT,
                                    "rules": _list({**_TEXT, "enum": list(RULES)}),
                                    "points": _MAYBE_NUMBER,
                                    "computed": _MAYBE_NUMBER,
                                    "max_points": _NUMBER,
                                    "bonus": _WHETHER,
                                    "misconception": _MAYBE_TEXT,
                                    "correction": _closed(
                                        {
                                            "points": _NUMBER,
                                            "reason": _TEXT,
                                            "by": _TEXT,
                                            "made": _TEXT,
                                        },
                                        maybe=True,
                                    ),
                                }
                            )
                        ),
                    }
                )
            ),
        }
    ),
}
"""JSON schema of grades.json."""
