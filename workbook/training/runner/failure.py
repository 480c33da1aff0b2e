"""An error in the student's code: what, in which file and line, and which check to run."""

from dataclasses import dataclass
from pathlib import Path

from workbook import curriculum
from workbook.student import locations
from workbook.student.importer import FileProblem
from workbook.worker.exceptions import describe

__all__ = ["Failure", "from_exception"]


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


def from_exception(error: BaseException, folder: Path) -> Failure:
    """Say where in `folder` an exception comes from, and which exercise that is."""
    if isinstance(error, FileProblem):
        original = error.original
        kind = type(original).__name__ if original is not None else "FileNotFoundError"
        return Failure(kind, str(error), error.file, error.line)
    raised = describe(error, folder)
    if not raised.file:
        return Failure(raised.type, raised.message)
    todo = bool(raised.unwritten)
    return Failure(
        raised.type,
        raised.message,
        locations.display_path(folder / raised.file),
        raised.line,
        raised.source,
        raised.unwritten if todo else _exercise(raised.file, raised.function),
        todo,
    )


def _exercise(file: str, qualname: str) -> str | None:
    """The exercise of a file that a function such as `TwoLayerNet.loss` belongs to."""
    name, _, part = qualname.partition(".")
    mine = [e for e in curriculum.load().in_file(file) if e.qualname == name]
    for exercise in mine:
        if exercise.part == part.strip("_"):
            return exercise.id
    return mine[0].id if mine else None
