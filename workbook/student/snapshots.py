"""Snapshots: plain copies of exercise files, taken before anything overwrites them.

Each is a folder `.workbook/snapshots/<id>/` with the files in `files/` and `snapshot.json`.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from workbook import locale
from workbook.errors import UsageError, WorkbookError
from workbook.student import atomic_write, locations

__all__ = ["Snapshot", "find", "list_snapshots", "restore", "take"]

_NOTE = "snapshot.json"


@dataclass(frozen=True)
class Snapshot:
    """Some exercise files as they once were.

    Attributes
    ----------
    id : str
        Its folder's name: date and time, `20260131-174502`, with a number if need be.
    taken : str
        The same as `2026-01-31 17:45:02`, local time.
    reason : str
        Why it was taken.
    files : tuple of str
        Names inside the exercise folder.
    path : Path
    """

    id: str
    taken: str
    reason: str
    files: tuple[str, ...]
    path: Path

    def read(self, file: str) -> bytes:
        """What `file` held."""
        return (self.path / "files" / file).read_bytes()


def _default_store() -> Path:
    return locations.state_folder() / "snapshots"


def _checked_name(name: str) -> str:
    """`name`, if it cannot lead out of a folder."""
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or name.startswith("/") or ":" in parts[0] or "\\" in name:
        raise WorkbookError(locale.text("student.snapshots.outside", name=name))
    return name


def take(
    folder: Path, names: Iterable[str], reason: str, store: Path | None = None
) -> Snapshot | None:
    """Keep some files of an exercise folder.

    Parameters
    ----------
    folder : Path
        The exercise folder.
    names : iterable of str
        Files in it, such as `classifiers/cnn.py`; those that do not exist are left out.
    reason : str
        Why, for the list.
    store : Path, optional
        Where; by default `.workbook/snapshots`.

    Returns
    -------
    Snapshot or None
        None if none of the files exists.

    Raises
    ------
    WorkbookError
        If it cannot be written; nothing may be overwritten then.
    """
    store = store or _default_store()
    names = sorted({_checked_name(name) for name in names if (folder / name).is_file()})
    if not names:
        return None
    now = datetime.now()
    note = {
        "taken": now.strftime("%Y-%m-%d %H:%M:%S"),
        "reason": reason,
        "folder": locations.display_path(folder),
        "files": names,
    }
    try:
        store.mkdir(parents=True, exist_ok=True)
        # Made beside and renamed, so that half a snapshot is never taken for a whole one.
        temporary = Path(tempfile.mkdtemp(dir=store, prefix=".part-"))
        try:
            for name in names:
                target = temporary / "files" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / name, target)
            atomic_write.write_text(temporary / _NOTE, json.dumps(note, indent=1) + "\n")
            temporary.chmod(0o755)
            return _load(_move_into_store(temporary, store, now.strftime("%Y%m%d-%H%M%S")))
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    except OSError as error:
        raise WorkbookError(
            locale.text("student.snapshots.failed", folder=store, why=error.strerror or error)
        ) from error


def _move_into_store(temporary: Path, store: Path, stem: str) -> Path:
    """Rename a finished snapshot to the first free name."""
    for number in range(1, 1000):
        path = store / (stem if number == 1 else f"{stem}-{number}")
        if path.exists():
            continue
        try:
            os.rename(temporary, path)
        except OSError:
            if path.exists():  # another process was faster
                continue
            raise
        return path
    raise OSError(f"no free name for {stem}")


def _load(path: Path) -> Snapshot:
    note = json.loads((path / _NOTE).read_text(encoding="utf-8"))
    return Snapshot(path.name, note["taken"], note["reason"], tuple(note["files"]), path)


def _order(path: Path) -> tuple[str, int]:
    stem, _, number = path.name.rpartition("-") if path.name.count("-") > 1 else (path.name, "", "")
    return (stem, int(number) if number.isdigit() else 1)


def list_snapshots(store: Path | None = None) -> list[Snapshot]:
    """All snapshots, the newest first; folders that are none are passed over."""
    store = store or _default_store()
    found: list[Snapshot] = []
    if not store.is_dir():
        return found
    for path in sorted(store.iterdir(), key=_order, reverse=True):
        if path.name.startswith("."):
            continue
        try:
            found.append(_load(path))
        except (OSError, ValueError, KeyError):
            continue
    return found


def find(snapshot_id: str, store: Path | None = None) -> Snapshot:
    """The snapshot of that id, or `latest`; an unknown one is a `UsageError`."""
    known = list_snapshots(store)
    for snapshot in known[:1] if snapshot_id == "latest" else known:
        if snapshot_id in ("latest", snapshot.id):
            return snapshot
    raise UsageError(locale.text("student.snapshots.unknown", id=snapshot_id))


def restore(
    snapshot_id: str,
    folder: Path,
    names: Iterable[str] | None = None,
    store: Path | None = None,
) -> tuple[list[str], Snapshot | None]:
    """Put files of a snapshot back, after taking one of what they would overwrite.

    Parameters
    ----------
    snapshot_id : str
        An id, or `latest`.
    folder : Path
        The exercise folder.
    names : iterable of str, optional
        Which of its files; by default all.

    Returns
    -------
    restored : list of str
        Files that were written; those that already held the same are left out.
    before : Snapshot or None
        What stood there before.
    """
    snapshot = find(snapshot_id, store)
    selected = [_checked_name(name) for name in (snapshot.files if names is None else names)]
    for name in selected:
        if name not in snapshot.files:
            raise UsageError(locale.text("student.snapshots.no_file", id=snapshot.id, name=name))
    try:
        contents = {name: snapshot.read(name) for name in selected}
    except OSError as error:
        raise WorkbookError(
            locale.text("student.snapshots.damaged", id=snapshot.id, why=error)
        ) from error
    changed = {
        name: data
        for name, data in contents.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != data
    }
    reason = locale.text("student.snapshots.before_restore", id=snapshot.id)
    before = take(folder, changed, reason, store)
    for name, data in changed.items():
        atomic_write.write_bytes(folder / name, data)
    return list(changed), before
