import zipfile

import numpy as np
import pytest

from workbook import data
from workbook.data import fashion, make_fashion
from workbook.data.base import DataSetError
from workbook.data.registry import find


def test_fashion32_looks_like_cifar10():
    loaded = data.load("fashion32")
    for split, number in (("train", 5_000), ("val", 1_000), ("test", 1_000)):
        images, labels = loaded[f"X_{split}"], loaded[f"y_{split}"]
        assert images.shape == (number, 3, 32, 32)
        assert images.dtype == np.float32
        assert labels.dtype == np.int64
        # Balanced, so that accuracy by chance is exactly a tenth.
        assert np.bincount(labels).tolist() == [number // 10] * 10


def test_fashion32_is_padded_grey_and_in_pixels():
    raw = data.load("fashion32", subtract_mean=False)["X_train"]
    assert np.array_equal(raw[:, 0], raw[:, 1])
    assert np.array_equal(raw[:, 0], raw[:, 2])
    border = np.ones((32, 32), dtype=bool)
    border[2:30, 2:30] = False
    assert not raw[:, :, border].any()
    assert (raw.min(), raw.max()) == (0, 255)
    stored = fashion.read_fashion().images
    assert np.array_equal(raw[:, 0, 2:30, 2:30], stored[:5_000])


def test_the_mean_of_the_training_images_is_taken_from_every_part():
    raw = data.load("fashion32", subtract_mean=False)
    centred = data.load("fashion32")
    mean = raw["X_train"].astype(np.float64).mean(axis=0)
    assert np.abs(centred["X_train"].mean(axis=0, dtype=np.float64)).max() < 1e-4
    for part in ("X_train", "X_val", "X_test"):
        assert np.allclose(centred[part], raw[part] - mean, atol=1e-4)


def test_float64_is_what_one_gets_on_request():
    loaded = data.load("fashion32", num_training=50, dtype=np.float64)
    assert loaded["X_test"].dtype == np.float64
    assert np.abs(loaded["X_train"].mean(axis=0)).max() < 1e-12


def test_fashion784_is_the_same_images_from_0_to_1():
    rows = data.load("fashion784")
    pictures = data.load("fashion32", subtract_mean=False)
    assert rows["X_train"].shape == (5_000, 784)
    assert rows["X_val"].shape == rows["X_test"].shape == (1_000, 784)
    assert (rows["X_train"].min(), rows["X_train"].max()) == (0.0, 1.0)
    inner = pictures["X_test"][:, 0, 2:30, 2:30].reshape(1_000, 784)
    assert np.allclose(rows["X_test"] * 255, inner, atol=1e-4)
    for part in ("y_train", "y_val", "y_test"):
        assert np.array_equal(rows[part], pictures[part])


def test_fashion784_can_keep_its_shape():
    loaded = data.load("fashion784", flatten=False, num_training=7)
    assert loaded["X_train"].shape == (7, 1, 28, 28)
    flat = data.load("fashion784", num_training=7)["X_train"]
    assert np.array_equal(loaded["X_train"].reshape(7, 784), flat)


def test_validation_images_follow_the_training_images():
    loaded = data.load("fashion32", num_training=5, num_validation=3, num_test=2)
    assert [len(loaded[key]) for key in loaded] == [5, 5, 3, 3, 2, 2]
    assert np.array_equal(loaded["y_val"], data.load("fashion32")["y_train"][5:8])


def test_the_bundled_arrays_are_the_ones_that_were_made():
    assert fashion.digest(fashion.read_fashion()) == fashion.DIGEST


def test_the_bundle_holds_no_pickle_and_its_licence_lies_beside():
    assert b"PICKLE" not in fashion.FILE.read_bytes()[:4]
    with zipfile.ZipFile(fashion.FILE) as packed:
        for name in packed.namelist():
            with packed.open(name) as member:
                assert member.read(6) == b"\x93NUMPY"
                assert b"'descr': '|u1'" in member.read(120)
    licence = fashion.FILE.with_name("fashion.LICENSE.txt").read_text(encoding="utf-8")
    assert "Zalando SE" in licence
    assert "MIT License" in licence


@pytest.mark.skipif(not make_fashion.DEBIAN.is_dir(), reason="needs Debian's Fashion-MNIST")
def test_the_script_makes_the_same_arrays_again():
    assert fashion.digest(make_fashion.subset(make_fashion.DEBIAN)) == fashion.DIGEST


def test_a_damaged_bundle_is_told_in_two_lines(tmp_path, monkeypatch):
    damaged = tmp_path / "fashion.npz"
    damaged.write_bytes(fashion.FILE.read_bytes()[:5_000])
    with pytest.raises(DataSetError, match="missing or damaged") as raised:
        fashion.read_fashion(damaged)
    assert len(str(raised.value).splitlines()) == 2
    monkeypatch.setattr(fashion, "FILE", damaged)
    monkeypatch.setattr(fashion.read_fashion, "__defaults__", (damaged,))
    assert [report.state for report in find("fashion32").verify()] == ["damaged"]
    damaged.unlink()
    assert [report.state for report in find("fashion32").verify()] == ["missing"]
