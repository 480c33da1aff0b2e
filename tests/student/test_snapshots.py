"""Snapshots keep files byte for byte, are listed newest first, and can be restored."""

import json

import pytest

from workbook.errors import UsageError, WorkbookError
from workbook.student import snapshots


@pytest.fixture
def impl(tmp_path):
    folder = tmp_path / "impl"
    (folder / "scratch").mkdir(parents=True)
    (folder / "layers.py").write_bytes(b"x = 1\r\n\xff\n")
    (folder / "scratch" / "nets.py").write_bytes(b"y = 1\n")
    return folder


@pytest.fixture
def store(tmp_path):
    return tmp_path / "state" / "snapshots"


def test_take_and_restore(impl, store):
    names = ["scratch/nets.py", "layers.py", "missing.py"]
    taken = snapshots.take(impl, names, "before a reset", store)
    assert taken is not None
    assert taken.files == ("layers.py", "scratch/nets.py")
    assert taken.read("layers.py") == b"x = 1\r\n\xff\n"
    assert [s for s in store.iterdir() if s.name.startswith(".")] == []

    (impl / "layers.py").write_text("changed")
    (impl / "scratch" / "nets.py").unlink()
    restored, before = snapshots.restore(taken.id, impl, store=store)
    assert restored == ["layers.py", "scratch/nets.py"]
    assert (impl / "layers.py").read_bytes() == b"x = 1\r\n\xff\n"
    assert (impl / "scratch" / "nets.py").read_bytes() == b"y = 1\n"
    # What the restore overwrote can be restored too.
    assert before is not None and before.files == ("layers.py",)
    assert before.read("layers.py") == b"changed"
    assert snapshots.restore(taken.id, impl, store=store) == ([], None)


def test_part_of_a_snapshot(impl, store):
    taken = snapshots.take(impl, ["layers.py", "scratch/nets.py"], "why", store)
    for name in taken.files:
        (impl / name).write_text("changed")
    assert snapshots.restore("latest", impl, ["layers.py"], store)[0] == ["layers.py"]
    assert (impl / "scratch" / "nets.py").read_text() == "changed"
    with pytest.raises(UsageError, match=r"has no optim\.py"):
        snapshots.restore(taken.id, impl, ["optim.py"], store)


def test_listing_is_newest_first_and_passes_over_what_is_none(impl, store):
    assert snapshots.list_snapshots(store) == []
    ids = [snapshots.take(impl, ["layers.py"], f"number {n}", store).id for n in range(12)]
    assert len(set(ids)) == 12
    (store / "stray.txt").write_text("")
    (store / "broken").mkdir()
    (store / "broken" / "snapshot.json").write_text("{")
    (store / ".part-x").mkdir()
    found = snapshots.list_snapshots(store)
    assert [s.id for s in found] == ids[::-1]
    assert found[0].reason == "number 11"
    assert snapshots.find("latest", store).id == ids[-1]
    with pytest.raises(UsageError, match="no snapshot 'nix'"):
        snapshots.find("nix", store)


def test_nothing_to_keep_is_no_snapshot(impl, store):
    assert snapshots.take(impl, ["missing.py"], "why", store) is None
    assert not store.exists()


def test_a_snapshot_cannot_write_outside_the_folder(impl, store):
    taken = snapshots.take(impl, ["layers.py"], "why", store)
    note = json.loads((taken.path / "snapshot.json").read_text())
    for name in ("../escaped.py", "/tmp/escaped.py", "C:/escaped.py", "a\\..\\b.py"):
        (taken.path / "snapshot.json").write_text(json.dumps({**note, "files": [name]}))
        with pytest.raises(WorkbookError, match="is no file of an exercise folder"):
            snapshots.restore(taken.id, impl, store=store)


def test_a_failure_leaves_nothing_behind(impl, store, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshots.shutil, "copyfile", full)
    with pytest.raises(WorkbookError, match=r"No space left on device\. Nothing was overwritten"):
        snapshots.take(impl, ["layers.py"], "why", store)
    assert list(store.iterdir()) == []
    assert (impl / "layers.py").read_bytes() == b"x = 1\r\n\xff\n"


def test_a_damaged_snapshot_overwrites_nothing(impl, store):
    taken = snapshots.take(impl, ["layers.py", "scratch/nets.py"], "why", store)
    (taken.path / "files" / "scratch" / "nets.py").unlink()
    (impl / "layers.py").write_text("changed")
    with pytest.raises(WorkbookError, match="is damaged"):
        snapshots.restore(taken.id, impl, store=store)
    assert (impl / "layers.py").read_text() == "changed"
