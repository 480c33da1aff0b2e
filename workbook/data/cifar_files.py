"""The files of CIFAR-10: find them, unpack the archive, read a batch."""

import os
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.data.base import DataSetError, label_array
from workbook.data.download import RemoteFile, checksum_problem
from workbook.data.pickles import read_pickle

__all__ = [
    "ARCHIVE",
    "CHECKSUMS",
    "FOLDER",
    "TEST_BATCH",
    "TRAINING_BATCHES",
    "find_or_unpack_batches",
    "unpack",
]

ARCHIVE = RemoteFile(
    "cifar-10-python.tar.gz",
    170_498_071,
    "c58f30108f718f92721af3b95e74349a",
    ("https://www.cs.toronto.edu/~kriz/",),
)

FOLDER = "cifar-10-batches-py"

TRAINING_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST_BATCH = "test_batch"

CHECKSUMS = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
"""MD5 of each batch in the official archive."""

LARGEST_BATCH = 64_000_000
"""Bytes; an official batch has 31 million."""


def find_batches(root: Path) -> Path | None:
    """The folder with all six batches: `root` or its `cifar-10-batches-py`."""
    for folder in (root / FOLDER, root):
        if all((folder / name).is_file() for name in CHECKSUMS):
            return folder
    return None


def find_archive(root: Path) -> Path | None:
    """The archive: `root` itself, or in it."""
    for file in (root, root / ARCHIVE.name):
        if file.name.endswith((".tar.gz", ".tgz")) and file.is_file():
            return file
    return None


def find_or_unpack_batches(root: Path) -> Path | None:
    """The folder with the batches, unpacked from the archive if that is all there is.

    Raises
    ------
    DataSetError
        If the archive is not the official one.
    """
    folder = find_batches(root)
    if folder is not None:
        return folder
    archive = find_archive(root)
    if archive is None:
        return None
    problem = checksum_problem(archive, ARCHIVE)
    if problem is not None:
        raise DataSetError(
            f"{archive} is not the official archive, or not all of it: {problem}.\n"
            "Fetch it again with `workbook data get cifar10`; if you know where it is from, unpack "
            "it beside itself."
        )
    return unpack(archive)


def unpack(archive: Path) -> Path:
    """Unpack the six batches, and nothing else, into `cifar-10-batches-py` beside the archive.

    Raises
    ------
    DataSetError
        If the archive is damaged or lacks a batch. Nothing is left behind.
    """
    target = archive.parent / FOLDER
    try:
        with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".unpacking-") as place:
            unpacked = _extract(archive, Path(place))
            missing = [name for name in CHECKSUMS if name not in unpacked]
            if missing:
                raise DataSetError(
                    f"{archive} holds no {FOLDER}/{missing[0]}; it is not the archive of CIFAR-10."
                )
            target.mkdir(exist_ok=True)
            for name, file in unpacked.items():
                os.replace(file, target / name)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise DataSetError(
            f"{archive} is damaged or cut short ({error}).\nDelete it and fetch it again."
        ) from None
    except OSError as error:
        # gzip's own complaint about damage is an OSError without a number.
        what = error.strerror or str(error)
        raise DataSetError(f"{archive} cannot be unpacked there: {what}.") from None
    return target


def _extract(archive: Path, place: Path) -> dict[str, Path]:
    """Write the batches to `place`; a member's own path is only ever compared, never used."""
    wanted = {PurePosixPath(FOLDER, name): name for name in CHECKSUMS}
    unpacked: dict[str, Path] = {}
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            name = wanted.get(PurePosixPath(member.name))
            content = tar.extractfile(member) if name is not None and member.isreg() else None
            if name is None or content is None:
                continue
            if member.size > LARGEST_BATCH:
                raise DataSetError(f"{archive}: {member.name} is too large to be a batch.")
            with content, (place / name).open("wb") as file:
                shutil.copyfileobj(content, file)
            unpacked[name] = place / name
    return unpacked


def read_batch(file: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """One batch.

    Returns
    -------
    images : ndarray of uint8, shape (N, 3, 32, 32)
    labels : ndarray of int64, shape (N,)

    Raises
    ------
    DataSetError
        If the file is no batch of CIFAR-10 images.
    """
    content = read_pickle(file)
    images, labels = _entry(content, "data"), _entry(content, "labels")
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.ndim != 2:
        raise _not_a_batch(file, "it has no array `data` of unsigned bytes")
    if images.shape[1] != 3 * 32 * 32:
        raise _not_a_batch(file, f"its images have {images.shape[1]} bytes, not 3072")
    try:
        numbers = label_array(labels)
    except (TypeError, ValueError, OverflowError):
        numbers = label_array([])
    if numbers.shape != (len(images),):
        raise _not_a_batch(file, f"it has not one label for each of its {len(images)} images")
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() <= 9:
        raise _not_a_batch(file, "it has labels other than 0 to 9")
    return images.reshape(-1, 3, 32, 32), numbers


def _entry(content: Any, key: str) -> Any:
    """Its entry; Python 2 wrote the keys as bytes."""
    if not isinstance(content, dict):
        return None
    return content.get(key.encode("ascii"), content.get(key))


def _not_a_batch(file: Path, reason: str) -> DataSetError:
    return DataSetError(
        f"{file.name} is no batch of CIFAR-10 images: {reason}.\n"
        f"Delete {file} and fetch the data set again."
    )
