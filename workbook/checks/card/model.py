"""The card that a check shows: one exercise, as titles, sentences and rows for a renderer."""

from dataclasses import dataclass

from workbook.checks.card.rows import (
    ArrayRow,
    CaseRow,
    array_rows,
    case_rows,
    cases_sentence,
    format_time,
    integrated_sentence,
    printed_title,
    rules_sentence,
)
from workbook.checks.messages import Message
from workbook.checks.results import Report
from workbook.locale import table, text

__all__ = ["Card"]

# Nothing was measured, so the table of arrays would only repeat that.
_NOTHING_RAN = frozenset({"todo", "invalid", "missing", "infra"})
# No single case shows what is said.
_NO_CASE = frozenset({"todo", "partial", "blocked"})


@dataclass(frozen=True, eq=False)
class Card:
    """A report as a reader meets it; `card.html` and `card.text` render it.

    Parameters
    ----------
    report : Report
    unchanged_since : float, optional
        When the exercise was last checked, if its file has not changed since then (seconds
        since the epoch): perhaps it was not saved.
    solutions_on : bool
        Whether the notebook runs with the solutions, so that a card that judges the student's
        own files needs a word of explanation.
    """

    report: Report
    unchanged_since: float | None = None
    solutions_on: bool = False

    @property
    def outcome(self) -> str:
        """The outcome, in the one vocabulary: `pass`, `fail`, `todo`, ..."""
        return self.report.result.outcome

    def warnings(self) -> list[str]:
        """What to know before anything else."""
        found = []
        if self.unchanged_since is not None:
            when, file = format_time(self.unchanged_since), self.report.result.file
            found.append(text("card.not_saved", file=file, time=when))
        if self.solutions_on:
            found.append(text("card.judged_yours"))
        return found

    def head(self) -> str:
        """Exercise and outcome."""
        outcome = table("outcome")[self.outcome]
        return text("card.head", exercise=self.report.result.exercise, outcome=outcome)

    def subhead(self) -> str:
        """Title, points, and how many cases are right."""
        result = self.report.result
        words = text(
            "card.subhead",
            title=self.report.title,
            points=f"{result.points:g}",
            max_points=f"{result.max_points:g}",
        )
        if self.outcome in _NOTHING_RAN or not result.checks:
            return words
        return f"{words} {cases_sentence(result)}."

    def message(self) -> Message | None:
        """Return what is wrong with the exercise itself; `integrated` says the rest."""
        return self.report.message if self.outcome != "pass" else None

    def seen_title(self) -> str:
        """The heading of what was seen, with the case if that tells anything."""
        message = self.message()
        if message is None or not message.case or self.outcome in _NO_CASE:
            return text("card.seen")
        return f"{text('card.seen')}, {text('card.in_case', case=message.case)}"

    def others(self) -> list[str]:
        """What else it looks like: further misconceptions that fit, and changed arguments."""
        if self.message() is None:
            return []
        changed = "finding.changed"
        return [
            m.seen if m.id == changed else m.looks_like
            for m in self.report.also
            if m.misconception is not None or m.id == changed
        ]

    def arrays(self) -> list[ArrayRow]:
        """Rows of the table of arrays."""
        return array_rows(self.report.cases) if self.outcome not in _NOTHING_RAN else []

    def cases(self) -> list[CaseRow]:
        """Rows of the list of cases."""
        return case_rows(self.report.cases)

    def cases_title(self) -> str:
        """What the list of cases is called."""
        key = "card.cases_todo" if self.outcome == "todo" else "card.cases"
        return text(key, cases=len(self.report.cases))

    def rules(self) -> str:
        """Return which rules are missed, and what each costs."""
        result = self.report.result
        return rules_sentence(result.exercise, result.outcome, result.rules, result.max_points)

    def integrated(self) -> str:
        """What the student's other functions make of it, if that is another matter."""
        return integrated_sentence(self.report)

    def printed(self) -> tuple[str, str]:
        """How much the student's code printed, and how that begins."""
        head = self.report.printed.head.rstrip("\n")
        if self.report.printed.lines > head.count("\n") + 1:
            head += "\n" + text("card.more_printed")
        return printed_title(self.report), head

    def notes(self) -> list[str]:
        """Deviations that cost nothing."""
        return [str(note) for note in self.report.notes]

    def foot(self, *, in_notebook: bool = True) -> list[str]:
        """What was judged, and where to turn next."""
        result = self.report.result
        name = result.exercise
        lines = []
        if in_notebook and self.outcome in ("almost", "fail", "error"):
            lines.append(text("card.failing", exercise=name))
        if self.outcome not in ("pass", "infra"):
            key = "card.next_hint_cell" if in_notebook else "card.next_hint"
            lines.append(text(key, exercise=name))
        if self.outcome == "infra":
            return lines
        key = "card.file" if self.report.saved is not None else "card.no_file"
        file = text(key, file=result.file, saved=format_time(self.report.saved))
        judged = text("card.judged", seed=result.seed, seconds=f"{result.seconds:.2f}")
        return [*lines, f"{file}; {judged}."]
