"""A card in HTML, for notebooks in a light or a dark theme.

Colours come from JupyterLab's variables and fall back to the text's own colour, so that no
theme makes anything unreadable; every colour only repeats what a word says. Styles are inline,
because a notebook that is not trusted yet loses style sheets.
"""

from html import escape

from workbook.checks.card.model import Card
from workbook.checks.card.rows import ArrayRow, CaseRow
from workbook.locale import as_html, text

__all__ = ["render"]

_GOOD = "var(--jp-success-color1, #2e7d32)"
_BAD = "var(--jp-error-color1, #d32f2f)"
_WAIT = "var(--jp-warn-color1, #f57c00)"
# The colour and the style of a card's left edge.
_EDGES = {
    "pass": ("solid", _GOOD),
    "almost": ("dashed", _GOOD),
    "partial": ("dashed", _WAIT),
    "todo": ("solid", _WAIT),
    "blocked": ("solid", _WAIT),
    "infra": ("solid", _WAIT),
}

_LINE = "var(--jp-border-color2, currentColor)"
_BOX = (
    "border: 1px solid {line}; border-left: 5px {style} {edge}; padding: 0.4em 0.9em 0.6em; "
    "margin: 0.2em 0; max-width: 60em; color: var(--jp-content-font-color1, inherit); "
    "background: transparent; line-height: 1.45;"
)
_QUIET = "color: var(--jp-content-font-color2, inherit); font-size: 90%;"
_WARNING = f"border-left: 5px solid {_WAIT}; padding-left: 0.6em; margin: 0.3em 0;"
_HEAD = "font-size: 110%; font-weight: 600; margin: 0.2em 0;"
_TITLE = "font-weight: 600; margin: 0.5em 0 0.1em;"
_WORDS = "margin: 0;"
_FOLD = "margin: 0.3em 0;"
_SUMMARY = "cursor: pointer; font-weight: 600;"
_ROW = "background: transparent;"  # Stripes would leave too little contrast.
_CELL = (
    "text-align: left; padding: 0.1em 1.2em 0.1em 0; background: transparent; "
    "border: none; white-space: nowrap; vertical-align: top;"
)
_PRINT = (
    "margin: 0.2em 0; padding: 0.3em 0.6em; max-height: 14em; overflow: auto; "
    "white-space: pre-wrap; background: transparent; color: inherit; "
    f"border: 1px solid {_LINE};"
)


# Keys such as x are no commands of JupyterLab while one of these parts has the focus.
_KEEPS_KEYS = ' data-lm-suppress-shortcuts="true"'


def _tag(name: str, style: str, content: str, attributes: str = "") -> str:
    return f'<{name} style="{style}"{attributes}>{content}</{name}>'


def _section(title: str, words: str) -> str:
    return _tag("div", _TITLE, escape(title)) + _tag("p", _WORDS, as_html(words)) if words else ""


def _fold(title: str, content: str) -> str:
    summary = _tag("summary", _SUMMARY, escape(title), _KEEPS_KEYS)
    return _tag("details", _FOLD, summary + content) if content else ""


def _colour(row: ArrayRow | CaseRow) -> str:
    if row.ok:
        return _GOOD
    # The colour of warnings is too light for words.
    return "inherit" if row.mild else _BAD


def _array_row(row: ArrayRow) -> str:
    verdict = _tag("span", f"color: {_colour(row)};", escape(row.verdict))
    if not row.ok:
        verdict = f"<b>{verdict}</b>"
    cells = [f"<code>{escape(row.name)}</code>", verdict]
    cells += [escape(words) for words in (row.error, row.limit, row.rel_error, row.case)]
    return _tag("tr", _ROW, "".join(_tag("td", _CELL, cell) for cell in cells))


def _arrays(card: Card) -> str:
    rows = card.arrays()
    if not rows:
        return ""
    names = (
        "card.array",
        "card.verdict",
        "card.error",
        "card.limit",
        "card.rel_error",
        "card.case",
    )
    head = "".join(_tag("th", _CELL, escape(text(name))) for name in names)
    body = "".join(map(_array_row, rows))
    table = _tag(
        "table",
        "border-collapse: collapse; margin: 0.1em 0; font-size: 95%;",
        f"<thead>{_tag('tr', _ROW, head)}</thead><tbody>{body}</tbody>",
    )
    return _tag("div", _TITLE, escape(text("card.arrays"))) + _tag(
        "div", "overflow-x: auto;", table, _KEEPS_KEYS
    )


def _case(row: CaseRow, todo: bool) -> str:
    outcome = "" if todo else _tag("span", f"color: {_colour(row)};", escape(row.outcome)) + ": "
    asked = _tag("span", _QUIET, escape(text("card.asked", words=row.asks)))
    return f"<li>{outcome}{escape(row.name)} {asked}</li>"


def _list(items: list[str]) -> str:
    return _tag("ul", "margin: 0.1em 0;", "".join(items)) if items else ""


def render(card: Card) -> str:
    """Return the whole card."""
    parts = [_tag("p", _WARNING, f"<b>{escape(words)}</b>") for words in card.warnings()]
    parts.append(_tag("div", _HEAD, escape(card.head())))
    parts.append(_tag("div", _QUIET, escape(card.subhead())))
    message = card.message()
    if message is not None:
        parts.append(_section(card.seen_title(), message.seen))
        looks_like = "<br>".join(map(as_html, [message.looks_like, *card.others()]))
        parts.append(_tag("div", _TITLE, escape(text("card.looks_like"))))
        parts.append(_tag("p", _WORDS, looks_like))
    parts.append(_section(text("card.rules"), card.rules()))
    parts.append(_section(text("card.integrated"), card.integrated()))
    parts.append(_arrays(card))
    if message is not None:
        for title, words in (("card.why", message.why), ("card.look", message.look)):
            parts.append(_fold(text(title), _tag("p", _WORDS, as_html(words))))
    cases = [_case(row, card.outcome == "todo") for row in card.cases()]
    parts.append(_fold(card.cases_title(), _list(cases)))
    title, head = card.printed()
    if title:
        parts.append(_fold(title, _tag("pre", _PRINT, escape(head), _KEEPS_KEYS)))
    notes = [f"<li>{as_html(note)}</li>" for note in card.notes()]
    parts.append(_fold(text("card.notes"), _list(notes)))
    foot = "<br>".join(map(as_html, card.foot()))
    parts.append(_tag("div", _QUIET + " margin-top: 0.4em;", foot))
    style, edge = _EDGES.get(card.outcome, ("solid", _BAD))
    return _tag("div", _BOX.format(line=_LINE, style=style, edge=edge), "".join(parts))
