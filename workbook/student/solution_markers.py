"""Solution blocks: where they are, which exercise they belong to, and what is used after them."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbook import curriculum, locale
from workbook.errors import WorkbookError

__all__ = ["MarkerError", "SolutionBlock", "find_blocks"]

_MARKER = re.compile(r"### (?:BEGIN SOLUTION(?: (?P<id>[\w.]+))?|(?P<end>END SOLUTION))")
_LOOKS_LIKE_MARKER = re.compile(r"\b(BEGIN|END)[ _-]*SOLUTIONS?\b", re.IGNORECASE)
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Scope = _Named | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class MarkerError(WorkbookError):
    """Solution markers from which no stub can be made; the text names file and line."""

    def __init__(self, file: str, line: int, reason: str, **values: object):
        what = locale.text(f"student.solution_markers.{reason}", **values)
        super().__init__(
            locale.text("student.solution_markers.at", file=file, line=line, what=what)
        )


@dataclass
class SolutionBlock:
    """One solution block.

    Attributes
    ----------
    begin, end : int
        Lines of the two markers, counted from 1.
    indent : str
        What stands before the markers.
    exercise_id : str
        Empty for a block outside of every function, which vanishes.
    set_to_none : list of str
        Names that the code after the block uses and nothing before it has set.
    """

    begin: int
    end: int
    indent: str
    exercise_id: str
    set_to_none: list[str] = field(default_factory=list)
    # Each list of statements that the block lies in, from the module's to its own.
    suites: list[list[ast.stmt]] = field(default_factory=list, repr=False)

    def __contains__(self, line: int) -> bool:
        return self.begin < line < self.end


def _marked_blocks(source: str, file: str) -> list[SolutionBlock]:
    """The blocks as the comments mark them."""
    blocks: list[SolutionBlock] = []
    lines = source.split("\n")
    start: tuple[int, str, str] | None = None
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    for number, line in enumerate(lines, start=1):
        if not _LOOKS_LIKE_MARKER.search(line):
            continue
        text = line.strip()
        match = _MARKER.fullmatch(text)
        if match is None or comments.get(number) != text:
            raise MarkerError(file, number, "malformed", text=text)
        if match["end"]:
            if start is None:
                raise MarkerError(file, number, "no_begin")
            begin, marked, indent = start
            blocks.append(SolutionBlock(begin, number, indent, marked))
            start = None
        elif start is not None:
            raise MarkerError(file, number, "nested", begin=start[0])
        else:
            start = number, match["id"] or "", line[: len(line) - len(line.lstrip())]
    if start is not None:
        raise MarkerError(file, start[0], "unclosed")
    return blocks


def _suites(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The lists of statements right inside a statement."""
    for name in ("body", "orelse", "finalbody"):
        suite = getattr(node, name, None)
        if isinstance(suite, list):
            yield suite
    for inner in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield inner.body


def _locate(
    tree: ast.Module, statements: list[ast.stmt], block: SolutionBlock, file: str
) -> list[ast.stmt]:
    """Fill in `block.suites`; return the statements that the block lies in, outermost first."""
    enclosing: list[ast.stmt] = []
    suite = tree.body
    while True:
        block.suites.append(suite)
        inside = [s for s in suite if s.lineno in block]
        if inside:
            break
        outer = [s for s in suite if s.lineno < block.begin]
        within = [s for s in outer[-1:] for t in ast.walk(s) if _starts_in(t, block)]
        if not within:
            raise MarkerError(file, block.begin, "empty")
        enclosing.append(within[0])
        suite = next(u for u in _suites(within[0]) for t in u if _holds(t, block))
    last = inside[-1].end_lineno or 0
    crossing = [s for s in statements if s.lineno in block and s.lineno > last]
    if last > block.end or crossing or inside[0].col_offset != len(block.indent):
        raise MarkerError(file, block.begin, "crossing", end=block.end)
    return enclosing


def _starts_in(node: ast.AST, block: SolutionBlock) -> bool:
    return isinstance(node, ast.stmt) and node.lineno in block


