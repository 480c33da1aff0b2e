"""Sentences as data: an id and the values of its placeholders, worded when they are shown.

What is stored (a result in the gradebook, say) holds sentences in this form, so that it shows the
words of today, and those of another language if there is one.
"""

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from workbook import locale

__all__ = ["Sentence", "Value", "bind", "word"]

Value = Union[str, "Sentence", list[str]]
"""Of a placeholder: text that is data, another sentence, or names to be listed."""

_LONGEST = 2000
_MOST = 50
_DEPTH = 4
# Stands for a value that the sentence did not ask for when it was bound.
_UNKNOWN = "\N{HORIZONTAL ELLIPSIS}"
_FORMATTER = string.Formatter()


@dataclass(frozen=True)
class Sentence:
    """A sentence of the locale with its values; `str` gives its words.

    Attributes
    ----------
    id : str
    values : mapping of str to Value
        By placeholder as the sentence writes it, with its format: `out.value:.4g`. They are
        formatted already, so that the words need no arrays.
    """

    id: str
    values: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, sentence_id: str, /, **names: object) -> "Sentence":
        """Return the sentence with those of the names that it uses.

        Raises
        ------
        WorkbookError
            If there is no such sentence.
        """
        return cls(sentence_id, bind([locale.text(sentence_id)], names))

    def __str__(self) -> str:
        """Return its words; empty if no sentence has that id any more."""
        return word(locale.text(self.id), self.values) if locale.has(self.id) else ""

    def as_json(self) -> dict[str, Any]:
        """Return plain data for `json.dumps`."""
        values = {
            key: value.as_json() if isinstance(value, Sentence) else value
            for key, value in self.values.items()
        }
        return {"id": self.id, "values": values}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], _depth: int = _DEPTH) -> "Sentence":
        """Read what `as_json` gave; cut to size, since a sandbox may have written it.

        Raises
        ------
        ValueError
            If it is no such thing.
        """
        if not _depth or not isinstance(data.get("id"), str):
            raise ValueError("no sentence")
        values: dict[str, Value] = {}
        for key, value in list(dict(data.get("values", {})).items())[:_MOST]:
            if isinstance(value, Mapping):
                values[key] = cls.from_json(value, _depth - 1)
            else:
                values[key] = _cut(value)
        return cls(data["id"], values)


def bind(templates: Iterable[str], names: Mapping[str, object]) -> dict[str, Value]:
    """Return the values of all placeholders in some templates, formatted and cut to size.

    Parameters
    ----------
    templates : iterable of str
    names : mapping
        What placeholders may use, as for `str.format`. A sentence stays a sentence, and a list of
        names a list.
    """
    values: dict[str, Value] = {}
    for template in templates:
        for _, name, spec, conversion in _FORMATTER.parse(template):
            if name is None:
                continue
            found, _ = _FORMATTER.get_field(name, (), names)
            if not isinstance(found, Sentence) and not _is_names(found):
                converted = _FORMATTER.convert_field(found, conversion)
                found = _FORMATTER.format_field(converted, spec or "")
            values[_key(name, spec, conversion)] = (
                found if isinstance(found, Sentence) else _cut(found)
            )
    return values


def word(template: str, values: Mapping[str, Value]) -> str:
    """Return a template with its placeholders replaced by values that `bind` gave.

    The space after an empty value goes with it, so that a sentence may be left out.
    """
    words = ""
    skip_space = False
    for literal, name, spec, conversion in _FORMATTER.parse(template):
        words += literal.removeprefix(" ") if skip_space else literal
        skip_space = False
        if name is not None:
            value = values.get(_key(name, spec, conversion), _UNKNOWN)
            shown = _listed(value) if isinstance(value, list) else str(value)
            skip_space = not shown and (not words or words.endswith(" "))
            words += shown
    return words.rstrip(" ") if skip_space else words


def _is_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _key(name: str, spec: str | None, conversion: str | None) -> str:
    return name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")


def _cut(value: object) -> str | list[str]:
    if isinstance(value, list):
        return [str(each)[:_LONGEST] for each in value[:_MOST]]
    return str(value)[:_LONGEST]


def _listed(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return locale.text("finding.list", first=", ".join(names[:-1]), last=names[-1])
