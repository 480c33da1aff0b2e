"""How far an exercise is written: whether anything is, and which TODOs are left."""

import ast
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from workbook import curriculum
from workbook.errors import WorkbookError
from workbook.student import source_blocks

__all__ = ["Todo", "is_begun", "todos_left"]

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
# Characters of a file that is looked into; the largest of the solutions has 30,000.
_LARGEST = 500_000
_COMMENT, _RAISE = "# TODO", "raise NotImplementedError("
# What a parser may do with a text that somebody wrote to trouble it.
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Todo:
    """A TODO that is still there.

    Attributes
    ----------
    line : int
        Of its `raise`, in the student's file.
    words : str
        The first sentence of its comment; empty if there is none.
    """

    line: int
    words: str


@lru_cache(maxsize=4)
def _module(source: str, file: str) -> ast.Module | None:
    if len(source) > _LARGEST:
        return None
    # What Python has to say about the student's escape sequences is said when it is imported.
    with warnings.catch_warnings(action="ignore"):
        try:
            return ast.parse(source)
        except SyntaxError:
            pass
        except _UNREADABLE:
            return None
        try:
            repaired = source_blocks.repair(source, file)
        except (*_UNREADABLE, WorkbookError):
            return None
    return repaired.tree if repaired is not None else None


def _definition(module: ast.Module, name: str) -> ast.stmt | None:
    """The function or class of that name; of two the last, as Python has it."""
    named = [n for n in module.body if isinstance(n, _Definition) and n.name == name]
    return named[-1] if named else None


def _is_todo(node: ast.AST, exercise_id: str) -> bool:
    if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
        return False
    call = node.exc
    raised = isinstance(call.func, ast.Name) and call.func.id == "NotImplementedError"
    return raised and [getattr(a, "value", None) for a in call.args] == [exercise_id]


def todos_left(source: str | None, exercise_id: str) -> tuple[Todo, ...]:
    """Return the TODOs of an exercise that are left in a student's file.

    Parameters
    ----------
    source : str or None
        The file's text.
    exercise_id : str
    """
    exercise = curriculum.load()[exercise_id]
    module = _module(source, exercise.file) if source else None
    part = _definition(module, exercise.qualname) if module is not None else None
    if source is None or part is None:
        return ()
    lines = source.split("\n")
    try:
        found = [node.lineno for node in ast.walk(part) if _is_todo(node, exercise_id)]  # type: ignore[attr-defined]
    except RecursionError:
        return ()
    return tuple(Todo(line, _comment_above(lines, line)) for line in sorted(found))


def _comment_above(lines: list[str], line: int) -> str:
    """Return the first sentence of the last TODO comment above a line."""
    begin = line - 1
    while begin > 0 and not lines[begin - 1].lstrip().startswith(_COMMENT):
        begin -= 1
        if _RAISE in lines[begin]:
            return ""  # That comment belongs to another TODO.
    words: list[str] = []
    for text in lines[begin - 1 : line - 1] if begin else []:
        if not text.lstrip().startswith("#"):
            break
        words.append(text.strip().lstrip("#").strip())
    comment = " ".join(words).removeprefix("TODO:").strip()
    return comment.split(". ")[0].rstrip(".")


def is_begun(source: str | None, exercise_id: str, pristine: str | None = None) -> bool:
    """Return whether anything of an exercise is written: its code is not that of the stub.

    Comments and docstrings do not count. Where several exercises share a class, only the
    statements beside an exercise's own TODOs do.

    Parameters
    ----------
    source : str or None
        The text of the student's file.
    exercise_id : str
    pristine : str, optional
        The stub file; by default the one that this package ships.
    """
    exercise = curriculum.load()[exercise_id]
    try:
        stub = _module(pristine or source_blocks.pristine_source(exercise.file), exercise.file)
    except WorkbookError:
        return True  # There is nothing to compare with.
    module = _module(source, exercise.file) if source else None
    if module is None or stub is None or _is_rebound(module, exercise.qualname):
        return True
    mine, theirs = (_definition(tree, exercise.qualname) for tree in (module, stub))
    if mine is None or theirs is None:
        return True
    if not any(_is_todo(node, exercise_id) for node in ast.walk(theirs)):
        return True  # It is given.
    shared = bool(source_blocks.class_siblings(exercise_id))
    try:
        if not shared:
            return _code(mine) != _code(theirs)
        return Counter(_beside(mine, exercise_id)) != Counter(_beside(theirs, exercise_id))
    except RecursionError:
        return True


def _is_rebound(module: ast.Module, name: str) -> bool:
    """Return whether a file puts something else under the name of its function or class."""
    targets = [t for n in module.body if isinstance(n, ast.Assign) for t in n.targets]
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _code(node: ast.stmt) -> str:
    """Return a definition as text, without docstrings."""
    found = ast.dump(node)
    for inner in ast.walk(node):
        if isinstance(inner, _Definition) and ast.get_docstring(inner, clean=False) is not None:
            found = found.replace(ast.dump(inner.body[0]), "", 1)
    return found


def _beside(part: ast.stmt, exercise_id: str) -> Iterator[str]:
    """Yield for each TODO the statements that stand beside it, each without what is inside it."""
    for node in ast.walk(part):
        for _, block in ast.iter_fields(node):
            if isinstance(block, list) and any(_is_todo(each, exercise_id) for each in block):
                yield " ".join(_head(statement) for statement in block)


def _head(statement: ast.stmt) -> str:
    inside = ("body", "orelse", "finalbody", "handlers", "cases")
    kept = {name: value for name, value in ast.iter_fields(statement) if name not in inside}
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return ""  # A docstring.
    return type(statement).__name__ + " ".join(map(_dump, kept.values()))


def _dump(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(_dump, value))
    return ast.dump(value) if isinstance(value, ast.AST) else repr(value)
