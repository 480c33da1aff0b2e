"""Results as the experiments give them, made up: a page is drawn without any training."""

from pathlib import Path

import numpy as np
import pytest

from workbook.training.experiments import ConfusionMatrix, NaiveAndFast, NetworkPortrait
from workbook.training.results import TrainingCurves
from workbook.widgets.portrait.plan import plan_portrait

ALL = [
    *(f"{net}.{part}" for net in ("TwoLayerNet", "FullyConnectedNet") for part in ("init", "loss")),
    *("ThreeLayerConvNet.init", "ThreeLayerConvNet.loss", "sgd_momentum", "rmsprop", "adam"),
    *("conv_forward_naive", "conv_backward_naive", "FullyConnectedNet.batchnorm"),
]


def net(first, steps):
    rng = np.random.default_rng(0)
    counts = np.eye(10, dtype=int) * 7
    counts[0, 6], counts[0, 0] = 3, 4
    return NetworkPortrait(
        run=TrainingCurves((2.3, 1.5, 1.0, 0.75), (0.1, 0.81), (0.1, 0.62), 2),
        num_params=413078,
        trained_on=4000,
        steps=steps,
        first_layer=rng.standard_normal((len(steps), *first)),
        confusion=ConfusionMatrix(counts, ((0, 6),), ((0, 1, 2),)),
        examples=rng.uniform(0, 255, (3, 3, 8, 8)),
        pictures=rng.uniform(0, 255, (4, 3, 8, 8)),
        predicted=(0, 1, 2, 6),
        labels=(0, 1, 2, 0),
    )


@pytest.fixture(scope="session")
def found():
    """What `training.train_parts` returns when everything is finished."""
    return {
        "convolutional": net((16, 3, 7, 7), (0, 1, 4)),
        "connected": net((24, 3, 8, 8), (0, 4)),
        "speed": NaiveAndFast((10, 3, 32, 32), (8, 3, 3, 3), (1.0, 2.1), (2e-4, 8e-4), 5e-15),
    }


@pytest.fixture(scope="session")
def whole():
    """The plan of a learner who has finished everything."""
    return plan_portrait(Path("exercises"), ALL, epochs=5, images=4000)
