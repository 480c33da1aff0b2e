"""The filters of a convolutional net's first layer, as they change while it learns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbook.training.experiments.comparison import TrainingRun, net_sizes, subset, train_together
from workbook.training.inputs import Array, StopSignal, UpdateRule
from workbook.training.results import Report, TrainingCurves
from workbook.training.solver import Step

__all__ = ["FirstFilters", "first_filters"]


@dataclass(frozen=True)
class FirstFilters:
    """Attributes
    ----------
    steps : tuple of int
        The steps after which filters were kept; 0 is before the first.
    filters : ndarray, shape (len(steps), F, C, HH, WW)
    run : TrainingCurves
    params : dict of ndarray
        Of the trained net.
    """

    steps: tuple[int, ...]
    filters: Array
    run: TrainingCurves
    params: dict[str, Array]


def first_filters(
    model_class: Callable[..., Any],
    rule: UpdateRule,
    data: Mapping[str, Any],
    *,
    num_filters: int = 16,
    filter_size: int = 7,
    hidden_dim: int = 100,
    weight_scale: float = 1e-2,
    reg: float = 1e-3,
    learning_rate: float = 1e-3,
    epochs: int = 1,
    batch_size: int = 50,
    num_train: int | None = 1000,
    num_val: int | None = 200,
    every: int = 2,
    seed: int = 0,
    report: Report | None = None,
    stop: StopSignal | None = None,
) -> FirstFilters:
    """Train a ThreeLayerConvNet and keep its first weights every few steps.

    Parameters
    ----------
    model_class : callable
        ThreeLayerConvNet, or one that is made in the same way and has W1 (F, C, HH, WW).
    rule : callable
        An update rule.
    data : dict
        As for Solver, images of shape (C, H, W).
    every : int, optional
        Steps between two kept states.
    report, stop : optional
        See `train_together`; each kept state is reported as `filters`.
    """
    chosen = subset(data, num_train, num_val)

    def build() -> Any:
        return model_class(
            input_dim=chosen["X_train"].shape[1:],
            num_filters=num_filters,
            filter_size=filter_size,
            hidden_dim=hidden_dim,
            num_classes=net_sizes(chosen)["num_classes"],
            weight_scale=weight_scale,
            reg=reg,
            dtype=np.float32,
        )

    config = {"learning_rate": learning_rate}
    training = TrainingRun(
        build, chosen, rule, config, epochs=epochs, batch_size=batch_size, seed=seed
    )
    steps = [0]
    kept = [training.model.params["W1"].copy()]

    def on_step(name: str, step: Step) -> dict[str, Any]:
        if step.step % every and step.step != step.steps:
            return {}
        steps.append(step.step)
        kept.append(training.model.params["W1"].copy())
        return {"filters": kept[-1]}

    run = train_together({"net": training}, report, stop, on_step)["net"]
    return FirstFilters(tuple(steps), np.array(kept), run, dict(training.model.params))
