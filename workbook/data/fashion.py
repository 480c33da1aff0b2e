"""The bundled subset of Fashion-MNIST, behind both `fashion32` and `fashion784`.

`make_fashion.py` made it. Training images first, validation images after them, each part
with as many images of every class as of any other.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbook.data.base import DataSet, DataSetError, FileReport
from workbook.data.folder import BUNDLED

__all__ = ["CLASS_NAMES", "FILE", "FashionArrays", "FashionSet", "digest", "read_fashion"]

FILE = BUNDLED / "fashion.npz"

TRAINING, VALIDATION, TEST = 5_000, 1_000, 1_000

DIGEST = "1a2a48c5879264eca60ccc70e473c62f1f55a61d334a6388953cd333ad8a2599"
"""SHA-256 of the arrays; the compressed file may differ between zlib versions."""

CLASS_NAMES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


class FashionArrays(NamedTuple):
    """What is stored: training images followed by validation images, and test images."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]


def digest(arrays: FashionArrays) -> str:
    """SHA-256 of the four arrays' bytes and shapes."""
    total = hashlib.sha256()
    for name, array in arrays._asdict().items():
        total.update(f"{name} {array.dtype} {array.shape}".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def read_fashion(file: Path = FILE) -> FashionArrays:
    """The stored arrays.

    Returns
    -------
    FashionArrays
        images (6000, 28, 28), labels (6000,), test_images (1000, 28, 28),
        test_labels (1000,), all uint8.
    """
    try:
        with np.load(file, allow_pickle=False) as stored:
            return FashionArrays(*(stored[name] for name in FashionArrays._fields))
    except Exception:  # zipfile, zlib and NumPy each have their own
        raise DataSetError(
            f"The bundled data set {file} is missing or damaged.\n"
            "Install the workbook again, or restore this file from where you got it."
        ) from None


class FashionSet(DataSet):
    """What the two forms of the bundled set have in common."""

    size = "3 MB"
    licence = "MIT (Zalando SE)"
    bundled = True

    def class_names(self) -> tuple[str, ...]:
        return CLASS_NAMES

    def path(self) -> Path:
        return FILE

    def present(self) -> bool:
        return FILE.is_file()

    def verify(self) -> list[FileReport]:
        if not FILE.is_file():
            return [FileReport(FILE.name, "missing")]
        try:
            found = digest(read_fashion())
        except DataSetError:
            return [FileReport(FILE.name, "damaged", "cannot be read")]
        if found != DIGEST:
            return [FileReport(FILE.name, "damaged", f"sha256 of its arrays is {found[:12]}...")]
        return [FileReport(FILE.name, "ok", "sha256 of its arrays")]
