"""The course's content: a folder for each topic; `cases_of` returns an exercise's test cases."""

import ast
import hashlib
import importlib
import inspect
from functools import cache
from types import ModuleType

from workbook import curriculum
from workbook.cases import Case

__all__ = ["cases_of", "digest"]

_TOOLS = "workbook.course.case_tools"


def cases_of(exercise_id: str) -> tuple[Case, ...]:
    """Return the test cases of one exercise, in the order of their file."""
    return _by_exercise(curriculum.load()[exercise_id].topic).get(exercise_id, ())


@cache
def _by_exercise(topic: str) -> dict[str, tuple[Case, ...]]:
    name = f"workbook.course.{topic}.cases"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A topic whose cases are not written yet cannot be judged; the others can.
        if error.name != name:
            raise
        return {}
    found: dict[str, list[Case]] = {}
    for case in module.cases:
        found.setdefault(case.exercise, []).append(case)
    return {exercise: tuple(cases) for exercise, cases in found.items()}


def digest(exercise_id: str) -> str:
    """Return the SHA-256 of the code that the cases of one exercise run.

    It covers their source, the helpers in the same file and in the files that this one imports,
    and the tools that all cases share. Cases of other exercises do not count.
    """
    known = hashlib.sha256()
    topic = curriculum.load()[exercise_id].topic
    for module in _modules(f"workbook.course.{topic}.cases"):
        for owner, text in _pieces(module):
            if owner in ("", exercise_id):
                known.update(text.encode())
    return known.hexdigest()


def _modules(name: str) -> list[str]:
    """Return a module of cases and the modules of the course that it takes helpers from."""
    module = importlib.import_module(name)
    used = {
        getattr(value, "__module__", "")
        for value in vars(module).values()
        if not isinstance(value, ModuleType)
    }
    others = {used_name for used_name in used if str(used_name).startswith("workbook.course.")}
    return [name, *sorted({*others, _TOOLS} - {name})]


@cache
def _pieces(module: str) -> tuple[tuple[str, str], ...]:
    """Return the top-level statements of a file as (exercise id, source).

    The id is empty for helpers, which count for every exercise.
    """
    source = inspect.getsource(importlib.import_module(module))
    lines = source.splitlines()
    pieces = []
    for node in ast.parse(source).body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(d.lineno for d in decorators)])
        owners = [
            d.args[0].value
            for d in decorators
            if isinstance(d, ast.Call)
            and ast.unparse(d.func) == "cases.add"
            and isinstance(d.args[0], ast.Constant)
        ]
        owner = str(owners[0]) if owners else ""
        pieces.append((owner, "\n".join(lines[first - 1 : node.end_lineno])))
    return tuple(pieces)
