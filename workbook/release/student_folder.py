"""A student's folder: exercises, notebooks, and the files around them; nothing of the package."""

import shutil
import sys
from pathlib import Path

from workbook.errors import UsageError, WorkbookError
from workbook.locale import text
from workbook.release import course_files
from workbook.student import atomic_write, locations
from workbook.temporary_folder import temporary_folder

__all__ = ["PYTHON", "make", "write"]

# The Python that made the folder: start.py asks it if there is nothing to install from.
PYTHON = ".workbook/python.txt"


def _contents() -> dict[str, bytes]:
    """Every file of a new folder by its name."""
    found = {f"exercises/{name}": data for name, data in course_files.exercises().items()}
    for path in course_files.notebooks():
        found[f"notebooks/{path.name}"] = course_files.notebook_bytes(path, course_files.LINKS[1])
    course_root = course_files.course_root()
    for name in ("start.py", "start.bat"):
        found[name] = (course_root / name).read_bytes()
    for name in ("README.md", "statement.md"):
        found[name] = course_files.template(name).encode("utf-8")
    return found


def write(folder: Path, contents: dict[str, bytes]) -> None:
    """Write files below a folder that nobody else uses yet."""
    for name, data in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def make(folder: Path) -> list[str]:
    """Make a student's folder; whole, or not at all where it did not exist.

    Parameters
    ----------
    folder : Path
        It may exist, if nothing in it has a name that is needed.

    Returns
    -------
    list of str
        The names at its top.

    Raises
    ------
    UsageError
        If something stands in the way; it is named.
    """
    folder = folder.resolve()
    contents = _contents()
    top = sorted({name.partition("/")[0] for name in contents})
    if folder.name == "workbook":
        raise UsageError(text("release.init.name", other=folder.with_name("my-workbook")))
    if folder.exists() and not folder.is_dir():
        raise UsageError(text("release.init.file", folder=folder))
    existing = [name for name in [*top, locations.MARKER] if (folder / name).exists()]
    if existing:
        raise UsageError(text("release.init.there", folder=folder, names=", ".join(existing)))
    parent = folder
    while not parent.exists():
        parent = parent.parent
    try:
        with temporary_folder(parent, "init") as temporary:
            write(temporary, contents)
            atomic_write.write_text(temporary / PYTHON, sys.executable + "\n")
            locations.mark_folder(temporary)
            _move_into_place(temporary, folder, top)
    except OSError as error:
        raise WorkbookError(
            text("release.init.failed", folder=folder, why=error.strerror or error)
        ) from error
    return top


def _move_into_place(temporary: Path, folder: Path, top: list[str]) -> None:
    """Move what is finished to its place, the marker last: before it, it is no such folder."""
    folder.mkdir(parents=True, exist_ok=True)
    moved: list[Path] = []
    try:
        for name in top:
            (temporary / name).rename(folder / name)
            moved.append(folder / name)
        state = folder / ".workbook"
        state.mkdir(exist_ok=True)
        for path in sorted((temporary / ".workbook").iterdir(), reverse=True):
            path.replace(state / path.name)
    except OSError:
        for path in moved:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise
