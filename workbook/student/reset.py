"""Putting stubs back: what that would overwrite, and doing it with a snapshot taken first."""

import codecs
import io
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workbook import curriculum
from workbook.student import atomic_write, progress, snapshots, source_blocks

__all__ = ["ResetPlan", "execute", "plan", "plan_all"]


@dataclass(frozen=True)
class ResetPlan:
    """What a reset would do.

    Attributes
    ----------
    folder : Path
    contents : mapping of str to bytes
        The files that would change, and what they would hold.
    exercises : tuple of str
        Every exercise that would go back to its stub, in the order of learning.
    also_reset : tuple of str
        Those of them that were not asked for: parts of the same class, or of the same file.
    unparsable : tuple of str
        Files that cannot be read as Python, so that only a reset of the whole file helps.
    """

    folder: Path
    contents: dict[str, bytes]
    exercises: tuple[str, ...]
    also_reset: tuple[str, ...]
    unparsable: tuple[str, ...] = ()


def _ordered(names: Iterable[str]) -> tuple[str, ...]:
    wanted = set(names)
    return tuple(name for name in curriculum.load().ids() if name in wanted)


def _encoded_like(text: str, data: bytes) -> bytes:
    """`text` in the encoding and with the line ends of the file that it replaces."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        codecs.lookup(encoding)
    except (SyntaxError, LookupError):
        encoding = "utf-8"
    text = text.replace("\r\n", "\n")
    if data.count(b"\r\n") * 2 > data.count(b"\n"):
        text = text.replace("\n", "\r\n")
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:  # The stub says something that this encoding cannot.
        return text.encode("utf-8")


def _with_stubs(path: Path, ids: list[str]) -> bytes | None:
    """The file with the stubs of some of its exercises; None if it cannot be read as Python."""
    source = source_blocks.read_source(path)
    if source is None:
        return None
    try:
        for exercise_id in ids:
            source = source_blocks.with_stub(source, exercise_id)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return _encoded_like(source, path.read_bytes())


def plan(folder: Path, exercise_ids: Iterable[str]) -> ResetPlan:
    """What a reset of some exercises would do; nothing is changed.

    Parameters
    ----------
    folder : Path
        The exercise folder.
    exercise_ids : iterable of str

    Raises
    ------
    UsageError
        For an unknown exercise.
    """
    known = curriculum.load()
    requested = {known[name].id for name in exercise_ids}
    contents: dict[str, bytes] = {}
    affected: set[str] = set()
    unparsable: list[str] = []
    for file in known.files():
        ids = [e.id for e in known.in_file(file) if e.id in requested]
        path = folder / file
        if not ids:
            continue
        data = _with_stubs(path, ids) if path.is_file() else None
        if data is None:
            # Gone, or not Python: then every exercise in it is.
            data = source_blocks.pristine_source(file).encode("utf-8")
            affected |= {e.id for e in known.in_file(file)}
            if path.is_file():
                unparsable.append(file)
        else:
            affected |= {
                *ids,
                *(other for name in ids for other in source_blocks.class_siblings(name)),
            }
        if not path.is_file() or path.read_bytes() != data:
            contents[file] = data
    also_reset = affected - requested if contents else set()
    return ResetPlan(folder, contents, _ordered(affected), _ordered(also_reset), tuple(unparsable))


def plan_all(folder: Path, only: Iterable[str] | None = None) -> ResetPlan:
    """What a reset of every exercise file, or `only` of some, would do; nothing is changed."""
    known = curriculum.load()
    contents = {}
    for file in known.files() if only is None else only:
        stub = source_blocks.pristine_source(file)
        if not atomic_write.same_text(folder / file, stub):
            contents[file] = stub.encode("utf-8")
    affected = _ordered(e.id for file in contents for e in known.in_file(file))
    return ResetPlan(folder, contents, affected, ())


def execute(plan: ResetPlan, reason: str) -> snapshots.Snapshot | None:
    """Take a snapshot of what will change, then change it, each file whole or not at all.

    Returns
    -------
    Snapshot or None
        None if there was nothing to keep.

    Raises
    ------
    WorkbookError
        If the snapshot or a file cannot be written; without a snapshot nothing is changed.
    """
    snapshot = snapshots.take(plan.folder, plan.contents, reason)
    for file, data in plan.contents.items():
        atomic_write.write_bytes(plan.folder / file, data)
    if progress.is_tracked(plan.folder):
        progress.forget(plan.exercises)
    return snapshot
