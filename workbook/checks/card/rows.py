"""What a card says, as plain rows and sentences: the same for every way of showing it."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from workbook.checks.compare import ArrayVerdict
from workbook.checks.results import CaseReport, Report
from workbook.locale import text

__all__ = [
    "ArrayRow",
    "CaseRow",
    "array_rows",
    "case_rows",
    "format_number",
    "format_time",
    "integrated_sentence",
    "printed_title",
    "verdict_words",
]


@dataclass(frozen=True)
class ArrayRow:
    """One array in the case in which it came off worst; all columns are words."""

    name: str
    ok: bool
    verdict: str
    error: str
    limit: str
    rel_error: str
    case: str


@dataclass(frozen=True)
class CaseRow:
    """One case: its outcome, and the words of the docstring that ask for it."""

    name: str
    ok: bool
    outcome: str
    asks: str


def format_number(value: float | None) -> str:
    """An error or a limit in two digits: `1.2e-09`, `1e-07`, `0.25`, `0`."""
    return "" if value is None else f"{value:.2g}"


def format_time(seconds: float | None) -> str:
    """A time of saving: the time of day, with the date if that is not today."""
    if seconds is None:
        return ""
    then = time.localtime(seconds)
    today = time.localtime()[:3] == then[:3]
    return time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M:%S", then)


def verdict_words(verdict: ArrayVerdict) -> str:
    """`ok`, or what is not: `NOT ok: shape (1, 2), wanted (2,)`."""
    if verdict.ok:
        return text("array.ok")
    got, want = (
        (verdict.shape, verdict.wanted_shape)
        if verdict.problem == "shape"
        else (verdict.dtype, verdict.wanted_dtype)
    )
    return text(f"array.{verdict.problem}", got=got, want=want)


def _error(verdict: ArrayVerdict) -> str:
    if verdict.measure == "relative" or verdict.error is None:
        return format_number(verdict.error)
    shown = f"{verdict.error:.0f}" if verdict.measure == "exact" else format_number(verdict.error)
    return f"{shown} ({text(f'measure.{verdict.measure}')})"


def array_rows(cases: Iterable[CaseReport]) -> list[ArrayRow]:
    """Every array that came back or should have, once, as it was in its worst case."""
    worst: dict[str, tuple[ArrayVerdict, str]] = {}
    for case_report in cases:
        for verdict in case_report.comparison.arrays if case_report.comparison is not None else ():
            before = worst.get(verdict.name)
            if before is None or verdict.badness > before[0].badness:
                worst[verdict.name] = verdict, case_report.name
    return [
        ArrayRow(
            name,
            verdict.ok,
            verdict_words(verdict),
            _error(verdict),
            format_number(verdict.limit) if verdict.error is not None else "",
            format_number(verdict.rel_error),
            case,
        )
        for name, (verdict, case) in worst.items()
    ]


def case_rows(cases: Iterable[CaseReport]) -> list[CaseRow]:
    """Every case, in order."""
    return [
        CaseRow(
            case_report.name,
            case_report.outcome == "pass",
            text("array.ok")
            if case_report.outcome == "pass"
            else text(f"outcome.{case_report.outcome}"),
            " ".join(case_report.asks.split()),
        )
        for case_report in cases
    ]


def printed_title(report: Report) -> str:
    """How much the student's code printed; empty if nothing."""
    lines = report.printed.lines
    if not lines and not report.printed.head:
        return ""
    count = text("card.one_line") if lines == 1 else text("card.many_lines", count=lines)
    return text("card.printed", lines=count)


def integrated_sentence(report: Report) -> str:
    """Return what the integrated outcome adds to an exercise that is right when isolated."""
    result = report.result
    if result.outcome != "pass" or result.integrated_outcome == "pass":
        return ""
    if report.blocked_by:
        return text("card.integrated_blocked", others=", ".join(report.blocked_by))
    return text("card.integrated_other", outcome=text(f"outcome.{result.integrated_outcome}"))
