"""Every sentence that code says to a student, by id.

The texts of the user interface and of the heuristics lie in `en/`, those of an exercise in
`workbook/course/<topic>/messages.toml` and `hints.toml`. A table's dotted path inside its file
is the id: `[hint.affine_forward] nudge = "..."` is `hint.affine_forward.nudge`.
"""

import re
import tomllib
from functools import cache
from html import escape
from pathlib import Path

from workbook.errors import WorkbookError

__all__ = ["as_html", "has", "sentences", "text"]


def _flatten(table: dict[str, object], prefix: str, into: dict[str, str]) -> None:
    for key, value in table.items():
        name = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict):
            _flatten(value, name, into)
        else:
            if name in into:
                raise WorkbookError(f"The sentence {name!r} stands twice.")
            into[name] = str(value).strip("\n")


@cache
def sentences() -> dict[str, str]:
    """Return all sentences by id."""
    found: dict[str, str] = {}
    here = Path(__file__).parent
    course = here.with_name("course")
    for file in (
        *sorted((here / "en").glob("*.toml")),
        *sorted(course.glob("*messages.toml")),
        *sorted(course.glob("*/messages.toml")),
        *sorted(course.glob("*/hints.toml")),
    ):
        _flatten(tomllib.loads(file.read_text(encoding="utf-8")), "", found)
    return found


def has(sentence_id: str) -> bool:
    """Whether there is a sentence with that id."""
    return sentence_id in sentences()


def text(sentence_id: str, /, **values: object) -> str:
    """The sentence with that id, with `{name}` replaced by `values`."""
    try:
        sentence = sentences()[sentence_id]
    except KeyError:
        raise WorkbookError(
            f"No sentence has the id {sentence_id!r} in workbook/locale/en or workbook/course."
        ) from None
    return sentence.format(**values) if values else sentence


def as_html(sentence: str) -> str:
    """Return a sentence as HTML: escaped, with what stands between backticks set as code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(sentence))
