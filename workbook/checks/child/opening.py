"""Opening a student's folder so that one broken file costs only itself."""

import ast
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from workbook import curriculum
from workbook.checks.child import unreadable
from workbook.checks.child.raised import describe
from workbook.workspace import rooms, sections

__all__ = ["Opened", "open_room"]


@dataclass(frozen=True)
class Opened:
    """A room, and what stood in the way.

    Attributes
    ----------
    room : Room
        Files that cannot be imported are replaced by their stubs in it.
    problems : dict
        By file: `outcome` (`invalid`, `missing`, `error` or what the caller gave in `skip`), and
        `type`, `message`, `file`, `line`, `source` of what was raised.
    mended : dict
        By file: a list of `name, line, error_line, message, stubbed` of replaced blocks.
    absent : list of str
        Ids of exercises whose function or class is not in its file.
    """

    room: rooms.Room
    problems: dict[str, dict[str, Any]]
    mended: dict[str, list[dict[str, Any]]]
    absent: list[str]


def open_room(
    folder: Path,
    skip: Mapping[str, str] | None = None,
    compiled: Mapping[str, CodeType] | None = None,
) -> Opened:
    """Import a student's folder.

    Parameters
    ----------
    folder : Path
    skip : mapping of str to str, optional
        Files that must not be imported again, and the outcome that their exercises get: their
        import hung or ended the process that tried.
    compiled : mapping of str to code, optional
        By file: what it compiles to, for files that do; saves compiling them again.
    """
    problems: dict[str, dict[str, Any]] = {
        file: {"outcome": outcome} for file, outcome in (skip or {}).items()
    }
    problems |= {f: found for f, found in _not_python(folder).items() if f not in problems}
    sources: dict[str, str | ast.Module] = {f: sections.pristine_source(f) for f in problems}
    room = rooms.load_room(folder, sources={**(compiled or {}), **sources}, mend=True)
    while room.problems:
        causes = {file for file in room.problems if _is_cause(room, file)} or set(room.problems)
        causes -= set(sources)
        if not causes:
            break  # Even the stub cannot be imported here.
        for file in causes:
            problems[file] = _problem(room.problems[file], folder / file)
            sources[file] = sections.pristine_source(file)
        room.close()
        room = rooms.load_room(folder, sources={**(compiled or {}), **sources}, mend=True)
    mended = {
        file: [asdict(one) for one in replaced]
        for file, replaced in room.mended.items()
        if file not in sources
    }
    return Opened(room, problems, mended, _absent(room, set(sources)))


def _not_python(folder: Path) -> dict[str, dict[str, Any]]:
    """The files that hold no Python source, found before Python is asked."""
    found = {}
    for file in curriculum.load().files():
        try:
            data = (folder / file).read_bytes()
        except OSError:
            continue  # Importing says why.
        if message := unreadable.reason(file, data):
            found[file] = {"outcome": "invalid", "message": message}
    return found


def _is_cause(room: rooms.Room, file: str) -> bool:
    """Whether the file's own line failed, not that of a file which it imports."""
    named = getattr(room.problems[file], "file", file)
    return named == file or str(named).endswith("/" + file)


def _problem(error: Exception, path: Path) -> dict[str, Any]:
    original = getattr(error, "original", error)
    line = getattr(error, "line", None) or 0
    if original is None:
        return {"outcome": "missing", "message": str(error)}
    no_source = isinstance(original, (SyntaxError, UnicodeDecodeError, ValueError)) and (
        getattr(original, "__traceback__", None) is None
        or describe(original, path.parent).file == ""
    )
    outcome = "memory" if isinstance(original, MemoryError) else "error"
    return {
        "outcome": "invalid" if no_source else outcome,
        "type": type(original).__name__,
        "message": str(error)[:500],
        "line": line,
    }


def _absent(room: rooms.Room, replaced: set[str]) -> list[str]:
    found = []
    for exercise in curriculum.load():
        if exercise.file in replaced:
            continue
        try:
            module = room.module(exercise.module)
        except Exception:
            continue
        if not hasattr(module, exercise.qualname):
            found.append(exercise.id)
    return found
