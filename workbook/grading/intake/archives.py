"""Reading what a student handed in, without writing any of it to disk.

A folder, a .zip or a .tar.gz is seen the same way: names with forward slashes, and bytes.
Nothing is unpacked, so a name that points outside cannot lead anywhere; such names, links and
devices are passed over and noted. It runs in a process of its own (`handler`), because the
libraries that read archives fail in many ways on damaged ones.
"""

import errno
import gzip
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from workbook.errors import WorkbookError
from workbook.grading.intake.file_names import printable

__all__ = [
    "ArchiveContents",
    "ArchiveLimits",
    "UnreadableArchive",
    "is_archive",
    "read_archive",
    "walk",
]

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
    bytes_kept : int
        Size of the exercise files among them: the whole class is held in memory.
    ratio : float
        Unpacked size over packed size of one member of an archive.
    """

    members: int = 20_000
    bytes_each: int = 2_000_000
    bytes_all: int = 20_000_000
    bytes_kept: int = 3_000_000
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
    path: Path, accepts: NameFilter, limits: ArchiveLimits | None = None
) -> ArchiveContents:
    """Return the files of a folder or archive whose name `accepts` accepts.

    Raises
    ------
    UnreadableArchive
        If it is no archive, is damaged or encrypted, or has too much in it.
    """
    limits = limits or ArchiveLimits()
    name = printable(path.name)
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            return _gather(_folder(path, limits), accepts, limits)
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableArchive(f"{name} is neither a file nor a folder.")
        if not about.st_size:
            raise UnreadableArchive(f"{name} is empty.")
        with _open_file(path) as file:
            start = file.read(4)
            file.seek(0)
            if start.startswith(b"PK"):
                with zipfile.ZipFile(file) as archive:
                    return _gather(_zip(archive, limits), accepts, limits)
            if start.startswith(b"\x1f\x8b"):
                # A tar.gz is one stream: what it unpacks to is bounded, whatever its headers say.
                most = max(limits.bytes_all, int(limits.ratio * about.st_size)) + 1_000_000
                with gzip.GzipFile(fileobj=file) as unpacked:
                    stream = _BoundedStream(unpacked, name, most, limits.bytes_each)
                    with tarfile.open(fileobj=cast(BinaryIO, stream), mode="r:") as archive_tar:
                        return _gather(_tar(archive_tar, limits), accepts, limits)
    except (UnreadableArchive, MemoryError):
        raise
    except PermissionError as error:
        raise UnreadableArchive(f"{name} cannot be read: {error.strerror}.") from error
    except RuntimeError as error:
        raise UnreadableArchive(f"{name} cannot be opened: {_said(error)}.") from error
    except (NotImplementedError, ValueError) as error:
        raise UnreadableArchive(f"{name} cannot be read: {_said(error)}.") from error
    # Closed over every exception: the readers of archives raise whatever a byte leads to.
    except Exception as error:
        raise UnreadableArchive(f"{name} is damaged: {_said(error)}.") from error
    raise UnreadableArchive(f"{name} is neither a folder nor a .zip nor a .tar.gz.")


def _said(error: Exception) -> str:
    words = printable(str(error)).strip().rstrip(".")
    return words or type(error).__name__


def _open_file(path: Path) -> BinaryIO:
    """Open an ordinary file; never wait, as opening a pipe does."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb")


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    read: Callable[[int], bytes]
    refused: str = ""
    packed: int | None = None


def _gather(
    members: Iterator[_Member | str], accepts: NameFilter, limits: ArchiveLimits
) -> ArchiveContents:
    """Read the accepted members; a text among the members is a note."""
    found, total = ArchiveContents(), 0
    for member in members:
        if isinstance(member, str):
            found.notes.append(member)
            continue
        name = _clean(member.name)
        if name is None:
            found.notes.append(f"{printable(member.name)} was passed over: its path leads outside.")
            continue
        if not accepts(name):
            continue
        if member.refused:
            found.notes.append(f"{printable(name)} was passed over: it is {member.refused}.")
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
            raise UnreadableArchive(f"It holds {printable(name)} twice, and they differ.")
        else:
            found.files[name] = data
    return found


def _check_count(count: int, limits: ArchiveLimits) -> None:
    if count > limits.members:
        raise UnreadableArchive(f"It holds more than {limits.members:,} files and folders.")


