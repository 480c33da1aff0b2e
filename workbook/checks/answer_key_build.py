"""Building the answer key: run the solutions and every misconception, and pack what they did."""

import io
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from workbook import curriculum
from workbook.cases import DEFAULT_SEED
from workbook.checks.answer_key import FORMAT, HERE, AnswerKey, shipped, sources
from workbook.checks.fingerprint import CaseFingerprint, Fingerprint
from workbook.checks.references import FromSolutions
from workbook.course import cases_of
from workbook.errors import WorkbookError
from workbook.records import Record

__all__ = ["build", "update", "write"]


class _Numbers:
    """One long row of float64; every number of the key has its place in it."""

    def __init__(self) -> None:
        self._parts: list[Any] = []
        self._length = 0

    def add(self, numbers: Any) -> int:
        flat = np.asarray(numbers, dtype=np.float64).ravel()
        self._parts.append(flat)
        self._length += flat.size
        return self._length - flat.size

    def array(self) -> Any:
        return np.concatenate([*self._parts, np.empty(0)])


def _pack_record(record: Record, numbers: _Numbers) -> dict[str, Any]:
    arrays: dict[str, list[Any]] = {}
    for name, value in record.arrays.items():
        if value.array is None:
            arrays[name] = [value.kind, value.type, None, None, 0]
        else:
            place = numbers.add(value.array)
            shape = list(value.array.shape)
            arrays[name] = [value.kind, value.type, value.array.dtype.name, shape, place]
    return {
        "arrays": arrays,
        "calls": [[c.function, list(c.arguments), c.returned] for c in record.calls],
        "changed": [[c.call, c.owner, c.argument] for c in record.changed],
        "aliases": [list(pair) for pair in record.aliases],
    }


def _pack_case(taken: CaseFingerprint, numbers: _Numbers) -> dict[str, Any]:
    if taken.raised is not None:
        return {"raised": list(taken.raised)}
    arrays = {}
    for name, a in taken.arrays.items():
        shape = None if a.shape is None else list(a.shape)
        count = len(a.numbers)
        arrays[name] = [a.kind, a.type, shape, list(a.odd), numbers.add(a.numbers), count]
    packed: dict[str, Any] = {"arrays": arrays}
    packed |= {k: list(v) for k in ("missing", "extra", "changed") if (v := getattr(taken, k))}
    return packed


def _entry(
    exercise_id: str, live: FromSolutions, values: _Numbers, projections: _Numbers
) -> dict[str, Any]:
    records, fingerprints = live.run(exercise_id), live.run_misconceptions(exercise_id)
    return {
        "sources": sources(exercise_id, live.folder),
        "cases": {name: _pack_record(r, values) for name, r in records.items()},
        "fingerprints": [_pack_misconception(v, projections) for v in fingerprints],
    }


def _pack_misconception(misconception: Fingerprint, projections: _Numbers) -> dict[str, Any]:
    listed = {name: _pack_case(p, projections) for name, p in misconception.cases.items()}
    return {"id": misconception.id, "message": misconception.message, "cases": listed}


def _kept(
    exercise_id: str, old: AnswerKey, values: _Numbers, projections: _Numbers
) -> dict[str, Any]:
    """An exercise's part of an older key, with its numbers put where they lie in the new one."""
    return {
        "sources": old.index["exercises"][exercise_id]["sources"],
        "cases": {n: _pack_record(r, values) for n, r in old.stored(exercise_id).items()},
        "fingerprints": [
            _pack_misconception(v, projections) for v in old.fingerprints(exercise_id)
        ],
    }


def build(
    solutions: Path,
    exercises: Iterable[str] | None = None,
    *,
    seed: int = DEFAULT_SEED,
    old: AnswerKey | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> AnswerKey:
    """Run the solutions and every misconception, and gather the key.

    Parameters
    ----------
    solutions : Path
    exercises : iterable of str, optional
        Ids to build; by default every exercise that has cases and is not fresh in `old`.
    old : Key, optional
        What is not built is taken from it.
    report : callable
        Told each exercise before it is run.
    """
    values, projections = _Numbers(), _Numbers()
    wanted = None if exercises is None else set(exercises)
    entries = {}
    live = FromSolutions(solutions, seed)
    try:
        for name in curriculum.load().ids():
            if not cases_of(name):
                continue
            fresh = old is not None and old.is_fresh(name, solutions)
            if (
                old is not None
                and name in old.ids()
                and (fresh if wanted is None else name not in wanted)
            ):
                entries[name] = _kept(name, old, values, projections)
            elif wanted is None or name in wanted:
                report(name)
                entries[name] = _entry(name, live, values, projections)
    finally:
        live.close()
    index = {"format": FORMAT, "seed": seed, "exercises": entries}
    return AnswerKey(index, values.array(), projections.array())


def _fresh(key: AnswerKey | None, exercise_id: str, solutions: Path) -> bool:
    return key is not None and key.is_fresh(exercise_id, solutions)


def update(
    solutions: Path,
    exercises: Iterable[str] | None = None,
    folder: Path = HERE,
    report: Callable[[str], None] = lambda line: None,
) -> AnswerKey:
    """Bring the shipped key up to date."""
    try:
        old = shipped(folder)
    except WorkbookError:
        old = None
    key = build(solutions, exercises, old=old, report=report)
    write(key, folder)
    return key


def write(key: AnswerKey, folder: Path = HERE) -> None:
    """Write `key.json` and `key.npz`, the same bytes for the same key."""
    text = json.dumps(key.index, ensure_ascii=False, separators=(",", ":"))
    packed = io.BytesIO()
    np.savez_compressed(packed, values=key.values, projections=key.projections)
    for name, data in (("key.json", (text + "\n").encode()), ("key.npz", packed.getvalue())):
        beside = folder / f".{name}.new"
        beside.write_bytes(data)
        os.replace(beside, folder / name)
