"""The IDX format of MNIST and its relatives.

Two zero bytes, a byte for the element type (8 is unsigned byte), a byte for the number of
dimensions, each dimension as a big-endian 32-bit number, then the elements in C order.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from workbook.data.base import DataSetError

__all__ = ["IdxFiles", "find_idx_files", "read_idx"]

UNSIGNED_BYTE = 8
CONTENT_NAMES = {1: "labels", 3: "images"}
CHUNK_SIZE = 1 << 22
GZIP_MAGIC = b"\x1f\x8b"


class IdxFiles(NamedTuple):
    """The four files of an MNIST-format data set."""

    train_images: Path
    train_labels: Path
    test_images: Path
    test_labels: Path


def read_idx(file: Path, dimensions: int) -> NDArray[np.uint8]:
    """Read an IDX file, compressed with gzip or not.

    Parameters
    ----------
    file : Path
    dimensions : int
        3 for images (N, H, W), 1 for labels (N,).

    Raises
    ------
    DataSetError
        If it is no such file, or shorter or longer than its header says.
    """
    magic = bytes((0, 0, UNSIGNED_BYTE, dimensions))
    header_size = 4 + 4 * dimensions
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == GZIP_MAGIC
        with gzip.open(file) if packed else file.open("rb") as stream:
            header = stream.read(header_size)
            if header[:4] != magic[: len(header)]:
                raise DataSetError(
                    f"{file} is not an IDX file of {CONTENT_NAMES[dimensions]}: it begins with "
                    f"{header[:4].hex(' ')}, such a file with {magic.hex(' ')}."
                )
            if len(header) < header_size:
                raise DataSetError(f"{file} is cut short: it ends within its header.")
            shape = struct.unpack(f">{dimensions}I", header[4:])
            expected = math.prod(shape)
            # One byte more than announced shows a file that is too long without reading it.
            content = _read_up_to(cast(IO[bytes], stream), expected + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataSetError(
            f"{file} is damaged or cut short ({error}).\nDelete it and fetch it again."
        ) from None
    except OSError as error:
        raise DataSetError(f"{file} cannot be read: {error.strerror or error}.") from None
    if len(content) != expected:
        found = "more" if len(content) > expected else f"only {len(content):,}"
        raise DataSetError(
            f"{file} announces {' x '.join(map(str, shape))} = {expected:,} bytes and holds "
            f"{found}.\nDelete it and fetch it again."
        )
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def _read_up_to(stream: IO[bytes], number: int) -> bytes:
    """In pieces, because the number comes from a header that may be wrong."""
    content = bytearray()
    while piece := stream.read(min(CHUNK_SIZE, number - len(content))):
        content += piece
    return bytes(content)


def _only_file(folder: Path, split: str, kind: str, dimensions: int) -> Path | None:
    """The file `...train-images-idx3-ubyte`, with a dot or a hyphen, with .gz or without."""
    found = sorted(
        entry
        for entry in folder.glob(f"*{split}-{kind}?idx{dimensions}-ubyte*")
        if entry.name.endswith(("ubyte", "ubyte.gz")) and entry.is_file()
    )
    if len(found) == 2 and found[1].name == found[0].name + ".gz":
        return found[0]
    if len(found) > 1:
        names = ", ".join(entry.name for entry in found)
        raise DataSetError(
            f"{folder} holds several files of {split} {kind}: {names}.\nKeep one data set a folder."
        )
    return found[0] if found else None


def find_idx_files(folder: Path) -> IdxFiles:
    """The four files of an MNIST-format data set in `folder`.

    Raises
    ------
    DataSetError
        If the folder or one of the files is missing, or a file is there twice.
    """
    if not folder.is_dir():
        raise DataSetError(f"There is no folder {folder}.")
    found: list[Path] = []
    for split, kind, dimensions in (
        ("train", "images", 3),
        ("train", "labels", 1),
        ("t10k", "images", 3),
        ("t10k", "labels", 1),
    ):
        file = _only_file(folder, split, kind, dimensions)
        if file is None and split == "t10k":
            # EMNIST and others say "test" where MNIST says "t10k".
            file = _only_file(folder, "test", kind, dimensions)
        if file is None:
            raise DataSetError(
                f"{folder} holds no {split}-{kind}-idx{dimensions}-ubyte (.gz or unpacked).\n"
                "An MNIST-format data set is four files: images and labels, train and t10k."
            )
        found.append(file)
    return IdxFiles(*found)


def read_labelled(images: Path, labels: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (N, H, W) and their labels (N,)."""
    pictures, classes = read_idx(images, 3), read_idx(labels, 1)
    if len(pictures) != len(classes):
        raise DataSetError(
            f"{images.name} holds {len(pictures):,} images and {labels.name} "
            f"{len(classes):,} labels; they do not belong together."
        )
    return pictures, classes
