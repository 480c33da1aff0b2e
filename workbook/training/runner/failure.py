"""An error in the student's code: what, in which file and line, and which check to run."""

import linecache
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.student import locations
from workbook.student.importer import FileProblem

__all__ = ["Failure", "describe"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an experiment ended with an error.

    Attributes
    ----------
    kind : str
        The exception's class.
    message : str
        Its text.
    file : str or None
        The exercise file, as a reader knows it; None if it was not in one.
    line : int or None
    source : str
        That line.
    exercise : str or None
        The exercise whose code that is: the check to run.
    todo : bool
        Whether it is an exercise that is still to be done.
    """

    kind: str
    message: str
    file: str | None = None
    line: int | None = None
    source: str = ""
    exercise: str | None = None
    todo: bool = False

    def __str__(self) -> str:
        if self.todo:
            return f"{self.exercise} is still to do ({self.file}, line {self.line})."
        where = f"{self.file} line {self.line}: " if self.file else ""
        return f"{where}{self.kind}: {self.message}" if self.message else f"{where}{self.kind}"

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def describe(error: BaseException, folder: Path) -> Failure:
    """Say where in `folder` an exception comes from."""
    if isinstance(error, FileProblem):
        original = error.original
        kind = type(original).__name__ if original is not None else "FileNotFoundError"
        return Failure(kind, str(error), error.file, error.line)
    kind, message = type(error).__name__, str(error)
    inside = [
        frame
        for frame in traceback.walk_tb(error.__traceback__)
        if Path(frame[0].f_code.co_filename).is_relative_to(folder)
    ]
    if not inside:
        return Failure(kind, message)
    frame, line = inside[-1]
    path = Path(frame.f_code.co_filename)
    source = linecache.getline(str(path), line).strip()
    file = path.relative_to(folder).as_posix()
    ids = curriculum.load().ids()
    todo = isinstance(error, NotImplementedError) and message in ids
    exercise = message if todo else _exercise(file, frame.f_code.co_qualname)
    return Failure(kind, message, locations.display_path(path), line, source, exercise, todo)


def _exercise(file: str, qualname: str) -> str | None:
    """The exercise of a file that a function such as `TwoLayerNet.loss` belongs to."""
    name, _, part = qualname.partition(".")
    mine = [e for e in curriculum.load().in_file(file) if e.qualname == name]
    for exercise in mine:
        if exercise.part == part.strip("_"):
            return exercise.id
    return mine[0].id if mine else None
