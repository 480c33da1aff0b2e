"""The code of the planted mistakes: cut from the solutions, or what a release includes of it.

A mistake is planted together with the right other half of its pair, because what a forward
function keeps for its backward one is private to the two.
"""

import ast
import builtins
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.checks.bughunt import model as bughunt
from workbook.checks.misconceptions import Catalogue, Misconception, source_file
from workbook.errors import WorkbookError
from workbook.student import load_implementation, locations
from workbook.student.atomic_write import write_text
from workbook.student.implementation import Implementation

__all__ = ["code_of", "names", "planted_functions", "source", "write"]

HERE = Path(__file__).parent
FILE = "planted_code.json"

_Function = ast.FunctionDef


def names() -> list[str]:
    """Every hunt whose code a release can include, as `network/exercise/misconception`."""
    return [found.name for found in bughunt.load()]


def planted_functions(found: bughunt.Hunt) -> list[str]:
    """The functions that are planted: the one with the mistake, and its pair."""
    known = curriculum.load()
    pair = known[found.exercise].pair
    used = (*found.network.places, *found.network.needs)
    return [name for name in used if known[name].pair == pair]


def code_of(found: bughunt.Hunt) -> str | None:
    """The code of a hunt; None if this copy has neither solutions nor that hunt."""
    shipped = _released_code(HERE / FILE).get(found.name)
    solutions = locations.solutions_folder()
    if shipped is not None or solutions is None:
        return shipped
    with load_implementation(solutions) as impl:
        return source(impl, found)


@cache
def _released_code(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return {str(name): str(code) for name, code in found.items()}


def write(solutions: Path, hunt_names: Iterable[str], folder: Path) -> Path | None:
    """Write the code of some hunts to a copy, for learners who have no solutions.

    Parameters
    ----------
    solutions : Path
    hunt_names : iterable of str
        As `names` gives them.
    folder : Path
        `workbook/checks` of the copy.

    Returns
    -------
    Path or None
        What was written; None, and no file, if no hunt is wanted.

    Raises
    ------
    WorkbookError
        If there is no such hunt.
    """
    selected = list(hunt_names)
    known = {found.name: found for found in bughunt.load()}
    for name in selected:
        if name not in known:
            raise WorkbookError(f"There is no bug hunt {name!r}, such as {next(iter(known))!r}.")
    path = folder / FILE
    if not selected:
        path.unlink(missing_ok=True)
        return None
    with load_implementation(solutions) as impl:
        code = {name: source(impl, known[name]) for name in selected}
    write_text(path, json.dumps(code, indent=1) + "\n")
    return path


def source(impl: Implementation, found: bughunt.Hunt) -> str:
    """Python source of a hunt's functions and of all that they name, without comments.

    Parameters
    ----------
    impl : Implementation
        The solutions.
    found : Hunt
    """
    exercise = curriculum.load()[found.exercise]
    misconception = Catalogue.read(found.exercise, impl).misconceptions[found.misconception]
    right = _parse(impl.folder / exercise.file)
    available = _definitions(right)
    planted = {name: available[name] for name in planted_functions(found)}
    if misconception.functions:
        file = _parse(source_file(found.exercise, impl.folder))
        available |= _definitions(file)
        planted |= _declared(file, misconception)
    if misconception.edits:
        name, text = misconception.edited_source(impl)
        planted[name] = ast.parse(text).body[0]
    needed = _needed(planted, available)
    imports = [node for node in needed.values() if isinstance(node, (ast.Import, ast.ImportFrom))]
    others = [node for node in needed.values() if node not in imports]
    body: list[ast.stmt] = [*imports, *others, *planted.values()]
    return "\n".join(ast.unparse(_without_docstring(node)) for node in body) + "\n"


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    """What each top-level name stands for."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {t.id: node for t in node.targets if isinstance(t, ast.Name)}
        elif isinstance(node, ast.Import):
            found |= {a.asname or a.name: ast.Import([a]) for a in node.names}
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                one = ast.ImportFrom(node.module, [alias], node.level)
                found[alias.asname or alias.name] = one
    return found


def _declared(tree: ast.Module, misconception: Misconception) -> dict[str, ast.stmt]:
    """The functions that are decorated as this misconception."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, _Function) and any(
            _names(d, misconception.id) for d in node.decorator_list
        ):
            found[node.name] = node
    if set(found) != set(misconception.functions):
        raise WorkbookError(f"{misconception.id} is no plain function: no hunt.")
    return found


def _names(decorator: ast.expr, misconception_id: str) -> bool:
    first = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
    return isinstance(first, ast.Constant) and first.value == misconception_id


def _needed(planted: dict[str, ast.stmt], available: dict[str, ast.stmt]) -> dict[str, ast.stmt]:
    """What the planted functions name, and what that names, each after what it needs."""
    found: dict[str, ast.stmt] = {}

    def visit(node: ast.stmt, seen: tuple[str, ...]) -> None:
        for name in _loaded(node):
            if name in planted or name in found or name in seen or name not in available:
                continue
            visit(available[name], (*seen, name))
            found[name] = available[name]

    for node in planted.values():
        visit(node, ())
    return found


def _loaded(node: ast.stmt) -> Iterator[str]:
    body: list[Any] = [node.args, *node.body] if isinstance(node, _Function) else [node]
    for part in body:
        for inner in ast.walk(part):
            if isinstance(inner, ast.Name) and not hasattr(builtins, inner.id):
                yield inner.id


def _without_docstring(node: ast.stmt) -> ast.stmt:
    """A function without decorators and docstring."""
    if isinstance(node, _Function):
        node.decorator_list = []
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return node
