"""Opening a student's folder so that one broken file costs only itself."""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from workbook import curriculum
from workbook.checks.worker import source_check
from workbook.checks.worker.exceptions import describe
from workbook.student import implementation, source_blocks

__all__ = ["OpenedImplementation", "open_implementation"]


@dataclass(frozen=True)
class OpenedImplementation:
    """An implementation, and what stood in the way.

    Attributes
    ----------
    impl : Implementation
        Files that cannot be imported are replaced by their stubs in it.
    problems : dict
        By file: `outcome` (`invalid`, `missing`, `error` or what the caller gave in `skip`), and
        `type`, `message`, `file`, `line`, `source` of what was raised.
    mended : dict
        By file: a list of `name, line, error_line, message, stubbed` of replaced blocks.
    absent : list of str
        Ids of exercises whose function or class is not in its file.
    files : list of str
        What this says something about: the files that were imported, or could not be.
    """

    impl: implementation.Implementation
    problems: dict[str, dict[str, Any]]
    mended: dict[str, list[dict[str, Any]]]
    absent: list[str]
    files: list[str]


def open_implementation(
    folder: Path,
    skip: Mapping[str, str] | None = None,
    compiled: Mapping[str, CodeType] | None = None,
    wanted: Iterable[str] | None = None,
    resolved: bool = False,
) -> OpenedImplementation:
    """Import a student's folder.

    Parameters
    ----------
    folder : Path
    skip : mapping of str to str, optional
        Files that must not be imported again, and the outcome that their exercises get: their
        import hung or ended the process that tried.
    compiled : mapping of str to code, optional
        By file: what it compiles to, for files that do; saves compiling them again.
    wanted : iterable of str, optional
        The files to import, with what they import; all by default.
    resolved : bool
        As for `load_implementation`.
    """
    compiled = compiled or {}
    known = curriculum.load().files()
    files = set(known if wanted is None else wanted)
    problems: dict[str, dict[str, Any]] = {
        file: {"outcome": outcome} for file, outcome in (skip or {}).items()
    }
    to_import = [file for file in known if file not in problems and file not in compiled]
    problems |= _check_sources(folder, to_import)
    sources: dict[str, str | ast.Module] = {f: source_blocks.pristine_source(f) for f in problems}

    def load() -> implementation.Implementation:
        in_order = [file for file in known if file in files]
        all_sources = {**compiled, **sources}
        return implementation.load_implementation(
            folder, sources=all_sources, repair=True, files=in_order, resolved=resolved
        )

    impl = load()
    while impl.problems:
        imported = {_named_file(error, known) for error in impl.problems.values()} - files - {""}
        if imported:
            # They fail when they are imported: tried for themselves, too.
            files |= imported
            impl.close()
            impl = load()
            continue
        causes = {file for file in impl.problems if _is_cause(impl, file)} or set(impl.problems)
        causes -= set(sources)
        if not causes:
            break  # Even the stub cannot be imported here.
        for file in causes:
            problems[file] = _problem(impl.problems[file], folder / file)
            sources[file] = source_blocks.pristine_source(file)
        impl.close()
        impl = load()
    mended = {
        file: [asdict(one) for one in replaced]
        for file, replaced in impl.repaired.items()
        if file not in sources
    }
    modules = impl.modules()
    examined = [f for f in known if f in problems or implementation.dotted(f) in modules]
    absent = _absent(modules, [file for file in examined if file not in sources])
    return OpenedImplementation(impl, problems, mended, absent, examined)


def _check_sources(folder: Path, files: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The files that hold no Python source, found before Python is asked."""
    found = {}
    for file in files:
        try:
            data = (folder / file).read_bytes()
        except OSError:
            continue  # Importing says why.
        if message := source_check.not_python_reason(file, data):
            found[file] = {"outcome": "invalid", "message": message}
    return found


def _named_file(error: Exception, known: Iterable[str]) -> str:
    """The exercise file that a problem names; empty if it names none."""
    named = "/" + str(getattr(error, "file", ""))
    return max((file for file in known if named.endswith("/" + file)), key=len, default="")


def _is_cause(impl: implementation.Implementation, file: str) -> bool:
    """Whether the file's own line failed, not that of a file which it imports."""
    named = getattr(impl.problems[file], "file", file)
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


def _absent(modules: Mapping[str, ModuleType], files: Iterable[str]) -> list[str]:
    known = curriculum.load()
    return [
        exercise.id
        for file in files
        for exercise in known.in_file(file)
        if exercise.module in modules and not hasattr(modules[exercise.module], exercise.qualname)
    ]
