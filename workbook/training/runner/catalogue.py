"""The experiments by name, run on a room's models and rules: what the child process offers."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from workbook import data as datasets
from workbook.training import experiments
from workbook.training.experiments.common import seeded, shape_of
from workbook.training.experiments.forward import hidden_layers
from workbook.training.inputs import StopSignal
from workbook.training.results import Report

__all__ = ["CATALOGUE", "Experiment"]

Experiment = Callable[..., Any]

RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")


@cache
def _data(name: str | None) -> dict[str, Any]:
    loaded: dict[str, Any] = datasets.load(name)
    return loaded


def _rules(room: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(room, name) for name in names}


def optimiser_race(
    room: Any,
    report: Report,
    stop: StopSignal,
    *,
    rules: Sequence[str] = RULES,
    data: str | None = None,
    **settings: Any,
) -> Any:
    """See `experiments.optimiser_race`."""
    return experiments.optimiser_race(
        room.FullyConnectedNet,
        _rules(room, rules),
        _data(data),
        report=report,
        stop=stop,
        **settings,
    )


def descend(
    room: Any, report: Report, stop: StopSignal, *, rules: Sequence[str] = RULES, **settings: Any
) -> Any:
    """See `experiments.descend`."""
    return experiments.descend(_rules(room, rules), report=report, stop=stop, **settings)


def at_rest(
    room: Any, report: Report, stop: StopSignal, *, data: str | None = None, **settings: Any
) -> Any:
    """See `experiments.at_rest`."""
    return experiments.at_rest(room.FullyConnectedNet, room, _data(data), **settings)


def _trained(experiment: Experiment, model: str) -> Experiment:
    """An experiment that takes a model class, one rule and data."""

    def run(
        room: Any,
        report: Report,
        stop: StopSignal,
        *,
        rule: str = "adam",
        data: str | None = None,
        **settings: Any,
    ) -> Any:
        return experiment(
            getattr(room, model),
            getattr(room, rule),
            _data(data),
            report=report,
            stop=stop,
            **settings,
        )

    return run


def before_and_after(
    room: Any, report: Report, stop: StopSignal, *, data: str | None = None, **settings: Any
) -> Any:
    """See `experiments.before_and_after`."""
    return experiments.before_and_after(room.FullyConnectedNet, room, _data(data), **settings)


def masked(
    room: Any,
    report: Report,
    stop: StopSignal,
    *,
    p: float = 0.5,
    units: int = 40,
    batch_size: int = 20,
    data: str | None = None,
    seed: int = 0,
) -> Any:
    """Dropout on the hidden units of an untrained net; see `experiments.masked`."""
    images = _data(data)
    with seeded(seed):
        net = room.FullyConnectedNet([units], weight_scale=1e-2, **shape_of(images))
    (layer,) = hidden_layers(room, net.params, images["X_train"][:batch_size].astype(np.float32))
    return experiments.masked(room.dropout_forward, layer["relu"], p=p, seed=seed)


def flow(room: Any, report: Report, stop: StopSignal, *, graph: str, **inputs: Any) -> Any:
    """The graph "basket" or "neuron"; see `experiments.basket` and `experiments.neuron`."""
    graphs: dict[str, Experiment] = {"basket": experiments.basket, "neuron": experiments.neuron}
    return graphs[graph](room.scratch, **inputs)


def convolved(
    room: Any, report: Report, stop: StopSignal, *, picture: Any, kernel: Any, **settings: Any
) -> Any:
    """See `experiments.convolved`."""
    return experiments.convolved(room.conv_forward_naive, picture, kernel, **settings)


def seen(
    room: Any, report: Report, stop: StopSignal, *, params: dict[str, Any], picture: Any
) -> Any:
    """See `experiments.seen`."""
    return experiments.seen(room, params, picture)


def confused(
    room: Any,
    report: Report,
    stop: StopSignal,
    *,
    params: dict[str, Any],
    data: str | None = None,
    num_val: int | None = 500,
    **settings: Any,
) -> Any:
    """The mistakes on validation images; see `experiments.confused`."""
    X, y = _data(data)["X_val"][:num_val], _data(data)["y_val"][:num_val]
    net = experiments.net_with(room.ThreeLayerConvNet, params, X.shape[1:])
    return experiments.confused(net, X, y, **settings)


def gradient_errors(
    room: Any, report: Report, stop: StopSignal, *, loss: str = "softmax", **settings: Any
) -> Any:
    """The student's softmax loss, or a sum of sines, under `experiments.gradient_errors`."""
    rng = np.random.default_rng(0)
    scores, classes = rng.standard_normal((5, 10)), rng.integers(10, size=5)
    chosen: dict[str, Callable[[Any], Any]] = {
        "softmax": lambda x: room.softmax_loss(x, classes),
        "sines": lambda x: (np.sum(np.sin(x)), np.cos(x)),
    }
    return experiments.gradient_errors(chosen[loss], scores, report=report, stop=stop, **settings)


CATALOGUE: dict[str, Experiment] = {
    "at_rest": at_rest,
    "batch_sizes": _trained(experiments.batch_sizes, "FullyConnectedNet"),
    "before_and_after": before_and_after,
    "confused": confused,
    "convolved": convolved,
    "descend": descend,
    "dropouts": _trained(experiments.dropouts, "FullyConnectedNet"),
    "first_filters": _trained(experiments.first_filters, "ThreeLayerConvNet"),
    "flow": flow,
    "gradient_errors": gradient_errors,
    "masked": masked,
    "normalisations": _trained(experiments.normalisations, "FullyConnectedNet"),
    "optimiser_race": optimiser_race,
    "scale_sweep": _trained(experiments.scale_sweep, "FullyConnectedNet"),
    "seen": seen,
}
