"""A submission: the student's files, as one small zip that `workbook grade` reads."""

import hashlib
import json
import platform
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.errors import UsageError, WorkbookError
from workbook.grading.intake.archives import ArchiveLimits
from workbook.grading.intake.receipt import receipt
from workbook.locale import text
from workbook.release import course_files, strip_outputs
from workbook.student.zip_archive import zip_files
from workbook.version import __version__

__all__ = ["FORMAT", "Author", "StudentWork", "check_target", "gather", "manifest", "pack"]

FORMAT = 2


@dataclass(frozen=True)
class Author:
    """Who hands in; at least one of the two is not empty."""

    id: str = ""
    name: str = ""


@dataclass
class StudentWork:
    """What is handed in.

    Attributes
    ----------
    exercises : dict of bytes by exercise file
    notebooks : dict of bytes by file name
        With large outputs removed.
    statement : bytes
    filled_in : bool
        Whether the statement is another than the one that was handed out.
    missing : list of str
        Exercise files that are not there.
    notes : list of str
        What is not packed, and why.
    """

    exercises: dict[str, bytes] = field(default_factory=dict)
    notebooks: dict[str, bytes] = field(default_factory=dict)
    statement: bytes = b""
    filled_in: bool = False
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def receipt(self) -> str:
        """The code that the grade report repeats."""
        return receipt(self.exercises)

    def files(self) -> dict[str, bytes]:
        """Everything by its name in the zip, without the manifest."""
        found = {f"exercises/{name}": data for name, data in self.exercises.items()}
        found |= {f"notebooks/{name}": data for name, data in self.notebooks.items()}
        return {**found, "statement.md": self.statement}


def gather(exercises: Path, root: Path) -> StudentWork:
    """Read what is handed in.

    Parameters
    ----------
    exercises : Path
        The folder of exercises.
    root : Path
        The folder with `notebooks/` and perhaps `statement.md`.

    Raises
    ------
    WorkbookError
        If a file is too large to be graded, or there is none at all.
    """
    work = StudentWork()
    known, most = curriculum.load().files(), ArchiveLimits().bytes_each
    for name in known:
        try:
            data = (exercises / name).read_bytes()
        except FileNotFoundError:
            work.missing.append(name)
            continue
        except OSError as error:
            raise WorkbookError(text("release.submit.unreadable", file=name, why=error)) from error
        if len(data) > most:
            raise WorkbookError(text("release.submit.large", file=name, size=len(data), most=most))
        work.exercises[name] = data
    total, most = sum(map(len, work.exercises.values())), ArchiveLimits().bytes_kept
    if total > most:
        raise WorkbookError(text("release.submit.large_together", size=total, most=most))
    if not work.exercises:
        raise WorkbookError(text("release.submit.nothing", folder=exercises))
    for path in sorted(exercises.rglob("*.py")):
        name = path.relative_to(exercises).as_posix()
        if name not in known and path.name != "__init__.py" and not _hidden(name):
            work.notes.append(text("release.submit.other", file=name))
    _notebooks(work, root)
    ours = course_files.template("statement.md").encode("utf-8")
    written = root / "statement.md"
    work.statement = written.read_bytes() if written.is_file() else ours
    work.filled_in = work.statement.replace(b"\r\n", b"\n") != ours
    return work


def check_target(out: Path, exercises: Path) -> None:
    """Make sure that a submission may be written to `out`: it replaces nothing but a submission.

    Raises
    ------
    UsageError
    """
    target = out.resolve()
    if any(target == (exercises / name).resolve() for name in curriculum.load().files()):
        raise UsageError(text("release.submit.exercise", file=out))
    if out.is_dir():
        raise UsageError(text("release.submit.folder", file=out))
    if out.exists() and not _is_submission(out):
        raise UsageError(text("release.submit.other_file", file=out))


def _is_submission(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return {"manifest.json", "statement.md"} <= set(archive.namelist())
    except Exception:  # No zip, or a damaged one: its readers raise anything.
        return False


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__pycache__")) for part in name.split("/"))


def _notebooks(work: StudentWork, root: Path) -> None:
    traces = strip_outputs.PersonalTraces(root)
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        try:
            work.notebooks[path.name] = strip_outputs.clean_notebook(path.read_bytes(), traces)
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            work.notes.append(text("release.submit.no_notebook", file=path.name))


def manifest(work: StudentWork, student: Author, results: Sequence[Mapping[str, Any]]) -> bytes:
    """What the zip holds, made with which versions, and the student's results.

    Neither a time nor the machine stands in it: the same work gives the same bytes.
    """
    import numpy

    result_fields = (
        "exercise",
        "outcome",
        "integrated_outcome",
        "points",
        "max_points",
        "misconception",
    )
    return _json(
        {
            "format": FORMAT,
            "receipt": work.receipt,
            "student": {"id": student.id, "name": student.name},
            "statement_filled_in": work.filled_in,
            "versions": {
                "workbook": __version__,
                "python": platform.python_version(),
                "numpy": numpy.__version__,
            },
            "files": {
                name: hashlib.sha256(data).hexdigest() for name, data in work.files().items()
            },
            "missing": work.missing,
            "seed": results[0]["seed"] if results else None,
            "results": [{key: result[key] for key in result_fields} for result in results],
        }
    )


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")


def pack(work: StudentWork, listed: bytes) -> bytes:
    """Return the zip of some work, with its manifest."""
    return zip_files({**work.files(), "manifest.json": listed})
