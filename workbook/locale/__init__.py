"""Every sentence that code says to a student, by id.

The texts of the user interface and of the heuristics lie in `en/`, those of an exercise in
`workbook/course/<topic>/messages.toml` and `hints.toml`. A table's dotted path inside its file
is the id: `[hint.affine_forward] nudge = "..."` is `hint.affine_forward.nudge`. Code names an id
in full, so that it can be searched for, or reads a whole table and takes a sentence by its key.
"""

import re
import tomllib
from functools import cache
from html import escape
from pathlib import Path

from workbook.errors import WorkbookError

__all__ = ["Sentences", "as_html", "has", "sentences", "table", "text"]


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


class Sentences:
    """The sentences of one table, by key.

    Parameters
    ----------
    name : str
        The table's dotted path, such as `outcome` or `panel.dropout`.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __contains__(self, key: object) -> bool:
        return has(f"{self._name}.{key}")

    def __getitem__(self, key: str) -> str:
        return self.text(key)

    def id(self, key: str) -> str:
        """Return the id of one of the sentences."""
        return f"{self._name}.{key}"

    def text(self, key: str, /, **values: object) -> str:
        """Return a sentence with `{name}` replaced by `values`."""
        return text(self.id(key), **values)

    def table(self, key: str) -> "Sentences":
        """Return a table inside this one."""
        return Sentences(self.id(key))


def table(name: str) -> Sentences:
    """Return the sentences of the table with that dotted path."""
    return Sentences(name)


def as_html(sentence: str) -> str:
    """Return a sentence as HTML: escaped, with what stands between backticks set as code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(sentence))
