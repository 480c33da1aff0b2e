"""Which files of a results folder are ours: only these are replaced, and only these removed."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workbook.errors import WorkbookError
from workbook.student.atomic_write import write_text

__all__ = ["is_ours", "mark", "replaced"]

_MARK = ".workbook-results.json"
_FORMAT = 1
_TABLES = ("grades.csv", "canvas.csv", "grades.json", "class.html")
# Pages of who is no longer in the class; logs stay.
_REMOVED = ("feedback/", "junit/")
# What a killed run was just writing: the name, eight letters, `.part`.
_PART = re.compile(r"^\.(.+)\.\w{8}\.part$")


def is_ours(out: Path) -> bool:
    """Return whether a folder was made for results, and for nothing else."""
    return (out / _MARK).is_file() or _is_older(out)


def _is_older(out: Path) -> bool:
    """Return whether an earlier version, which put no mark on it, wrote the folder."""
    return (out / ".lock").is_file() and (out / "logs").is_dir()


def mark(out: Path) -> None:
    """Say in the folder itself that it is one of ours."""
    if not (out / _MARK).is_file():
        _save(out, _of_older(out) if _is_older(out) else set())


def _of_older(out: Path) -> set[str]:
    """Return what an earlier version wrote: the tables, and a page and a log for each student."""
    found = {name for name in _TABLES if (out / name).is_file()}
    for log in (out / "logs").glob("*.log"):
        page = f"feedback/{log.stem}.html"
        if (out / page).is_file():
            found |= {page, f"logs/{log.name}"}
    return found


def _save(out: Path, names: set[str]) -> None:
    write_text(out / _MARK, json.dumps({"format": _FORMAT, "files": sorted(names)}) + "\n")


def _load(out: Path) -> set[str]:
    try:
        found = json.loads((out / _MARK).read_text(encoding="utf-8"))["files"]
        return {name for name in found if isinstance(name, str)}
    except (ValueError, KeyError, TypeError):
        return set()


@contextmanager
def replaced(out: Path, names: set[str]) -> Iterator[None]:
    """Allow files to be written, and remove what an earlier run wrote and this one does not.

    The names are noted before, so that a run that is killed leaves nothing that is nobody's.

    Raises
    ------
    WorkbookError
        If something of that name is there that we did not write, or a file is gone afterwards.
    """
    ours = _load(out)
    for name in sorted(names - ours):
        path = out / name
        if path.is_symlink() or path.exists():
            raise WorkbookError(
                f"{path} is in the way, and `workbook grade` did not write it. "
                "Move it; then the same command goes on."
            )
    _save(out, ours | names)
    yield
    for name in sorted(names):
        if not (out / name).is_file():
            raise WorkbookError(
                f"{out / name} was removed during the run. Run the same command again."
            )
    gone = {name for name in ours - names if name.startswith(_REMOVED)}
    for name in gone:
        with suppress(OSError):  # A folder of that name is somebody else's.
            (out / name).unlink()
    _remove_parts(out, ours | names)
    _save(out, (ours | names) - gone)


def _remove_parts(out: Path, ours: set[str]) -> None:
    for folder in {(out / name).parent for name in ours}:
        for path in folder.glob(".*.part"):
            half = _PART.match(path.name)
            if half and (folder / half[1]).relative_to(out).as_posix() in ours:
                path.unlink(missing_ok=True)
