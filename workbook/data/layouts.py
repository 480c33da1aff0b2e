"""From stored bytes to the arrays that networks are trained on.

Three layouts exist, because two courses meet here:

- ``cifar``: (N, 3, 32, 32), pixels 0..255 minus the mean training image. This is what
  CS231n trains on, and what its learning rates and weight scales were chosen for.
- ``flat``: (N, H * W), pixels 0..1, for the from-scratch track.
- ``images``: (N, 1, H, W), pixels 0..1, for its convolutional network.

Arrays are float32 unless told otherwise. The course has float64 here; half of that
keeps 50,000 CIFAR images at 0.6 GB, and the rounding (about 1e-5 of a pixel step) is
far below what a pixel means.
"""

import operator
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import DTypeLike, NDArray

from workbook.data.base import Data, label_array

__all__ = ["Layout", "float_type", "grey_data", "split_and_center", "split_sizes"]

Layout = Literal["cifar", "flat", "images"]

CIFAR_SIDE = 32


def float_type(dtype: DTypeLike) -> np.dtype[Any]:
    """The type of the images: float32 or float64."""
    try:
        chosen = np.dtype(dtype)
    except TypeError:
        chosen = np.dtype(object)
    if chosen not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"dtype is {dtype!r}; images can be np.float32 or np.float64.")
    return chosen


def split_sizes(
    available: int,
    available_test: int,
    num_training: int | None,
    num_validation: int,
    num_test: int | None,
    *,
    at_most: int,
) -> tuple[int, int, int]:
    """How many images go where.

    Validation images follow the training images in the training file, as in the course.

    Parameters
    ----------
    available, available_test : int
        Images in the training and in the test file.
    num_training, num_test : int or None
        None: as many as there are, the training images at most `at_most`.
    num_validation : int

    Raises
    ------
    ValueError
        If there are not that many images.
    TypeError
        If a number is not whole.
    """
    validation = _count("num_validation", num_validation, at_least=0)
    if num_training is None:
        training = max(1, min(at_most, available - validation))
    else:
        training = _count("num_training", num_training, at_least=1)
    if training + validation > available:
        raise ValueError(
            f"num_training={training} and num_validation={validation} need "
            f"{training + validation} images; the training file holds {available}."
        )
    if num_test is None:
        return training, validation, available_test
    test = _count("num_test", num_test, at_least=0)
    if test > available_test:
        raise ValueError(f"num_test is {test}; the test file holds {available_test} images.")
    return training, validation, test


def _count(name: str, value: int, *, at_least: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; it must be a whole number.") from None
    if number < at_least:
        raise ValueError(f"{name} is {number}; it must be at least {at_least}.")
    return number


def split_and_center(
    images: NDArray[Any],
    labels: NDArray[Any],
    test_images: NDArray[Any],
    test_labels: NDArray[Any],
    num_training: int,
    *,
    subtract_mean: bool,
) -> Data:
    """Split off the validation images and subtract the mean training image, in place.

    Parameters
    ----------
    images, test_images : ndarray of float, shapes (T, ...) and (S, ...)
        Training images followed by validation images, and test images. Overwritten.
    labels, test_labels : ndarray of int, shapes (T,) and (S,)
    num_training : int
        The rest of `images` is for validation.
    subtract_mean : bool
    """
    if subtract_mean:
        # Summed in float64: in float32 the sum of 49,000 pixels loses digits.
        mean = images[:num_training].mean(axis=0, dtype=np.float64).astype(images.dtype)
        images -= mean
        test_images -= mean
    return {
        "X_train": images[:num_training],
        "y_train": labels[:num_training],
        "X_val": images[num_training:],
        "y_val": labels[num_training:],
        "X_test": test_images,
        "y_test": test_labels,
    }


def _grey_images(stored: NDArray[np.uint8], layout: Layout, dtype: np.dtype[Any]) -> NDArray[Any]:
    number, height, width = stored.shape
    if layout != "cifar":
        scaled = stored.astype(dtype)
        scaled /= 255
        shape = (number, height * width) if layout == "flat" else (number, 1, height, width)
        return scaled.reshape(shape)
    top, left = (CIFAR_SIDE - height) // 2, (CIFAR_SIDE - width) // 2
    padded = np.zeros((number, 3, CIFAR_SIDE, CIFAR_SIDE), dtype=dtype)
    padded[:, :, top : top + height, left : left + width] = stored[:, None]
    return padded


def grey_data(
    images: NDArray[np.uint8],
    labels: NDArray[Any],
    test_images: NDArray[np.uint8],
    test_labels: NDArray[Any],
    *,
    num_training: int | None,
    num_validation: int,
    num_test: int | None,
    layout: Layout,
    subtract_mean: bool | None,
    dtype: DTypeLike,
    at_most: int = 49_000,
) -> Data:
    """Grey images as `load` returns them.

    Parameters
    ----------
    images, test_images : ndarray of uint8, shapes (T, H, W) and (S, H, W)
    labels, test_labels : ndarray of int, shapes (T,) and (S,)
    num_training, num_validation, num_test, at_most
        See `split_sizes`.
    layout : {"cifar", "flat", "images"}
        See this module.
    subtract_mean : bool or None
        None: as the layout has it, that is for ``cifar`` only.
    dtype : float32 or float64
    """
    if layout not in get_args(Layout):
        allowed = ", ".join(repr(name) for name in get_args(Layout))
        raise ValueError(f"layout is {layout!r}; it can be {allowed}.")
    height, width = images.shape[1:]
    if layout == "cifar" and max(height, width) > CIFAR_SIDE:
        raise ValueError(
            f"layout='cifar' pads images to 32x32; these are {height}x{width}. "
            "Use layout='flat' or layout='images'."
        )
    kind = float_type(dtype)
    training, validation, test = split_sizes(
        len(images), len(test_images), num_training, num_validation, num_test, at_most=at_most
    )
    used = training + validation
    return split_and_center(
        _grey_images(images[:used], layout, kind),
        label_array(labels[:used]),
        _grey_images(test_images[:test], layout, kind),
        label_array(test_labels[:test]),
        training,
        subtract_mean=layout == "cifar" if subtract_mean is None else subtract_mean,
    )
