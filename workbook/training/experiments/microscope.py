"""One small picture under one kernel: the student's convolution, and what made each number."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbook.training.inputs import Array

__all__ = ["KERNELS", "ConvolvedImage", "convolve", "output_size"]

KERNELS: dict[str, tuple[tuple[float, ...], ...]] = {
    "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "grey (mean)": ((1 / 9,) * 3,) * 3,
    "blur": ((1 / 16, 2 / 16, 1 / 16), (2 / 16, 4 / 16, 2 / 16), (1 / 16, 2 / 16, 1 / 16)),
    "Sobel, horizontal edges": ((1, 2, 1), (0, 0, 0), (-1, -2, -1)),
    "Sobel, vertical edges": ((1, 0, -1), (2, 0, -2), (1, 0, -1)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "emboss": ((2, 1, 0), (1, 1, -1), (0, -1, -2)),
}


@dataclass(frozen=True)
class ConvolvedImage:
    """Attributes
    ----------
    picture : ndarray, shape (H, W)
    kernel : ndarray, shape (HH, WW)
    stride, pad : int
    out : ndarray, shape (H', W')
    """

    picture: Array
    kernel: Array
    stride: int
    pad: int
    out: Array

    @property
    def padded(self) -> Array:
        """The picture with its border of zeros, shape (H + 2 pad, W + 2 pad)."""
        return np.pad(self.picture, self.pad)

    def patch(self, i: int, j: int) -> Array:
        """The part of `padded` that makes `out[i, j]`, shape (HH, WW)."""
        top, left = i * self.stride, j * self.stride
        height, width = self.kernel.shape
        found: Array = self.padded[top : top + height, left : left + width]
        return found


def output_size(size: int, kernel: int, stride: int, pad: int) -> int:
    """Numbers in one direction of the output; 0 or less if there is no room for the kernel."""
    return 1 + (size + 2 * pad - kernel) // stride


def convolve(
    conv_forward: Callable[..., Any],
    picture: Array,
    kernel: Array,
    *,
    stride: int = 1,
    pad: int = 0,
) -> ConvolvedImage:
    """Lay one kernel over one picture of one channel.

    Parameters
    ----------
    conv_forward : callable
        (x, w, b, conv_param) -> (out, cache), such as conv_forward_naive.
    picture : ndarray, shape (H, W)
    kernel : ndarray, shape (HH, WW)
    stride, pad : int, optional
    """
    picture, kernel = np.asarray(picture, dtype=float), np.asarray(kernel, dtype=float)
    out, _ = conv_forward(
        picture[None, None], kernel[None, None], np.zeros(1), {"stride": stride, "pad": pad}
    )
    return ConvolvedImage(picture, kernel, stride, pad, np.asarray(out)[0, 0])
