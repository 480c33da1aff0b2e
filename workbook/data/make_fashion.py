"""Make the bundled subset of Fashion-MNIST.

    apt-get install dataset-fashion-mnist
    python -m workbook.data.make_fashion [FOLDER]

FOLDER holds the four IDX files, by default where Debian's package puts them. The subset
is the first 500 images of each class for training, the next 100 for validation, and the
first 100 of each class of the test file; within a part they keep the order of the file,
which is mixed. No random number is drawn, so the result is the same everywhere.
"""

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.data import fashion
from workbook.data.idx import find_idx_files, read_labelled

DEBIAN = Path("/usr/share/datasets/fashion-mnist")

CLASSES = len(fashion.CLASS_NAMES)


def balanced(labels: NDArray[Any], per_class: int, skip: int = 0) -> NDArray[np.intp]:
    """Indices of `per_class` images of every class, after the first `skip` of each."""
    rows = [np.flatnonzero(labels == c)[skip : skip + per_class] for c in range(CLASSES)]
    return np.sort(np.concatenate(rows))


def subset(folder: Path) -> fashion.FashionArrays:
    """The arrays that `fashion.read_fashion` gives back."""
    files = find_idx_files(folder)
    images, labels = read_labelled(files.train_images, files.train_labels)
    test_images, test_labels = read_labelled(files.test_images, files.test_labels)
    training = balanced(labels, fashion.TRAINING // CLASSES)
    validation = balanced(labels, fashion.VALIDATION // CLASSES, skip=fashion.TRAINING // CLASSES)
    rows = np.concatenate([training, validation])
    test_rows = balanced(test_labels, fashion.TEST // CLASSES)
    return fashion.FashionArrays(
        images[rows], labels[rows], test_images[test_rows], test_labels[test_rows]
    )


def main() -> None:
    """Write the bundled file, and say so if it is not the one that the package expects."""
    arrays = subset(Path(sys.argv[1]) if len(sys.argv) > 1 else DEBIAN)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays._asdict())
    fashion.FILE.parent.mkdir(parents=True, exist_ok=True)
    fashion.FILE.write_bytes(packed.getvalue())
    found = fashion.digest(arrays)
    print(f"wrote {fashion.FILE} ({len(packed.getvalue()):,} bytes)")
    if found != fashion.DIGEST:
        print(f"its digest is new: DIGEST in fashion.py has to become {found}")


if __name__ == "__main__":
    main()
