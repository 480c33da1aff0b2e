"""Reading and writing text files the same way on every system."""

import errno
import os
from pathlib import Path

from workbook.errors import WorkbookError

__all__ = ["same_text", "write_bytes", "write_text"]


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, making its folder if need be.

    A link stays a link: the file that it leads to is written.

    Raises
    ------
    WorkbookError
        If the folder cannot be written to.
    """
    import tempfile  # Slow to import, for those who only read.

    try:
        path = _behind_links(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as part:
                part.write(data)
            # mkstemp makes a private file; the one it replaces was readable as others are.
            Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise WorkbookError(f"{path} cannot be written: {error.strerror}.") from error


def _behind_links(path: Path) -> Path:
    if not path.is_symlink():
        return path
    try:
        return path.resolve()
    except RuntimeError as error:  # Links that lead to one another, in Python 3.11 and 3.12.
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from error


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, whole or not at all."""
    write_bytes(path, text.replace("\r\n", "\n").encode("utf-8"))


def same_text(path: Path, text: str) -> bool:
    """Whether the file holds `text`, whatever its line ends."""
    try:
        data = path.read_bytes()
    except OSError:
        return False
    return data.replace(b"\r\n", b"\n") == text.replace("\r\n", "\n").encode("utf-8")
