"""The answer key: a data file built from the solutions. No code, no pickle.

`key.json` says what is where, `key.npz` holds the numbers: `values` (reference arrays, whole)
and `prints` (norms and projections of the known mistakes).
"""

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbook import curriculum
from workbook.checks import probe as probes
from workbook.checks import requirements
from workbook.checks.fingerprint import ArrayPrint, ProbePrint, VariantPrint
from workbook.checks.probe import DEFAULT_SEED
from workbook.checks.record import Call, Changed, Record, Value
from workbook.errors import WorkbookError

if TYPE_CHECKING:
    from workbook.checks.references import FromSolutions

__all__ = ["Key", "build", "shipped", "size", "sources", "stale", "update", "write"]

FORMAT = 1
HERE = Path(__file__).parent


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
        By file, with forward slashes; `probes` for the probes themselves.
    """
    known = curriculum.load()
    involved = [exercise_id, *requirements.closure(exercise_id), *requirements.own(exercise_id)]
    files = sorted({known[name].file for name in involved})
    files += [f"misconceptions/{name}.py" for name in [exercise_id]]
    found = {"probes": probes.digest(exercise_id)}
    for file in files:
        path = folder / file
        if path.is_file():
            # As text: line ends differ between systems, their meaning does not.
            text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
            found[file] = hashlib.sha256(text.encode()).hexdigest()
    return found


class Key:
    """A key as it was read or built.

    Parameters
    ----------
    index : dict
        What `key.json` holds.
    values, prints : ndarray
        What `key.npz` holds.
    """

    def __init__(self, index: dict[str, Any], values: Any, prints: Any) -> None:
        if index.get("format") != FORMAT:
            raise WorkbookError("The answer key has another format. `workbook key` rebuilds it.")
        self.index = index
        self.values = values
        self.prints = prints
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
        """The solution's record by probe name.

        Raises
        ------
        WorkbookError
            If the probes of this copy are not those that the key was built with.
        """
        entry = self._entry(exercise_id)
        if entry["sources"]["probes"] != probes.digest(exercise_id):
            raise WorkbookError(f"The answer key does not fit the probes of {exercise_id}.")
        return {name: self._record(exercise_id, name, r) for name, r in entry["probes"].items()}

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
            probe=name,
            arrays=arrays,
            calls=tuple(Call(f, tuple(args), returned) for f, args, returned in raw["calls"]),
            changed=tuple(Changed(*row) for row in raw["changed"]),
            aliases=tuple((a, b) for a, b in raw["aliases"]),
        )

    def variants(self, exercise_id: str) -> list[VariantPrint]:
        """The prints of the known mistakes."""
        return [
            VariantPrint(
                exercise_id,
                raw["id"],
                raw["message"],
                {name: self._print(p) for name, p in raw["probes"].items()},
            )
            for raw in self._entry(exercise_id)["variants"]
        ]

    def _print(self, raw: dict[str, Any]) -> ProbePrint:
        arrays = {}
        for name, (kind, type_name, shape, odd, at, count) in raw.get("arrays", {}).items():
            arrays[name] = ArrayPrint(
                kind,
                type_name,
                None if shape is None else tuple(shape),
                (odd[0], odd[1], odd[2]),
                tuple(float(x) for x in self.prints[at : at + count]),
            )
        raised = raw.get("raised")
        return ProbePrint(
            raised=None if raised is None else (raised[0], raised[1]),
            arrays=arrays,
            missing=tuple(raw.get("missing", ())),
            extra=tuple(raw.get("extra", ())),
            changed=tuple(raw.get("changed", ())),
        )


@cache
def _read(folder: Path, stamp: tuple[int, int]) -> Key:
    index = json.loads((folder / "key.json").read_text(encoding="utf-8"))
    with np.load(folder / "key.npz", allow_pickle=False) as arrays:
        return Key(index, arrays["values"], arrays["prints"])


def shipped(folder: Path = HERE) -> Key | None:
    """The key in a folder, by default the one that this package ships; None without one."""
    paths = (folder / "key.json", folder / "key.npz")
    if not all(path.is_file() for path in paths):
        return None
    return _read(folder, (paths[0].stat().st_mtime_ns, paths[1].stat().st_mtime_ns))


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
    exercise_id: str, live: "FromSolutions", values: _Numbers, prints: _Numbers
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
        "probes": {n: _pack_record(r, values) for n, r in old.records(exercise_id).items()},
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
    from workbook.checks.references import FromSolutions

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


def stale(solutions: Path, folder: Path = HERE) -> list[str]:
    """Ids of exercises whose part of the shipped key is missing or out of date."""
    key = shipped(folder)
    known = [name for name in curriculum.load().ids() if probes.for_exercise(name)]
    return [name for name in known if key is None or not key.is_fresh(name, solutions)]


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


def size(folder: Path = HERE) -> int:
    """Bytes of the key's two files."""
    return sum((folder / name).stat().st_size for name in ("key.json", "key.npz"))


def write(key: Key, folder: Path = HERE) -> None:
    """Write `key.json` and `key.npz`, the same bytes for the same key."""
    text = json.dumps(key.index, ensure_ascii=False, separators=(",", ":"))
    packed = io.BytesIO()
    np.savez_compressed(packed, values=key.values, prints=key.prints)
    for name, data in (("key.json", (text + "\n").encode()), ("key.npz", packed.getvalue())):
        beside = folder / f".{name}.new"
        beside.write_bytes(data)
        os.replace(beside, folder / name)
