"""MNIST, fetched on request."""

from pathlib import Path

from workbook.data.base import FileReport
from workbook.data.download import RemoteFile, checksum_problem
from workbook.data.folder import data_folder
from workbook.data.missing import fetch_all
from workbook.data.sets.idx import IdxFolder

__all__ = ["FILES", "dataset"]

FOLDERS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
)

FILES = (
    RemoteFile(
        "train-images-idx3-ubyte.gz", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873", FOLDERS
    ),
    RemoteFile("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432", FOLDERS),
    RemoteFile("t10k-images-idx3-ubyte.gz", 1_648_877, "9fb629c4189551a2d022fa330f9573f3", FOLDERS),
    RemoteFile("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c", FOLDERS),
)


class Mnist(IdxFolder):
    """The four official files, compressed or not, in the data folder."""

    name = "mnist"
    images = "70,000 of 28x28"
    size = "12 MB"
    licence = "see its makers, LeCun, Cortes and Burges"
    needs_folder = False

    def path(self) -> Path:
        return data_folder() / "mnist"

    def prepare(self) -> None:
        """Fetch it if it is not here: to name it is to ask for it."""
        if not self.present():
            self.get()

    def get(self, url: str | None = None) -> Path:
        folder = self.path()
        missing = tuple(file for file in FILES if not _unpacked(folder, file))
        fetch_all(self.name, missing, folder, url)
        return folder

    def class_names(self) -> tuple[str, ...]:
        return tuple("0123456789")

    def verify(self) -> list[FileReport]:
        return [_report(self.path(), file) for file in FILES]


def _unpacked(folder: Path, remote: RemoteFile) -> bool:
    """Whether someone put the file there without its compression."""
    return (folder / remote.name.removesuffix(".gz")).is_file()


def _report(folder: Path, remote: RemoteFile) -> FileReport:
    file = folder / remote.name
    if file.is_file():
        problem = checksum_problem(file, remote)
        return FileReport(file.name, "damaged" if problem else "ok", problem or "md5")
    if _unpacked(folder, remote):
        return FileReport(
            remote.name.removesuffix(".gz"), "unofficial", "unpacked by hand: no published checksum"
        )
    return FileReport(file.name, "missing")


dataset = Mnist()
