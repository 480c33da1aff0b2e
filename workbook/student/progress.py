"""What is done on this machine: the last outcome of each exercise, and which hints were read.

Kept only for the student's own files: nothing is recorded while another folder is judged, or
while the notebooks run with the solutions.
"""

import contextlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from workbook.curriculum import DONE
from workbook.errors import WorkbookError
from workbook.student import locations
from workbook.student.state_file import read_state, write_state

__all__ = [
    "count_hint",
    "done",
    "forget",
    "hints_read",
    "is_tracked",
    "mark_shown",
    "outcomes",
    "record",
    "recorded",
]

_PROGRESS = "progress"
_HINTS = "hints"
# Says nothing about the student's code.
_NO_VERDICT = "infra"


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def is_tracked(folder: Path) -> bool:
    """Whether what is found in `folder` is the student's progress."""
    with contextlib.suppress(WorkbookError):
        own = locations.own_folder().resolve() == Path(folder).resolve()
        return own and not locations.solutions_on()
    return False


def recorded() -> dict[str, dict[str, Any]]:
    """What is known about each exercise, by id.

    Returns
    -------
    dict
        `outcome`, `time` (ISO 8601, with the time zone) and `sha256` (of the file as it was
        judged) of the last check; `points`; `card`, the time and the file's hash when a card was
        last shown; `first_pass`, a time, if it was ever done; `shown`, a time, if the reference
        was opened before it passed.
    """
    return {k: v for k, v in read_state(_PROGRESS).items() if isinstance(v, dict)}


def outcomes() -> dict[str, str]:
    """The last outcome of each exercise that was checked."""
    return {
        name: str(stored["outcome"]) for name, stored in recorded().items() if "outcome" in stored
    }


def done() -> set[str]:
    """The exercises that were done when they were last checked."""
    return {name for name, outcome in outcomes().items() if outcome in DONE}


def record(folder: Path, results: Iterable[Mapping[str, Any]], *, card: bool = False) -> bool:
    """Keep results, if `folder` holds the student's own files.

    Parameters
    ----------
    folder : Path
        What was judged.
    results : iterable of mapping
        Entries with `exercise`, `outcome`, `sha256` and `points`.
    card : bool
        Whether a card is what shows them; the next one says if the file is still the same.

    Returns
    -------
    bool
        Whether they were kept; a folder that cannot be written to is no reason to stop a check.
    """
    judged = [result for result in results if result["outcome"] != _NO_VERDICT]
    if not judged or not is_tracked(folder):
        return False
    known = recorded()
    for result in judged:
        entry = {**known.get(result["exercise"], {})}
        entry |= {key: result[key] for key in ("outcome", "sha256", "points")}
        entry["time"] = _now()
        if card:
            entry["card"] = {"sha256": entry["sha256"], "time": entry["time"]}
        if result["outcome"] in DONE:
            entry.setdefault("first_pass", entry["time"])
        known[result["exercise"]] = entry
    with contextlib.suppress(WorkbookError):
        write_state(_PROGRESS, known)
        return True
    return False


def forget(exercise_ids: Iterable[str]) -> None:
    """Drop the outcomes of exercises that were reset; that they were once done is kept."""
    known = recorded()
    changed = False
    for name in exercise_ids:
        entry = known.get(name)
        if entry is not None and "outcome" in entry:
            known[name] = {k: entry[k] for k in ("first_pass", "shown") if k in entry}
            changed = True
    if changed:
        write_state(_PROGRESS, known)


def mark_shown(exercise_id: str) -> None:
    """Note that the reference was opened before the exercise passed."""
    known = recorded()
    entry = known.setdefault(exercise_id, {})
    if "shown" not in entry:
        entry["shown"] = _now()
        write_state(_PROGRESS, known)


def hints_read(exercise_id: str) -> int:
    """How many of an exercise's hints were asked for."""
    stored = read_state(_HINTS).get(exercise_id, 0)
    return stored if isinstance(stored, int) else 0


def count_hint(exercise_id: str, most: int) -> int:
    """Count one more hint as asked for, up to `most`; return how many that makes."""
    number = min(hints_read(exercise_id) + 1, most)
    write_state(_HINTS, {**read_state(_HINTS), exercise_id: number})
    return number
