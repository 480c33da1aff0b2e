"""What dropout does: to a batch of units, and to the gap between training and validation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.training.experiments.comparison import (
    TrainingRun,
    net_sizes,
    subset,
    temporary_seed,
    train_together,
)
from workbook.training.inputs import Array, StopSignal, UpdateRule
from workbook.training.results import Report, TrainingCurves

__all__ = ["DropoutOutputs", "DropoutSweep", "dropout_outputs", "dropout_sweep"]


@dataclass(frozen=True)
class DropoutSweep:
    """Attributes
    ----------
    ps : tuple of float
        Probabilities of dropping.
    runs : dict of TrainingCurves
        By "p = 0.25" and the like.
    complete : bool
    """

    ps: tuple[float, ...]
    runs: dict[str, TrainingCurves]
    complete: bool

    @property
    def gaps(self) -> tuple[float, ...]:
        """Training minus validation accuracy after the last epoch, for each p."""
        ends = [
            (run.train_acc_history, run.val_acc_history)
            for run in self.runs.values()
            if run.train_acc_history and run.val_acc_history
        ]
        return tuple(train[-1] - val[-1] for train, val in ends)


@dataclass(frozen=True)
class DropoutOutputs:
    """Attributes
    ----------
    p : float
        The probability of dropping.
    x, train, test : ndarray, shape (N, units)
        What went in, and what came out in either mode.
    """

    p: float
    x: Array
    train: Array
    test: Array

    @property
    def dropped(self) -> NDArray[np.bool_]:
        """Which units of `x` that were not 0 became 0 in training."""
        lost: NDArray[np.bool_] = (self.train == 0) & (self.x != 0)
        return lost


def dropout_outputs(
    dropout_forward: Callable[..., Any], x: Array, *, p: float = 0.5, seed: int = 0
) -> DropoutOutputs:
    """One input through dropout in training and in test mode.

    Parameters
    ----------
    dropout_forward : callable
        (x, dropout_param) -> (out, cache).
    x : ndarray, shape (N, units)
    p : float, optional
        The probability of dropping.
    """
    with temporary_seed(seed):
        train, _ = dropout_forward(x, {"mode": "train", "p": p})
        test, _ = dropout_forward(x, {"mode": "test", "p": p})
    return DropoutOutputs(float(p), np.asarray(x), train, test)


def dropout_sweep(
    model_class: Callable[..., Any],
    rule: UpdateRule,
    data: Mapping[str, Any],
    *,
    ps: Sequence[float] = (0.0, 0.25, 0.5, 0.75),
    hidden_dims: Sequence[int] = (500,),
    weight_scale: float = 1e-2,
    learning_rate: float = 5e-4,
    epochs: int = 25,
    batch_size: int = 100,
    num_train: int | None = 500,
    num_val: int | None = None,
    seed: int = 0,
    report: Report | None = None,
    stop: StopSignal | None = None,
) -> DropoutSweep:
    """Train one net with each p, from the same weights on the same batches.

    Parameters
    ----------
    model_class : callable
        FullyConnectedNet, or one that is made in the same way.
    rule : callable
        An update rule.
    data : dict
        As for Solver.
    report, stop : optional
        See `train_together`.
    """
    chosen = subset(data, num_train, num_val)

    def training_run(p: float) -> TrainingRun:
        def build() -> Any:
            return model_class(
                list(hidden_dims), weight_scale=weight_scale, dropout=p, **net_sizes(chosen)
            )

        return TrainingRun(
            build,
            chosen,
            rule,
            {"learning_rate": learning_rate},
            epochs=epochs,
            batch_size=batch_size,
            seed=seed,
        )

    runs = train_together({f"p = {p:g}": training_run(p) for p in ps}, report, stop)
    complete = all(run.complete for run in runs.values())
    return DropoutSweep(tuple(float(p) for p in ps), runs, complete)