def _holds(node: ast.stmt, block: SolutionBlock) -> bool:
    return any(_starts_in(inner, block) for inner in ast.walk(node))


def _id_of(enclosing: list[ast.stmt], file: str) -> str:
    """The exercise that the enclosing function or class stands for."""
    named = [s for s in enclosing if isinstance(s, _Named)]
    top: str = named[0].name
    if file.startswith("scratch/"):
        return f"scratch.{top}"
    if isinstance(named[0], ast.ClassDef):
        method = next(s.name for s in named if isinstance(s, _Function))
        return f"{top}.{'init' if method == '__init__' else method}"
    return top


def _stores(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Names that a function binds in its own scope, with their lines."""
    for child in ast.iter_child_nodes(node):
        line = getattr(child, "lineno", 0)
        if isinstance(child, ast.Name) and not isinstance(child.ctx, ast.Load):
            yield child.id, line
        elif isinstance(child, ast.alias):
            yield (child.asname or child.name).partition(".")[0], line
        elif isinstance(child, ast.ExceptHandler | _Named) and child.name:
            yield child.name, line
        elif isinstance(child, ast.Global | ast.Nonlocal):
            yield from ((name, line) for name in child.names)
        if not isinstance(child, _Scope):
            yield from _stores(child)


def _uses(node: ast.AST) -> list[tuple[int, int, str]]:
    return sorted(
        (name.lineno, name.col_offset, name.id)
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Load)
    )


def _find_unset(function: ast.stmt, blocks: list[SolutionBlock], block: SolutionBlock) -> list[str]:
    """Names that are set in the block, used after it, and set nowhere before it."""
    assert isinstance(function, _Function)
    arguments = function.args
    before = {a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
    before |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
    inside: set[str] = set()
    for name, line in _stores(function):
        if line in block:
            inside.add(name)
        elif line < block.begin and not any(line in other for other in blocks):
            before.add(name)
    for other in blocks:
        # What was set to None further up counts where that line is always passed.
        if other.begin < block.begin and any(other.suites[-1] is s for s in block.suites):
            before.update(other.set_to_none)
    used = [
        name
        for line, _, name in _uses(function)
        if line > block.end and not any(line in other for other in blocks)
    ]
    return [name for name in dict.fromkeys(used) if name in inside - before]


def _check_vanishing(
    tree: ast.Module, blocks: list[SolutionBlock], block: SolutionBlock, file: str
) -> None:
    if block.suites[-1] is not tree.body:
        return
    gone = {name for name, line in _stores(tree) if line in block}
    kept = {n for n, line in _stores(tree) if not any(line in other for other in blocks)}
    for line, _, name in _uses(tree):
        if name in gone - kept and not any(line in other for other in blocks):
            raise MarkerError(file, block.begin, "still_used", name=name, used=line)


def find_blocks(source: str, file: str) -> list[SolutionBlock]:
    """Every solution block of a file, with its exercise and the names to set to None.

    Raises
    ------
    MarkerError
        If the markers are unclosed, nested, malformed, empty or cut through a statement, if
        a block names no exercise of this file, or if the source does not parse.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise MarkerError(file, error.lineno or 1, "syntax", what=error.msg) from error
    listed = [exercise.id for exercise in curriculum.load().in_file(file)]
    blocks = _marked_blocks(source, file)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    for block in blocks:
        enclosing = _locate(tree, statements, block, file)
        functions = [s for s in enclosing if isinstance(s, _Function)]
        if not functions:
            if block.exercise_id:
                raise MarkerError(file, block.begin, "id_outside", id=block.exercise_id)
            _check_vanishing(tree, blocks, block, file)
            continue
        block.exercise_id = block.exercise_id or _id_of(enclosing, file)
        if listed and block.exercise_id not in listed:
            raise MarkerError(file, block.begin, "unknown_id", id=block.exercise_id)
        block.set_to_none = _find_unset(functions[-1], blocks, block)
    return blocks
