"""The class as it handed in: every submission read, and one entry for every student."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from workbook import curriculum
from workbook.errors import UsageError
from workbook.grading.intake import archives
from workbook.grading.intake.file_names import FileSender, is_attempt, is_ignored, parse_file_name
from workbook.grading.intake.receipt import receipt as receipt_of
from workbook.grading.intake.roster import Roster, Student
from workbook.grading.intake.scheme import Scheme
from workbook.grading.intake.select_files import is_candidate, select_files
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
    class_submissions = ClassSubmissions()
    students = {student.id: student for student in roster.students} if roster else {}
    attempts_of: dict[str, list[Attempt]] = {}
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if is_ignored(path.name) or (path.is_file() and path.stat().st_size == 0):
            class_submissions.passed_over.append(path.name)
            continue
        # A name that is not UTF-8 has halves of characters in it.
        sender = parse_file_name(path.name.encode("utf-8", "replace").decode("utf-8"))
        student = roster.find(*sender.words) if roster else students.get(sender.id)
        if student is None and roster is not None:
            class_submissions.unknown.append(path.name)
            continue
        student = student or Student(sender.id, sender.name)
        students[student.id] = student
        for part, attempt_sender in _attempts(path, sender):
            attempt = _read(part, part.relative_to(folder).as_posix(), student.id, attempt_sender)
            attempts_of.setdefault(student.id, []).append(attempt)
    for student in students.values():
        group = roster.together(student) if roster else [student]
        all_of_them = [attempt for member in group for attempt in attempts_of.get(member.id, [])]
        class_submissions.entries.append(_entry(student, all_of_them, scheme))
    class_submissions.order = list(students)
    if not students:
        raise UsageError(f"There are no submissions in {folder}.")
    return class_submissions


def _entry(student: Student, attempts: list[Attempt], scheme: Scheme) -> StudentEntry:
    entry = StudentEntry(student)
    deadline = student.extension or scheme.deadline
    dated = [_with_lateness(attempt, deadline) for attempt in attempts]
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


def _with_lateness(attempt: Attempt, deadline: datetime | None) -> Attempt:
    return attempt if deadline is None else replace(attempt, late=attempt.at > deadline)


def _attempts(path: Path, sender: FileSender) -> Iterator[tuple[Path, FileSender]]:
    """What one entry of the folder holds: itself, or a student's several attempts."""
    if not path.is_dir() or path.is_symlink():
        yield path, sender
        return
    inside = [p for p in sorted(path.iterdir()) if not p.is_symlink() and not is_ignored(p.name)]
    packed = [p for p in inside if p.is_file() and archives.is_archive(p)]
    folders = [p for p in inside if p.is_dir() and is_attempt(p.name)]
    if not (packed or folders) or len(packed) + len(folders) < len(inside):
        yield path, sender
        return
    for part in (*packed, *folders):
        digits = "".join(c for c in part.stem if c.isdigit())
        number = parse_file_name(part.name).number or int(digits[-18:] or 0)
        yield part, FileSender(sender.words, sender.id, sender.name, number, sender.late)


def _written_at(path: Path) -> datetime:
    """When a file, or the newest exercise file in a folder, was last written."""
    times = [path.lstat().st_mtime]
    if path.is_dir() and not path.is_symlink():
        inside = [p.lstat().st_mtime for p in path.rglob("*.py") if not p.is_symlink()]
        times = inside or times
    return datetime.fromtimestamp(max(times), UTC)


def _read(path: Path, source: str, student: str, sender: FileSender) -> Attempt:
    known = curriculum.load()
    nothing = Submission(student, {}, {})
    at = _written_at(path)
    if path.is_symlink():
        reason = f"{path.name} is a link, which is not followed."
        return Attempt(source, nothing, at, sender.number, sender.late, reason)
    try:
        contents = archives.read_archive(
            path, lambda name: is_candidate(name, known) or _is_manifest(name)
        )
    except archives.UnreadableArchive as error:
        return Attempt(source, nothing, at, sender.number, sender.late, str(error))
    except OSError as error:
        reason = f"{path.name} cannot be read: {error.strerror}."
        return Attempt(source, nothing, at, sender.number, sender.late, reason)
    receipt = ""
    for name in [name for name in contents.files if _is_manifest(name)]:
        receipt = receipt or _receipt(contents.files[name])
        del contents.files[name]
    selected = select_files(contents, known)
    invalid = ""
    if not selected.files and not selected.problems:
        invalid = f"None of the exercise files is in it, such as {known.files()[-1]}."
    submission = Submission(student, selected.files, selected.problems)
    if receipt and selected.files and receipt != receipt_of(selected.files):
        selected.notes.append(
            f"The files were changed after `workbook submit` gave the receipt {receipt}."
        )
    notes = tuple(selected.notes)
    return Attempt(source, submission, at, sender.number, sender.late, invalid, notes, receipt)


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
