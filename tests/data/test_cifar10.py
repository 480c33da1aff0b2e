import io
import pickle
import tarfile
import threading

import numpy as np
import pytest

from workbook import data
from workbook.data.base import DataSetError
from workbook.data.cifar_files import FOLDER, TRAINING_BATCHES, read_batch, unpack
from workbook.data.registry import find

SMALL = {"num_training": 15, "num_validation": 5, "num_test": 4}


def offline_message(raised):
    message = str(raised.value)
    assert len(message.splitlines()) == 2
    assert 'data.load("fashion32") works now' in message
    assert "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz" in message
    return message


def test_a_folder_placed_by_hand_is_loaded_as_the_course_does(data_dir, tiny):
    tiny.batches(data_dir)
    loaded = data.load("cifar10", **SMALL)
    pixels = np.concatenate([tiny.pixels(name) for name in TRAINING_BATCHES])
    pixels = pixels.reshape(-1, 3, 32, 32).astype(np.float64)
    labels = np.concatenate([tiny.labels(name) for name in TRAINING_BATCHES])
    mean = pixels[:15].mean(axis=0)
    test = tiny.pixels("test_batch").reshape(-1, 3, 32, 32)
    assert list(loaded) == ["X_train", "y_train", "X_val", "y_val", "X_test", "y_test"]
    assert np.allclose(loaded["X_train"], pixels[:15] - mean, atol=1e-4)
    assert np.allclose(loaded["X_val"], pixels[15:20] - mean, atol=1e-4)
    assert np.allclose(loaded["X_test"], test - mean, atol=1e-4)
    assert loaded["X_train"].dtype == np.float32
    assert np.array_equal(loaded["y_train"], labels[:15])
    assert np.array_equal(loaded["y_val"], labels[15:20])
    assert loaded["y_train"].dtype == np.int64


def test_the_courses_function_takes_the_courses_arguments(tmp_path, tiny):
    root = tmp_path / "elsewhere"
    folder = tiny.batches(root)
    loaded = data.get_CIFAR10_data(3, 2, 1, False, root)
    assert np.array_equal(
        loaded["X_train"].reshape(3, -1), tiny.pixels("data_batch_1")[:3].astype(np.float32)
    )
    # The folder itself will do, and so does a text.
    again = data.get_CIFAR10_data(3, 2, 1, root=str(folder), dtype=np.float64)
    assert again["X_val"].shape == (2, 3, 32, 32)
    assert again["X_val"].dtype == np.float64


def test_too_many_images_are_refused_with_the_number_there_is(data_dir, tiny):
    tiny.batches(data_dir)
    with pytest.raises(ValueError, match="num_training=49000 and num_validation=1000 need 50000"):
        data.load("cifar10")
    with pytest.raises(ValueError, match="the training file holds 20"):
        data.load("cifar10", num_training=20, num_validation=1)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_batch_of_any_protocol_is_read(data_dir, tiny, protocol):
    folder = tiny.batches(data_dir, protocol)
    images, labels = read_batch(folder / "data_batch_2")
    assert np.array_equal(images.reshape(-1, 3072), tiny.pixels("data_batch_2"))
    assert labels.tolist() == tiny.labels("data_batch_2")


def test_an_archive_placed_by_hand_is_unpacked(data_dir, official, server):
    data_dir.mkdir()
    (data_dir / "cifar-10-python.tar.gz").write_bytes(official[1])
    assert data.load("cifar10", **SMALL)["X_train"].shape == (15, 3, 32, 32)
    # Nothing but the batches, and nothing half done, is left beside the archive.
    assert sorted(entry.name for entry in data_dir.iterdir()) == [
        FOLDER,
        "cifar-10-python.tar.gz",
    ]
    assert sorted(entry.name for entry in (data_dir / FOLDER).iterdir()) == [
        *TRAINING_BATCHES,
        "test_batch",
    ]
    assert server.asked == []


def test_it_is_fetched_when_it_is_named(data_dir, official, server):
    assert data.load("cifar10", **SMALL)["y_test"].shape == (4,)
    assert len(server.asked) == 1
    data.load("cifar10", **SMALL)
    assert len(server.asked) == 1


