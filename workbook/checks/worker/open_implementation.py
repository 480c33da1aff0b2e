"""Opening a student's folder so that one broken file costs only itself."""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import CodeType, ModuleType

from workbook import curriculum
from workbook.checks.worker import source_check
from workbook.checks.worker.messages import ImportProblem, Opened
from workbook.student import implementation, source_blocks
from workbook.student.importer import FileProblem
from workbook.worker.exceptions import describe

__all__ = ["open_implementation"]


def open_implementation(
    folder: Path,
    skip: Mapping[str, str] | None = None,
    compiled: Mapping[str, CodeType] | None = None,
    only: Iterable[str] | None = None,
    resolved: bool = False,
) -> tuple[implementation.Implementation, Opened]:
    """Import a student's folder; files that cannot be imported are replaced by their stubs.

    Parameters
    ----------
    folder : Path
    skip : mapping of str to str, optional
        Files that must not be imported again, and the outcome that their exercises get: their
        import hung or ended the process that tried.
    compiled : mapping of str to code, optional
        By file: what it compiles to, for files that do; saves compiling them again.
    only : iterable of str, optional
        The files to import, with what they import; all by default.
    resolved : bool
        As for `load_implementation`.

    Returns
    -------
    Implementation, Opened
        The second says what stood in the way.
    """
    compiled = compiled or {}
    known = curriculum.load().files()
    files = set(known if only is None else only)
    problems = {file: ImportProblem(outcome) for file, outcome in (skip or {}).items()}
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
    mended = {file: blocks for file, blocks in impl.repaired.items() if file not in sources}
    modules = impl.modules()
    examined = [f for f in known if f in problems or implementation.dotted(f) in modules]
    absent = _absent(modules, [file for file in examined if file not in sources])
    return impl, Opened(problems, mended, absent, examined)


def _check_sources(folder: Path, files: Iterable[str]) -> dict[str, ImportProblem]:
    """The files that hold no Python source, found before Python is asked."""
    found = {}
    for file in files:
        try:
            data = (folder / file).read_bytes()
        except OSError:
            continue  # Importing says why.
        if sentence := source_check.not_python_reason(file, data):
            found[file] = ImportProblem("invalid", str(sentence), sentence=sentence)
    return found


def _named_file(error: Exception, known: Iterable[str]) -> str:
    """The exercise file that a problem names; empty if it names none."""
    named = "/" + str(getattr(error, "file", ""))
    return max((file for file in known if named.endswith("/" + file)), key=len, default="")


def _is_cause(impl: implementation.Implementation, file: str) -> bool:
    """Whether the file's own line failed, not that of a file which it imports."""
    named = getattr(impl.problems[file], "file", file)
    return named == file or str(named).endswith("/" + file)


def _problem(error: Exception, path: Path) -> ImportProblem:
    original = getattr(error, "original", error)
    line = getattr(error, "line", None) or 0
    message = str(error)[:500]
    sentence = error.sentence if isinstance(error, FileProblem) else None
    if original is None:
        return ImportProblem("missing", message, sentence=sentence)
    no_source = isinstance(original, (SyntaxError, UnicodeDecodeError, ValueError)) and (
        getattr(original, "__traceback__", None) is None
        or describe(original, path.parent).file == ""
    )
    outcome = "memory" if isinstance(original, MemoryError) else "error"
    outcome = "invalid" if no_source else outcome
    return ImportProblem(outcome, message, type(original).__name__, line, sentence)


def _absent(modules: Mapping[str, ModuleType], files: Iterable[str]) -> list[str]:
    known = curriculum.load()
    return [
        exercise.id
        for file in files
        for exercise in known.in_file(file)
        if exercise.module in modules and not hasattr(modules[exercise.module], exercise.qualname)
    ]
