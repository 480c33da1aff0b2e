import gzip
import struct

import numpy as np
import pytest

from workbook import data
from workbook.data.base import DataSetError
from workbook.data.idx import find_idx_files, read_idx
from workbook.data.registry import find


@pytest.fixture
def images_file(tmp_path, tiny):
    file = tmp_path / "train-images-idx3-ubyte"
    file.write_bytes(tiny.idx(np.arange(24, dtype=np.uint8).reshape(2, 3, 4)))
    return file


def told(file, dimensions, *parts):
    with pytest.raises(DataSetError) as raised:
        read_idx(file, dimensions)
    message = str(raised.value)
    assert file.name in message
    for part in parts:
        assert part in message
    assert len(message.splitlines()) <= 2


def test_a_file_is_read_packed_or_not(images_file):
    expected = np.arange(24).reshape(2, 3, 4)
    assert np.array_equal(read_idx(images_file, 3), expected)
    images_file.write_bytes(gzip.compress(images_file.read_bytes()))
    assert np.array_equal(read_idx(images_file, 3), expected)


def test_a_wrong_magic_number_is_told_with_the_right_one(images_file):
    told(images_file, 1, "not an IDX file of labels", "00 00 08 03", "00 00 08 01")
    images_file.write_bytes(b"<html>404</html>")
    told(images_file, 3, "not an IDX file of images", "3c 68 74 6d")
    images_file.write_bytes(bytes((0, 0, 13, 3)) + bytes(100))  # floats
    told(images_file, 3, "00 00 0d 03")


def test_a_file_that_is_too_short_or_too_long_is_told(images_file):
    whole = images_file.read_bytes()
    images_file.write_bytes(whole[:-4])
    told(images_file, 3, "announces 2 x 3 x 4 = 24 bytes and holds only 20")
    images_file.write_bytes(whole + b"x")
    told(images_file, 3, "holds more")
    images_file.write_bytes(whole[:9])
    told(images_file, 3, "ends within its header")
    images_file.write_bytes(b"")
    told(images_file, 3, "ends within its header")


def test_an_absurd_size_in_the_header_is_not_believed(images_file):
    images_file.write_bytes(bytes((0, 0, 8, 3)) + struct.pack(">3I", 2**32 - 1, 2**31, 9) + b"x")
    told(images_file, 3, "holds only 1")


def test_a_truncated_or_damaged_gzip_is_told(images_file):
    packed = gzip.compress(images_file.read_bytes())
    images_file.write_bytes(packed[:-9])
    told(images_file, 3, "damaged or cut short")
    images_file.write_bytes(packed[:12] + bytes([packed[12] ^ 255]) + packed[13:])
    told(images_file, 3, "damaged or cut short")


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_loads_as_the_notebooks_take_it(tmp_path, tiny, packed):
    folder = tiny.idx_folder(tmp_path / "my digits", packed=packed)
    loaded = data.load(f"idx:{folder}", num_validation=10, num_test=None)
    assert loaded["X_train"].shape == (20, 3, 32, 32)
    assert loaded["X_val"].shape == (10, 3, 32, 32)
    assert loaded["X_test"].shape == (6, 3, 32, 32)
    assert loaded["X_train"].dtype == np.float32
    assert loaded["y_val"].tolist() == list(range(10))
    assert np.abs(loaded["X_train"].mean(axis=0)).max() < 1e-3
    assert data.class_names(f"idx:{folder}") == tuple("0123456789")


def test_the_other_layouts_are_scaled_and_keep_the_size_of_the_images(tmp_path, tiny):
    folder = tiny.idx_folder(tmp_path / "large", side=40)
    name = f"idx:{folder}"
    stored = read_idx(folder / "t10k-images-idx3-ubyte.gz", 3)
    flat = data.load(name, layout="flat", num_validation=5, num_test=6)
    assert np.allclose(flat["X_test"], stored.reshape(6, 1600) / 255)
    pictures = data.load(name, layout="images", num_validation=5, num_test=6, dtype="float64")
    assert np.array_equal(pictures["X_test"], stored[:, None] / 255)
    with pytest.raises(ValueError, match=r"these are 40x40\. Use layout='flat'"):
        data.load(name, num_validation=5, num_test=6)
    with pytest.raises(ValueError, match="layout is 'rows'; it can be 'cifar', 'flat', 'images'"):
        data.load(name, layout="rows", num_validation=5)


def test_small_images_are_padded_in_the_middle(tmp_path, tiny):
    folder = tiny.idx_folder(tmp_path / "small", side=5)
    loaded = data.load(f"idx:{folder}", num_validation=2, num_test=6, subtract_mean=False)
    stored = read_idx(folder / "t10k-images-idx3-ubyte.gz", 3)
    assert np.array_equal(loaded["X_test"][:, 2, 13:18, 13:18], stored)
    assert loaded["X_test"].sum() == 3 * stored.sum(dtype=np.int64)


def test_names_of_relatives_of_mnist_are_found(tmp_path, tiny):
    folder = tiny.idx_folder(tmp_path / "emnist")
    for file in list(folder.iterdir()):
        name = "emnist-letters-" + file.name.replace("t10k", "test").replace("-idx", ".idx")
        file.rename(folder / name)
    found = find_idx_files(folder)
    assert found.test_labels.name == "emnist-letters-test-labels.idx1-ubyte.gz"


def test_a_missing_folder_or_file_is_named(tmp_path, tiny):
    with pytest.raises(DataSetError, match="There is no folder"):
        data.load(f"idx:{tmp_path / 'absent'}")
    folder = tiny.idx_folder(tmp_path / "digits")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataSetError, match="holds no t10k-labels-idx1-ubyte"):
        data.load(f"idx:{folder}")


def test_two_data_sets_in_one_folder_are_refused(tmp_path, tiny):
    folder = tiny.idx_folder(tmp_path / "digits")
    again = folder / "other-train-images-idx3-ubyte.gz"
    again.write_bytes((folder / "train-images-idx3-ubyte.gz").read_bytes())
    with pytest.raises(DataSetError, match="several files of train images") as raised:
        find_idx_files(folder)
    assert again.name in str(raised.value)
    again.unlink()
    # The same file packed and unpacked is one data set.
    unpacked = folder / "train-images-idx3-ubyte"
    unpacked.write_bytes(gzip.decompress((folder / "train-images-idx3-ubyte.gz").read_bytes()))
    assert find_idx_files(folder).train_images == unpacked


def test_images_and_labels_have_to_belong_together(tmp_path, tiny):
    folder = tiny.idx_folder(tmp_path / "digits", train=30)
    labels = folder / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(gzip.compress(tiny.idx(np.zeros(29, dtype=np.uint8))))
    with pytest.raises(DataSetError, match=r"30 images and .* 29 labels"):
        data.load(f"idx:{folder}")
    tiny.idx_folder(folder)
    small = np.zeros((6, 9, 9), dtype=np.uint8)
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(tiny.idx(small)))
    with pytest.raises(DataSetError, match="training images are 28x28, test images 9x9"):
        data.load(f"idx:{folder}", num_validation=2)


def test_verify_looks_into_each_file(tmp_path, tiny):
    folder = tiny.idx_folder(tmp_path / "digits")
    reports = find(f"idx:{folder}").verify()
    assert [report.state for report in reports] == ["ok"] * 4
    assert reports[0].detail == "30 x 28 x 28"
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(b"x")
    assert [report.state for report in find(f"idx:{folder}").verify()].count("damaged") == 1
