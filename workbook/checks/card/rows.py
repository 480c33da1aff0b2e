"""What a card says, as plain rows and sentences: the same for every way of showing it."""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from workbook import curriculum
from workbook.checks.compare import ArrayVerdict
from workbook.checks.results import CaseReport, ExerciseResult, Report
from workbook.curriculum import DONE
from workbook.locale import table, text

__all__ = [
    "ArrayRow",
    "CaseRow",
    "array_rows",
    "case_rows",
    "cases_sentence",
    "format_number",
    "format_time",
    "integrated_sentence",
    "printed_title",
    "rules_sentence",
    "verdict_words",
]


@dataclass(frozen=True)
class ArrayRow:
    """One array in the case in which it came off worst; all columns are words.

    `mild`: its values are right, and it misses a rule.
    """

    name: str
    ok: bool
    verdict: str
    error: str
    limit: str
    rel_error: str
    case: str
    mild: bool = False


@dataclass(frozen=True)
class CaseRow:
    """One case: its outcome, and the words of the docstring that ask for it.

    `mild`: it misses a rule, or waits for something to be written.
    """

    name: str
    ok: bool
    outcome: str
    asks: str
    mild: bool = False


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
    """`ok`, or what is not: `NOT ok: shape (1, 2), wanted (2, 2)`."""
    if verdict.ok:
        return text("array.ok")
    got, want = (
        (verdict.shape, verdict.wanted_shape)
        if verdict.problem in ("shape", "axis")
        else (verdict.dtype, verdict.wanted_dtype)
    )
    return table("array").text(verdict.problem, got=got, want=want)


def _error(verdict: ArrayVerdict) -> str:
    if verdict.measure == "relative" or verdict.error is None:
        return format_number(verdict.error)
    shown = f"{verdict.error:.0f}" if verdict.measure == "exact" else format_number(verdict.error)
    return f"{shown} ({table('measure')[verdict.measure]})"


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
            bool(verdict.problem and verdict.rules),
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
            else table("outcome")[case_report.outcome],
            " ".join(case_report.asks.split()),
            case_report.outcome in ("almost", "todo", "blocked"),
        )
        for case_report in cases
    ]


def cases_sentence(result: ExerciseResult) -> str:
    """Return how many of the cases are right, and how many almost."""
    outcomes = [check.outcome for check in result.checks]
    right, almost = outcomes.count("pass"), outcomes.count("almost")
    key = "card.cases_almost" if almost else "card.cases_right"
    return text(key, right=right, almost=almost, cases=len(outcomes))


def rules_sentence(exercise_id: str, outcome: str, rules: Collection[str], maximum: float) -> str:
    """Return which rules are missed, and for an `almost` what each costs; empty if none is.

    Parameters
    ----------
    exercise_id, outcome : str
    rules : collection of str
        Those that are missed.
    maximum : float
        Full marks.
    """
    costs = curriculum.load()[exercise_id].rules
    # A stored result may name a rule that the exercise no longer states.
    missed = {rule: table("rule")[rule] for rule in rules if rule in costs}
    if not missed:
        return ""
    if outcome != "almost":
        return text("card.rules_besides", rules=", ".join(missed.values()))
    priced = [
        text("card.rule_cost", rule=words, points=f"{maximum * costs[rule]:.4g}")
        for rule, words in missed.items()
    ]
    return text("card.rules_almost", rules=", ".join(priced))


def printed_title(report: Report) -> str:
    """How much the student's code printed; empty if nothing."""
    lines = report.printed.lines
    if not lines and not report.printed.head:
        return ""
    count = text("card.one_line") if lines == 1 else text("card.many_lines", count=lines)
    return text("card.printed", lines=count)


def integrated_sentence(report: Report) -> str:
    """Return what the integrated outcome adds to an exercise that is done when isolated."""
    result = report.result
    if result.outcome not in DONE or result.integrated_outcome in DONE:
        return ""
    if report.blocked_by:
        return text("card.integrated_blocked", others=", ".join(report.blocked_by))
    return text("card.integrated_other", outcome=table("outcome")[result.integrated_outcome])
