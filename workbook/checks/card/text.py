"""A card in plain text: complete, so nothing is folded away."""

import textwrap
from collections.abc import Sequence

from workbook.checks.card.model import Card
from workbook.locale import text

__all__ = ["columns", "render"]

_WIDTH = 88


def _wrapped(words: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        words,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows in columns of equal width."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _section(title: str, words: str) -> list[str]:
    return [title, *_wrapped(words, "  ")] if words else []


def _arrays(card: Card) -> list[str]:
    rows = card.arrays()
    if not rows:
        return []
    names = (
        "card.array",
        "card.verdict",
        "card.error",
        "card.limit",
        "card.rel_error",
        "card.case",
    )
    table = [tuple(text(name) for name in names)]
    table += [(r.name, r.verdict, r.error, r.limit, r.rel_error, r.case) for r in rows]
    return [text("card.arrays"), *("  " + line for line in columns(table))]


def _cases(card: Card) -> list[str]:
    rows = card.cases()
    if not rows:
        return []
    lines = [
        f"  {row.outcome}: {row.name} ({text('card.asked', words=row.asks)})"
        if card.outcome != "todo"
        else f"  {row.name} ({text('card.asked', words=row.asks)})"
        for row in rows
    ]
    return [card.cases_title(), *lines]


def render(card: Card) -> str:
    """Return the whole card."""
    lines = [*card.warnings(), card.head(), *_wrapped(card.subhead(), "  ")]
    message = card.message()
    if message is not None:
        lines += _section(card.seen_title(), message.seen)
        lines += _section(text("card.looks_like"), message.looks_like)
        for other in card.others():
            lines += _wrapped(other, "  ")
    lines += _section(text("card.rules"), card.rules())
    lines += _section(text("card.integrated"), card.integrated())
    lines += _arrays(card)
    if message is not None:
        lines += _section(text("card.why"), message.why)
        lines += _section(text("card.look"), message.look)
    lines += _cases(card)
    title, head = card.printed()
    if title:
        lines += [title, *("  " + line for line in head.split("\n"))]
    if card.notes():
        lines.append(text("card.notes"))
        for note in card.notes():
            lines += _wrapped(note, "  ")
    return "\n".join([*lines, *card.foot()])
