"""Known variants of the solutions: wrong ones that have a name, and right ones in other words.

`solutions/misconceptions/<exercise id>.py` holds them, one file an exercise:

    from workbook.checks.variants import right, wrong, wrong_edit

    @wrong("dw_in_place_of_w", row="A3")
    def affine_backward(dout, cache): ...

    @right("einsum")
    def affine_backward(dout, cache): ...

    wrong_edit("reg_doubled", ("0.5 * reg", "reg"), row="N1")   # for classes

The file runs with the names of the exercise's solution module at hand. Several functions with
one variant id are planted together (both halves of a pair).
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
from workbook.workspace.rooms import Room

__all__ = [
    "Variant",
    "catalogue",
    "edited_source",
    "planted",
    "right",
    "right_edit",
    "swapped",
    "wrong",
    "wrong_edit",
]

FOLDER = "misconceptions"


@dataclass
class Variant:
    """One variant of one exercise.

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


_open: tuple[str, dict[str, Variant]] | None = None


def _enter(variant_id: str, correct: bool, row: str, message: str) -> Variant:
    if _open is None:
        raise WorkbookError("Variants are declared in files of solutions/misconceptions only.")
    exercise, found = _open
    message = message or f"{exercise}.{variant_id}"
    made = Variant(exercise, variant_id, correct, row, f"diagnosis.{message}")
    return found.setdefault(variant_id, made)


def _declare(
    variant_id: str, correct: bool, row: str, message: str
) -> Callable[[FunctionType], FunctionType]:
    def keep(function: FunctionType) -> FunctionType:
        _enter(variant_id, correct, row, message).functions[function.__name__] = function
        return function

    return keep


def wrong(
    variant_id: str, *, row: str = "", message: str = ""
) -> Callable[[FunctionType], FunctionType]:
    """Declare the decorated function as a known mistake.

    Parameters
    ----------
    variant_id : str
    row : str, optional
        Row of the catalogue of learners' mistakes.
    message : str, optional
        `<exercise>.<variant>` of another message, or `shared.<name>`, if it is shared.
    """
    return _declare(variant_id, False, row, message)


def right(variant_id: str, *, row: str = "") -> Callable[[FunctionType], FunctionType]:
    """Declare the decorated function as correct in other words: it must pass."""
    return _declare(variant_id, True, row, "")


def wrong_edit(
    variant_id: str, *edits: tuple[str, str], row: str = "", message: str = "", of: str = ""
) -> None:
    """Declare a mistake as text replacements `(old, new)` in the solution's source.

    Each `old` must match exactly once in the class or function that holds the exercise, or in
    the top-level name `of` of the same file.
    """
    variant = _enter(variant_id, False, row, message)
    variant.edits.extend(edits)
    variant.of = of


def right_edit(variant_id: str, *edits: tuple[str, str], row: str = "", of: str = "") -> None:
    """Declare text replacements that leave the solution correct."""
    variant = _enter(variant_id, True, row, "")
    variant.edits.extend(edits)
    variant.of = of


def catalogue(exercise_id: str, room: Room) -> dict[str, Variant]:
    """The variants of one exercise, by id, in the order of their file.

    Parameters
    ----------
    exercise_id : str
    room : Room
        The solutions; their folder holds `misconceptions/`.
    """
    global _open
    path = room.folder / FOLDER / f"{exercise_id}.py"
    if not path.is_file():
        return {}
    exercise = curriculum.load()[exercise_id]
    names = dict(vars(room.module(exercise.module)))
    found: dict[str, Variant] = {}
    _open = (exercise_id, found)
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    finally:
        _open = None
    return found


def edited_source(variant: Variant, room: Room) -> tuple[str, str]:
    """Name and source of the class or function after its text replacements."""
    exercise = curriculum.load()[variant.exercise]
    name = variant.of or exercise.qualname
    path = room.folder / exercise.file
    source = path.read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if getattr(node, "name", "") == name:
            text = ast.get_source_segment(source, node) or ""
            break
    else:
        raise WorkbookError(f"{variant.exercise}/{variant.id}: {exercise.file} has no {name}.")
    for old, new in variant.edits:
        if text.count(old) != 1:
            raise WorkbookError(
                f"{variant.exercise}/{variant.id}: {old!r} stands {text.count(old)} times in "
                f"{name}; it must stand exactly once."
            )
        text = text.replace(old, new)
    return name, text


def _edited(variant: Variant, room: Room) -> Any:
    exercise = curriculum.load()[variant.exercise]
    name, text = edited_source(variant, room)
    names = dict(vars(room.module(exercise.module)))
    exec(compile(text, f"{Path(exercise.file).name} ({variant.id})", "exec"), names)
    return names[name]


def replacements(variant: Variant, room: Room) -> dict[str, Any]:
    """What takes the place of which top-level name of the exercise's module."""
    found: dict[str, Any] = dict(variant.functions)
    if variant.edits:
        name = variant.of or curriculum.load()[variant.exercise].qualname
        found[name] = _edited(variant, room)
    return found


_catalogues: dict[tuple[Path, str], dict[str, Variant]] = {}


@contextlib.contextmanager
def planted(room: Room, exercise_id: str, variant_id: str) -> Iterator[Variant]:
    """A room of solutions with one variant in the place of the right code.

    Raises
    ------
    WorkbookError
        If there is no such variant, or an edit does not match exactly once.
    """
    key = (room.folder, f"{room.package}/{exercise_id}")
    if key not in _catalogues:
        _catalogues[key] = catalogue(exercise_id, room)
    try:
        variant = _catalogues[key][variant_id]
    except KeyError:
        raise WorkbookError(f"{exercise_id} has no variant {variant_id!r}.") from None
    home = room.module(curriculum.load()[exercise_id].module)
    swaps: dict[int, object] = {}
    for name, replacement in replacements(variant, room).items():
        if not hasattr(home, name):
            raise WorkbookError(f"{exercise_id}/{variant_id}: the solution has no {name}.")
        swaps[id(getattr(home, name))] = replacement
    with swapped(room, swaps):
        yield variant


@contextlib.contextmanager
def swapped(room: Room, swaps: Mapping[int, object]) -> Iterator[None]:
    """A room in which the objects of these ids are replaced, under whatever name they go."""
    undo: list[tuple[dict[str, object], str, object]] = []
    try:
        for module in room.modules().values():
            for name, value in list(vars(module).items()):
                if id(value) in swaps:
                    undo.append((vars(module), name, value))
                    vars(module)[name] = swaps[id(value)]
        yield
    finally:
        for names, name, value in undo:
            names[name] = value
