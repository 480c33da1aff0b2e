"""The parts of an exercise file: which lines an exercise takes, and putting a stub back.

A part is a whole top-level function or class. Files that parse are split by their syntax
tree; a file that does not parse is split at the lines that start a function or class, so
that one broken part costs only itself.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbook import curriculum, locale
from workbook.errors import WorkbookError
from workbook.student import locations

__all__ = [
    "LineSpan",
    "RepairedSource",
    "Replacement",
    "class_siblings",
    "part_of",
    "pristine_source",
    "read_source",
    "repair",
    "spans",
    "stub_names",
    "with_stub",
]

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_START = re.compile(r"(?:async\s+def|def|class)\s+(\w+)|@")


@dataclass(frozen=True)
class LineSpan:
    """Lines `first` to `last` of a source, counted from 1, decorators included."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class Replacement:
    """A part that did not parse and what stands in its place.

    Attributes
    ----------
    name : str
        The function or class; empty for lines above the first one.
    line : int
        Where the part begins in the student's file.
    error_line : int
        The line that Python names.
    message : str
        What Python says about it.
    stubbed : bool
        Whether the stub stands in its place; otherwise it was left out.
    """

    name: str
    line: int
    error_line: int
    message: str
    stubbed: bool


@dataclass(frozen=True)
class RepairedSource:
    """A file whose broken parts were replaced; every other line keeps its number."""

    tree: ast.Module
    replaced: list[Replacement]


def read_source(path: Path) -> str | None:
    """The text of a Python file, by its own coding line; None if it cannot be decoded."""
    import tokenize

    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return None


