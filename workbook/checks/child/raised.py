"""An exception as plain text: class, message without addresses and paths, the student's line."""

import re
import traceback
from pathlib import Path

from workbook import curriculum
from workbook.checks.record import Raised

__all__ = ["describe", "normalise"]

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
_PRIVATE = re.compile(r"\b_?workbook_room\w*\.")
_PATH = re.compile(r"(?:[A-Za-z]:)?[\\/](?:[\w.\- ]+[\\/])+(?=[\w.\-]+)")


def normalise(message: str) -> str:
    """Drop what differs between two runs of the same mistake: addresses, folders, room names."""
    message = _ADDRESS.sub("0x...", message)
    message = _PRIVATE.sub("", message)
    message = _PATH.sub("", message)
    return " ".join(message.split())[:500]


def describe(error: BaseException, folder: Path) -> Raised:
    """The exception, and the last of its lines that lies in `folder`."""
    try:
        message = str(error)
    except BaseException:
        message = "(its message cannot be shown)"
    file, line, source, function = _line_in(error, folder)
    return Raised(
        type=type(error).__name__[:80],
        message=normalise(message),
        file=file,
        line=line,
        source=source[:200],
        function=function[:80],
        unwritten=_unwritten(message) if isinstance(error, NotImplementedError) else "",
    )


def _line_in(error: BaseException, folder: Path) -> tuple[str, int, str, str]:
    root = folder.resolve()
    found = ("", 0, "", "")
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_absolute() and path.resolve().is_relative_to(root):
            relative = path.resolve().relative_to(root).as_posix()
            found = (relative, frame.lineno or 0, frame.line or "", frame.name)
    return found


def _unwritten(message: str) -> str:
    """The exercise id in what a stub raised; the longest, as `scratch.im2col` holds `im2col`."""
    words = set(re.findall(r"[\w.]*\w", message))
    known = [name for name in curriculum.load().ids() if name in words]
    return max(known, key=len, default="")
