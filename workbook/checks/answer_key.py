"""The answer key: a data file built from the solutions. No code, no pickle.

`key.json` says what is where, `key.npz` holds the numbers: `values` (reference arrays, whole)
and `prints` (norms and projections of the misconceptions).
"""

import hashlib
import json
import zlib
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from workbook import curriculum
from workbook.checks.fingerprint import ArrayFingerprint, CaseFingerprint, Fingerprint
from workbook.course import cases_of, digest
from workbook.errors import WorkbookError
from workbook.records import Call, Changed, Record, Value

__all__ = ["FORMAT", "HERE", "AnswerKey", "shipped", "size", "sources", "stale"]

FORMAT = 2
HERE = Path(__file__).parent


def sources(exercise_id: str, folder: Path) -> dict[str, str]:
    """SHA-256 of what an exercise's part of the key was built from.

    Parameters
    ----------
    exercise_id : str
    folder : Path
        The solutions.

    Returns
    -------
    dict
        By file, with forward slashes; `cases` for the cases themselves.
    """
    known = curriculum.load()
    involved = [exercise_id, *curriculum.closure(exercise_id), *curriculum.own(exercise_id)]
    files = sorted({known[name].file for name in involved})
    files.append(f"misconceptions/{known[exercise_id].topic}/{exercise_id}.py")
    found = {"cases": digest(exercise_id)}
    for file in files:
        path = folder / file
        if path.is_file():
            # As text: line ends differ between systems, their meaning does not.
            text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
            found[file] = hashlib.sha256(text.encode()).hexdigest()
    return found


class AnswerKey:
    """A key as it was read or built.

    Parameters
    ----------
    index : dict
        What `key.json` holds.
    values, prints : ndarray
        What `key.npz` holds.
    """

    def __init__(self, index: dict[str, Any], values: Any, projections: Any) -> None:
        if index.get("format") != FORMAT:
            raise WorkbookError("The answer key has another format. `workbook key` rebuilds it.")
        self.index = index
        self.values = values
        self.projections = projections
        self.seed = int(index["seed"])

    def ids(self) -> list[str]:
        """The exercises that it knows."""
        return list(self.index["exercises"])

    def _entry(self, exercise_id: str) -> dict[str, Any]:
        try:
            entry: dict[str, Any] = self.index["exercises"][exercise_id]
        except KeyError:
            raise WorkbookError(
                f"The answer key does not know {exercise_id}. `workbook key` rebuilds it."
            ) from None
        return entry

    def is_fresh(self, exercise_id: str, folder: Path) -> bool:
        """Whether nothing has changed since that exercise's part was built."""
        entry = self.index["exercises"].get(exercise_id)
        return entry is not None and entry["sources"] == sources(exercise_id, folder)

    def records(self, exercise_id: str) -> dict[str, Record]:
        """The solution's record by case name.

        Raises
        ------
        WorkbookError
            If the cases of this copy are not those that the key was built with.
        """
        entry = self._entry(exercise_id)
        if entry["sources"]["cases"] != digest(exercise_id):
            raise WorkbookError(f"The answer key does not fit the cases of {exercise_id}.")
        return self.stored(exercise_id)

    def stored(self, exercise_id: str) -> dict[str, Record]:
        """The solution's record by case name, whether or not it fits the cases of this copy."""
        listed = self._entry(exercise_id)["cases"]
        return {name: self._record(exercise_id, name, raw) for name, raw in listed.items()}

    def _record(self, exercise_id: str, name: str, raw: dict[str, Any]) -> Record:
        arrays = {}
        for array, (kind, type_name, dtype, shape, at) in raw["arrays"].items():
            if dtype is None:
                arrays[array] = Value(kind, type_name)
                continue
            size = int(np.prod(shape, dtype=np.int64))
            numbers = self.values[at : at + size].reshape(shape).astype(dtype)
            arrays[array] = Value(kind, type_name, numbers)
        return Record(
            exercise=exercise_id,
            case=name,
            arrays=arrays,
            calls=tuple(Call(f, tuple(args), returned) for f, args, returned in raw["calls"]),
            changed=tuple(Changed(*row) for row in raw["changed"]),
            aliases=tuple((a, b) for a, b in raw["aliases"]),
        )

    def alike(self, exercise_id: str) -> list[list[Fingerprint]]:
        """Groups of misconceptions that no case tells from one another."""
        groups: list[list[Fingerprint]] = []
        for misconception in self.fingerprints(exercise_id):
            same = (group for group in groups if group[0].cases == misconception.cases)
            found = next(same, None)
            if found is None:
                groups.append([misconception])
            else:
                found.append(misconception)
        return [group for group in groups if len(group) > 1]

    def fingerprints(self, exercise_id: str) -> list[Fingerprint]:
        """The prints of the misconceptions."""
        return [
            Fingerprint(
                exercise_id,
                raw["id"],
                raw["message"],
                {name: self._case_fingerprint(p) for name, p in raw["cases"].items()},
            )
            for raw in self._entry(exercise_id)["fingerprints"]
        ]

    def _case_fingerprint(self, raw: dict[str, Any]) -> CaseFingerprint:
        arrays = {}
        for name, (kind, type_name, shape, odd, at, count) in raw.get("arrays", {}).items():
            arrays[name] = ArrayFingerprint(
                kind,
                type_name,
                None if shape is None else tuple(shape),
                (odd[0], odd[1], odd[2]),
                tuple(float(x) for x in self.projections[at : at + count]),
            )
        raised = raw.get("raised")
        return CaseFingerprint(
            raised=None if raised is None else (raised[0], raised[1]),
            arrays=arrays,
            missing=tuple(raw.get("missing", ())),
            extra=tuple(raw.get("extra", ())),
            changed=tuple(raw.get("changed", ())),
        )


@cache
def _read(folder: Path, stamp: tuple[int, int]) -> AnswerKey:
    try:
        index = json.loads((folder / "key.json").read_text(encoding="utf-8"))
        with np.load(folder / "key.npz", allow_pickle=False) as arrays:
            return AnswerKey(index, arrays["values"], arrays["projections"])
    except (ValueError, KeyError, EOFError, AttributeError, BadZipFile, zlib.error) as error:
        raise WorkbookError(
            "The answer key is damaged: take key.json and key.npz from a fresh copy of the course."
        ) from error


def shipped(folder: Path = HERE) -> AnswerKey | None:
    """The key in a folder, by default the one that this package ships; None without one.

    Raises
    ------
    WorkbookError
        If it cannot be read.
    """
    paths = (folder / "key.json", folder / "key.npz")
    if not all(path.is_file() for path in paths):
        return None
    return _read(folder, (paths[0].stat().st_mtime_ns, paths[1].stat().st_mtime_ns))


def stale(solutions: Path, folder: Path = HERE) -> list[str]:
    """Ids of exercises whose part of the shipped key is missing or out of date."""
    try:
        key = shipped(folder)
    except WorkbookError:
        key = None
    known = [name for name in curriculum.load().ids() if cases_of(name)]
    return [name for name in known if key is None or not key.is_fresh(name, solutions)]


def size(folder: Path = HERE) -> int:
    """Bytes of the key's two files."""
    return sum((folder / name).stat().st_size for name in ("key.json", "key.npz"))
