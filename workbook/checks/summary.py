"""The parts of a report that follow from a run: points, notes, prints, what ended it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from workbook import curriculum, locale
from workbook.checks.compare import Finding
from workbook.checks.messages import Message, fill
from workbook.checks.outcomes import ExerciseRun
from workbook.checks.results import CaseReport, CheckResult
from workbook.locale.sentence import Sentence, Value
from workbook.records import Printed
from workbook.student.source_blocks import Replacement

__all__ = ["check", "ended", "identify", "notes", "points", "printed"]


def notes(
    exercise_id: str, reports: Sequence[CaseReport], mended: Sequence[Replacement]
) -> tuple[Sentence, ...]:
    """Return what no docstring forbids, and what was done to the file, as sentences.

    Parameters
    ----------
    exercise_id : str
    reports : sequence of CaseReport
    mended : sequence of Replacement
        Blocks of the exercise's file that did not parse.
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


def points(maximum: int, outcome: str, reports: Sequence[CaseReport]) -> float:
    """Full marks for a pass, else the weights of the cases that passed."""
    if outcome == "pass":
        return float(maximum)
    total = sum(report.weight for report in reports)
    passed = sum(report.weight for report in reports if report.outcome == "pass")
    return round(maximum * passed / total, 4) if total else 0.0


def check(report: CaseReport) -> CheckResult:
    """One case as the JSON shows it."""
    worst = report.comparison.worst if report.comparison is not None else None
    return CheckResult(
        report.name,
        report.outcome,
        worst.error if worst is not None else None,
        worst.limit if worst is not None else None,
    )


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
