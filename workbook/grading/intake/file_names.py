"""Who a file in the folder of submissions is from, read from its name."""

import re
from dataclasses import dataclass

__all__ = ["FileSender", "is_attempt", "is_ignored", "parse_file_name"]


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
    """

    words: tuple[str, ...]
    id: str
    name: str = ""
    number: int = 0
    late: bool = False


_ENDING = re.compile(r"\.(?:zip|tar\.gz|tgz|tar|gz|rar|7z|py|ipynb)$", re.IGNORECASE)
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
_IGNORED = re.compile(
    r"^(?:\..*|__MACOSX|Thumbs\.db|desktop\.ini|.*\.(?:csv|txt|md|html|json|toml|xlsx|pdf))$",
    re.IGNORECASE,
)


def is_ignored(name: str) -> bool:
    """Whether a file of that name is nobody's submission."""
    return _IGNORED.match(name) is not None


def is_attempt(name: str) -> bool:
    """Whether a folder inside a student's is called as one of several attempts is."""
    return _ATTEMPT.match(name) is not None


def parse_file_name(name: str) -> FileSender:
    """Read the name of a file or folder."""
    stem = _ENDING.sub("", name)
    canvas = _CANVAS.match(stem)
    if canvas:
        return FileSender(
            words=(canvas["user"], canvas["name"]),
            id=canvas["user"],
            name=canvas["name"],
            number=int(canvas["upload"]),
            late=canvas["late"] is not None,
        )
    moodle = _MOODLE.match(stem)
    if moodle:
        return FileSender((moodle["user"], moodle["name"]), moodle["user"], moodle["name"])
    numbered = _NUMBERED.match(stem)
    if numbered:
        return FileSender(
            (stem, numbered["who"]), numbered["who"], number=int(numbered["n"] or numbered["m"])
        )
    return FileSender((stem,), stem)
