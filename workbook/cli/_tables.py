"""Reports in the terminal: tables of outcomes, and one exercise in full."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from workbook.checks.card.model import Card
from workbook.checks.card.rows import cases_sentence
from workbook.curriculum import DONE
from workbook.locale import text

if TYPE_CHECKING:
    from workbook.checks.results import Report

__all__ = [
    "array_table",
    "console",
    "full_report",
    "message",
    "needs_message",
    "outcome_table",
    "plain_table",
    "styled",
]

_STYLES = {
    "pass": "green",
    "almost": "cyan",
    "partial": "yellow",
    "todo": "dim",
    "blocked": "dim",
    "infra": "yellow",
}


def console() -> Console:
    """Where the answers go."""
    return Console(highlight=False, soft_wrap=False)


def styled(outcome: str) -> Text:
    """An outcome as a word; the colour only repeats it."""
    return Text(outcome, style=_STYLES.get(outcome, "red"))


def plain_table(*headings: str) -> Table:
    """An empty table in the style of all tables here."""
    table = Table(box=box.SIMPLE, pad_edge=False)
    for number, heading in enumerate(headings):
        # Ids and names are for copying, so they are never broken.
        table.add_column(heading, overflow="fold", no_wrap=number == 0)
    return table


def _summary(report: "Report") -> str:
    """What a row says beside the outcome."""
    result = report.result
    if result.outcome == "blocked" and report.blocked_by:
        return text("cli.waits", others=", ".join(report.blocked_by))
    if result.outcome in DONE and result.integrated_outcome not in DONE:
        if report.blocked_by:
            return text("cli.integrated", others=", ".join(report.blocked_by))
        return text("cli.integrated_other", outcome=result.integrated_outcome)
    return text("cli.missed", rules=", ".join(result.rules)) if result.rules else ""


def outcome_table(reports: Sequence["Report"]) -> Table:
    """One row for each exercise."""
    table = plain_table(
        text("cli.exercise"), text("cli.outcome"), text("cli.cases"), text("cli.points")
    )
    table.add_column("", overflow="fold")
    for report in reports:
        result = report.result
        right = sum(check.outcome == "pass" for check in result.checks)
        table.add_row(
            Text(result.exercise),
            styled(result.outcome),
            f"{right}/{len(result.checks)}",
            f"{result.points:g}/{result.max_points:g}",
            Text(_summary(report)),
        )
    return table


def line(report: "Report") -> Text:
    """One exercise in one line."""
    result = report.result
    words = Text.assemble("  ", (result.exercise, "bold"), ": ", styled(result.outcome))
    if result.outcome not in ("todo", "pass"):
        words.append(f", {_summary(report) or cases_sentence(result)}")
    elif _summary(report):
        words.append(f", {_summary(report)}")
    return words


def needs_message(report: "Report", named: bool) -> bool:
    """Whether something is wrong that a table cannot say."""
    quiet = {"pass"} if named else {"pass", "todo", "blocked"}
    return report.result.outcome not in quiet


def _part(title: str, words: str) -> list[RenderableType]:
    if not words:
        return []
    return [Text(title, style="bold"), Padding(Text(words), (0, 0, 0, 2))]


def message(report: "Report", why: bool) -> Group:
    """What was seen and what it looks like; with `why`, all four parts."""
    card = Card(report)
    message_parts = card.message()
    parts: list[RenderableType] = [Text(card.head(), style="bold")]
    if message_parts is not None:
        parts += _part(card.seen_title(), message_parts.seen)
        parts += _part(
            text("card.looks_like"), "\n".join([message_parts.looks_like, *card.others()])
        )
        if why:
            parts += _part(text("card.why"), message_parts.why)
            parts += _part(text("card.look"), message_parts.look)
    return Group(*parts, "")


def array_table(report: "Report") -> Table | None:
    """Every array in its worst case; None if nothing was measured."""
    rows = Card(report).arrays()
    if not rows:
        return None
    names = (
        "card.array",
        "card.verdict",
        "card.error",
        "card.limit",
        "card.rel_error",
        "card.case",
    )
    table = plain_table(*(text(name) for name in names))
    for row in rows:
        style = "green" if row.ok else "cyan" if row.mild else "bold red"
        verdict = Text(row.verdict, style=style)
        cells = (row.error, row.limit, row.rel_error, row.case)
        table.add_row(Text(row.name), verdict, *map(Text, cells))
    return table


def full_report(report: "Report", why: bool) -> Group:
    """One exercise as its card has it, without the list of cases."""
    card = Card(report)
    parts: list[RenderableType] = [message(report, why), Text(card.subhead())]
    table = array_table(report)
    if table is not None:
        parts.append(table)
    parts += _part(text("card.rules"), card.rules())
    parts += _part(text("card.integrated"), card.integrated())
    title, head = card.printed()
    parts += _part(title, head)
    for note in card.notes():
        parts += _part(text("card.notes"), note)
    return Group(*parts, *map(Text, card.foot(in_notebook=False)))
