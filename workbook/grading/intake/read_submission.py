"""One student's folder or archive: the attempts in it, and what an attempt holds."""

import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from workbook import curriculum
from workbook.grading.intake import archives
from workbook.grading.intake.archives import ArchiveLimits, UnreadableArchive
from workbook.grading.intake.file_names import (
    attempt_number,
    is_attempt,
    is_ignored,
    is_packed,
    printable,
)
from workbook.grading.intake.messages import HandedIn, Listed, Part
from workbook.grading.intake.receipt import receipt as receipt_of
from workbook.grading.intake.select_files import is_candidate, select_files

__all__ = ["list_attempts", "read_submission"]

_MANIFEST = "manifest.json"
_MAX_ATTEMPTS = 50
_MAX_NOTES = 20
_MAX_TEXT = 500


def list_attempts(folder: Path) -> Listed:
    """Return the attempts in a student's folder: several, or the folder itself.

    Raises
    ------
    OSError
        If it cannot be read.
    UnreadableArchive
        If there is too much in it.
    """
    packed, folders, others = [], [], 0
    for entry in _top(folder):
        if entry.is_symlink() or is_ignored(entry.name):
            continue
        if entry.is_file() and archives.is_archive(Path(entry.name)):
            packed.append(entry.name)
        elif entry.is_dir() and is_attempt(entry.name):
            folders.append(entry.name)
        else:
            others += 1
    if others or not (packed or folders):
        return Listed([Part(b"", 0, _written_at(folder))])
    parts = [
        Part(os.fsencode(name), attempt_number(name), _written_at(folder / name))
        for name in (*sorted(packed), *sorted(folders))
    ]
    # The latest, should there be more than anybody hands in.
    return Listed(sorted(parts, key=lambda part: (part.number, part.at))[-_MAX_ATTEMPTS:])


def _top(folder: Path) -> Iterator[os.DirEntry[str]]:
    most = ArchiveLimits().members
    with os.scandir(folder) as entries:
        for count, entry in enumerate(entries):
            if count >= most:
                raise UnreadableArchive(f"It holds more than {most:,} files and folders.")
            yield entry


def _written_at(path: Path) -> float:
    """Return when a file, or the newest exercise file in a folder, was last written."""
    if not path.is_dir():
        return path.lstat().st_mtime
    times = [
        entry.stat(follow_symlinks=False).st_mtime
        for name, entry in archives.walk(path, ArchiveLimits())
        if name.endswith(".py") and not isinstance(entry, OSError) and not entry.is_symlink()
    ]
    return max(times, default=path.lstat().st_mtime)


def read_submission(path: Path, limits: ArchiveLimits | None = None) -> HandedIn:
    """Return the exercise files in a folder or an archive.

    Raises
    ------
    UnreadableArchive
        With the reason.
    """
    limits, known = limits or ArchiveLimits(), curriculum.load()
    contents = archives.read_archive(
        path, lambda name: is_candidate(name, known) or _is_manifest(name), limits
    )
    receipt = ""
    for name in [name for name in contents.files if _is_manifest(name)]:
        receipt = receipt or _receipt(contents.files[name])
        del contents.files[name]
    selected = select_files(contents, known)
    notes, invalid = selected.notes, ""
    if sum(map(len, selected.files.values())) > limits.bytes_kept:
        most = f"{limits.bytes_kept:,}"
        raise UnreadableArchive(f"Its exercise files are larger than {most} bytes together.")
    if not selected.files and not selected.problems:
        invalid = f"None of the exercise files is in it, such as {known.files()[-1]}."
        invalid += _unopened(path)
    if receipt and selected.files and receipt != receipt_of(selected.files):
        # Put first: what is left out of a long list must not be this.
        notes.insert(
            0, f"The files were changed after `workbook submit` gave the receipt {receipt}."
        )
    if len(notes) > _MAX_NOTES:
        notes[_MAX_NOTES:] = [f"And {len(notes) - _MAX_NOTES} others were passed over."]
    return HandedIn(
        selected.files,
        {file: _bounded(problem) for file, problem in selected.problems.items()},
        [_bounded(note) for note in notes],
        receipt,
        _bounded(invalid),
    )


def _bounded(text: str) -> str:
    text = "".join(c if c.isprintable() else "?" for c in text[: _MAX_TEXT + 1])
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}..."


def _unopened(path: Path) -> str:
    """Say which archives in a folder were not opened."""
    if not path.is_dir():
        return ""
    names = sorted(entry.name for entry in _top(path) if is_packed(entry.name))
    return f" Not opened: {', '.join(map(printable, names[:3]))}." if names else ""


def _is_manifest(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name == _MANIFEST and len(path.parts) <= 2


def _receipt(data: bytes) -> str:
    """Return the receipt in a manifest: the student's own words, so a short text or nothing."""
    try:
        found = json.loads(data)["receipt"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    if not isinstance(found, str | int) or len(str(found)) > 200:
        return ""
    return "".join(c for c in str(found) if c.isprintable())
