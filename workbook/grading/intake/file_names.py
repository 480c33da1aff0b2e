"""Who a file in the folder of submissions is from, read from its name."""

import hashlib
import os
import re
from dataclasses import dataclass

__all__ = [
    "FileSender",
    "attempt_number",
    "is_attempt",
    "is_ignored",
    "is_of_the_system",
    "is_packed",
    "parse_file_name",
    "printable",
    "readable",
    "why_nobodys",
]


@dataclass(frozen=True)
class FileSender:
    """What a file's name says.

    Attributes
    ----------
    words : tuple of str
        Names to look for in the roster, the surest first.
    id, name : str
        What to call the student if there is no roster.
    number : int
        Of the attempt; a larger one is later. 0 if the name has none.
    late : bool
        Whether the name says that it came late.
    by_system : bool
        Whether it is a name that Canvas or Moodle gave.
    """

    words: tuple[str, ...]
    id: str
    name: str = ""
    number: int = 0
    late: bool = False
    by_system: bool = False


_ENDING = re.compile(
    r"\.(?:zip|tar\.(?:gz|bz2|xz)|tgz|tar|gz|bz2|xz|rar|7z|py|ipynb)$", re.IGNORECASE
)
_ARCHIVE = re.compile(r"\.(?:zip|tgz|tar|gz|bz2|xz|rar|7z)$", re.IGNORECASE)
# A student may hand in a document, which is invalid; tables and settings are a teacher's.
_DOCUMENT = re.compile(r"\.(?:txt|pdf|docx?|odt|rtf)$", re.IGNORECASE)
_DATA = re.compile(r"\.(?:csv|md|html?|json|toml|xlsx?)$", re.IGNORECASE)
_OF_THE_SYSTEM = re.compile(
    r"^(?:\._.*|\.DS_Store|\.localized|__MACOSX|Thumbs\.db|desktop\.ini)$", re.IGNORECASE
)
# lastnamefirstname_LATE_12345_67890_workbook-2.zip: Canvas's user, upload, and the student's name.
_CANVAS = re.compile(
    r"^(?P<name>[^_]+)(?P<late>_late)?_(?P<user>\d+)_(?P<upload>\d+)_.+$", re.IGNORECASE
)
# Jane Doe_12345_assignsubmission_file_workbook.zip, or a folder of that name.
_MOODLE = re.compile(r"^(?P<name>.+?)_(?P<user>\d+)_assignsubmission_\w+?(?:_.*)?$")
_NUMBERED = re.compile(
    r"^(?P<who>.+?)(?:[ _-]+(?:attempt|try|version|v)[ _-]?(?P<n>\d+)| ?\((?P<m>\d+)\))$",
    re.IGNORECASE,
)
_ATTEMPT = re.compile(r"^(?:attempt|try|version|submission|v)?[ _-]?[\dTZ:._+-]+$", re.IGNORECASE)
# What the gradebook's tables hold.
_MAX_ID = 120


def printable(text: str) -> str:
    """Return a short text without control characters, for a report."""
    return "".join(c if c.isprintable() else "?" for c in text[:120])


def readable(name: str) -> str:
    """Return a file's name as text; what does not print is written as its code.

    Two names never become one: neither bytes that are no UTF-8 nor escape sequences are dropped.
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def is_of_the_system(name: str) -> bool:
    """Return whether an operating system puts files of that name everywhere."""
    return _OF_THE_SYSTEM.match(name) is not None


def is_packed(name: str) -> bool:
    """Return whether the name is that of an archive, of a kind that is read or not."""
    return _ARCHIVE.search(name) is not None


def is_ignored(name: str) -> bool:
    """Return whether a file of that name is no submission where there is another."""
    named = (_OF_THE_SYSTEM.match(name), _DOCUMENT.search(name), _DATA.search(name))
    return name.startswith(".") or any(named)


def why_nobodys(name: str, *, is_folder: bool) -> str:
    """Return why a file is nobody's if no roster says otherwise; empty if it is somebody's."""
    hidden = name.startswith(".")
    if is_of_the_system(name) or (hidden and (is_folder or not is_packed(name))):
        return "a hidden file or a file of the operating system"
    if _DATA.search(name) and not is_folder and not parse_file_name(name).by_system:
        return "a file of this kind is no submission"
    return ""


def is_attempt(name: str) -> bool:
    """Whether a folder inside a student's is called as one of several attempts is."""
    return _ATTEMPT.match(name) is not None


def attempt_number(name: str) -> int:
    """Return the number of an attempt, from the name of its folder or archive; 0 if it has none."""
    stem = _ENDING.sub("", name)
    digits = "".join(c for c in stem if c.isdecimal())
    return parse_file_name(name).number or int(digits[-18:] or 0)


def parse_file_name(name: str, *, is_folder: bool = False) -> FileSender:
    """Read the name of a file or folder."""
    plain = name.lstrip(".") or name
    stem = _ENDING.sub("", plain) or plain
    if not is_folder:
        stem = _DOCUMENT.sub("", stem) if stem == plain else stem
        stem = _DATA.sub("", stem) if stem == plain else stem
    canvas = _CANVAS.match(stem)
    if canvas:
        return FileSender(
            words=(canvas["user"], canvas["name"]),
            id=_id(canvas["user"]),
            name=canvas["name"],
            number=int(canvas["upload"]),
            late=canvas["late"] is not None,
            by_system=True,
        )
    moodle = _MOODLE.match(stem)
    if moodle:
        return FileSender(
            words=(moodle["user"], moodle["name"]),
            id=_id(moodle["user"]),
            name=moodle["name"],
            by_system=True,
        )
    numbered = _NUMBERED.match(stem)
    if numbered:
        number = int(numbered["n"] or numbered["m"])
        return FileSender((stem, numbered["who"]), _id(numbered["who"]), number=number)
    return FileSender((stem, plain), _id(stem))


def _id(text: str) -> str:
    """Return an id that a database holds; of a long one the hash keeps it apart from others."""
    if len(text) <= _MAX_ID:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return f"{text[: _MAX_ID - 17]}~{digest[:16]}"
