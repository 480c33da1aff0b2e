"""Reading what a student handed in, without writing any of it to disk.

A folder, a .zip or a .tar.gz is seen the same way: names with forward slashes, and bytes.
Nothing is unpacked, so a name that points outside cannot lead anywhere; such names, links and
devices are passed over and noted.
"""

import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from workbook.errors import WorkbookError

__all__ = ["ArchiveContents", "ArchiveLimits", "UnreadableArchive", "is_archive", "read_archive"]

NameFilter = Callable[[str], bool]


class UnreadableArchive(WorkbookError):
    """What was handed in cannot be read; its text is the reason for the report."""


@dataclass(frozen=True)
class ArchiveLimits:
    """What an honest submission stays under.

    Attributes
    ----------
    members : int
        Files and folders in the whole of it.
    bytes_each : int
        Size of one wanted file, unpacked.
    bytes_all : int
        Size of all wanted files, unpacked.
    ratio : float
        Unpacked size over packed size of one member of an archive.
    """

    members: int = 20_000
    bytes_each: int = 2_000_000
    bytes_all: int = 20_000_000
    ratio: float = 200.0


@dataclass
class ArchiveContents:
    """The wanted files of a submission.

    Attributes
    ----------
    files : dict of bytes by name
    too_large : dict of int by name
        Wanted files over the limit, with their size; not read.
    notes : list of str
        What was passed over, in words.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    too_large: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def is_archive(path: Path) -> bool:
    """Whether the name says that it is an archive that `read_archive` opens."""
    return path.name.lower().endswith((".zip", ".tar.gz", ".tgz"))


def read_archive(
    path: Path, wanted: NameFilter, limits: ArchiveLimits | None = None
) -> ArchiveContents:
    """The files of a folder or archive whose name `wanted` accepts.

    Raises
    ------
    Unreadable
        If it is no archive, is damaged or encrypted, or has too much in it.
    """
    limits = limits or ArchiveLimits()
    if path.is_dir():
        return _gather(_folder(path, limits), wanted, limits)
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start.startswith(b"PK"):
            with zipfile.ZipFile(path) as archive:
                return _gather(_zip(archive, limits), wanted, limits)
        if start.startswith(b"\x1f\x8b"):
            with tarfile.open(path, "r:gz") as archive_tar:
                return _gather(_tar(archive_tar, limits, path), wanted, limits)
    except UnreadableArchive:
        raise
    except RuntimeError as error:
        raise UnreadableArchive(f"{path.name} cannot be opened: {error}.") from error
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError) as error:
        raise UnreadableArchive(f"{path.name} is damaged: {error}.") from error
    except (NotImplementedError, ValueError, UnicodeError) as error:
        raise UnreadableArchive(f"{path.name} cannot be read: {error}.") from error
    raise UnreadableArchive(f"{path.name} is neither a folder nor a .zip nor a .tar.gz.")


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    read: Callable[[int], bytes]
    refused: str = ""
    packed: int | None = None


def _gather(
    members: Iterator[_Member], wanted: NameFilter, limits: ArchiveLimits
) -> ArchiveContents:
    found, total = ArchiveContents(), 0
    for count, member in enumerate(members):
        if count >= limits.members:
            raise UnreadableArchive(f"It holds more than {limits.members:,} files.")
        name = _clean(member.name)
        if name is None:
            found.notes.append(
                f"{_printable(member.name)} was passed over: its path leads outside."
            )
            continue
        if not wanted(name):
            continue
        if member.refused:
            found.notes.append(f"{_printable(name)} was passed over: it is {member.refused}.")
            continue
        if member.size > limits.bytes_each:
            found.too_large[name] = member.size
            continue
        if member.packed is not None and member.size > limits.ratio * max(member.packed, 100):
            found.too_large[name] = member.size
            continue
        # The header may lie about the size; one byte more than allowed shows it.
        data = member.read(limits.bytes_each + 1)
        total += len(data)
        if total > limits.bytes_all:
            raise UnreadableArchive(
                f"Its files are larger than {limits.bytes_all:,} bytes together."
            )
        if len(data) > limits.bytes_each:
            found.too_large[name] = len(data)
        elif name in found.files and found.files[name] != data:
            raise UnreadableArchive(f"It holds {_printable(name)} twice, and they differ.")
        else:
            found.files[name] = data
    return found


def _clean(name: str) -> str | None:
    """The name with forward slashes and without `.`; None if it leads outside."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and path.parts[0].endswith(":")):
        return None
    return path.as_posix()


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:120]


def _folder(root: Path, limits: ArchiveLimits) -> Iterator[_Member]:
    for folder, folders, names in os.walk(root, followlinks=False):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            refused = ""
            if path.is_symlink():
                refused = "a link"
            elif not path.is_file():
                refused = "not an ordinary file"
            size = 0 if refused else path.stat().st_size

            def read(limit: int, path: Path = path) -> bytes:
                with path.open("rb") as file:
                    return file.read(limit)

            yield _Member(path.relative_to(root).as_posix(), size, read, refused)


_LINK = 0o120000
_KIND = 0o170000
_ORDINARY = 0o100000


def _zip(archive: zipfile.ZipFile, limits: ArchiveLimits) -> Iterator[_Member]:
    for info in archive.infolist():
        if info.is_dir():
            continue
        kind = (info.external_attr >> 16) & _KIND
        refused = "a link" if kind == _LINK else "" if kind in (0, _ORDINARY) else "a device"
        if info.flag_bits & 0x1:
            refused = "encrypted"

        def read(limit: int, info: zipfile.ZipInfo = info) -> bytes:
            with archive.open(info) as file:
                return file.read(limit)

        yield _Member(info.filename, info.file_size, read, refused, info.compress_size)


def _tar(archive: tarfile.TarFile, limits: ArchiveLimits, path: Path) -> Iterator[_Member]:
    # A tar.gz is one stream: what it unpacks to is bounded before it is walked to its end.
    limit = max(limits.bytes_all, int(limits.ratio * path.stat().st_size))
    for info in archive:
        if info.offset_data + info.size > limit + 1_000_000:
            raise UnreadableArchive(f"{path.name} unpacks to far more than it holds.")
        if info.isdir():
            continue
        refused = ""
        if info.issym() or info.islnk():
            refused = "a link"
        elif not info.isreg():
            refused = "a device"

        def read(limit: int, info: tarfile.TarInfo = info) -> bytes:
            file = archive.extractfile(info)
            return file.read(limit) if file is not None else b""

        yield _Member(info.name, info.size, read, refused)
