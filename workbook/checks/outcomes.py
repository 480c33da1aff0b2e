"""What an exercise's outcome is, and whether another exercise is the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbook.checks.messages import Message
from workbook.checks.results import CaseReport
from workbook.curriculum import DONE, RULES
from workbook.student import todos

__all__ = [
    *("ExerciseRun", "Judgement"),
    *("combine", "mark_blocked", "mark_written", "missed_rules"),
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

    @property
    def is_right(self) -> bool:
        """Return whether it blocks nothing."""
        return self.outcome in DONE

    @property
    def is_final(self) -> bool:
        """Return whether no requirement can be the reason for its outcome."""
        unreadable = bool(self.messages) and not self.blocked_by
        return self.is_right or unreadable or self.outcome in ("todo", "partial", "infra")

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


@dataclass(frozen=True)
class Judgement:
    """Both runs of an exercise.

    Attributes
    ----------
    integrated : ExerciseRun
        With the student's own requirements.
    isolated : ExerciseRun or None
        With references in the place of those that are not right; None if there was no need or no
        reference.
    """

    integrated: ExerciseRun
    isolated: ExerciseRun | None = None

    @property
    def decisive(self) -> ExerciseRun:
        """The run that outcome and points come from."""
        return self.isolated or self.integrated

    @property
    def is_right(self) -> bool:
        """Return whether it blocks nothing."""
        return self.decisive.is_right

    @property
    def integrated_outcome(self) -> str:
        """The outcome in the student's own stack."""
        return self.integrated.outcome if self.is_right else self.decisive.outcome

    @property
    def blocked_by(self) -> tuple[str, ...]:
        """Exercises to mend first."""
        return (self.integrated if self.is_right else self.decisive).blocked_by

    @property
    def seconds(self) -> float:
        """How long both took."""
        return self.integrated.seconds + (self.isolated.seconds if self.isolated else 0.0)


def mark_blocked(run: ExerciseRun, bad: Sequence[str]) -> ExerciseRun:
    """Return the run, `blocked` if the exercises in `bad` can be the reason for its failures.

    They can if one of them ran in every case that failed. A case that did not need them shows a
    mistake of the exercise's own.
    """
    if not bad or run.is_right:
        return run
    reached: set[str] = set()
    for report in run.cases:
        if report.outcome in DONE:
            continue
        if report.record is None:
            # The process ended in this case, or before it: anything may have run.
            reached |= set(bad)
            continue
        used = set(report.record.used)
        if report.record.raised is not None:
            used.add(report.record.raised.unwritten)
        if used.isdisjoint(bad):
            return run
        reached |= used & set(bad)
    by = [*run.blocked_by, *(name for name in bad if name in reached)]
    return replace(run, outcome="blocked", blocked_by=tuple(dict.fromkeys(by)))


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
