"""Test cases of taking windows out of images and of adding them back."""

from typing import Any

import numpy as np

from workbook.cases import CaseList, Shared
from workbook.course.case_tools import FLOAT32, FLOAT64, SAME, Array, Arrays, Dtype, Rng, floats

cases = CaseList()

Geometry = tuple[tuple[int, int, int, int], int, int, int, int]
# Images (N, C, H, W), filter_h, filter_w, stride, pad; no two sizes alike where it matters.
_GEOMETRIES: dict[str, tuple[Geometry, str, str]] = {
    "windows of 3 x 2 that overlap": (
        ((2, 3, 4, 5), 3, 2, 1, 0),
        "image by image, and in an image from left to right, then from top to bottom",
        "a pixel that lies in several windows gets the sum of what they hold for it",
    ),
    "padding of 1": (
        ((2, 2, 3, 4), 2, 3, 1, 1),
        "Rows and columns of zeros on each side of the image",
        "what falls on the padding is left out",
    ),
    "padding of 2": (
        ((1, 2, 3, 2), 2, 3, 1, 2),
        "Rows and columns of zeros on each side of the image",
        "what falls on the padding is left out",
    ),
    "padding of 2, stride 3": (
        ((1, 2, 5, 7), 4, 3, 3, 2),
        "Steps between neighbouring windows, in both directions",
        "what falls on the padding is left out",
    ),
    "one pixel and its padding": (
        ((1, 1, 1, 1), 5, 5, 1, 2),
        "Rows and columns of zeros on each side of the image",
        "what falls on the padding is left out",
    ),
    "padding of 3, windows of 2 x 1": (
        ((1, 1, 1, 1), 2, 1, 1, 3),
        "Rows and columns of zeros on each side of the image",
        "what falls on the padding is left out",
    ),
    "padding of 3, windows of 1 x 2": (
        ((1, 1, 1, 1), 1, 2, 1, 3),
        "Rows and columns of zeros on each side of the image",
        "what falls on the padding is left out",
    ),
    "pixels left over": (
        ((2, 1, 6, 7), 3, 2, 2, 0),
        "the pixels that are left over belong to no window",
        "Pixels that lie in no window are 0",
    ),
    "windows with gaps between them": (
        ((1, 2, 7, 8), 2, 1, 3, 0),
        "the pixels that are left over belong to no window",
        "Pixels that lie in no window are 0",
    ),
    "one window": (
        ((1, 1, 3, 4), 3, 4, 1, 0),
        "In a row channel by channel, and in a channel row by row of the window",
        "Rows in the order of `im2col`",
    ),
}


def _rows(geometry: Geometry) -> tuple[int, int]:
    """The shape of the matrix of windows."""
    (N, C, H, W), height, width, stride, pad = geometry
    down = 1 + (H + 2 * pad - height) // stride
    across = 1 + (W + 2 * pad - width) // stride
    return N * down * across, C * height * width


def _images(rng: Rng, geometry: Geometry, dtype: Dtype = np.float64) -> tuple[Array, Any]:
    return floats(rng, *geometry[0], dtype=dtype), geometry[1:]


def _declare(name: str) -> None:
    geometry, there, back = _GEOMETRIES[name]

    # An image smaller than its padding is no size that the course's own text has.
    rule = "size" if geometry[0][2:] == (1, 1) else ""

    @cases.add("scratch.im2col", name, asks=there, limits=SAME, rule=rule)
    def to_rows(impl: Any, rng: Rng) -> Arrays:
        x, window = _images(rng, geometry)
        return {"col": impl.scratch.im2col(x, *window)}

    @cases.add("scratch.col2im", name, asks=back, limits=FLOAT64, rule=rule)
    def to_images(impl: Any, rng: Rng) -> Arrays:
        return {"images": impl.scratch.col2im(floats(rng, *_rows(geometry)), *geometry)}


for _name in _GEOMETRIES:
    _declare(_name)


@cases.add(
    "scratch.im2col",
    "default stride and padding",
    asks="ndarray, shape (N * out_h * out_w, C * filter_h * filter_w)",
    limits=SAME,
)
def defaults(impl: Any, rng: Rng) -> Arrays:
    return {"col": impl.scratch.im2col(floats(rng, 1, 2, 3, 3), 2, 2)}


@cases.add("scratch.im2col", "float32", asks="dtype of `input_data`", limits=SAME)
def single(impl: Any, rng: Rng) -> Arrays:
    x = floats(rng, 1, 2, 3, 4, dtype=np.float32)
    return {"col": impl.scratch.im2col(x, 2, 2, 1, 1)}


@cases.add("scratch.im2col", "an array of its own", asks="An array of its own", limits=SAME)
def own_array(impl: Any, rng: Rng) -> Arrays:
    # Windows of one pixel, or one window: cases in which a reshape of the images would do.
    found: Arrays = {}
    for name, shape, height, width in (
        ("pixel", (2, 1, 2, 3), 1, 1),
        ("whole", (1, 2, 2, 3), 2, 3),
    ):
        x = floats(rng, *shape)
        found[name] = Shared(impl.scratch.im2col(x, height, width), x)
    return found


@cases.add(
    "scratch.im2col",
    "argument left alone",
    asks="Images. Not changed",
    limits=SAME,
    keeps=("input_data",),
)
def keeps(impl: Any, rng: Rng) -> Arrays:
    return {"col": impl.scratch.im2col(floats(rng, 1, 1, 3, 3), 2, 2, stride=1, pad=1)}


@cases.add(
    "scratch.col2im",
    "default stride and padding",
    asks="stride, pad : int As given to `im2col`",
    limits=FLOAT64,
)
def defaults_back(impl: Any, rng: Rng) -> Arrays:
    return {"images": impl.scratch.col2im(floats(rng, 4, 8), (1, 2, 3, 3), 2, 2)}


@cases.add(
    "scratch.col2im", "float32", asks="ndarray, shape `input_shape`, dtype of `col`", limits=FLOAT32
)
def single_back(impl: Any, rng: Rng) -> Arrays:
    geometry: Geometry = ((1, 2, 3, 4), 2, 2, 1, 1)
    return {
        "images": impl.scratch.col2im(floats(rng, *_rows(geometry), dtype=np.float32), *geometry)
    }


@cases.add(
    "scratch.col2im",
    "argument left alone",
    asks="Rows in the order of `im2col`. Not changed",
    limits=FLOAT64,
    keeps=("col",),
)
def keeps_back(impl: Any, rng: Rng) -> Arrays:
    return {"images": impl.scratch.col2im(floats(rng, 4, 4), (1, 1, 3, 3), 2, 2, stride=1, pad=0)}
