"""Pictures for a net of 32 x 32 pixels: from a drawing, a file, a bundled photograph."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from workbook import data

__all__ = ["SHAPES", "SIDE", "from_drawing", "from_file", "from_photo", "grey"]

# A drawing has so many squares a side; each becomes 2 x 2 pixels, with a border of 2.
SIDE = 14
_PIXELS = 32
# A larger file is no photograph that somebody took.
_MOST_PIXELS = 60_000_000

_SHOE = """
..............
..............
..............
........#.....
.......###....
......#####...
....#######...
..#########...
.##########...
############..
############..
..............
..............
..............
"""
_BAG = """
..............
.....####.....
....#....#....
....#....#....
.############.
.############.
.############.
.############.
.############.
.############.
.############.
.############.
.############.
..............
"""
_TROUSERS = """
....######....
....######....
....######....
....######....
....##..##....
....##..##....
....##..##....
....##..##....
....##..##....
....##..##....
....##..##....
....##..##....
....##..##....
....##..##....
"""


def _bits(shape: str) -> str:
    return "".join(shape.split()).replace("#", "1").replace(".", "0")


SHAPES = {
    "trousers": _bits(_TROUSERS),
    "bag": _bits(_BAG),
    "shoe": _bits(_SHOE),
    "empty": "0" * 196,
}


def from_drawing(bits: str) -> NDArray[np.float32]:
    """A drawing as a picture, shape (3, 32, 32), 0 to 255; light on dark as the data are."""
    squares = np.array([sign == "1" for sign in bits], dtype=np.float32).reshape(SIDE, SIDE)
    picture = np.pad(squares.repeat(2, axis=0).repeat(2, axis=1), 2) * 200
    return np.repeat(picture[None], 3, axis=0)


def from_file(content: bytes) -> NDArray[np.float32]:
    """A photograph's middle square, shape (3, 32, 32).

    Raises
    ------
    ValueError
        If the bytes are no image, or one of absurd size.
    """
    try:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise ValueError("too many pixels")
            upright = ImageOps.exif_transpose(opened)
            return _fit(upright.convert("RGB"), _PIXELS)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error


def from_photo(name: str) -> NDArray[np.float32]:
    """A bundled photograph, shape (3, 32, 32)."""
    return _fit(Image.fromarray(data.photo(name)), _PIXELS)


def grey(name: str, size: int) -> NDArray[np.float32]:
    """A bundled photograph in shades of grey, shape (size, size), 0 to 255."""
    picture: NDArray[np.float32] = (
        _fit(Image.fromarray(data.photo(name)), size).mean(axis=0).round()
    )
    return picture


def _fit(image: Any, size: int) -> NDArray[np.float32]:
    small = ImageOps.fit(image, (size, size), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32).transpose(2, 0, 1)
