"""Misconceptions (wrong variants of the solutions) and alternatives (right ones in other words).

`solutions/misconceptions/<topic>/<exercise id>.py` holds them, one file for each exercise:

    from workbook.checks.misconceptions import right, wrong, wrong_edit

    @wrong("dw_in_place_of_w", row="A3")
    def affine_backward(dout, cache): ...

    @right("einsum")
    def affine_backward(dout, cache): ...

    wrong_edit("reg_doubled", ("0.5 * reg", "reg"), row="N1")   # for classes

The file runs with the names of the exercise's solution module at hand. Several functions with
one misconception id are planted together (both halves of a pair).
"""

import ast
import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any

from workbook import curriculum
from workbook.errors import WorkbookError
from workbook.student.implementation import Implementation

__all__ = [
    "Misconception",
    "catalogue",
    "edited_source",
    "planted",
    "right",
    "right_edit",
    "source_file",
    "swapped",
    "wrong",
    "wrong_edit",
]

FOLDER = "misconceptions"


def source_file(exercise_id: str, solutions: Path) -> Path:
    """Return the file that holds the misconceptions of an exercise."""
    return solutions / FOLDER / curriculum.load()[exercise_id].topic / f"{exercise_id}.py"


@dataclass
class Misconception:
    """One misconception of one exercise.

    Attributes
    ----------
    id : str
        Its name within the exercise.
    correct : bool
        A right implementation: it must pass.
    row : str
        The row of the catalogue of learners' mistakes that it comes from, if any.
    message : str
        Id of its message; `diagnosis.<exercise>.<id>` unless several share one.
    functions : dict
        Replacements by name.
    edits : list of (str, str)
        Text replacements in the source of `of`; each must match exactly once.
    of : str
        The top-level function or class that is edited.
    """

    exercise: str
    id: str
    correct: bool = False
    row: str = ""
    message: str = ""
    functions: dict[str, FunctionType] = field(default_factory=dict)
    edits: list[tuple[str, str]] = field(default_factory=list)
    of: str = ""


_open: tuple[str, dict[str, Misconception]] | None = None


def _enter(misconception_id: str, correct: bool, row: str, message: str) -> Misconception:
    if _open is None:
        raise WorkbookError(
            "Misconceptions are declared in files of solutions/misconceptions only."
        )
    exercise, found = _open
    message = message or f"{exercise}.{misconception_id}"
    made = Misconception(exercise, misconception_id, correct, row, message)
    return found.setdefault(misconception_id, made)


def _declare(
    misconception_id: str, correct: bool, row: str, message: str
) -> Callable[[FunctionType], FunctionType]:
    def keep(function: FunctionType) -> FunctionType:
        _enter(misconception_id, correct, row, message).functions[function.__name__] = function
        return function

    return keep


def wrong(
    misconception_id: str, *, row: str = "", message: str = ""
) -> Callable[[FunctionType], FunctionType]:
    """Declare the decorated function as a misconception.

    Parameters
    ----------
    variant_id : str
    row : str, optional
        Row of the catalogue of learners' mistakes.
    message : str, optional
        `<exercise>.<misconception>` of another message, or `shared.<name>`, if it is shared.
    """
    return _declare(misconception_id, False, row, message)


def right(misconception_id: str, *, row: str = "") -> Callable[[FunctionType], FunctionType]:
    """Declare the decorated function as correct in other words: it must pass."""
    return _declare(misconception_id, True, row, "")


def wrong_edit(
    misconception_id: str, *edits: tuple[str, str], row: str = "", message: str = "", of: str = ""
) -> None:
    """Declare a mistake as text replacements `(old, new)` in the solution's source.

    Each `old` must match exactly once in the class or function that holds the exercise, or in
    the top-level name `of` of the same file.
    """
    misconception = _enter(misconception_id, False, row, message)
    misconception.edits.extend(edits)
    misconception.of = of


def right_edit(misconception_id: str, *edits: tuple[str, str], row: str = "", of: str = "") -> None:
    """Declare text replacements that leave the solution correct."""
    misconception = _enter(misconception_id, True, row, "")
    misconception.edits.extend(edits)
    misconception.of = of


def catalogue(exercise_id: str, impl: Implementation) -> dict[str, Misconception]:
    """The misconceptions of one exercise, by id, in the order of their file.

    Parameters
    ----------
    exercise_id : str
    impl : Implementation
        The solutions; their folder holds `misconceptions/`.
    """
    global _open
    path = source_file(exercise_id, impl.folder)
    if not path.is_file():
        return {}
    exercise = curriculum.load()[exercise_id]
    names = dict(vars(impl.module(exercise.module)))
    found: dict[str, Misconception] = {}
    _open = (exercise_id, found)
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    finally:
        _open = None
    return found


def edited_source(misconception: Misconception, impl: Implementation) -> tuple[str, str]:
    """Name and source of the class or function after its text replacements."""
    exercise = curriculum.load()[misconception.exercise]
    name = misconception.of or exercise.qualname
    path = impl.folder / exercise.file
    source = path.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if getattr(node, "name", "") == name:
            text = ast.get_source_segment(source, node) or ""
            break
    else:
        raise WorkbookError(
            f"{misconception.exercise}/{misconception.id}: {exercise.file} has no {name}."
        )
    for old, new in misconception.edits:
        if text.count(old) != 1:
            raise WorkbookError(
                f"{misconception.exercise}/{misconception.id}: {old!r} stands "
                f"{text.count(old)} times in {name}; it must stand exactly once."
            )
        text = text.replace(old, new)
    return name, text


def _edited(misconception: Misconception, impl: Implementation) -> Any:
    exercise = curriculum.load()[misconception.exercise]
    name, text = edited_source(misconception, impl)
    names = dict(vars(impl.module(exercise.module)))
    exec(compile(text, f"{Path(exercise.file).name} ({misconception.id})", "exec"), names)
    return names[name]


def replacements(misconception: Misconception, impl: Implementation) -> dict[str, Any]:
    """What takes the place of which top-level name of the exercise's module."""
    found: dict[str, Any] = dict(misconception.functions)
    if misconception.edits:
        name = misconception.of or curriculum.load()[misconception.exercise].qualname
        found[name] = _edited(misconception, impl)
    return found


_catalogues: dict[tuple[Path, str], dict[str, Misconception]] = {}


@contextlib.contextmanager
def planted(
    impl: Implementation, exercise_id: str, misconception_id: str
) -> Iterator[Misconception]:
    """An implementation of solutions with one misconception in the place of the right code.

    Raises
    ------
    WorkbookError
        If there is no such misconception, or an edit does not match exactly once.
    """
    key = (impl.folder, f"{impl.package}/{exercise_id}")
    if key not in _catalogues:
        _catalogues[key] = catalogue(exercise_id, impl)
    try:
        misconception = _catalogues[key][misconception_id]
    except KeyError:
        raise WorkbookError(f"{exercise_id} has no misconception {misconception_id!r}.") from None
    home = impl.module(curriculum.load()[exercise_id].module)
    swaps: dict[int, object] = {}
    for name, replacement in replacements(misconception, impl).items():
        if not hasattr(home, name):
            raise WorkbookError(f"{exercise_id}/{misconception_id}: the solution has no {name}.")
        swaps[id(getattr(home, name))] = replacement
    with swapped(impl, swaps):
        yield misconception


@contextlib.contextmanager
def swapped(impl: Implementation, swaps: Mapping[int, object]) -> Iterator[None]:
    """Replace the objects with these ids in an implementation, under whatever name they go."""
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
