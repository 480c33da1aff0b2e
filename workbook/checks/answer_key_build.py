"""Building the answer key: run the solutions and every misconception, and pack what they did."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from workbook import curriculum
from workbook.cases import DEFAULT_SEED
from workbook.checks.answer_key import (
    FINGERPRINTS,
    HERE,
    NAME,
    RECORDS,
    AnswerKey,
    KeyEntry,
    shipped,
    sources,
)
from workbook.checks.references import FromSolutions
from workbook.course import cases_of
from workbook.errors import WorkbookError
from workbook.records import Record

__all__ = ["build", "update", "write"]


def _entry(exercise_id: str, live: FromSolutions) -> KeyEntry:
    records = [_stored(record) for record in live.run(exercise_id).values()]
    fingerprints = live.run_misconceptions(exercise_id)
    return KeyEntry(
        sources(exercise_id, live.folder),
        RECORDS.encode(records),
        FINGERPRINTS.encode(fingerprints),
    )


def _stored(record: Record) -> Record:
    """Return what a comparison and a diagnosis need of a solution's record."""
    return Record(
        exercise=record.exercise,
        case=record.case,
        arrays=record.arrays,
        calls=record.calls,
        changed=record.changed,
        aliases=record.aliases,
    )


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
                entries[name] = old.exercises[name]
            elif wanted is None or name in wanted:
                report(name)
                entries[name] = _entry(name, live)
    finally:
        live.close()
    return AnswerKey(seed, entries)


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
    """Write the file, all of it or nothing."""
    beside = folder / f".{NAME}.new"
    beside.write_bytes(key.encode())
    os.replace(beside, folder / NAME)