def pristine_source(file: str) -> str:
    """The stub of an exercise file such as `classifiers/cnn.py`, as it was generated."""
    try:
        return (locations.pristine_folder() / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise WorkbookError(locale.text("student.stubs.no_pristine", file=file)) from None


def stub_names(file: str) -> set[str]:
    """Return what the stub of an exercise file defines at top level."""
    try:
        return set(spans(pristine_source(file)))
    except WorkbookError:
        return set()


def part_of(exercise_id: str) -> str:
    """The top-level function or class that holds an exercise."""
    return curriculum.load()[exercise_id].qualname


def class_siblings(exercise_id: str) -> list[str]:
    """Other exercises in the same top-level class, which a reset takes along."""
    this = curriculum.load()[exercise_id]
    return [
        other.id
        for other in curriculum.load().in_file(this.file)
        if other.qualname == this.qualname and other.id != this.id
    ]


def _first_line(node: _Definition) -> int:
    return min([node.lineno, *(d.lineno for d in node.decorator_list)])


def spans(source: str) -> dict[str, LineSpan]:
    """Top-level functions and classes by name, in order; of two with one name the last.

    Raises
    ------
    SyntaxError
        If the source does not parse.
    """
    found: dict[str, LineSpan] = {}
    for node in ast.parse(source).body:
        if isinstance(node, _Definition):
            found[node.name] = LineSpan(
                node.name, _first_line(node), node.end_lineno or node.lineno
            )
    return found


def _lines(source: str) -> list[str]:
    # Not splitlines(): a form feed inside a line is no line end to Python's parser.
    return re.findall(r"[^\n]*\n|[^\n]+", source.replace("\r\n", "\n"))


def _text(source: str, span: LineSpan) -> str:
    return "".join(_lines(source)[span.first - 1 : span.last])


def with_stub(source: str, exercise_id: str, pristine: str | None = None) -> str:
    """`source` with the whole function or class of an exercise put back to its stub.

    Everything else stays as it is, to the character. A part that is no longer there is
    put behind the part that comes before it in the stub file.

    Raises
    ------
    SyntaxError
        If the source does not parse; only a reset of the whole file helps then.
    """
    exercise = curriculum.load()[exercise_id]
    pristine = pristine_source(exercise.file) if pristine is None else pristine
    name = exercise.qualname
    stubs, parts, lines = spans(pristine), spans(source), _lines(source)
    stub = _text(pristine, stubs[name])
    stub = stub if stub.endswith("\n") else stub + "\n"
    if name in parts:
        span = parts[name]
        after = lines[span.last :]
        return "".join(lines[: span.first - 1]) + stub + "".join(after)
    order = list(stubs)
    earlier = [parts[n].last for n in order[: order.index(name)] if n in parts]
    at = max(earlier, default=len(lines))
    head = "".join(lines[:at])
    head = head if not head or head.endswith("\n") else head + "\n"
    return head + ("\n\n" if head else "") + stub + "".join(lines[at:])


def _compile_error(source: str) -> SyntaxError | None:
    """What keeps a source from compiling; `ast.parse` alone would accept a stray `return`."""
    try:
        compile(source, "part", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError) as error:
        return SyntaxError(str(error), ("part", 1, 0, None))
    return None


def _chunks(lines: list[str]) -> list[tuple[int, int]]:
    """Half-open line ranges that begin where a top-level function, class or decorator does."""
    starts = [0]
    for number, line in enumerate(lines):
        follows_decorator = lines[starts[-1]].startswith("@") and not any(
            earlier.startswith(("def", "class", "async")) for earlier in lines[starts[-1] : number]
        )
        if number and _START.match(line) and not follows_decorator:
            starts.append(number)
    return list(zip(starts, [*starts[1:], len(lines)], strict=True))


def _join_cut_strings(lines: list[str], chunks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join chunks that were cut inside a string: together they are one statement."""
    joined: list[tuple[int, int]] = []
    index = 0
    while index < len(chunks):
        first, last = chunks[index]
        if _compile_error("".join(lines[first:last])):
            for further in range(index + 1, len(chunks)):
                text = "".join(lines[first : chunks[further][1]])
                if not _compile_error(text) and len(ast.parse(text).body) == 1:
                    index, last = further, chunks[further][1]
                    break
        joined.append((first, last))
        index += 1
    return joined


def _part_name(lines: list[str]) -> str:
    names = (match.group(1) for match in map(_START.match, lines) if match)
    return next((name for name in names if name), "")


def repair(source: str, file: str, pristine: str | None = None) -> RepairedSource | None:
    """Replace each part that does not parse by its stub.

    Parameters
    ----------
    source : str
        A student's file.
    file : str
        Its name inside the implementation, such as `classifiers/cnn.py`.
    pristine : str, optional
        The stub file; by default the one that this package ships.

    Returns
    -------
    RepairedSource or None
        None if the file parses as it is, or if it cannot be saved: it is not Python at all,
        or holds nothing that the stub file has.
    """
    if not _compile_error(source):
        return None
    stubs = ast.parse(pristine_source(file) if pristine is None else pristine).body
    lines = _lines(source)
    remaining = list(lines)
    replaced: list[Replacement] = []
    inserted: list[ast.stmt] = []
    known = {s.name for s in stubs if isinstance(s, _Definition)}
    is_python = False
    for first, last in _join_cut_strings(lines, _chunks(lines)):
        part = lines[first:last]
        error = _compile_error("".join(part))
        name = _part_name(part)
        is_python |= name in known
        if error is None:
            continue
        remaining[first:last] = ["\n"] * len(part)
        stub = [s for s in stubs if (s.name if isinstance(s, _Definition) else "") == name]
        node: Any
        for node in (inner for statement in stub for inner in ast.walk(statement)):
            if hasattr(node, "lineno"):
                node.lineno = node.end_lineno = first + 1
                node.col_offset = node.end_col_offset = 0
        inserted += stub
        line = first + (error.lineno or 1)
        replaced.append(Replacement(name, first + 1, line, error.msg, bool(stub)))
    if not is_python or _compile_error("".join(remaining)):
        return None
    tree = ast.parse("".join(remaining))
    tree.body = sorted([*tree.body, *inserted], key=lambda s: s.lineno)
    return RepairedSource(tree, replaced)