def test_an_archive_with_a_wrong_checksum_is_refused(data_dir, official):
    data_dir.mkdir()
    archive = data_dir / "cifar-10-python.tar.gz"
    content = official[1]
    archive.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(DataSetError, match="not the official archive") as raised:
        data.load("cifar10", **SMALL)
    assert official[0].md5 in str(raised.value)
    assert "beside itself" in str(raised.value)
    assert [entry.name for entry in data_dir.iterdir()] == [archive.name]


def test_get_fetches_in_place_of_a_wrong_archive_and_load_does_not(data_dir, official, server):
    data_dir.mkdir()
    archive = data_dir / "cifar-10-python.tar.gz"
    archive.write_bytes(official[1][:500])
    with pytest.raises(DataSetError, match="workbook data get cifar10"):
        data.load("cifar10", **SMALL)
    server.files.clear()
    with pytest.raises(DataSetError, match="answered 404"):
        find("cifar10").get()
    assert archive.read_bytes() == official[1][:500]
    server.files[archive.name] = official[1]
    assert find("cifar10").get() == data_dir / FOLDER
    assert archive.read_bytes() == official[1]


def test_a_truncated_archive_is_refused_with_both_sizes(data_dir, official):
    data_dir.mkdir()
    content = official[1]
    (data_dir / "cifar-10-python.tar.gz").write_bytes(content[: len(content) // 2])
    with pytest.raises(DataSetError, match=f"holds {len(content) // 2:,} of {len(content):,} byte"):
        data.load("cifar10", **SMALL)
    assert not (data_dir / FOLDER).exists()


def test_unpacking_a_damaged_archive_leaves_nothing_behind(tmp_path, tiny):
    archive = tmp_path / "cut.tar.gz"
    archive.write_bytes(tiny.archive()[:-2_000])
    with pytest.raises(DataSetError, match="damaged or cut short"):
        unpack(archive)
    archive.write_bytes(b"no archive")
    with pytest.raises(DataSetError, match="damaged or cut short"):
        unpack(archive)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["cut.tar.gz", "making"]


def packed(members):
    """A tar.gz of (TarInfo, content) pairs."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def test_nothing_is_written_outside_and_no_link_is_followed(tmp_path, tiny):
    place = tmp_path / "in" / "here"
    place.mkdir(parents=True)
    members = []
    for name in ("../../evil", "/tmp/workbook-evil", f"{FOLDER}/../../evil", "other/data_batch_1"):
        members.append((tarfile.TarInfo(name), b"evil"))
    folder = tiny.batches(tmp_path / "source")
    for file in sorted(folder.iterdir()):
        info = tarfile.TarInfo(f"{FOLDER}/{file.name}")
        members.append((info, file.read_bytes()))
    archive = place / "a.tar.gz"
    archive.write_bytes(packed(members))
    unpacked = unpack(archive)
    assert len(list(unpacked.iterdir())) == 6
    assert sorted(entry.name for entry in place.iterdir()) == ["a.tar.gz", FOLDER]
    assert not list(tmp_path.rglob("*evil*"))
    assert (unpacked / "data_batch_1").read_bytes() == (folder / "data_batch_1").read_bytes()

    link = tarfile.TarInfo(f"{FOLDER}/data_batch_1")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    archive.write_bytes(packed([(link, b""), *members[5:]]))
    with pytest.raises(DataSetError, match=f"holds no {FOLDER}/data_batch_1"):
        unpack(archive)


def test_an_archive_that_would_fill_the_disk_is_refused(tmp_path, tiny, monkeypatch):
    monkeypatch.setattr("workbook.data.cifar_files.LARGEST_BATCH", 1_000)
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(tiny.archive())
    with pytest.raises(DataSetError, match="too large to be a batch"):
        unpack(archive)
    assert not (tmp_path / FOLDER).exists()


def test_without_a_network_the_error_says_what_to_do(data_dir, monkeypatch):
    with pytest.raises(DataSetError) as raised:
        data.load("cifar10")
    message = offline_message(raised)
    assert "no connection to www.cs.toronto.edu" in message
    assert str(data_dir) in message
    monkeypatch.setenv("WORKBOOK_DATA", "cifar10")
    with pytest.raises(DataSetError) as raised:
        data.load()
    offline_message(raised)


def test_a_root_without_the_files_says_what_was_looked_for(tmp_path, server):
    with pytest.raises(DataSetError, match=f"holds neither {FOLDER}") as raised:
        data.get_CIFAR10_data(root=tmp_path)
    assert "Leave root out" in str(raised.value)
    # A named folder is never downloaded into.
    assert server.asked == []


def test_an_incomplete_folder_is_completed_from_the_archive(data_dir, tiny, official):
    tiny.batches(data_dir)
    (data_dir / FOLDER / "data_batch_3").unlink()
    (data_dir / FOLDER / "notes.txt").write_text("mine", encoding="utf-8")
    data.load("cifar10", **SMALL)
    assert (data_dir / FOLDER / "data_batch_3").is_file()
    assert (data_dir / FOLDER / "notes.txt").read_text(encoding="utf-8") == "mine"


def bad_batch(**changes):
    content = {b"data": np.zeros((4, 3072), np.uint8), b"labels": [0, 1, 2, 3]}
    content.update({key.encode(): value for key, value in changes.items()})
    return {key: value for key, value in content.items() if value is not None}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bad_batch(data=None), "no array `data`"),
        (bad_batch(data=np.zeros((4, 3072))), "no array `data` of unsigned bytes"),
        (bad_batch(data=np.zeros((4, 784), np.uint8)), "have 784 bytes, not 3072"),
        (bad_batch(labels=[1, 2, 3]), "not one label for each of its 4 images"),
        (bad_batch(labels=None), "not one label"),
        (bad_batch(labels=["a", "b", "c", "d"]), "not one label"),
        (bad_batch(labels=[0, 1, 2, 10]), "labels other than 0 to 9"),
        ([1, 2], "no array `data`"),
    ],
)
def test_a_file_that_is_no_batch_says_why(tmp_path, content, reason):
    file = tmp_path / "data_batch_1"
    file.write_bytes(pickle.dumps(content, protocol=2))
    with pytest.raises(DataSetError, match="data_batch_1 is no batch of CIFAR-10") as raised:
        read_batch(file)
    assert reason in str(raised.value)
    assert len(str(raised.value).splitlines()) == 2


def test_a_hostile_batch_in_the_data_folder_is_refused(data_dir, tiny):
    folder = tiny.batches(data_dir)
    # Names a function whose call would not go unnoticed: one thread more.
    (folder / "test_batch").write_bytes(b"c_thread\nstart_new_thread\n(ctime\nsleep\n(I9\nttR.")
    before = threading.active_count()
    with pytest.raises(DataSetError, match="test_batch was refused: it asks for _thread"):
        data.load("cifar10", **SMALL)
    assert threading.active_count() == before


def test_verify_tells_official_readable_damaged_and_missing(data_dir, tiny, monkeypatch, official):
    folder = tiny.batches(data_dir)
    states = {report.file: report.state for report in find("cifar10").verify()}
    assert set(states.values()) == {"unofficial"}
    import hashlib

    sums = {file.name: hashlib.md5(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    for module in ("workbook.data.cifar_files", "workbook.data.sets.cifar10"):
        monkeypatch.setattr(f"{module}.CHECKSUMS", sums)
    (folder / "data_batch_4").write_bytes(b"?")
    (folder / "data_batch_5").unlink()
    states = {report.file: report.state for report in find("cifar10").verify()}
    assert states.pop("data_batch_4") == "damaged"
    assert states.pop("data_batch_5") == "missing"
    assert set(states.values()) == {"ok"}
    (data_dir / "cifar-10-python.tar.gz").write_bytes(official[1])
    assert {report.state for report in find("cifar10").verify()} == {"ok"}
