"""Snapshots keep files byte for byte, are listed newest first, and can be restored."""

import json

import pytest

from workbook.errors import UsageError, WorkbookError
from workbook.workspace import snapshots


@pytest.fixture
def room(tmp_path):
    folder = tmp_path / "room"
    (folder / "scratch").mkdir(parents=True)
    (folder / "layers.py").write_bytes(b"x = 1\r\n\xff\n")
    (folder / "scratch" / "nets.py").write_bytes(b"y = 1\n")
    return folder


@pytest.fixture
def store(tmp_path):
    return tmp_path / "state" / "snapshots"


def test_take_and_restore(room, store):
    names = ["scratch/nets.py", "layers.py", "missing.py"]
    taken = snapshots.take(room, names, "before a reset", store)
    assert taken is not None
    assert taken.files == ("layers.py", "scratch/nets.py")
    assert taken.read("layers.py") == b"x = 1\r\n\xff\n"
    assert [s for s in store.iterdir() if s.name.startswith(".")] == []

    (room / "layers.py").write_text("changed")
    (room / "scratch" / "nets.py").unlink()
    restored, before = snapshots.restore(taken.id, room, store=store)
    assert restored == ["layers.py", "scratch/nets.py"]
    assert (room / "layers.py").read_bytes() == b"x = 1\r\n\xff\n"
    assert (room / "scratch" / "nets.py").read_bytes() == b"y = 1\n"
    # What the restore overwrote can be restored too.
    assert before is not None and before.files == ("layers.py",)
    assert before.read("layers.py") == b"changed"
    assert snapshots.restore(taken.id, room, store=store) == ([], None)


def test_part_of_a_snapshot(room, store):
    taken = snapshots.take(room, ["layers.py", "scratch/nets.py"], "why", store)
    for name in taken.files:
        (room / name).write_text("changed")
    assert snapshots.restore("latest", room, ["layers.py"], store)[0] == ["layers.py"]
    assert (room / "scratch" / "nets.py").read_text() == "changed"
    with pytest.raises(UsageError, match=r"has no optim\.py"):
        snapshots.restore(taken.id, room, ["optim.py"], store)


def test_listing_is_newest_first_and_passes_over_what_is_none(room, store):
    assert snapshots.listing(store) == []
    ids = [snapshots.take(room, ["layers.py"], f"number {n}", store).id for n in range(12)]
    assert len(set(ids)) == 12
    (store / "stray.txt").write_text("")
    (store / "broken").mkdir()
    (store / "broken" / "snapshot.json").write_text("{")
    (store / ".part-x").mkdir()
    found = snapshots.listing(store)
    assert [s.id for s in found] == ids[::-1]
    assert found[0].reason == "number 11"
    assert snapshots.find("latest", store).id == ids[-1]
    with pytest.raises(UsageError, match="no snapshot 'nix'"):
        snapshots.find("nix", store)


def test_nothing_to_keep_is_no_snapshot(room, store):
    assert snapshots.take(room, ["missing.py"], "why", store) is None
    assert not store.exists()


def test_a_snapshot_cannot_write_outside_the_folder(room, store):
    taken = snapshots.take(room, ["layers.py"], "why", store)
    note = json.loads((taken.path / "snapshot.json").read_text())
    for name in ("../escaped.py", "/tmp/escaped.py", "C:/escaped.py", "a\\..\\b.py"):
        (taken.path / "snapshot.json").write_text(json.dumps({**note, "files": [name]}))
        with pytest.raises(WorkbookError, match="is no file of an exercise folder"):
            snapshots.restore(taken.id, room, store=store)


def test_a_failure_leaves_nothing_behind(room, store, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshots.shutil, "copyfile", full)
    with pytest.raises(WorkbookError, match=r"No space left on device\. Nothing was overwritten"):
        snapshots.take(room, ["layers.py"], "why", store)
    assert list(store.iterdir()) == []
    assert (room / "layers.py").read_bytes() == b"x = 1\r\n\xff\n"


def test_a_damaged_snapshot_overwrites_nothing(room, store):
    taken = snapshots.take(room, ["layers.py", "scratch/nets.py"], "why", store)
    (taken.path / "files" / "scratch" / "nets.py").unlink()
    (room / "layers.py").write_text("changed")
    with pytest.raises(WorkbookError, match="is damaged"):
        snapshots.restore(taken.id, room, store=store)
    assert (room / "layers.py").read_text() == "changed"
