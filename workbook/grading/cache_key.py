"""Keys of units: hashes of everything that a result depends on."""

import hashlib
import json
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from workbook.checks import answer_key
from workbook.course import digest
from workbook.errors import UsageError
from workbook.grading.sandbox import bubblewrap
from workbook.grading.units import Settings, Submission
from workbook.student import locations
from workbook.version import __version__

__all__ = ["derived_seed", "notebook", "solutions", "unit_keys"]

FORMAT = 1
_PACKAGE = Path(__file__).resolve().parents[1]
_JUDGES = ("checks/*.py", "checks/child/*.py", "grading/sandbox/*.py", "numerics/*.py")


def solutions() -> Path:
    """The instructor's solutions; grading needs it.

    Raises
    ------
    UsageError
        In a copy without one.
    """
    found = locations.solutions_folder()
    if found is None:
        raise UsageError("This copy has no solutions; a class is graded in the instructor's copy.")
    return found.resolve()


def notebook(name: str) -> Path:
    """The instructor's own notebook of that name.

    Raises
    ------
    UsageError
        If there is none.
    """
    path = _PACKAGE.parent / "notebooks" / f"{name}.ipynb"
    if not path.is_file():
        raise UsageError(f"There is no notebook {path.name} in {path.parent}.")
    return path


def derived_seed(secret: str, exercise_id: str) -> int:
    """The seed of one exercise: 31 bits, so that any database and any JSON reader holds it."""
    digest = hashlib.sha256(f"{secret}/{exercise_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


@cache
def _environment() -> dict[str, str]:
    """What numbers may depend on besides the code under judgement."""
    judges = hashlib.sha256()
    for pattern in _JUDGES:
        for path in sorted(_PACKAGE.glob(pattern)):
            judges.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return {
        "format": str(FORMAT),
        "workbook": __version__,
        "judges": judges.hexdigest(),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "system": f"{platform.system()} {platform.machine()}",
    }


@cache
def _sources(exercise_id: str, folder: Path, digest: str, stamp: tuple[int, ...]) -> dict[str, str]:
    """What an exercise is judged by; read once for as long as its files stay as they are."""
    return answer_key.sources(exercise_id, folder)


def _hash(parts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def unit_keys(submission: Submission, settings: Settings) -> dict[str, tuple[str, str]]:
    """The units of a submission: (kind, subject) by key."""
    keys = {}
    folder = solutions()
    stamp = tuple(path.stat().st_mtime_ns for path in sorted(folder.rglob("*.py")))
    limits: dict[str, Any] = {"timeout": settings.timeout, "memory": settings.memory}
    limits["sandbox"] = bubblewrap.selected_sandbox(settings.sandbox)
    for exercise_id in settings.exercises:
        parts = {
            "kind": "judge",
            "subject": exercise_id,
            "submission": submission.digest,
            "sources": _sources(exercise_id, folder, digest(exercise_id), stamp),
            "limits": limits,
            "seed": derived_seed(settings.secret, exercise_id),
            "environment": _environment(),
        }
        keys[_hash(parts)] = ("judge", exercise_id)
    for name in settings.notebooks:
        parts = {
            "kind": "nbval",
            "subject": name,
            "submission": submission.digest,
            "notebook": hashlib.sha256(notebook(name).read_bytes()).hexdigest(),
            "limits": {**limits, "cell_timeout": settings.cell_timeout},
            "environment": _environment(),
        }
        keys[_hash(parts)] = ("nbval", name)
    return keys
