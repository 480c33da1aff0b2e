"""Plant two misconceptions in one solution and run the cases of their exercise on it."""

import ast
import difflib
import functools
import inspect
import itertools
import random
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbook import curriculum
from workbook.cases import DEFAULT_SEED
from workbook.checks.compare import compare
from workbook.checks.messages import ComparedCase
from workbook.checks.misconceptions import Catalogue, Misconception, swapped
from workbook.checks.raw_results import reduced
from workbook.checks.references import References
from workbook.checks.worker.run_cases import run_exercise
from workbook.course import cases_of
from workbook.student.implementation import Implementation

__all__ = ["Pair", "Planter", "pairs"]


@dataclass(frozen=True)
class Pair:
    """Two misconceptions of one exercise."""

    exercise: str
    first: str
    second: str


class Overlap(Exception):
    """The two misconceptions change the same lines."""


def pairs(impl: Implementation, seed: int) -> Iterator[Pair]:
    """Yield all pairs, the exercises in turn, so that any first part is a fair sample."""
    rng = random.Random(seed)
    queues = []
    for exercise in curriculum.load().ids():
        names = list(Catalogue.read(exercise, impl).misconceptions)
        found = [Pair(exercise, *two) for two in itertools.combinations(names, 2)]
        rng.shuffle(found)
        queues.append(found)
    for each in itertools.zip_longest(*queues):
        yield from (pair for pair in each if pair is not None)


class Planter:
    """Runs pairs of misconceptions in this process.

    Parameters
    ----------
    impl : Implementation
        The solutions.
    references : References
    """

    def __init__(self, impl: Implementation, references: References) -> None:
        self._impl = impl
        self._references = references
        self._catalogues: dict[str, Catalogue] = {}
        self._cached: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {}

    def run(self, pair: Pair) -> list[ComparedCase]:
        """Return what became of every case.

        Raises
        ------
        Overlap
            If the two change the same lines, so that they cannot stand side by side.
        """
        exercise = pair.exercise
        if exercise not in self._catalogues:
            self._catalogues[exercise] = Catalogue.read(exercise, self._impl)
        known = self._catalogues[exercise].misconceptions
        module = self._impl.module(curriculum.load()[exercise].module)
        merged = self._merged(known[pair.first], known[pair.second], vars(module))
        swaps = {id(getattr(module, name)): new for name, new in merged.items()}
        with swapped(self._impl, swaps):
            records = list(
                run_exercise(exercise, self._impl, seed=DEFAULT_SEED, folder=self._impl.folder)
            )
        reference = self._references.records(exercise)
        found = []
        for case, record in zip(cases_of(exercise), records, strict=True):
            record = reduced(record, case, DEFAULT_SEED)
            want = reference[case.name]
            found.append(ComparedCase(case, record, want, compare(record, want, case)))
        return found

    def _merged(
        self, first: Misconception, second: Misconception, names: Mapping[str, Any]
    ) -> dict[str, Any]:
        one, other = self._sources(first), self._sources(second)
        merged: dict[str, Any] = {}
        for name in {**one, **other}:
            if name in one and name in other:
                solution = _solution(names[name])
                source = _merge(solution, one[name][0], other[name][0])
                space = {**names, **one[name][1], **other[name][1]}
            else:
                source, space = one.get(name) or other[name]
                space = {**names, **space}
            exec(compile(source, f"{first.id}+{second.id}", "exec"), space)
            merged[name] = space[name]
        return merged

    def _sources(self, planted: Misconception) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return the new source of every name that it replaces, and the names it may use."""
        if planted.id in self._cached:
            return self._cached[planted.id]
        found = {
            name: (_normal(inspect.getsource(new)), dict(getattr(new, "__globals__", {})))
            for name, new in planted.functions.items()
        }
        if planted.edits:
            name, text = planted.edited_source(self._impl)
            found[name] = (_normal(text), {})
        self._cached[planted.id] = found
        return found


@functools.cache
def _solution(definition: Any) -> str:
    return _normal(inspect.getsource(definition))


def _normal(source: str) -> str:
    """Return a function or class without comments, decorators and docstrings."""
    tree = ast.parse(textwrap.dedent(source))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.decorator_list = [d for d in node.decorator_list if not isinstance(d, ast.Call)]
            if ast.get_docstring(node) is not None and len(node.body) > 1:
                del node.body[0]
    return ast.unparse(tree)


def _merge(base: str, one: str, other: str) -> str:
    """Return a text with the changes of both others to it."""
    lines = base.splitlines()
    changes = []
    for text in (one, other):
        new = text.splitlines()
        matcher = difflib.SequenceMatcher(None, lines, new, autojunk=False)
        changes.append(
            [
                (start, end, new[first:last])
                for tag, start, end, first, last in matcher.get_opcodes()
                if tag != "equal"
            ]
        )
    for start, end, _ in changes[0]:
        for begin, stop, _ in changes[1]:
            # Insertions at one place have no order.
            if max(start, begin) < min(end, stop) or start == begin:
                raise Overlap
    for start, end, new in sorted(itertools.chain(*changes), key=lambda c: -c[0]):
        lines[start:end] = new
    return "\n".join(lines)
