"""Misconceptions (wrong variants of the solutions) and alternatives (right ones in other words).

`solutions/misconceptions/<topic>/<exercise id>.py` declares those of one exercise:

    @wrong("affine_backward.db_keepdims", row="A4")
    def affine_backward(dout, cache): ...

    @right("affine_backward.einsum")
    def affine_backward(dout, cache): ...

    wrong_edit("affine_backward.db_axis", ("dout.sum(axis=0)", "dout.sum(axis=1)"))

Each leads to the outcome `fail` unless it says `outcome="almost"`, say.

`Catalogue.read` runs the file. It finds the names of the exercise's solution module there, and
`wrong`, `right`, `wrong_edit` and `right_edit`, which are methods of the catalogue. Functions
declared with the same id are planted together (both halves of a pair).
"""

import ast
import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any, Self, TypeVar

from workbook import curriculum
from workbook.errors import WorkbookError
from workbook.student.implementation import Implementation

__all__ = ["Alternative", "Catalogue", "Misconception", "Rewrite", "source_file", "swapped"]

FOLDER = "misconceptions"

Decorator = Callable[[FunctionType], FunctionType]


def source_file(exercise_id: str, solutions: Path) -> Path:
    """Return the file that holds the misconceptions of an exercise."""
    return solutions / FOLDER / curriculum.load()[exercise_id].topic / f"{exercise_id}.py"


@functools.cache
def _block(source: str, name: str) -> str | None:
    """Return the source of a top-level function or class; many rewrites start from the same."""
    for node in ast.parse(source).body:
        if getattr(node, "name", "") == name:
            return ast.get_source_segment(source, node)
    return None


@dataclass
class Rewrite:
    """Code that replaces the solution of an exercise.

    Attributes
    ----------
    exercise : str
    id : str
        `<exercise>.<name>`.
    row : str
        Row of the catalogue of learners' mistakes that it comes from, if any.
    functions : dict
        Replacements by name.
    edits : list of (str, str)
        Text replacements in the source of `of`; each must match exactly once.
    of : str
        The top-level function or class that is edited.
    """

    exercise: str
    id: str
    row: str = ""
    functions: dict[str, FunctionType] = field(default_factory=dict)
    edits: list[tuple[str, str]] = field(default_factory=list)
    of: str = ""

    def edited_source(self, impl: Implementation) -> tuple[str, str]:
        """Return the name and the source of the edited function or class."""
        exercise = curriculum.load()[self.exercise]
        name = self.of or exercise.qualname
        source = (impl.folder / exercise.file).read_text(encoding="utf-8")
        text = _block(source, name)
        if text is None:
            raise WorkbookError(f"{self.id}: {exercise.file} has no {name}.")
        for old, new in self.edits:
            if text.count(old) != 1:
                raise WorkbookError(
                    f"{self.id}: {old!r} occurs {text.count(old)} times in {name}; "
                    "it must occur exactly once."
                )
            text = text.replace(old, new)
        return name, text

    def replacements(self, impl: Implementation) -> dict[str, Any]:
        """Return the new functions and classes by top-level name of the exercise's module."""
        found: dict[str, Any] = dict(self.functions)
        if self.edits:
            exercise = curriculum.load()[self.exercise]
            name, text = self.edited_source(impl)
            names = dict(vars(impl.module(exercise.module)))
            exec(compile(text, f"{Path(exercise.file).name} ({self.id})", "exec"), names)
            found[name] = names[name]
        return found


@dataclass
class Misconception(Rewrite):
    """A wrong variant of a solution.

    Attributes
    ----------
    message : str
        Id of its message: its own id, unless several misconceptions share a message.
    outcome : str
        What it leads to, on its own.
    """

    message: str = ""
    outcome: str = "fail"


@dataclass
class Alternative(Rewrite):
    """A correct implementation that is written differently; it must pass."""


_R = TypeVar("_R", bound=Rewrite)


