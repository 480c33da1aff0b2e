"""What the scale of the first weights does: to a deep net at rest, and to its training."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbook.training.experiments.comparison import (
    TrainingRun,
    net_sizes,
    stop_requested,
    subset,
    temporary_seed,
    train_together,
)
from workbook.training.experiments.forward import LayerFunctions, hidden_layers
from workbook.training.inputs import Array, StopSignal, UpdateRule, split_loss
from workbook.training.results import ProgressUpdate, Report, TrainingCurves

__all__ = [
    "SCALES",
    "AtInitialisation",
    "WeightScaleSweep",
    "at_initialisation",
    "weight_scale_sweep",
]

SCALES: tuple[float, ...] = tuple(np.logspace(-4, 0, 20).tolist())


@dataclass(frozen=True)
class AtInitialisation:
    """A net before any training.

    Attributes
    ----------
    scale : float
    normalization : str or None
    activations : dict of ndarray, shape (N * units,)
        By the layer's name: what its ReLU lets through, for a batch.
    gradient_norms : dict of float
        By the weight matrix's name: the norm of the loss's gradient.
    """

    scale: float
    normalization: str | None
    activations: dict[str, Array]
    gradient_norms: dict[str, float]


@dataclass(frozen=True)
class WeightScaleSweep:
    """Attributes
    ----------
    scales : tuple of float
    runs : dict of tuple of TrainingCurves
        By kind of normalisation ("none", "batchnorm", ...): a run for each scale; shorter
        than `scales` if it was stopped.
    complete : bool
    """

    scales: tuple[float, ...]
    runs: dict[str, tuple[TrainingCurves, ...]]
    complete: bool


def at_initialisation(
    model_class: Callable[..., Any],
    layers: LayerFunctions,
    data: Mapping[str, Any],
    *,
    scale: float,
    normalization: str | None = None,
    hidden_dims: Sequence[int] = (50, 50, 50, 50, 50, 50, 50),
    batch_size: int = 200,
    seed: int = 0,
) -> AtInitialisation:
    """Activations and gradient norms of a net that has learned nothing yet.

    Parameters
    ----------
    model_class : callable
        FullyConnectedNet, or one that is made in the same way.
    layers : object
        Has affine_forward, relu_forward, ...: the functions that the net is made of.
    data : dict
        As for Solver; its first `batch_size` training images are used.
    scale : float
        The net's weight_scale.
    """
    X, y = data["X_train"][:batch_size], data["y_train"][:batch_size]
    with temporary_seed(seed), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        model = model_class(
            list(hidden_dims), weight_scale=scale, normalization=normalization, **net_sizes(data)
        )
        found = hidden_layers(layers, model.params, X.astype(np.float32), normalization)
        _, grads = split_loss(model.loss(X, y))
        norms = {
            name: float(np.linalg.norm(grads[name])) for name in model.params if name[0] == "W"
        }
    activations = {f"layer {n}": kept["relu"].ravel() for n, kept in enumerate(found, start=1)}
    return AtInitialisation(float(scale), normalization, activations, norms)


def weight_scale_sweep(
    model_class: Callable[..., Any],
    rule: UpdateRule,
    data: Mapping[str, Any],
    *,
    scales: Sequence[float] = SCALES,
    normalizations: Sequence[str | None] = (None, "batchnorm"),
    learning_rate: float = 1e-3,
    hidden_dims: Sequence[int] = (50, 50, 50, 50, 50, 50, 50),
    epochs: int = 5,
    batch_size: int = 50,
    num_train: int | None = 1000,
    num_val: int | None = None,
    seed: int = 0,
    report: Report | None = None,
    stop: StopSignal | None = None,
) -> WeightScaleSweep:
    """Train a deep net from each scale, with each kind of normalisation.

    All runs see the same batches, and the kinds start from the same weights.

    Parameters
    ----------
    model_class, data
        As for `at_initialisation`.
    rule : callable
        An update rule, such as adam.
    report, stop : optional
        Told of each finished run (scale, final_loss, best_train_acc, best_val_acc); ends
        with the runs that there are.
    """
    chosen = subset(data, num_train, num_val)
    names = [normalization or "none" for normalization in normalizations]
    runs: dict[str, list[TrainingCurves]] = {name: [] for name in names}
    total, done = len(scales) * len(names), 0
    for scale in scales:
        for name, normalization in zip(names, normalizations, strict=True):
            if stop_requested(stop):
                break

            def build(scale: float = scale, kind: str | None = normalization) -> Any:
                return model_class(
                    list(hidden_dims), weight_scale=scale, normalization=kind, **net_sizes(chosen)
                )

            training_run = TrainingRun(
                build,
                chosen,
                rule,
                {"learning_rate": learning_rate},
                epochs=epochs,
                batch_size=batch_size,
                seed=seed,
            )
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                run = train_together({name: training_run}, stop=stop)[name]
            if not run.complete:
                break
            runs[name].append(run)
            done += 1
            if report is not None:
                values = {
                    "scale": float(scale),
                    "final_loss": run.final_loss,
                    "best_train_acc": run.best_train_acc,
                    "best_val_acc": run.best_val_acc,
                }
                report(ProgressUpdate(name, done, total, values))
    return WeightScaleSweep(
        tuple(float(scale) for scale in scales),
        {name: tuple(lot) for name, lot in runs.items()},
        done == total,
    )
