"""What an exercise's outcome is, and whether another exercise is the reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workbook import curriculum
from workbook.checks.messages import Message
from workbook.checks.results import CaseReport
from workbook.curriculum import DONE, RULES
from workbook.student import todos

__all__ = [
    "ExerciseRun",
    "blockers",
    "combine",
    "mark_blocked",
    "mark_written",
    "missed_rules",
    "not_done",
]


@dataclass
class ExerciseRun:
    """One run of an exercise's cases.

    Attributes
    ----------
    outcome : str
    cases : tuple of CaseReport
    ended : bool
        Whether the process ended before the last case.
    blocked_by : tuple of str
        Exercises that are the reason.
    file, line, detail
        Where and how the process ended.
    messages : tuple of Message
        What there is to say if nothing ran.
    """

    exercise: str
    outcome: str
    cases: tuple[CaseReport, ...] = ()
    ended: bool = False
    blocked_by: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    detail: str = ""
    seconds: float = 0.0
    messages: tuple[Message, ...] = ()

    @classmethod
    def of(cls, exercise_id: str, reports: tuple[CaseReport, ...], ended: str) -> "ExerciseRun":
        """The run that its cases make; `ended` is how the process ended, or empty."""
        outcome = ended or combine([report.outcome for report in reports])
        needs = [
            report.record.raised.unwritten
            for report in reports
            if report.record is not None and report.record.raised is not None
        ]
        needs = [name for name in dict.fromkeys(needs) if name and name != exercise_id]
        by = tuple(needs) if outcome == "blocked" else ()
        return cls(exercise_id, outcome, reports, bool(ended), by)


def combine(outcomes: Sequence[str]) -> str:
    """One outcome for all cases of an exercise.

    `todo` and `blocked` only if nothing that was done is wrong; `almost` only if nothing but
    rules is missed; a mixture of wrong results and exceptions is `fail`.
    """
    left = set(outcomes) - DONE
    if not outcomes:
        return "infra"
    if not left:
        return "almost" if "almost" in outcomes else "pass"
    if "fail" in left:
        return "fail"
    for outcome in ("memory", "error", "missing", "blocked", "todo"):
        if outcome in left:
            return outcome
    return left.pop()


def missed_rules(reports: Sequence[CaseReport]) -> tuple[str, ...]:
    """Return the rules that the cases of an exercise miss, in the order of `RULES`."""
    missed = {r for report in reports if report.comparison for r in report.comparison.rules}
    return tuple(rule for rule in RULES if rule in missed)


def not_done(runs: Iterable[ExerciseRun]) -> list[str]:
    """Return the exercises whose values are not right, so that they can block another."""
    return [run.exercise for run in runs if run.outcome not in DONE]


def blockers(exercise_id: str, isolated: bool) -> list[str]:
    """The exercises that can be the reason for another's failure.

    Isolated: what it requires of its own pair and class, because those are never replaced.
    Integrated: everything that it requires.
    """
    known = curriculum.load()
    required = curriculum.closure(exercise_id)
    if isolated:
        mine = set(curriculum.own(exercise_id))
        required = [name for name in required if name in mine]
    order = known.ids()
    return sorted(required, key=order.index)


def mark_blocked(run: ExerciseRun, bad: Sequence[str]) -> ExerciseRun:
    """The run, `blocked` if it is not done and the values of something below it are not right."""
    if not bad or run.outcome in DONE:
        return run
    by = tuple(dict.fromkeys([*run.blocked_by, *bad]))
    return replace(run, outcome="blocked", blocked_by=by)


# What the code of an exercise that nobody has begun may come to.
_OF_A_STUB = frozenset({"todo", "blocked", "fail", "error"})


def mark_written(run: ExerciseRun, source: str | None) -> ExerciseRun:
    """The run, `todo` if nothing is written yet, and `partial` if only a TODO is in the way.

    Parameters
    ----------
    run : ExerciseRun
    source : str or None
        The text of the student's file.
    """
    if run.ended or run.messages or run.outcome not in _OF_A_STUB:
        return run
    if not todos.is_begun(source, run.exercise):
        return replace(run, outcome="todo", blocked_by=())
    return replace(run, outcome="partial") if run.outcome == "todo" else run
