"""The class as it handed in: every submission read, and one entry for every student."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from workbook import curriculum
from workbook.errors import UsageError
from workbook.grading.intake import archives
from workbook.grading.intake.file_names import Sender, is_attempt, is_litter, sender
from workbook.grading.intake.receipt import receipt as receipt_of
from workbook.grading.intake.roster import Roster, Student
from workbook.grading.intake.scheme import Scheme
from workbook.grading.intake.select_files import choose, may_count
from workbook.grading.units import Submission

__all__ = ["Attempt", "ClassSubmissions", "StudentEntry", "gather"]

_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Attempt:
    """One thing that was handed in.

    Attributes
    ----------
    source : str
        Its path inside the folder of submissions.
    submission : Submission
    at : datetime
        When its file was last written.
    number : int
        Larger is later; 0 if nothing says.
    late : bool
    invalid : str
        Why nothing in it can be judged; empty if something can.
    notes : tuple of str
        What was passed over.
    receipt : str
        What `workbook submit` gave the student, if it is in there.
    """

    source: str
    submission: Submission
    at: datetime
    number: int = 0
    late: bool = False
    invalid: str = ""
    notes: tuple[str, ...] = ()
    receipt: str = ""


@dataclass
class StudentEntry:
    """One student and the attempts that may count: none, the latest, or all for the best."""

    student: Student
    attempts: list[Attempt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class ClassSubmissions:
    """The class.

    Attributes
    ----------
    entries : list of Entry
        One for each student, in the order of the roster, else by id.
    unknown : list of str
        What came from nobody on the roster; it is not judged.
    passed_over : list of str
        Files in the folder that are no submissions.
    order : list of str
        Everybody's id, also where only some are graded.
    """

    entries: list[StudentEntry] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


def gather(folder: Path, scheme: Scheme, roster: Roster | None = None) -> ClassSubmissions:
    """Read everything that was handed in.

    Raises
    ------
    UsageError
        If there is no such folder, or nothing in it and no roster.
    """
    if not folder.is_dir():
        hint = " Unpack it first." if folder.is_file() else ""
        raise UsageError(f"There is no folder {folder} with submissions.{hint}")
    handed = ClassSubmissions()
    students = {student.id: student for student in roster.students} if roster else {}
    sent: dict[str, list[Attempt]] = {}
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if is_litter(path.name) or (path.is_file() and path.stat().st_size == 0):
            handed.passed_over.append(path.name)
            continue
        # A name that is not UTF-8 has halves of characters in it.
        who = sender(path.name.encode("utf-8", "replace").decode("utf-8"))
        student = roster.find(*who.words) if roster else students.get(who.id)
        if student is None and roster is not None:
            handed.unknown.append(path.name)
            continue
        student = student or Student(who.id, who.name)
        students[student.id] = student
        for part, again in _attempts(path, who):
            attempt = _read(part, part.relative_to(folder).as_posix(), student.id, again)
            sent.setdefault(student.id, []).append(attempt)
    for student in students.values():
        group = roster.together(student) if roster else [student]
        all_of_them = [attempt for member in group for attempt in sent.get(member.id, [])]
        handed.entries.append(_entry(student, all_of_them, scheme))
    handed.order = list(students)
    if not students:
        raise UsageError(f"There are no submissions in {folder}.")
    return handed


def _entry(student: Student, attempts: list[Attempt], scheme: Scheme) -> StudentEntry:
    entry = StudentEntry(student)
    until = student.extension or scheme.deadline
    dated = [_dated(attempt, until) for attempt in attempts]
    if scheme.late == "ignore":
        entry.notes += [f"{a.source} came late and does not count." for a in dated if a.late]
        dated = [attempt for attempt in dated if not attempt.late]
    dated.sort(key=lambda attempt: (attempt.number, attempt.at, attempt.source))
    if len(dated) > 1 and scheme.attempts == "latest":
        earlier, dated = dated[:-1], dated[-1:]
        names = ", ".join(attempt.source for attempt in earlier)
        entry.notes.append(f"Of {len(earlier) + 1} attempts the latest counts, not {names}.")
    entry.attempts = dated
    return entry


def _dated(attempt: Attempt, until: datetime | None) -> Attempt:
    return attempt if until is None else replace(attempt, late=attempt.at > until)


def _attempts(path: Path, who: Sender) -> Iterator[tuple[Path, Sender]]:
    """What one entry of the folder holds: itself, or a student's several attempts."""
    if not path.is_dir() or path.is_symlink():
        yield path, who
        return
    inside = [p for p in sorted(path.iterdir()) if not p.is_symlink() and not is_litter(p.name)]
    packed = [p for p in inside if p.is_file() and archives.is_archive(p)]
    tries = [p for p in inside if p.is_dir() and is_attempt(p.name)]
    if not (packed or tries) or len(packed) + len(tries) < len(inside):
        yield path, who
        return
    for part in (*packed, *tries):
        digits = "".join(c for c in part.stem if c.isdigit())
        number = sender(part.name).number or int(digits[-18:] or 0)
        yield part, Sender(who.words, who.id, who.name, number, who.late)


def _written(path: Path) -> datetime:
    """When a file, or the newest exercise file in a folder, was last written."""
    times = [path.lstat().st_mtime]
    if path.is_dir() and not path.is_symlink():
        inside = [p.lstat().st_mtime for p in path.rglob("*.py") if not p.is_symlink()]
        times = inside or times
    return datetime.fromtimestamp(max(times), UTC)


def _read(path: Path, source: str, student: str, who: Sender) -> Attempt:
    known = curriculum.load()
    nothing = Submission(student, {}, {})
    at = _written(path)
    if path.is_symlink():
        reason = f"{path.name} is a link, which is not followed."
        return Attempt(source, nothing, at, who.number, who.late, reason)
    try:
        contents = archives.read(path, lambda name: may_count(name, known) or _is_manifest(name))
    except archives.Unreadable as error:
        return Attempt(source, nothing, at, who.number, who.late, str(error))
    except OSError as error:
        reason = f"{path.name} cannot be read: {error.strerror}."
        return Attempt(source, nothing, at, who.number, who.late, reason)
    receipt = ""
    for name in [name for name in contents.files if _is_manifest(name)]:
        receipt = receipt or _receipt(contents.files[name])
        del contents.files[name]
    chosen = choose(contents, known)
    invalid = ""
    if not chosen.files and not chosen.problems:
        invalid = f"None of the exercise files is in it, such as {known.files()[-1]}."
    submission = Submission(student, chosen.files, chosen.problems)
    if receipt and chosen.files and receipt != receipt_of(chosen.files):
        chosen.notes.append(
            f"The files were changed after `workbook submit` gave the receipt {receipt}."
        )
    notes = tuple(chosen.notes)
    return Attempt(source, submission, at, who.number, who.late, invalid, notes, receipt)


def _is_manifest(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name == _MANIFEST and len(path.parts) <= 2


def _receipt(data: bytes) -> str:
    """The receipt in a manifest: the student's own words, so a short plain text or nothing."""
    try:
        found = json.loads(data)["receipt"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    if not isinstance(found, str | int) or len(str(found)) > 200:
        return ""
    return "".join(c for c in str(found) if c.isprintable())