def _clean(name: str) -> str | None:
    """Return the name with forward slashes and without `.`; None if it leads outside."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and path.parts[0].endswith(":")):
        return None
    return path.as_posix()


# The system looks up every folder of a path again each time it is used.
_MAX_DEPTH = 100


def walk(root: Path, limits: ArchiveLimits) -> Iterator[tuple[str, os.DirEntry[str] | OSError]]:
    """Yield the relative path of everything below a folder, and its entry; links are not followed.

    A folder that cannot be read, or lies deeper than anybody's, comes once more with the error.

    Raises
    ------
    OSError
        If the folder itself cannot be read.
    UnreadableArchive
        If there is too much in it.
    """
    count, todo = 0, [""]
    while todo:
        above = todo.pop()
        entries: list[os.DirEntry[str]] = []
        try:
            with os.scandir(root / above) as found:
                for entry in found:
                    entries.append(entry)
                    _check_count(count := count + 1, limits)
        except OSError as error:
            if not above:
                raise
            yield above, error
        entries.sort(key=lambda entry: entry.name)
        inside = [(f"{above}/{entry.name}" if above else entry.name, entry) for entry in entries]
        yield from inside
        folders = [name for name, entry in inside if entry.is_dir(follow_symlinks=False)]
        if above.count("/") >= _MAX_DEPTH:
            yield from ((name, OSError(errno.ENAMETOOLONG, "it lies too deep")) for name in folders)
        else:
            todo += reversed(folders)


def _folder(root: Path, limits: ArchiveLimits) -> Iterator[_Member | str]:
    for name, entry in walk(root, limits):
        if isinstance(entry, OSError):
            yield f"{printable(name)} was passed over: it cannot be read ({entry.strerror})."
            continue
        if entry.is_dir(follow_symlinks=False):
            continue
        refused = ""
        if entry.is_symlink():
            refused = "a link"
        elif not entry.is_file(follow_symlinks=False):
            refused = "not an ordinary file"
        size = 0 if refused else entry.stat(follow_symlinks=False).st_size

        def read(limit: int, path: Path = root / name) -> bytes:
            with _open_file(path) as file:
                return file.read(limit)

        yield _Member(name, size, read, refused)


_LINK = 0o120000
_KIND = 0o170000
_ORDINARY = 0o100000


def _zip(archive: zipfile.ZipFile, limits: ArchiveLimits) -> Iterator[_Member]:
    _check_count(len(archive.infolist()), limits)
    for info in archive.infolist():
        # Not `is_dir`, which fails for an entry without a name.
        if info.filename.endswith("/"):
            continue
        kind = (info.external_attr >> 16) & _KIND
        refused = "a link" if kind == _LINK else "" if kind in (0, _ORDINARY) else "a device"
        if info.flag_bits & 0x1:
            refused = "encrypted"

        def read(limit: int, info: zipfile.ZipInfo = info) -> bytes:
            with archive.open(info) as file:
                return _read_pieces(file, limit)

        yield _Member(info.filename, info.file_size, read, refused, info.compress_size)


_PIECE = 4096


def _read_pieces(file: IO[bytes], limit: int) -> bytes:
    """Read at most `limit` bytes, little by little.

    Of bzip2 and LZMA, `zipfile` unpacks at once as much as it reads, whatever comes of it.
    """
    data = io.BytesIO()
    while (left := limit - data.tell()) > 0 and (piece := file.read(min(_PIECE, left))):
        data.write(piece)
    return data.getvalue()


class _BoundedStream:
    """An unpacked stream for `tarfile` that goes no further than `most` bytes.

    A header may announce any size, and `tarfile` reads long names and pax headers at once.
    """

    def __init__(self, file: gzip.GzipFile, name: str, most: int, bytes_each: int) -> None:
        self._file, self._name, self._most = file, name, most
        self._largest_read = bytes_each + 2**20

    def _check(self, end: int) -> None:
        if end > self._most:
            raise UnreadableArchive(f"{self._name} unpacks to far more than it holds.")

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= self._largest_read:
            raise UnreadableArchive(f"{self._name} has a header that is far too large.")
        self._check(self._file.tell() + size)
        return self._file.read(size)

    def seek(self, position: int, whence: int = 0) -> int:
        self._check(position)
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()


def _tar(archive: tarfile.TarFile, limits: ArchiveLimits) -> Iterator[_Member]:
    for count, info in enumerate(archive, start=1):
        _check_count(count, limits)
        if info.isdir():
            continue
        refused = ""
        if info.issym() or info.islnk():
            refused = "a link"
        elif not info.isreg():
            refused = "a device"

        def read(limit: int, info: tarfile.TarInfo = info) -> bytes:
            file: Any = archive.extractfile(info)
            return cast(bytes, file.read(limit)) if file is not None else b""

        yield _Member(info.name, info.size, read, refused)
