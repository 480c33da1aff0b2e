"""Which update rule is fastest: the same net, the same batches, one run for each rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbook.training.experiments.comparison import TrainingRun, net_sizes, subset, train_together
from workbook.training.inputs import Config, StopSignal, UpdateRule
from workbook.training.results import Report, TrainingCurves

__all__ = ["RATES", "OptimiserRace", "optimiser_race"]

# Learning rates at which each rule does well on the bundled images, five hidden layers.
RATES = {"sgd": 1e-2, "sgd_momentum": 1e-2, "rmsprop": 1e-4, "adam": 1e-3}


@dataclass(frozen=True)
class OptimiserRace:
    """Attributes
    ----------
    runs : dict of TrainingCurves
        By the rule's name.
    learning_rates : dict of float
    complete : bool
        Whether it ran to the end.
    """

    runs: dict[str, TrainingCurves]
    learning_rates: dict[str, float]
    complete: bool


def optimiser_race(
    model_class: Callable[..., Any],
    rules: Mapping[str, UpdateRule],
    data: Mapping[str, Any],
    *,
    learning_rates: Mapping[str, float] | None = None,
    hidden_dims: Sequence[int] = (100, 100, 100, 100, 100),
    weight_scale: float = 5e-2,
    epochs: int = 5,
    batch_size: int = 100,
    num_train: int | None = 4000,
    num_val: int | None = None,
    seed: int = 0,
    report: Report | None = None,
    stop: StopSignal | None = None,
) -> OptimiserRace:
    """Train one net with each rule; all have the same first weights and the same batches.

    Parameters
    ----------
    model_class : callable
        FullyConnectedNet, or one that is made in the same way.
    rules : dict of callable
        Update rules by name.
    data : dict
        As for Solver.
    learning_rates : dict of float, optional
        By the rule's name; `RATES` where left out.
    hidden_dims, weight_scale
        Of the net.
    report, stop : optional
        See `train_together`.
    """
    chosen = subset(data, num_train, num_val)
    rates = {name: (learning_rates or {}).get(name, RATES.get(name, 1e-3)) for name in rules}

    def build() -> Any:
        return model_class(list(hidden_dims), weight_scale=weight_scale, **net_sizes(chosen))

    def config(name: str) -> Config:
        return {"learning_rate": float(rates[name])}

    training_runs = {
        name: TrainingRun(
            build, chosen, rule, config(name), epochs=epochs, batch_size=batch_size, seed=seed
        )
        for name, rule in rules.items()
    }
    runs = train_together(training_runs, report, stop)
    return OptimiserRace(runs, rates, all(run.complete for run in runs.values()))
