"""How every page is made: templates that escape all they are given, and no control characters.

What a student's code said may be in a message; it arrives here as text and leaves as text.
"""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from workbook import locale

__all__ = ["clean", "render"]


def clean(text: str) -> str:
    """The text with line breaks and tabs, and a mark for whatever else does not print.

    Among the rest are escape sequences and characters that turn the direction of writing.
    """
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def _clean_text(value: object) -> object:
    # Markup was escaped by us; it went through here when it was text.
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _prose(words: str) -> Markup:
    """Return text as HTML, with `code` set as code and line breaks kept."""
    return Markup(locale.as_html(clean(words)).replace("\n", "<br>"))


def _number(value: float | None) -> str:
    return "?" if value is None else f"{round(value, 2):g}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("workbook.grading.reports"),
        autoescape=True,
        finalize=_clean_text,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"prose": _prose, "number": _number}
    environment.globals["text"] = locale.text
    return environment


def render(template: str, **values: Any) -> str:
    """A page as text."""
    return _environment().get_template(template).render(**values)
