"""The references of an exercise's requirements, cut out of the solutions.

One file of solutions holds many exercises. What a sandbox is sent is rebuilt from the
definitions that stand in for the requirements and what they use; the judged exercise, its pair
and the rest of its class are never among them.
"""

import ast
import marshal
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from types import CodeType

from workbook import curriculum

__all__ = ["compiled", "references"]

_Definition = ast.FunctionDef | ast.ClassDef


@cache
def compiled(exercise_id: str, replaced: Sequence[str], solutions: Path) -> bytes:
    """As `references`, compiled for this interpreter and marshalled, for a child to load."""
    texts = references(exercise_id, replaced, solutions)
    return marshal.dumps({file: _compiled(text) for file, text in texts.items()})


@cache
def _compiled(text: str) -> CodeType:
    return compile(text, "<reference>", "exec", dont_inherit=True)


def references(exercise_id: str, replaced: Sequence[str], solutions: Path) -> dict[str, str]:
    """Return the source, by file, of what stands in for requirements of an exercise.

    Parameters
    ----------
    exercise_id : str
        The judged exercise. Nothing of its pair and its class is returned, unless `replaced`
        names it.
    replaced : sequence of str
        Exercise ids.
    solutions : Path
    """
    known = curriculum.load()
    own = set(known.plan(exercise_id).own) - set(replaced)
    excluded = {(known[n].file, known[n].qualname) for n in own}
    needed = [(known[n].file, known[n].qualname) for n in replaced]
    return _cut(frozenset(needed), frozenset(excluded), solutions)


@cache
def _cut(
    needed: frozenset[tuple[str, str]], excluded: frozenset[tuple[str, str]], solutions: Path
) -> dict[str, str]:
    taken: set[tuple[str, str]] = set()
    todo = sorted(needed - excluded)
    while todo:
        file, name = todo.pop()
        if (file, name) in taken or (file, name) in excluded:
            continue
        taken.add((file, name))
        file_of = _sources(file, solutions)
        for used in _names(file_of.definitions[name]) if name in file_of.definitions else ():
            if used in file_of.definitions:
                todo.append((file, used))
            elif used in file_of.imported:
                todo.append(file_of.imported[used])
    files = sorted({file for file, _ in taken})
    return {file: _sources(file, solutions).reduced_to(taken) for file in files}


class _File:
    """One file of solutions, by what it defines and what it takes from its neighbours."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.tree = ast.parse(text)
        self.definitions: dict[str, ast.stmt] = {}
        self.imported: dict[str, tuple[str, str]] = {}
        for node in self.tree.body:
            if isinstance(node, _Definition):
                self.definitions[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
                self.definitions |= {name: node for name in names if name != "__all__"}
            elif isinstance(node, ast.ImportFrom) and node.level:
                where = self._neighbour(node)
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = (where, alias.name)

    def _neighbour(self, node: ast.ImportFrom) -> str:
        above = PurePosixPath(self.file).parents[node.level - 1]
        return f"{above.joinpath(*(node.module or '').split('.'))}.py"

    def reduced_to(self, taken: set[tuple[str, str]]) -> str:
        """The source with nothing but what was taken, and the imports from outside."""
        mine = {name for file, name in taken if file == self.file}
        body: list[ast.stmt] = []
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom) and node.level:
                where = self._neighbour(node)
                names = [alias for alias in node.names if (where, alias.name) in taken]
                if names:
                    body.append(ast.ImportFrom(node.module, names, node.level))
            elif isinstance(node, ast.Import | ast.ImportFrom) or any(
                node is self.definitions.get(name) for name in mine
            ):
                body.append(node)
        return ast.unparse(ast.fix_missing_locations(ast.Module(body, [])))


@cache
def _read(file: str, text: str) -> _File:
    return _File(file, text)


def _sources(file: str, solutions: Path) -> _File:
    return _read(file, (solutions / file).read_text(encoding="utf-8"))


def _names(node: ast.stmt) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
