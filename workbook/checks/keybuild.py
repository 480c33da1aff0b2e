"""Building the answer key: run the solutions and every known mistake, and pack what they did."""

import io
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from workbook import curriculum
from workbook.checks import probe as probes
from workbook.checks.fingerprint import ProbePrint, VariantPrint
from workbook.checks.key import FORMAT, HERE, Key, shipped, sources
from workbook.checks.probe import DEFAULT_SEED
from workbook.checks.record import Record
from workbook.checks.references import FromSolutions
from workbook.errors import WorkbookError

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


def _pack_print(printed: ProbePrint, numbers: _Numbers) -> dict[str, Any]:
    if printed.raised is not None:
        return {"raised": list(printed.raised)}
    arrays = {}
    for name, a in printed.arrays.items():
        shape = None if a.shape is None else list(a.shape)
        count = len(a.numbers)
        arrays[name] = [a.kind, a.type, shape, list(a.odd), numbers.add(a.numbers), count]
    packed: dict[str, Any] = {"arrays": arrays}
    packed |= {k: list(v) for k in ("missing", "extra", "changed") if (v := getattr(printed, k))}
    return packed


def _entry(
    exercise_id: str, live: FromSolutions, values: _Numbers, prints: _Numbers
) -> dict[str, Any]:
    records, variants = live.run(exercise_id), live.run_variants(exercise_id)
    return {
        "sources": sources(exercise_id, live.folder),
        "probes": {name: _pack_record(r, values) for name, r in records.items()},
        "variants": [_pack_variant(v, prints) for v in variants],
    }


def _pack_variant(variant: VariantPrint, prints: _Numbers) -> dict[str, Any]:
    probes_ = {name: _pack_print(p, prints) for name, p in variant.probes.items()}
    return {"id": variant.id, "message": variant.message, "probes": probes_}


def _kept(exercise_id: str, old: Key, values: _Numbers, prints: _Numbers) -> dict[str, Any]:
    """An exercise's part of an older key, with its numbers put where they lie in the new one."""
    return {
        "sources": old.index["exercises"][exercise_id]["sources"],
        "probes": {n: _pack_record(r, values) for n, r in old.stored(exercise_id).items()},
        "variants": [_pack_variant(v, prints) for v in old.variants(exercise_id)],
    }


def build(
    solutions: Path,
    exercises: Iterable[str] | None = None,
    *,
    seed: int = DEFAULT_SEED,
    old: Key | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> Key:
    """Run the solutions and every wrong variant, and gather the key.

    Parameters
    ----------
    solutions : Path
    exercises : iterable of str, optional
        Ids to build; by default every exercise that has probes and is not fresh in `old`.
    old : Key, optional
        What is not built is taken from it.
    report : callable
        Told each exercise before it is run.
    """
    values, prints = _Numbers(), _Numbers()
    wanted = None if exercises is None else set(exercises)
    entries = {}
    live = FromSolutions(solutions, seed)
    try:
        for name in curriculum.load().ids():
            if not probes.for_exercise(name):
                continue
            fresh = old is not None and old.is_fresh(name, solutions)
            if (
                old is not None
                and name in old.ids()
                and (fresh if wanted is None else name not in wanted)
            ):
                entries[name] = _kept(name, old, values, prints)
            elif wanted is None or name in wanted:
                report(name)
                entries[name] = _entry(name, live, values, prints)
    finally:
        live.close()
    index = {"format": FORMAT, "seed": seed, "exercises": entries}
    return Key(index, values.array(), prints.array())


def _fresh(key: Key | None, exercise_id: str, solutions: Path) -> bool:
    return key is not None and key.is_fresh(exercise_id, solutions)


def update(
    solutions: Path,
    exercises: Iterable[str] | None = None,
    folder: Path = HERE,
    report: Callable[[str], None] = lambda line: None,
) -> Key:
    """Bring the shipped key up to date."""
    try:
        old = shipped(folder)
    except WorkbookError:
        old = None
    key = build(solutions, exercises, old=old, report=report)
    write(key, folder)
    return key


def write(key: Key, folder: Path = HERE) -> None:
    """Write `key.json` and `key.npz`, the same bytes for the same key."""
    text = json.dumps(key.index, ensure_ascii=False, separators=(",", ":"))
    packed = io.BytesIO()
    np.savez_compressed(packed, values=key.values, prints=key.prints)
    for name, data in (("key.json", (text + "\n").encode()), ("key.npz", packed.getvalue())):
        beside = folder / f".{name}.new"
        beside.write_bytes(data)
        os.replace(beside, folder / name)
