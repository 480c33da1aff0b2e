"""Which folder of exercises is in use, and which one is the student's.

A folder made by `workbook init` carries `.workbook/folder.toml`; its key `exercises` names
the exercise folder beside it (default `exercises`). The choice that `workbook solutions
on|off` saves, snapshots and progress lie in the same `.workbook` (see `state_folder`).
"""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from workbook import locale
from workbook.errors import UsageError, WorkbookError
from workbook.student import atomic_write

__all__ = [
    "MARKER",
    "VARIABLE",
    "Location",
    "ProcessLocations",
    "current",
    "display_path",
    "exercises_folder",
    "mark_folder",
    "nearest_folder",
    "own_folder",
    "pristine_folder",
    "process",
    "save",
    "solutions_folder",
    "solutions_on",
    "state_folder",
    "student_folder",
    "use",
]

VARIABLE = "WORKBOOK_EXERCISES"
MARKER = ".workbook/folder.toml"
_SAVED = "choice.toml"


@dataclass(frozen=True)
class Location:
    """What `workbook.exercises` shows.

    Attributes
    ----------
    which : str
        `stubs` (the student's files), `solutions`, or `folder` (one named by hand).
    folder : Path
        The folder itself.
    decided_by : str
        What decided: `switch`, `variable`, `saved`, `init` or `package`.
    """

    which: str
    folder: Path
    decided_by: str


@dataclass
class ProcessLocations:
    """What this process was told about locations.

    Attributes
    ----------
    switch : str or None
        `stubs`, `solutions` or a folder; goes before the variable and the saved choice.
    start : Path or None
        Where to look for a student's folder, whatever the working directory becomes.
    """

    switch: str | None = None
    start: Path | None = None


process = ProcessLocations()


def _start(start: Path | str | None) -> Path:
    return Path(start).resolve() if start is not None else (process.start or Path.cwd())


def _package() -> Path:
    return Path(__file__).resolve().parents[1]


def _checkout() -> Path | None:
    """The folder above the package, if it is a copy of the project and not site-packages."""
    parent = _package().parent
    return parent if (parent / "pyproject.toml").is_file() else None


def nearest_folder(start: Path | str | None = None) -> Path | None:
    """The nearest folder upwards that `workbook init` made."""
    here = _start(start)
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file():
            return folder
    return None


def mark_folder(folder: Path, exercises: str = "exercises") -> None:
    """Make `folder` one that `nearest_folder` finds; `exercises` is relative to it."""
    quoted = exercises.replace("\\", "/").replace('"', '\\"')
    atomic_write.write_text(folder / MARKER, f'exercises = "{quoted}"\n')


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise WorkbookError(
            locale.text("student.locations.unreadable", file=path, why=error)
        ) from error


def state_folder(start: Path | str | None = None) -> Path:
    """Where choice, snapshots and progress are kept; it need not exist yet.

    `.workbook` in the nearest folder that `workbook init` made, else in the checkout; for an
    installed package without either, a folder of the user's own.
    """
    root = nearest_folder(start) or _checkout()
    if root is not None:
        return root / ".workbook"
    import platformdirs

    return Path(platformdirs.user_data_path("workbook", appauthor=False))


def solutions_folder() -> Path | None:
    """The instructor's solutions beside the package, or None in a copy without it."""
    parent = _checkout()
    folder = parent / "solutions" if parent is not None else None
    return folder if folder is not None and (folder / "__init__.py").is_file() else None


def pristine_folder() -> Path:
    """Return the stubs as they were generated; never an implementation that a student has edited.

    A checkout generates them from its solutions; other copies were built with them.
    """
    solutions = solutions_folder()
    if solutions is None:
        return _package() / "student" / "pristine"
    from workbook.student import pristine_stubs  # The generator is of use in a checkout alone.

    return pristine_stubs.folder(solutions)


def _require_solutions(requested_by: str) -> Path:
    folder = solutions_folder()
    if folder is None:
        raise WorkbookError(locale.text(f"student.locations.no_solutions_{requested_by}"))
    return folder


def _named_folder(value: str, start: Path | str | None) -> Path:
    folder = (_start(start) / Path(value).expanduser()).resolve()
    if not folder.is_dir():
        raise UsageError(locale.text("student.locations.no_folder", value=value))
    return folder


def _student_location(start: Path | str | None) -> Location:
    marked = nearest_folder(start)
    if marked is None:
        return Location("stubs", _package() / "exercises", "package")
    name = _read(marked / MARKER).get("exercises", "exercises")
    return Location("stubs", marked / str(name), "init")


def own_folder(start: Path | str | None = None) -> Path:
    """The student's own files, also while `WORKBOOK_EXERCISES` names another folder."""
    return _student_location(start).folder


def student_folder(start: Path | str | None = None) -> Path:
    """The student's files, whatever the toggle says.

    A folder that `WORKBOOK_EXERCISES` names counts as the student's (unless it is
    `solutions`), so that check and notebook judge the same files.
    """
    value = os.environ.get(VARIABLE, "")
    if value not in ("", "stubs", "solutions"):
        folder = _named_folder(value, start)
        if folder != solutions_folder():
            return folder
    return _student_location(start).folder


def _resolve(value: str, decided_by: str, start: Path | str | None) -> Location:
    if value == "solutions":
        return Location("solutions", _require_solutions(decided_by), decided_by)
    if value == "stubs":
        return Location("stubs", student_folder(start), decided_by)
    folder = _named_folder(value, start)
    return Location("solutions" if folder == solutions_folder() else "folder", folder, decided_by)


def current(start: Path | str | None = None) -> Location:
    """What `workbook.exercises` shows now, and why.

    Raises
    ------
    WorkbookError
        If solutions are asked for in a copy without them, or the variable names no folder.
    """
    if process.switch is not None:
        return _resolve(process.switch, "switch", start)
    value = os.environ.get(VARIABLE, "")
    if value:
        return _resolve(value, "variable", start)
    if _read(state_folder(start) / _SAVED).get("exercises") == "solutions":
        return _resolve("solutions", "saved", start)
    return _student_location(start)


def exercises_folder(start: Path | str | None = None) -> Path:
    """The folder that `workbook.exercises` shows now."""
    return current(start).folder


def solutions_on(start: Path | str | None = None) -> bool:
    """Whether `workbook.exercises` shows the solutions; nothing counts as progress then."""
    return current(start).which == "solutions"


def use(which: str | None) -> None:
    """Switch this process to `stubs`, `solutions` or a folder; None takes the switch back.

    Names that were imported before keep their old code: `student.use_solutions` also renews
    those of a notebook.
    """
    if which is not None:
        _resolve(which, "switch", None)
    process.switch = which


def save(which: str, start: Path | str | None = None) -> None:
    """Keep the choice `stubs` or `solutions` for the next process."""
    path = state_folder(start) / _SAVED
    if which == "solutions":
        _require_solutions("switch")
        atomic_write.write_text(path, 'exercises = "solutions"\n')
    elif which == "stubs":
        path.unlink(missing_ok=True)
    else:
        raise UsageError(locale.text("student.locations.save_what", value=which))


def display_path(path: Path | str) -> str:
    """`path` as a reader knows it: relative to the checkout or their own folder."""
    path = Path(path).resolve()
    for root in (nearest_folder(path.parent), _package().parent):
        if root is not None and path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return str(path)
