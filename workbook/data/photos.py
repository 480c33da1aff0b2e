"""Two small photographs to convolve: a cat and a cup of coffee."""

import numpy as np
from numpy.typing import NDArray

from workbook.data.folder import BUNDLED

__all__ = ["photo", "photo_names"]

_NAMES = ("cat", "coffee")


def photo_names() -> tuple[str, ...]:
    """The names that `photo` knows."""
    return _NAMES


def photo(name: str) -> NDArray[np.uint8]:
    """A colour photograph.

    Parameters
    ----------
    name : {"cat", "coffee"}

    Returns
    -------
    image : ndarray of uint8, shape (200, 200, 3)
        Rows, columns, and red, green, blue from 0 to 255. Yours to change.

    Raises
    ------
    ValueError
        If there is no such photograph.

    References
    ----------
    Both are CC0; see `workbook/data/bundled/photos.LICENSE.txt`.
    """
    if name not in _NAMES:
        raise ValueError(f"There is no photograph {name!r}; there are 'cat' and 'coffee'.")
    from PIL import Image

    with Image.open(BUNDLED / f"{name}.jpg") as image:
        return np.array(image.convert("RGB"), dtype=np.uint8)
