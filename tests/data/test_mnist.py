import hashlib

import numpy as np
import pytest

from workbook import data
from workbook.data.base import DataSetError
from workbook.data.download import RemoteFile
from workbook.data.registry import find
from workbook.data.sets import mnist


@pytest.fixture
def tiny_mnist(tiny, server, monkeypatch):
    """Four small files on the server in the place of MNIST's."""
    server.files.update(tiny.idx_files(train=60, test=12))
    remotes = tuple(server.remote(file.name) for file in mnist.FILES)
    monkeypatch.setattr(mnist, "FILES", remotes)
    return server


def test_the_published_files_are_the_four_of_mnist():
    assert [file.name for file in mnist.FILES] == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ]
    assert all(address.endswith("/") for file in mnist.FILES for address in file.folders)


def test_it_is_fetched_when_it_is_named(tiny_mnist, data_dir):
    loaded = data.load("mnist", num_validation=10, num_test=12)
    assert loaded["X_train"].shape == (50, 3, 32, 32)
    assert loaded["y_test"].tolist() == [*range(10), 0, 1]
    assert len(tiny_mnist.asked) == 4
    flat = data.load("mnist", layout="flat", num_validation=10, num_test=12)
    assert flat["X_train"].shape == (50, 784)
    assert 0 <= flat["X_train"].min() < flat["X_train"].max() <= 1
    assert len(tiny_mnist.asked) == 4
    assert [report.state for report in find("mnist").verify()] == ["ok"] * 4


def test_files_placed_by_hand_are_taken_unpacked_too(tiny_mnist, data_dir, tiny):
    tiny.idx_folder(data_dir / "mnist", train=60, test=12, packed=False)
    loaded = data.load("mnist", num_validation=10, num_test=12)
    assert np.bincount(loaded["y_train"]).tolist() == [5] * 10
    find("mnist").get()
    assert tiny_mnist.asked == []
    assert {report.state for report in find("mnist").verify()} == {"unofficial"}


def test_a_damaged_file_is_found_and_fetched_again(tiny_mnist, data_dir):
    find("mnist").get()
    file = data_dir / "mnist" / "t10k-labels-idx1-ubyte.gz"
    file.write_bytes(file.read_bytes()[:-3])
    assert [report.state for report in find("mnist").verify()] == ["ok", "ok", "ok", "damaged"]
    with pytest.raises(DataSetError, match="damaged or cut short"):
        data.load("mnist", num_validation=10, num_test=12)
    find("mnist").get()
    assert [report.state for report in find("mnist").verify()] == ["ok"] * 4


def test_a_wrong_checksum_is_refused(tiny_mnist, data_dir, monkeypatch):
    name = mnist.FILES[0].name
    wrong = hashlib.md5(b"other").hexdigest()
    bad = RemoteFile(name, mnist.FILES[0].size, wrong, mnist.FILES[0].folders)
    monkeypatch.setattr(mnist, "FILES", (bad, *mnist.FILES[1:]))
    with pytest.raises(DataSetError, match="its checksum is wrong"):
        data.load("mnist")
    assert not (data_dir / "mnist" / name).exists()


def test_without_a_network_two_lines_name_every_file(data_dir):
    with pytest.raises(DataSetError, match="no connection to") as raised:
        data.load("mnist")
    message = str(raised.value)
    assert len(message.splitlines()) == 2
    assert all(file.name in message for file in mnist.FILES)
    assert str(data_dir / "mnist") in message
    assert 'data.load("fashion32") works now' in message
