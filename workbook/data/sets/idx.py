"""`idx:FOLDER`: any data set in the format of MNIST."""

from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from workbook.data.base import Data, DataSet, DataSetError, FileReport
from workbook.data.idx import find_idx_files, read_idx, read_labelled
from workbook.data.layouts import Layout, grey_data
from workbook.errors import UsageError

__all__ = ["IdxFolder", "dataset"]


class IdxFolder(DataSet):
    """Four IDX files in a folder, compressed with gzip or not."""

    name = "idx"
    images = "-"
    size = "-"
    licence = "your own"
    needs_folder = True

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder

    def at(self, folder: Path) -> "IdxFolder":
        return IdxFolder(folder)

    def path(self) -> Path:
        if self.folder is None:
            raise UsageError("Say which folder: idx:FOLDER, for example idx:data/mnist.")
        return self.folder.expanduser()

    def prepare(self) -> None:
        """What has to be done before the files can be read."""

    def load(
        self,
        *,
        num_training: int | None = None,
        num_validation: int = 1_000,
        num_test: int | None = 1_000,
        layout: Layout = "cifar",
        subtract_mean: bool | None = None,
        dtype: DTypeLike = np.float32,
    ) -> Data:
        """Arrays in the layout that is asked for (see `workbook.data.layouts`).

        Parameters
        ----------
        num_training : int, optional
            None: all that are left after validation, but at most 49,000.
        num_validation : int
            They follow the training images in the training file.
        num_test : int, optional
            None: all.
        layout : {"cifar", "flat", "images"}
            (N, 3, 32, 32) minus the mean image as the notebooks take it; (N, H * W) or
            (N, 1, H, W) with pixels 0..1.
        subtract_mean : bool, optional
            None: for ``cifar`` only.
        dtype : float32 or float64
        """
        self.prepare()
        files = find_idx_files(self.path())
        images, labels = read_labelled(files.train_images, files.train_labels)
        test_images, test_labels = read_labelled(files.test_images, files.test_labels)
        if images.shape[1:] != test_images.shape[1:]:
            raise DataSetError(
                f"In {self.path()} training images are {images.shape[1]}x{images.shape[2]}, "
                f"test images {test_images.shape[1]}x{test_images.shape[2]}; "
                "they do not belong together."
            )
        return grey_data(
            images,
            labels,
            test_images,
            test_labels,
            num_training=num_training,
            num_validation=num_validation,
            num_test=num_test,
            layout=layout,
            subtract_mean=subtract_mean,
            dtype=dtype,
        )

    def class_names(self) -> tuple[str, ...]:
        """The labels themselves, from 0 to the largest."""
        labels = read_idx(find_idx_files(self.path()).train_labels, 1)
        return tuple(str(label) for label in range(int(labels.max(initial=0)) + 1))

    def present(self) -> bool:
        try:
            find_idx_files(self.path())
        except DataSetError:
            return False
        return True

    def verify(self) -> list[FileReport]:
        files = find_idx_files(self.path())
        return [
            _report(file, dimensions) for file, dimensions in zip(files, (3, 1, 3, 1), strict=True)
        ]


def _report(file: Path, dimensions: int) -> FileReport:
    try:
        shape = read_idx(file, dimensions).shape
    except DataSetError as error:
        return FileReport(file.name, "damaged", str(error).splitlines()[0])
    return FileReport(file.name, "ok", " x ".join(f"{size:,}" for size in shape))


dataset = IdxFolder()
