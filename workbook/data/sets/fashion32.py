"""The bundled default: clothes in the shape of CIFAR-10."""

import numpy as np
from numpy.typing import DTypeLike

from workbook.data.base import Data
from workbook.data.fashion import TEST, TRAINING, VALIDATION, FashionSet, read_fashion
from workbook.data.layouts import grey_data

__all__ = ["dataset"]


class Fashion32(FashionSet):
    """Fashion-MNIST images padded to 32 x 32, in three equal channels."""

    name = "fashion32"
    images = "7,000 of 3x32x32"

    def load(
        self,
        *,
        num_training: int = TRAINING,
        num_validation: int = VALIDATION,
        num_test: int = TEST,
        subtract_mean: bool = True,
        dtype: DTypeLike = np.float32,
    ) -> Data:
        """Arrays like CIFAR-10's: X (N, 3, 32, 32), pixels 0..255 minus the mean image."""
        return grey_data(
            *read_fashion(),
            num_training=num_training,
            num_validation=num_validation,
            num_test=num_test,
            layout="cifar",
            subtract_mean=subtract_mean,
            dtype=dtype,
        )


dataset = Fashion32()
