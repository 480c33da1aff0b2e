"""What a portrait shows of a net: how it learned, what its first layer looks at, what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbook.training.experiments.comparison import TrainingRun, subset, train_together
from workbook.training.experiments.feature_maps import ConfusionMatrix, confusion_matrix
from workbook.training.inputs import Array, Model, StopSignal, UpdateRule
from workbook.training.results import Report, TrainingCurves
from workbook.training.solver import Step

__all__ = ["NetworkPortrait", "network_portrait"]

# So many units of a wide layer are kept, those that training changed most.
_MOST_UNITS = 24


@dataclass(frozen=True)
class NetworkPortrait:
    """A trained net as a page shows it.

    Attributes
    ----------
    run : TrainingCurves
    num_params : int
        How many numbers the net consists of.
    trained_on : int
        Pictures.
    steps : tuple of int, length T
        The steps after which the first layer was kept; 0 is before the first.
    first_layer : ndarray, shape (T, U, C, H, W)
        Weights of the first layer, those of a unit as one picture.
    confusion : ConfusionMatrix
        Over the test pictures, which the net never saw in training.
    examples : ndarray, shape (K, C, H, W)
        What the examples in `confusion` are the numbers of.
    pictures : ndarray, shape (P, C, H, W)
        The first test pictures.
    predicted, labels : tuple of int, length P
        Their classes, as the net names them and as they are.
    """

    run: TrainingCurves
    num_params: int
    trained_on: int
    steps: tuple[int, ...]
    first_layer: Array
    confusion: ConfusionMatrix
    examples: Array
    pictures: Array
    predicted: tuple[int, ...]
    labels: tuple[int, ...]


def network_portrait(
    build: Callable[[], Model],
    first_layer: Callable[[Mapping[str, Array]], Array],
    rule: UpdateRule,
    data: Mapping[str, Any],
    *,
    learning_rate: float = 1e-3,
    epochs: int = 5,
    batch_size: int = 50,
    num_train: int | None = 4000,
    num_val: int | None = 500,
    num_test: int | None = 1000,
    pictures: int = 10,
    seed: int = 0,
    report: Report | None = None,
    stop: StopSignal | None = None,
) -> NetworkPortrait:
    """Train a net, and keep what its portrait shows.

    Parameters
    ----------
    build : callable
        Makes the net.
    first_layer : callable
        Takes the net's parameters; gives the weights of its first layer, shape (U, C, H, W).
    rule : callable
        An update rule.
    data : dict
        As for Solver, with X_test and y_test too; images of shape (C, H, W).
    pictures : int, optional
        How many of the test pictures to keep.
    report, stop : optional
        See `train_together`.
    """
    chosen = subset(data, num_train, num_val)
    config = {"learning_rate": learning_rate}
    training = TrainingRun(
        build, chosen, rule, config, epochs=epochs, batch_size=batch_size, seed=seed
    )
    kept = {0: first_layer(training.model.params).copy()}
    moments = {max(training.total // 8, 1), max(training.total // 2, 1), training.total}
    latest = 0

    def on_step(name: str, step: Step) -> dict[str, Any]:
        nonlocal latest
        latest = step.step
        if step.step in moments:
            kept[step.step] = first_layer(training.model.params).copy()
        return {}

    run = train_together({"net": training}, report, stop, on_step)["net"]
    # Where it was stopped, or diverged, is a moment too.
    kept[latest] = first_layer(training.model.params).copy()
    layers = np.array([kept[step] for step in sorted(kept)])
    changed = np.linalg.norm((layers[-1] - layers[0]).reshape(len(layers[0]), -1), axis=1)
    units = np.argsort(-changed, kind="stable")[:_MOST_UNITS]

    X, y = data["X_test"][:num_test], data["y_test"][:num_test]
    confusion, examples = confusion_matrix(training.model, X, y).with_examples_from(X)
    predicted = training.model.loss(X[:pictures]).argmax(axis=1)
    return NetworkPortrait(
        run=run,
        num_params=sum(value.size for value in training.model.params.values()),
        trained_on=len(chosen["X_train"]),
        steps=tuple(sorted(kept)),
        first_layer=layers[:, units],
        confusion=confusion,
        examples=examples,
        pictures=X[:pictures],
        predicted=tuple(int(n) for n in predicted),
        labels=tuple(int(n) for n in y[:pictures]),
    )
