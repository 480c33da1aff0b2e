"""The parts of a report that follow from a run: points, notes, prints, what ended it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from workbook import curriculum, locale
from workbook.checks.compare import Finding
from workbook.checks.messages import Message, fill
from workbook.checks.outcomes import ExerciseRun, missed_rules
from workbook.checks.results import CaseReport, CheckResult
from workbook.curriculum import DONE, Exercise
from workbook.locale.sentence import Sentence, Value
from workbook.records import Printed
from workbook.student import todos
from workbook.student.source_blocks import Replacement

__all__ = ["checks", "ended", "identify", "left_beside", "notes", "points", "printed", "unwritten"]


def notes(
    exercise_id: str,
    reports: Sequence[CaseReport],
    mended: Sequence[Replacement],
    left: Sequence[todos.Todo] = (),
) -> tuple[Sentence, ...]:
    """Return what no docstring forbids, and what was done to the file, as sentences.

    Parameters
    ----------
    exercise_id : str
    reports : sequence of CaseReport
    mended : sequence of Replacement
        Blocks of the exercise's file that did not parse.
    left : sequence of Todo
        TODOs that are left in an exercise whose written part is not right.
    """
    found: dict[tuple[str, str], Finding] = {}
    findings = [f for r in reports if r.comparison for f in r.comparison.findings]
    fatal = {(f.kind, f.array) for f in findings if f.fatal}
    for finding in findings:
        key = (finding.kind, finding.array)
        if not finding.fatal and key not in fatal:
            found.setdefault(key, finding)
    said = []
    for (kind, array), finding in found.items():
        values = dict(finding.values)
        if kind == "printed":
            values["lines"] = printed(reports).lines
        about: Value = _result(array) if kind == "aliases" else array
        said.append(Sentence.of(locale.table("note").id(kind), array=about, **values))
    file = curriculum.load()[exercise_id].file
    for block in mended:
        line, error = block.error_line, block.message
        said.append(Sentence.of("note.mended", name=block.name, file=file, line=line, error=error))
    if left:
        said.append(Sentence.of("note.left", file=file, missing=_listed(left)))
    # Two calls may give rise to the same words.
    return tuple({str(sentence): sentence for sentence in said}.values())


def _result(name: str) -> Value:
    """Return the words for a result of a call: `affine_forward[0]` is the first one."""
    function, _, place = name.rstrip("]").rpartition("[")
    if not place.isdigit():
        return name
    return Sentence.of("finding.result_of", function=function, number=int(place) + 1)


def identify(path: Path) -> tuple[str, float | None]:
    """SHA-256 of a file and when it was saved."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime
    except OSError:
        return "", None


def points(exercise: Exercise, outcome: str, reports: Sequence[CaseReport]) -> float:
    """Return the share of the cases that are done, by weight, less what missed rules cost."""
    if outcome == "pass":
        return float(exercise.points)
    if outcome == "todo":
        return 0.0  # Nothing is written; a stub that returns early passes some cases by accident.
    total = sum(report.weight for report in reports)
    if not total:
        return 0.0
    done = sum(report.weight for report in reports if report.outcome in DONE) / total
    cost = sum(exercise.rules[rule] for rule in missed_rules(reports))
    return round(exercise.points * max(0.0, done - cost), 4)


def checks(
    reports: Sequence[CaseReport], described: Sequence[CaseReport]
) -> tuple[CheckResult, ...]:
    """Return the cases as the JSON shows them, with the errors of `described`."""
    worst = {r.name: r.comparison.worst for r in described if r.comparison is not None}
    return tuple(
        CheckResult(
            report.name,
            report.outcome,
            verdict.error if (verdict := worst.get(report.name)) is not None else None,
            verdict.limit if verdict is not None else None,
        )
        for report in reports
    )


def unwritten(run: ExerciseRun, source: str | None) -> Message:
    """Return the message for an exercise that is `todo` or `partial`: which part is missing."""
    if run.outcome == "todo":
        return fill("finding.todo", exercise=run.exercise)
    left = todos.todos_left(source, run.exercise) or _stopped_at(run)
    file = curriculum.load()[run.exercise].file
    return fill("finding.partial", exercise=run.exercise, file=file, missing=_listed(left))


def _stopped_at(run: ExerciseRun) -> tuple[todos.Todo, ...]:
    """Return where the cases stopped, for a TODO that cannot be found in the source."""
    raised = [r.record.raised for r in run.cases if r.record and r.record.raised]
    return tuple(todos.Todo(line, "") for line in sorted({r.line for r in raised if r.unwritten}))


def left_beside(run: ExerciseRun, source: str | None) -> tuple[todos.Todo, ...]:
    """Return the TODOs that cases ran into while what is written is not right."""
    stopped = any(report.outcome == "todo" for report in run.cases)
    beside = stopped and run.outcome in ("fail", "error")
    return todos.todos_left(source, run.exercise) if beside else ()


def _listed(left: Sequence[todos.Todo]) -> list[str]:
    return [f"{t.line} (“{t.words}”)" if t.words else str(t.line) for t in left]


def printed(reports: Sequence[CaseReport]) -> Printed:
    """What the student's code wrote in all cases together, and how it begins."""
    found = [report.record.printed for report in reports if report.record is not None]
    wrote = [p for p in found if p.lines or p.head]
    lines = sum(max(p.lines, 1) for p in wrote)
    return Printed(lines, wrote[0].head if wrote else "")


_ENDED = {
    "timeout": "finding.ended.timeout",
    "memory": "finding.ended.memory",
    "crashed": "finding.ended.crashed",
    "infra": "finding.ended.infra",
}


def ended(run: ExerciseRun, timeout: float) -> Message:
    """Return the message for a process that did not survive."""
    where: Value = run.file or run.exercise
    if run.file and run.line:
        where = Sentence.of("finding.where", file=run.file, line=run.line)
    detail = run.detail.rstrip(".")
    return fill(_ENDED[run.outcome], where=where, seconds=timeout, detail=detail)
