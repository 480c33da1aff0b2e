"""The roster: who is expected to hand something in, and under which names they may appear.

A CSV with a row for each student. Only `id` is needed; the gradebook that Canvas exports is
read as it is.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workbook.errors import UsageError

__all__ = ["Roster", "Student", "parse_time", "read_roster"]

# Column titles that mean the same, in lower case.
_COLUMNS = {
    "id": ("id", "student_id", "student id", "id number"),
    "name": ("name", "full name", "student", "student name"),
    "login": ("login", "username", "sis login id", "user"),
    "email": ("email", "e-mail", "email address"),
    "sis": ("sis", "sis user id"),
    "section": ("section", "group"),
    "extension": ("extension", "extended until"),
    "pair": ("pair", "partner", "team"),
}


# What the gradebook's tables hold.
_MAX_ID = 200


@dataclass(frozen=True)
class Student:
    """One student.

    Attributes
    ----------
    id : str
        What the grades are filed under.
    login, email, sis : str
        Other names that a submission may come under; empty if unknown.
    extension : datetime or None
        A deadline of their own.
    pair : str
        Students with the same word here hand in together.
    """

    id: str
    name: str = ""
    login: str = ""
    email: str = ""
    sis: str = ""
    section: str = ""
    extension: datetime | None = None
    pair: str = ""

    def words(self) -> Iterator[str]:
        """Every word that means this student, folded."""
        local = self.email.partition("@")[0]
        # Canvas writes "Doe, Jane" and "Jane Doe" as `doejane` in its file names.
        last, comma, first = self.name.partition(",")
        parts = self.name.split()
        reordered = last + first if comma else "".join(parts[-1:] + parts[:-1])
        for word in (self.id, self.login, self.email, local, self.sis, self.name, reordered):
            if normalised(word):
                yield normalised(word)


@dataclass(frozen=True)
class Roster:
    """Everyone on the list, in its order."""

    students: tuple[Student, ...]

    def find(self, *words: str) -> Student | None:
        """The student that one of the words means; earlier words count first.

        A word that means two students means nobody.
        """
        for word in words:
            found = [s for s in self.students if normalised(word) == normalised(s.id)]
            found = found or [s for s in self.students if normalised(word) in set(s.words())]
            if len(found) == 1:
                return found[0]
        return None

    def together(self, student: Student) -> list[Student]:
        """The student, and whoever hands in with them."""
        if not student.pair:
            return [student]
        return [
            other for other in self.students if normalised(other.pair) == normalised(student.pair)
        ]


def normalised(word: str) -> str:
    """The word without case, accents, spaces and punctuation."""
    plain = unicodedata.normalize("NFKD", word).casefold()
    return "".join(c for c in plain if c.isalnum() or c == "@")


def parse_time(text: str) -> datetime:
    """A date (its last second) or a date and time; without a zone it is this machine's own.

    Raises
    ------
    ValueError
    """
    found = datetime.fromisoformat(text.strip())
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", text.strip()):
        found = found.replace(hour=23, minute=59, second=59)
    return found.astimezone(UTC)


def _titles(row: list[str]) -> dict[str, int]:
    known = {title: field for field, titles in _COLUMNS.items() for title in titles}
    found: dict[str, int] = {}
    for place, title in enumerate(row):
        field = known.get(title.strip().casefold())
        if field is not None:
            found.setdefault(field, place)
    return found


def _plain(cell: str) -> str:
    """Return a cell without control characters: names are often their owners' choice."""
    return "".join(c for c in cell if c.isprintable()).strip()


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Raises
    ------
    UsageError
        If it cannot be read, has no column `id`, or has somebody twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"The roster {path} cannot be read: {error.strerror}.") from error
    except UnicodeError as error:
        raise UsageError(
            f"The roster {path} is not UTF-8. Save it from the spreadsheet as 'CSV UTF-8'."
        ) from error
    first = text.partition("\n")[0]
    try:
        rows = list(csv.reader(text.splitlines(), delimiter=";" if first.count(";") else ","))
    except csv.Error as error:
        raise UsageError(f"The roster {path} is no CSV: {error}.") from error
    titles = _titles(rows[0]) if rows else {}
    if "id" not in titles:
        raise UsageError(
            f"The roster {path.name} has no column 'id'. Its first line names the columns; "
            f"known are: {', '.join(_COLUMNS)}."
        )
    students: list[Student] = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {field: _plain(row[at]) if at < len(row) else "" for field, at in titles.items()}
        # An empty line, or the row that Canvas puts the points possible in.
        if not cells["id"]:
            if any(cells.values()) and not cells.get("name", "").startswith("Points Possible"):
                raise UsageError(f"The roster {path.name}, line {number}, has no id.")
            continue
        if len(cells["id"]) > _MAX_ID:
            raise UsageError(
                f"The roster {path.name}, line {number}: the id is longer than {_MAX_ID} letters."
            )
        if any(normalised(cells["id"]) == normalised(other.id) for other in students):
            raise UsageError(f"The roster {path.name}, line {number}: {cells['id']} stands twice.")
        extension = cells.pop("extension", "")
        try:
            until = parse_time(extension) if extension else None
        except ValueError:
            raise UsageError(
                f"The roster {path.name}, line {number}: the extension {extension!r} is no date. "
                "Write it as 2026-11-30 or 2026-11-30T18:00."
            ) from None
        students.append(Student(**cells, extension=until))
    return Roster(tuple(students))
