"""An exception as plain text: class, message without addresses and paths, the student's line."""

import linecache
import re
import traceback
from functools import cache
from pathlib import Path

from workbook import curriculum
from workbook.records import Raised

__all__ = ["describe", "inside", "normalise"]

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
_PRIVATE = re.compile(r"\b_?workbook_impl\w*\.")
_PATH = re.compile(r"(?:[A-Za-z]:)?[\\/](?:[\w.\- ]+[\\/])+(?=[\w.\-]+)")


def normalise(message: str) -> str:
    """Drop what differs between two runs of one mistake: addresses, folders, package names."""
    message = _ADDRESS.sub("0x...", message)
    message = _PRIVATE.sub("", message)
    message = _PATH.sub("", message)
    return " ".join(message.split())[:500]


def describe(error: BaseException, folder: Path, exercise_id: str = "") -> Raised:
    """Return the exception with the student's line that explains it.

    Parameters
    ----------
    error : BaseException
    folder : Path
        The student's files.
    exercise_id : str, optional
        What was judged. Its own last line counts, where it has one: what it calls there is
        another exercise, or given, and refused what it was handed. Without it, the last line
        in `folder`.
    """
    try:
        message = str(error)
    except BaseException:
        message = "(its message cannot be shown)"
    file, line, source, function = _line_in(error, folder, exercise_id)
    return Raised(
        type=type(error).__name__[:80],
        message=normalise(message),
        file=file,
        line=line,
        source=source[:200],
        function=function[:80],
        unwritten=_unwritten(message) if isinstance(error, NotImplementedError) else "",
    )


def _line_in(error: BaseException, folder: Path, exercise_id: str) -> tuple[str, int, str, str]:
    last: tuple[str, str, int, str] | None = None
    own: tuple[str, str, int, str] | None = None
    left = False
    for frame, line in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        relative = inside(code.co_filename, str(folder))
        if not relative:
            continue
        last = (relative, code.co_filename, line or 0, code.co_qualname)
        if exercise_id:
            judged = _exercises_of(relative, code.co_qualname)
            # A helper of its own file belongs to it, until another exercise is called.
            left = left or (own is not None and bool(judged) and exercise_id not in judged)
            in_file = relative == curriculum.load()[exercise_id].file
            if in_file and not left and (own is not None or exercise_id in judged):
                own = last
    if last is None:
        return "", 0, "", ""
    # Only this line is read from its file: there may be a thousand frames.
    file, path, line, function = own or last
    linecache.checkcache(path)
    return file, line, linecache.getline(path, line).strip(), function


@cache
def _exercises_of(file: str, function: str) -> frozenset[str]:
    """Return the exercises that a function is part of: several may share a class."""
    return frozenset(
        e.id
        for e in curriculum.load()
        if e.file == file and (function == e.qualname or function.startswith(f"{e.qualname}."))
    )


@cache
def inside(filename: str, folder: str) -> str:
    """The file as it is called inside the folder; empty if it does not lie there."""
    path, root = Path(filename), Path(folder).resolve()
    if not path.is_absolute() or not path.resolve().is_relative_to(root):
        return ""
    return path.resolve().relative_to(root).as_posix()


def _unwritten(message: str) -> str:
    """The exercise id in what a stub raised; the longest, as `scratch.im2col` holds `im2col`."""
    words = set(re.findall(r"[\w.]*\w", message))
    return max((name for name in words if name in curriculum.load()), key=len, default="")
