"""The part of a file that one exercise is about, short enough to lay two side by side.

Docstrings go, and long runs of lines that were given become `...`: what is left is what the
exercise asked for, with a little around it.
"""

import ast
import difflib
import re
import textwrap

from workbook import curriculum
from workbook.student import source_blocks
from workbook.student.solution_markers import find_blocks

__all__ = ["reference_snippet", "student_snippet"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
# Given lines that stay above and below each line of an answer.
_AROUND = 3
_BEGINS = re.compile(r"\s*(def|async def|class)\b")


def _docstrings(node: ast.AST) -> set[int]:
    """The lines of all docstrings in a part."""
    lines: set[int] = set()
    for inner in ast.walk(node):
        if isinstance(inner, _Documented) and ast.get_docstring(inner, clean=False) is not None:
            first = inner.body[0]
            lines |= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def _definition(source: str, exercise_id: str) -> ast.stmt | None:
    """The exercise's function or class; of two with one name the last, as Python has it."""
    name = curriculum.load()[exercise_id].qualname
    named = [n for n in ast.parse(source).body if isinstance(n, _Documented) and n.name == name]
    return named[-1] if named else None


def _nodes(source: str, exercise_id: str, methods: list[str] | None) -> list[ast.stmt]:
    """The exercise's function or class, or those of the class's methods that are wanted."""
    part = _definition(source, exercise_id)
    if methods is None or not isinstance(part, ast.ClassDef):
        return [part] if part is not None else []
    return [n for n in part.body if isinstance(n, _Function) and n.name in methods]


def _methods(solution: str, exercise_id: str) -> list[str] | None:
    """For a part of a class: the methods in which its solution blocks stand."""
    exercise = curriculum.load()[exercise_id]
    part = _definition(solution, exercise_id)
    if not exercise.part or not isinstance(part, ast.ClassDef):
        return None
    begins = [b.begin for b in find_blocks(solution, exercise.file) if b.exercise_id == exercise_id]
    return [
        method.name
        for method in part.body
        if isinstance(method, _Function)
        and any(method.lineno < begin < (method.end_lineno or 0) for begin in begins)
    ]


def _lines(source: str, nodes: list[ast.stmt]) -> list[str]:
    """The lines of some parts, without docstrings and blank lines."""
    lines = source.split("\n")
    shown: list[str] = []
    for node in nodes:
        docstrings = _docstrings(node)
        numbers = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        shown += [lines[n - 1] for n in numbers if n not in docstrings and lines[n - 1].strip()] + [
            ""
        ]
    return shown[:-1]


def _shortened(lines: list[str], given: list[str], exercise_id: str) -> str:
    """What was written, with `...` for given lines that lie further away."""
    matcher = difflib.SequenceMatcher(None, given, lines, autojunk=False)
    written = {j for j, line in enumerate(lines) if f'NotImplementedError("{exercise_id}")' in line}
    for tag, _, _, first, last in matcher.get_opcodes():
        written |= set(range(first, last)) if tag != "equal" else set()
    near = {j + d for j in written for d in range(-_AROUND, _AROUND + 1)}
    # The line that begins a function says where one is, and an empty one that another ended.
    near |= {j for j, line in enumerate(lines) if not line or _BEGINS.match(line)}
    shown: list[str] = []
    for number, line in enumerate(lines):
        if number in near or not written:
            shown.append(line)
        elif shown and not shown[-1].endswith("..."):
            shown.append(line[: len(line) - len(line.lstrip())] + "...")
    return textwrap.dedent("\n".join(shown))


def _without_others(solution: str, exercise_id: str) -> str:
    """A file of solutions in which the answers of all other exercises are stubs again."""
    lines = solution.split("\n")
    for block in find_blocks(solution, curriculum.load()[exercise_id].file):
        inside = range(block.begin - 1, block.end)
        if block.exercise_id and block.exercise_id != exercise_id:
            for number in inside:
                lines[number] = ""
            lines[block.begin] = f'{block.indent}raise NotImplementedError("{block.exercise_id}")'
        else:
            lines[block.begin - 1] = lines[block.end - 1] = ""
    return "\n".join(lines)


def _snippet(source: str, exercise_id: str, methods: list[str] | None) -> str | None:
    nodes = _nodes(source, exercise_id, methods)
    if not nodes:
        return None
    stub = source_blocks.pristine_source(curriculum.load()[exercise_id].file)
    given = _lines(stub, _nodes(stub, exercise_id, methods))
    return _shortened(_lines(source, nodes), given, exercise_id)


def reference_snippet(solution: str, exercise_id: str) -> str:
    """The solution of one exercise, and of no other.

    Parameters
    ----------
    solution : str
        A file of solutions.
    exercise_id : str
    """
    own = _without_others(solution, exercise_id)
    return _snippet(own, exercise_id, _methods(solution, exercise_id)) or ""


def student_snippet(source: str, exercise_id: str, solution: str) -> str | None:
    """The same part of a student's file; None if it cannot be found there.

    Parameters
    ----------
    source : str
        The student's file.
    exercise_id : str
    solution : str
        The file of solutions, which says in which methods a part of a class stands.
    """
    try:
        return _snippet(source, exercise_id, _methods(solution, exercise_id))
    except (SyntaxError, ValueError, RecursionError):
        return None
