"""The class as it handed in: every submission read, and one entry for every student."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from workbook.errors import UsageError
from workbook.grading.intake import archives
from workbook.grading.intake.file_names import (
    FileSender,
    is_ignored,
    is_of_the_system,
    parse_file_name,
    readable,
    why_nobodys,
)
from workbook.grading.intake.messages import HandedIn, Listed
from workbook.grading.intake.reader import SubmissionReader
from workbook.grading.intake.roster import Roster, Student
from workbook.grading.intake.scheme import Scheme
from workbook.grading.units import Submission

__all__ = ["Attempt", "ClassSubmissions", "StudentEntry", "gather"]

# Of one student: each of them is held in memory and judged.
_MAX_ATTEMPTS = 50


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
        A line for each file or folder that is no submission: its name and why.
    order : list of str
        Everybody's id, also where only some are graded.
    """

    entries: list[StudentEntry] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


def gather(folder: Path, scheme: Scheme, roster: Roster | None = None) -> ClassSubmissions:
    """Read everything that was handed in.

    What lies in the folder is read in a process of its own: nothing in it can end this one.

    Raises
    ------
    UsageError
        If there is no such folder, or nothing in it and no roster.
    """
    if not folder.is_dir():
        hint = " Unpack it first." if folder.is_file() else ""
        raise UsageError(f"There is no folder {folder} with submissions.{hint}")
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UsageError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    found = ClassSubmissions()
    students = {student.id: student for student in roster.students} if roster else {}
    attempts_of: dict[str, list[_Unread]] = {}
    with SubmissionReader() as reader:
        for name in names:
            path, source = folder / name, readable(name)
            is_folder = os.path.isdir(path) and not os.path.islink(path)
            sender = parse_file_name(source, is_folder=is_folder)
            student = roster.find(*sender.words) if roster else students.get(sender.id)
            why = why_nobodys(source, is_folder=is_folder)
            if is_of_the_system(source) or (student is None and why):
                found.passed_over.append(f"{source}: {why}")
                continue
            if student is None and roster is not None:
                found.unknown.append(source)
                continue
            student = student or Student(sender.id, sender.name)
            students[student.id] = student
            attempts_of.setdefault(student.id, []).extend(_attempts(path, source, sender, reader))
        for student in students.values():
            group = roster.together(student) if roster else [student]
            all_of_them = [each for member in group for each in attempts_of.get(member.id, [])]
            found.entries.append(_entry(student, all_of_them, scheme, reader))
    found.order = list(students)
    if not students:
        listed = "".join(f"\n  {line}" for line in found.passed_over[:10])
        raise UsageError(f"There are no submissions in {folder}.{listed}")
    return found


@dataclass(frozen=True)
class _Unread:
    """An attempt that is known and not read: which one counts does not depend on what is in it.

    Attributes
    ----------
    doubtful : bool
        Whether it counts only where nothing else was handed in: a document, an empty file.
    """

    path: Path
    source: str
    at: datetime
    number: int
    late: bool
    doubtful: bool = False
    invalid: str = ""


def _attempts(
    path: Path, source: str, sender: FileSender, reader: SubmissionReader
) -> Iterator[_Unread]:
    """Yield what one entry of the folder holds: itself, or a student's several attempts."""
    try:
        about = path.lstat()
    except OSError as error:
        reason = f"{source} cannot be read: {error.strerror}."
        yield _Unread(path, source, _EARLIEST, sender.number, sender.late, invalid=reason)
        return
    at, reason, doubtful = _time(about.st_mtime), "", is_ignored(source)
    if stat.S_ISDIR(about.st_mode):
        listed = reader.list_attempts(path)
        if isinstance(listed, Listed):
            for part in listed.parts:
                inside = os.fsdecode(part.name)
                yield _Unread(
                    path / inside if inside else path,
                    f"{source}/{readable(inside)}" if inside else source,
                    _time(part.at),
                    part.number or sender.number,
                    sender.late,
                    doubtful=source.startswith("."),
                )
            return
        reason = listed.reason
    elif stat.S_ISLNK(about.st_mode):
        reason, doubtful = f"{source} is a link, which is not followed.", True
    elif not stat.S_ISREG(about.st_mode):
        reason, doubtful = f"{source} is neither a file nor a folder.", True
    else:
        doubtful = doubtful or not about.st_size or not archives.is_archive(path)
    yield _Unread(path, source, at, sender.number, sender.late, doubtful, reason)


_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 1, 1, tzinfo=UTC)


def _time(seconds: float) -> datetime:
    """Return a file's time; whoever unpacked an archive set it to whatever the archive says."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return _EARLIEST if seconds < 0 else _LATEST


def _entry(
    student: Student, attempts: list[_Unread], scheme: Scheme, reader: SubmissionReader
) -> StudentEntry:
    entry = StudentEntry(student)
    certain = [attempt for attempt in attempts if not attempt.doubtful]
    if certain and len(certain) < len(attempts):
        names = _listed([attempt for attempt in attempts if attempt.doubtful])
        entry.notes.append(f"Beside a folder or an archive this does not count: {names}.")
    deadline = student.extension or scheme.deadline
    dated = [_with_lateness(attempt, deadline) for attempt in certain or attempts]
    if scheme.late == "ignore":
        entry.notes += [f"{a.source} came late and does not count." for a in dated if a.late]
        dated = [attempt for attempt in dated if not attempt.late]
    dated.sort(key=lambda attempt: (attempt.number, attempt.at, attempt.source))
    most = 1 if scheme.attempts == "latest" else _MAX_ATTEMPTS
    if len(dated) > most:
        earlier, dated = dated[:-most], dated[-most:]
        which = "latest counts" if most == 1 else f"latest {most} count"
        count = len(earlier) + len(dated)
        entry.notes.append(f"Of {count} attempts the {which}, not {_listed(earlier)}.")
    entry.attempts = [_read(attempt, student.id, reader) for attempt in dated]
    return entry


def _listed(attempts: list[_Unread]) -> str:
    names = [attempt.source for attempt in attempts]
    return ", ".join(names[:10]) + (f" and {len(names) - 10} others" if len(names) > 10 else "")


def _with_lateness(attempt: _Unread, deadline: datetime | None) -> _Unread:
    return attempt if deadline is None else replace(attempt, late=attempt.at > deadline)


def _read(attempt: _Unread, student: str, reader: SubmissionReader) -> Attempt:
    found = HandedIn(invalid=attempt.invalid) if attempt.invalid else reader.read(attempt.path)
    return Attempt(
        attempt.source,
        Submission(student, found.files, found.problems),
        attempt.at,
        attempt.number,
        attempt.late,
        found.invalid,
        tuple(found.notes),
        found.receipt,
    )
