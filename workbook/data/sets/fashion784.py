"""The bundled clothes for the from-scratch track."""

import numpy as np
from numpy.typing import DTypeLike

from workbook.data.base import Data
from workbook.data.fashion import TEST, TRAINING, VALIDATION, FashionSet, read_fashion
from workbook.data.layouts import grey_data

__all__ = ["dataset"]


class Fashion784(FashionSet):
    """Fashion-MNIST images as rows of numbers."""

    name = "fashion784"
    images = "7,000 of 784"

    def load(
        self,
        *,
        num_training: int = TRAINING,
        num_validation: int = VALIDATION,
        num_test: int = TEST,
        flatten: bool = True,
        dtype: DTypeLike = np.float32,
    ) -> Data:
        """Arrays X (N, 784), pixels 0..1; with ``flatten=False`` X (N, 1, 28, 28)."""
        return grey_data(
            *read_fashion(),
            num_training=num_training,
            num_validation=num_validation,
            num_test=num_test,
            layout="flat" if flatten else "images",
            subtract_mean=False,
            dtype=dtype,
        )


dataset = Fashion784()
