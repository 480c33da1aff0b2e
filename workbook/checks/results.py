"""What a check reports. `ExerciseResult` is exactly one result of `workbook check --json`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from workbook.checks.compare import Comparison
from workbook.checks.diagnose import Message
from workbook.curriculum import RULES
from workbook.locale.sentence import Sentence
from workbook.records import Printed, Record

__all__ = [
    "OUTCOMES",
    "SCHEMA",
    "VERSION",
    "CaseReport",
    "CheckResult",
    "ExerciseResult",
    "Report",
    "as_document",
]

VERSION = 2
"""Of what `workbook check --json` prints; 1 was an array without a version."""

OUTCOMES = (
    "pass",
    "almost",
    "fail",
    "partial",
    "todo",
    "blocked",
    "error",
    "timeout",
    "memory",
    "crashed",
    "invalid",
    "missing",
    "infra",
)


@dataclass(frozen=True)
class CheckResult:
    """One case: `error` and `limit` are those of its worst array, None if nothing was measured."""

    name: str
    outcome: str
    error: float | None
    limit: float | None


@dataclass(frozen=True)
class ExerciseResult:
    """The verdict on one exercise; field by field the JSON schema (see `SCHEMA`).

    Attributes
    ----------
    outcome : str
        Points come from it: of the integrated run, or of the isolated one if there was need of it.
    integrated_outcome : str
        Judged with the student's own requirements.
    misconception : str or None
        `<exercise>.<misconception>` of the misconception that the record agrees with.
    seen, looks_like : str or None
        The first two parts of the message.
    file : str
        The exercise's file inside the folder.
    sha256 : str
        Of that file, as it was judged.
    rules : tuple of str
        The rules that are missed; the exercise states what each costs.
    """

    exercise: str
    outcome: str
    integrated_outcome: str
    points: float
    max_points: float
    checks: tuple[CheckResult, ...]
    misconception: str | None
    seen: str | None
    looks_like: str | None
    file: str
    sha256: str
    seed: int
    seconds: float
    rules: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As plain data for `json.dumps`; infinite errors become None."""
        plain = dict(vars(self))
        plain["rules"] = list(self.rules)
        plain["checks"] = [dict(vars(check)) for check in self.checks]
        for check in plain["checks"]:
            if check["error"] is not None and not abs(check["error"]) < float("inf"):
                check["error"] = None
        return plain


def as_document(results: Iterable[ExerciseResult]) -> dict[str, Any]:
    """Return what `workbook check --json` prints, as plain data."""
    return {"version": VERSION, "results": [result.as_json() for result in results]}


@dataclass(frozen=True, eq=False)
class CaseReport:
    """One case in full: for cards, `failing` and feedback pages.

    Attributes
    ----------
    name, asks : str
        The case's name, and the words of the docstring that it judges.
    outcome : str
    comparison : Comparison or None
        Array by array; None if the case did not run to a record.
    record : Record or None
        The student's inputs and outputs.
    """

    name: str
    asks: str
    weight: float
    outcome: str
    comparison: Comparison | None = None
    record: Record | None = None


@dataclass(frozen=True, eq=False)
class Report:
    """Everything known about one exercise: its result and what stands behind it.

    Attributes
    ----------
    result : ExerciseResult
    cases : tuple of CaseReport
        Of the run behind `outcome`.
    integrated : tuple of CaseReport
        Of the run with the student's own requirements; empty if it is the same run.
    message : Message or None
        What is wrong, in four parts.
    also : tuple of Message
        Other candidates, best first.
    notes : tuple of Sentence
        Deviations that no docstring forbids; they cost nothing.
    printed : Printed
        What the student's code wrote while it was judged.
    blocked_by : tuple of str
        Exercises to mend first.
    saved : float or None
        When the file was saved (seconds since the epoch).
    title : str
    """

    result: ExerciseResult
    cases: tuple[CaseReport, ...] = ()
    integrated: tuple[CaseReport, ...] = ()
    message: Message | None = None
    also: tuple[Message, ...] = ()
    notes: tuple[Sentence, ...] = ()
    printed: Printed = field(default_factory=Printed)
    blocked_by: tuple[str, ...] = ()
    saved: float | None = None
    title: str = ""


_NUMBER = {"type": "number"}
_TEXT = {"type": "string"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_MAYBE_NUMBER = {"type": ["number", "null"]}
_OUTCOME = {"type": "string", "enum": list(OUTCOMES)}


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_RESULT = _closed(
    {
        "exercise": _TEXT,
        "outcome": _OUTCOME,
        "integrated_outcome": _OUTCOME,
        "points": _NUMBER,
        "max_points": _NUMBER,
        "checks": {
            "type": "array",
            "items": _closed(
                {
                    "name": _TEXT,
                    "outcome": _OUTCOME,
                    "error": _MAYBE_NUMBER,
                    "limit": _MAYBE_NUMBER,
                }
            ),
        },
        "misconception": _MAYBE_TEXT,
        "seen": _MAYBE_TEXT,
        "looks_like": _MAYBE_TEXT,
        "file": _TEXT,
        "sha256": _TEXT,
        "seed": {"type": "integer"},
        "seconds": _NUMBER,
        "rules": {"type": "array", "items": {**_TEXT, "enum": list(RULES)}},
    }
)

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "workbook check --json",
    **_closed({"version": {"const": VERSION}, "results": {"type": "array", "items": _RESULT}}),
}
"""JSON schema of what `workbook check --json` prints."""
