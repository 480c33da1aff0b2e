"""CIFAR-10: the official archive, fetched on request or placed by hand."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from workbook.data.base import Data, DataSet, DataSetError, FileReport
from workbook.data.cifar_files import (
    ARCHIVE,
    CHECKSUMS,
    FOLDER,
    TEST_BATCH,
    TRAINING_BATCHES,
    find_archive,
    find_batches,
    find_or_unpack_batches,
    read_batch,
)
from workbook.data.download import checksum_problem
from workbook.data.folder import data_folder
from workbook.data.layouts import float_type, split_and_center, split_sizes
from workbook.data.missing import fetch_all, missing_error

__all__ = ["dataset", "get_CIFAR10_data"]

IMAGES, TEST_IMAGES = 50_000, 10_000
"""In the official files."""


def get_CIFAR10_data(
    num_training: int = 49_000,
    num_validation: int = 1_000,
    num_test: int = 1_000,
    subtract_mean: bool = True,
    root: Path | str | None = None,
    *,
    dtype: DTypeLike = np.float32,
) -> Data:
    """CIFAR-10, split and centred as in the course.

    The first `num_training` training images, the `num_validation` images after them, and
    the first `num_test` test images; the mean of the training images is subtracted from
    all three.

    Parameters
    ----------
    num_training, num_validation, num_test : int
    subtract_mean : bool
    root : Path or str, optional
        The folder that holds `cifar-10-batches-py` or the archive, or one of them itself.
        None: the data folder, and what is not there is fetched.
    dtype : float32 or float64
        The course has float64, which takes twice the memory.

    Returns
    -------
    dict
        X_train (num_training, 3, 32, 32), y_train (num_training,) and so on; X are floats,
        y int64.

    Raises
    ------
    DataSetError
        If the files are not here and cannot be fetched, or are damaged.
    ValueError
        If there are not that many images.
    """
    kind = float_type(dtype)
    folder = _folder(root)
    wanted = (num_training, num_validation, num_test)
    training, validation, test = split_sizes(IMAGES, TEST_IMAGES, *wanted, at_most=IMAGES)
    images, labels = _first(folder, TRAINING_BATCHES, training + validation, kind)
    test_images, test_labels = _first(folder, (TEST_BATCH,), test, kind)
    # Again with what was found: files made by hand may hold fewer images.
    split_sizes(len(labels), len(test_labels), *wanted, at_most=IMAGES)
    return split_and_center(
        images, labels, test_images, test_labels, training, subtract_mean=subtract_mean
    )


def _first(
    folder: Path, batches: tuple[str, ...], number: int, kind: np.dtype[Any]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The first `number` images of these files as floats, or all if there are fewer.

    One file is in memory at a time: all five and the floats would take a fifth more.
    """
    images = np.empty((number, 3, 32, 32), dtype=kind)
    labels = np.empty(number, dtype=np.int64)
    at = 0
    for name in batches:
        if at == number:
            break
        some, classes = read_batch(folder / name)
        end = min(at + len(some), number)
        images[at:end], labels[at:end] = some[: end - at], classes[: end - at]
        at = end
    return images[:at], labels[:at]


def _folder(root: Path | str | None) -> Path:
    """The folder with the batches."""
    if root is not None:
        place = Path(root).expanduser()
        folder = find_or_unpack_batches(place)
        if folder is None:
            raise DataSetError(
                f"{place} holds neither {FOLDER} (with six batches) nor {ARCHIVE.name}.\n"
                f"Leave root out to use the data folder, {data_folder()}."
            )
        return folder
    # Never in place of an archive that someone put there: that is for `get` alone.
    return find_or_unpack_batches(data_folder()) or dataset.get()


class Cifar10(DataSet):
    """60,000 colour photographs of ten classes."""

    name = "cifar10"
    images = "60,000 of 3x32x32"
    size = "170 MB"
    licence = "none stated; cite Krizhevsky (2009)"

    def load(
        self,
        *,
        num_training: int = 49_000,
        num_validation: int = 1_000,
        num_test: int = 1_000,
        subtract_mean: bool = True,
        root: Path | str | None = None,
        dtype: DTypeLike = np.float32,
    ) -> Data:
        """See `get_CIFAR10_data`."""
        return get_CIFAR10_data(
            num_training, num_validation, num_test, subtract_mean, root, dtype=dtype
        )

    def class_names(self) -> tuple[str, ...]:
        """As `batches.meta` of the archive has them."""
        return (
            "airplane",
            "automobile",
            "bird",
            "cat",
            "deer",
            "dog",
            "frog",
            "horse",
            "ship",
            "truck",
        )

    def path(self) -> Path:
        return data_folder() / FOLDER

    def present(self) -> bool:
        root = data_folder()
        return find_batches(root) is not None or find_archive(root) is not None

    def get(self, url: str | None = None) -> Path:
        """Fetch and unpack it, unless it is here."""
        root = data_folder()
        folder = find_batches(root)
        if folder is None:
            # An archive that is not the official one is replaced once that has arrived.
            fetch_all(self.name, (ARCHIVE,), root, url)
            folder = find_or_unpack_batches(root)
        if folder is None:
            raise missing_error(self.name, (ARCHIVE,), root)
        return folder

    def verify(self) -> list[FileReport]:
        root = data_folder()
        reports = []
        archive = find_archive(root)
        if archive is not None:
            problem = checksum_problem(archive, ARCHIVE)
            reports.append(
                FileReport(archive.name, "damaged" if problem else "ok", problem or "md5")
            )
            if find_batches(root) is None:
                return reports
        return reports + [_report(self.path() / name, CHECKSUMS[name]) for name in CHECKSUMS]


def _report(file: Path, md5: str) -> FileReport:
    import pooch

    if not file.is_file():
        return FileReport(file.name, "missing")
    if pooch.file_hash(str(file), alg="md5") == md5:
        return FileReport(file.name, "ok", "md5")
    try:
        images, _ = read_batch(file)
    except DataSetError as error:
        return FileReport(file.name, "damaged", str(error).splitlines()[0])
    return FileReport(
        file.name, "unofficial", f"{len(images):,} images, which are not the official ones"
    )


dataset = Cifar10()