class Catalogue:
    """The misconceptions and alternatives of one exercise, by id, in the order of their file.

    Parameters
    ----------
    exercise_id : str
    impl : Implementation
        The solutions.
    """

    def __init__(self, exercise_id: str, impl: Implementation) -> None:
        self.exercise = exercise_id
        self.misconceptions: dict[str, Misconception] = {}
        self.alternatives: dict[str, Alternative] = {}
        self._impl = impl

    @classmethod
    def read(cls, exercise_id: str, impl: Implementation) -> Self:
        """Run the misconceptions file of an exercise; without one, the catalogue is empty."""
        catalogue = cls(exercise_id, impl)
        path = source_file(exercise_id, impl.folder)
        if path.is_file():
            names = dict(vars(impl.module(curriculum.load()[exercise_id].module)))
            for declare in (
                catalogue.wrong,
                catalogue.right,
                catalogue.wrong_edit,
                catalogue.right_edit,
            ):
                names[declare.__name__] = declare
            exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
        return catalogue

    def __getitem__(self, rewrite_id: str) -> Rewrite:
        found = self.misconceptions.get(rewrite_id) or self.alternatives.get(rewrite_id)
        if found is None:
            raise WorkbookError(f"{self.exercise} has no misconception {rewrite_id!r}.")
        return found

    def wrong(
        self, misconception_id: str, *, row: str = "", message: str = "", outcome: str = "fail"
    ) -> Decorator:
        """Declare the decorated function as a misconception.

        Parameters
        ----------
        misconception_id : str
            `<exercise>.<name>`.
        row : str, optional
            Row of the catalogue of learners' mistakes.
        message : str, optional
            Id of a message that several misconceptions share.
        outcome : str, optional
            What it leads to.
        """
        found = self._misconception(misconception_id, row, message, outcome)
        return _adding_to(found)

    def right(self, alternative_id: str, *, row: str = "") -> Decorator:
        """Declare the decorated function as an alternative."""
        return _adding_to(self._alternative(alternative_id, row))

    def wrong_edit(
        self,
        misconception_id: str,
        *edits: tuple[str, str],
        row: str = "",
        message: str = "",
        outcome: str = "fail",
        of: str = "",
    ) -> None:
        """Declare a misconception as text replacements `(old, new)` in the solution's source.

        Each `old` must match exactly once in the function or class that holds the exercise, or
        in the top-level name `of` of the same file.
        """
        found = self._misconception(misconception_id, row, message, outcome)
        found.edits.extend(edits)
        found.of = of

    def right_edit(
        self, alternative_id: str, *edits: tuple[str, str], row: str = "", of: str = ""
    ) -> None:
        """Declare an alternative as text replacements; see `wrong_edit`."""
        found = self._alternative(alternative_id, row)
        found.edits.extend(edits)
        found.of = of

    def _misconception(
        self, misconception_id: str, row: str, message: str, outcome: str
    ) -> Misconception:
        made = Misconception(
            self.exercise,
            misconception_id,
            row,
            message=message or misconception_id,
            outcome=outcome,
        )
        return self._add(made, self.misconceptions)

    def _alternative(self, alternative_id: str, row: str) -> Alternative:
        return self._add(Alternative(self.exercise, alternative_id, row), self.alternatives)

    def _add(self, rewrite: _R, into: dict[str, _R]) -> _R:
        if not rewrite.id.startswith(f"{self.exercise}."):
            raise WorkbookError(
                f"The id {rewrite.id!r} in {self.exercise}.py must begin with '{self.exercise}.'."
            )
        return into.setdefault(rewrite.id, rewrite)

    @contextlib.contextmanager
    def planted(self, rewrite_id: str) -> Iterator[Rewrite]:
        """Replace the solution with a misconception or an alternative, for a while.

        Raises
        ------
        WorkbookError
            If there is none with that id, or an edit does not match exactly once.
        """
        rewrite = self[rewrite_id]
        module = self._impl.module(curriculum.load()[self.exercise].module)
        swaps: dict[int, object] = {}
        for name, replacement in rewrite.replacements(self._impl).items():
            if not hasattr(module, name):
                raise WorkbookError(f"{rewrite_id}: the solution has no {name}.")
            swaps[id(getattr(module, name))] = replacement
        with swapped(self._impl, swaps):
            yield rewrite


def _adding_to(rewrite: Rewrite) -> Decorator:
    def add(function: FunctionType) -> FunctionType:
        rewrite.functions[function.__name__] = function
        return function

    return add


@contextlib.contextmanager
def swapped(impl: Implementation, swaps: Mapping[int, object]) -> Iterator[None]:
    """Replace the objects with these ids in every module of an implementation, for a while."""
    undo: list[tuple[dict[str, object], str, object]] = []
    try:
        for module in impl.modules().values():
            for name, value in list(vars(module).items()):
                if id(value) in swaps:
                    undo.append((vars(module), name, value))
                    vars(module)[name] = swaps[id(value)]
        yield
    finally:
        for names, name, value in undo:
            names[name] = value
