"""What batch normalisation buys: runs with it, without it, and with layer normalisation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbook.training.experiments.comparison import (
    TrainingRun,
    net_sizes,
    subset,
    temporary_seed,
    train_together,
)
from workbook.training.experiments.forward import LayerFunctions, hidden_layers
from workbook.training.inputs import Array, StopSignal, UpdateRule
from workbook.training.results import Report, TrainingCurves

__all__ = [
    "NormalisationComparison",
    "NormalisationEffect",
    "compare_batch_sizes",
    "compare_normalisations",
    "normalisation_effect",
]


@dataclass(frozen=True)
class NormalisationComparison:
    """Attributes
    ----------
    runs : dict of TrainingCurves
        By "none", "batchnorm", "layernorm", or by batch size and kind such as
        "batchnorm, batch 5".
    complete : bool
    """

    runs: dict[str, TrainingCurves]
    complete: bool


@dataclass(frozen=True)
class NormalisationEffect:
    """Attributes
    ----------
    before, after : dict of ndarray
        By the layer's name: what went into its normalisation for a batch, and what came out.
    """

    before: dict[str, Array]
    after: dict[str, Array]


def compare_normalisations(
    model_class: Callable[..., Any],
    rule: UpdateRule,
    data: Mapping[str, Any],
    *,
    kinds: Sequence[str] = ("none", "batchnorm"),
    hidden_dims: Sequence[int] = (100, 100, 100, 100, 100),
    weight_scale: float = 2e-2,
    learning_rate: float = 1e-3,
    epochs: int = 10,
    batch_size: int = 50,
    num_train: int | None = 1000,
    num_val: int | None = None,
    seed: int = 0,
    report: Report | None = None,
    stop: StopSignal | None = None,
) -> NormalisationComparison:
    """Train one net with each kind of normalisation, from the same weights on the same batches.

    Parameters
    ----------
    model_class : callable
        FullyConnectedNet, or one that is made in the same way.
    rule : callable
        An update rule.
    data : dict
        As for Solver.
    kinds : sequence of str, optional
        Of "none", "batchnorm", "layernorm".
    report, stop : optional
        See `train_together`.
    """
    chosen = subset(data, num_train, num_val)
    training_runs = {
        kind: _training_run(
            model_class,
            rule,
            chosen,
            kind,
            batch_size,
            hidden_dims=hidden_dims,
            weight_scale=weight_scale,
            learning_rate=learning_rate,
            epochs=epochs,
            seed=seed,
        )
        for kind in kinds
    }
    runs = train_together(training_runs, report, stop)
    return NormalisationComparison(runs, all(run.complete for run in runs.values()))


def compare_batch_sizes(
    model_class: Callable[..., Any],
    rule: UpdateRule,
    data: Mapping[str, Any],
    *,
    sizes: Sequence[int] = (5, 10, 50),
    kinds: Sequence[str] = ("none", "batchnorm"),
    hidden_dims: Sequence[int] = (100, 100, 100, 100, 100),
    weight_scale: float = 2e-2,
    learning_rate: float = 1e-3,
    epochs: int = 10,
    num_train: int | None = 1000,
    num_val: int | None = None,
    seed: int = 0,
    report: Report | None = None,
    stop: StopSignal | None = None,
) -> NormalisationComparison:
    """Train one net with each kind of normalisation and each batch size.

    Parameters
    ----------
    sizes : sequence of int, optional
    Others as for `compare_normalisations`.
    """
    chosen = subset(data, num_train, num_val)
    training_runs = {
        f"{kind}, batch {size}": _training_run(
            model_class,
            rule,
            chosen,
            kind,
            size,
            hidden_dims=hidden_dims,
            weight_scale=weight_scale,
            learning_rate=learning_rate,
            epochs=epochs,
            seed=seed,
        )
        for size in sizes
        for kind in kinds
    }
    runs = train_together(training_runs, report, stop)
    return NormalisationComparison(runs, all(run.complete for run in runs.values()))


def normalisation_effect(
    model_class: Callable[..., Any],
    layers: LayerFunctions,
    data: Mapping[str, Any],
    *,
    kind: str = "batchnorm",
    hidden_dims: Sequence[int] = (100, 100, 100),
    weight_scale: float = 2e-2,
    batch_size: int = 200,
    seed: int = 0,
) -> NormalisationEffect:
    """What normalisation does to the distribution in each hidden layer of an untrained net."""
    X = data["X_train"][:batch_size].astype(np.float32)
    with temporary_seed(seed):
        model = model_class(
            list(hidden_dims), weight_scale=weight_scale, normalization=kind, **net_sizes(data)
        )
        found = hidden_layers(layers, model.params, X, kind)
    names = [f"layer {number}" for number in range(1, len(found) + 1)]
    return NormalisationEffect(
        {name: kept["affine"].ravel() for name, kept in zip(names, found, strict=True)},
        {name: kept["norm"].ravel() for name, kept in zip(names, found, strict=True)},
    )


def _training_run(
    model_class: Callable[..., Any],
    rule: UpdateRule,
    data: Mapping[str, Any],
    kind: str,
    batch_size: int,
    *,
    hidden_dims: Sequence[int],
    weight_scale: float,
    learning_rate: float,
    epochs: int,
    seed: int,
) -> TrainingRun:
    def build() -> Any:
        return model_class(
            list(hidden_dims),
            weight_scale=weight_scale,
            normalization=None if kind == "none" else kind,
            **net_sizes(data),
        )

    return TrainingRun(
        build,
        data,
        rule,
        {"learning_rate": learning_rate},
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
    )
