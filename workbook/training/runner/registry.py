"""The experiments by name, run on the models and update rules of an implementation."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from workbook.training import experiments
from workbook.training.experiments.comparison import net_sizes, temporary_seed
from workbook.training.experiments.forward import hidden_layers
from workbook.training.inputs import StopSignal
from workbook.training.results import Report
from workbook.training.runner.data_cache import load_once, mean_image
from workbook.training.runner.feature_maps import FeatureMapsExperiment

__all__ = ["EXPERIMENTS", "Experiment"]

Experiment = Callable[..., Any]

RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")


def _rules(impl: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(impl, name) for name in names}


def optimiser_race(
    impl: Any,
    report: Report,
    stop: StopSignal,
    *,
    rules: Sequence[str] = RULES,
    data: str | None = None,
    **settings: Any,
) -> Any:
    """See `experiments.optimiser_race`."""
    return experiments.optimiser_race(
        impl.FullyConnectedNet,
        _rules(impl, rules),
        load_once(data),
        report=report,
        stop=stop,
        **settings,
    )


def descend(
    impl: Any, report: Report, stop: StopSignal, *, rules: Sequence[str] = RULES, **settings: Any
) -> Any:
    """See `experiments.descend`."""
    return experiments.descend(_rules(impl, rules), report=report, stop=stop, **settings)


def at_initialisation(
    impl: Any, report: Report, stop: StopSignal, *, data: str | None = None, **settings: Any
) -> Any:
    """See `experiments.at_initialisation`."""
    return experiments.at_initialisation(impl.FullyConnectedNet, impl, load_once(data), **settings)


def _trained(experiment: Experiment, model: str) -> Experiment:
    """An experiment that takes a model class, one rule and data."""

    def run(
        impl: Any,
        report: Report,
        stop: StopSignal,
        *,
        rule: str = "adam",
        data: str | None = None,
        **settings: Any,
    ) -> Any:
        return experiment(
            getattr(impl, model),
            getattr(impl, rule),
            load_once(data),
            report=report,
            stop=stop,
            **settings,
        )

    return run


def normalisation_effect(
    impl: Any, report: Report, stop: StopSignal, *, data: str | None = None, **settings: Any
) -> Any:
    """See `experiments.normalisation_effect`."""
    return experiments.normalisation_effect(
        impl.FullyConnectedNet, impl, load_once(data), **settings
    )


def dropout_outputs(
    impl: Any,
    report: Report,
    stop: StopSignal,
    *,
    p: float = 0.5,
    units: int = 40,
    batch_size: int = 20,
    data: str | None = None,
    seed: int = 0,
) -> Any:
    """Dropout on the hidden units of an untrained net, the same for every seed of the mask."""
    images = load_once(data)
    with temporary_seed(0):
        net = impl.FullyConnectedNet([units], weight_scale=1e-2, **net_sizes(images))
    (layer,) = hidden_layers(impl, net.params, images["X_train"][:batch_size].astype(np.float32))
    return experiments.dropout_outputs(impl.dropout_forward, layer["relu"], p=p, seed=seed)


def graph_values(impl: Any, report: Report, stop: StopSignal, *, graph: str, **inputs: Any) -> Any:
    """The graph "basket" or "neuron"; see `experiments.basket` and `experiments.neuron`."""
    graphs: dict[str, Experiment] = {"basket": experiments.basket, "neuron": experiments.neuron}
    return graphs[graph](impl.scratch, **inputs)


def convolve(
    impl: Any, report: Report, stop: StopSignal, *, picture: Any, kernel: Any, **settings: Any
) -> Any:
    """See `experiments.convolve`."""
    return experiments.convolve(impl.conv_forward_naive, picture, kernel, **settings)


def gradient_errors(
    impl: Any, report: Report, stop: StopSignal, *, loss: str = "softmax", **settings: Any
) -> Any:
    """The student's softmax loss, or a sum of sines, under `experiments.gradient_errors`."""
    rng = np.random.default_rng(0)
    scores, classes = rng.standard_normal((5, 10)), rng.integers(10, size=5)
    chosen: dict[str, Callable[[Any], Any]] = {
        "softmax": lambda x: impl.softmax_loss(x, classes),
        "sines": lambda x: (np.sum(np.sin(x)), np.cos(x)),
    }
    return experiments.gradient_errors(chosen[loss], scores, report=report, stop=stop, **settings)


# Weight scales and learning rates at which each learns well on the bundled images.
_SCALES = {"ThreeLayerConvNet": 1e-3, "FullyConnectedNet": 1e-2, "TwoLayerNet": 1e-2}
_RATES = {"adam": 1e-3, "rmsprop": 1e-4, "sgd_momentum": 1e-3, "sgd": 1e-3}


def network_portrait(
    impl: Any,
    report: Report,
    stop: StopSignal,
    *,
    net: str,
    rule: str = "adam",
    normalization: str | None = None,
    data: str | None = None,
    **settings: Any,
) -> Any:
    """See `experiments.network_portrait`.

    Parameters
    ----------
    net : str
        "TwoLayerNet", "FullyConnectedNet" or "ThreeLayerConvNet".
    normalization : str, optional
        Of a FullyConnectedNet.
    """
    images = load_once(data)
    shape, classes = images["X_train"].shape[1:], net_sizes(images)["num_classes"]
    if len(shape) == 1:  # Rows of pixels: square pictures of one colour.
        side = int(np.sqrt(shape[0]))
        images = {k: v.reshape(-1, 1, side, side) if k[0] == "X" else v for k, v in images.items()}
        shape = (1, side, side)
    convolutional = net == "ThreeLayerConvNet"

    def build() -> Any:
        common = {"num_classes": classes, "weight_scale": _SCALES[net], "reg": 1e-3}
        make = getattr(impl, net)
        if convolutional:
            return make(input_dim=shape, num_filters=16, filter_size=7, hidden_dim=100, **common)
        inputs = int(np.prod(shape))
        if net == "TwoLayerNet":
            return make(input_dim=inputs, hidden_dim=100, **common)
        return make([100, 100], input_dim=inputs, normalization=normalization, **common)

    def first(params: Any) -> Any:
        return params["W1"] if convolutional else params["W1"].T.reshape(-1, *shape)

    settings = {"learning_rate": _RATES[rule], **settings}
    found = experiments.network_portrait(
        build, first, getattr(impl, rule), images, report=report, stop=stop, **settings
    )
    mean = mean_image(data)
    return replace(found, pictures=found.pictures + mean, examples=found.examples + mean)


def naive_and_fast(impl: Any, report: Report, stop: StopSignal, **settings: Any) -> Any:
    """The student's naive convolution beside the fast one; see `experiments.naive_and_fast`."""
    from workbook.numerics import fast_layers

    return experiments.naive_and_fast(
        (impl.conv_forward_naive, impl.conv_backward_naive),
        (fast_layers.conv_forward_fast, fast_layers.conv_backward_fast),
        report=report,
        stop=stop,
        **settings,
    )


EXPERIMENTS: dict[str, Experiment] = {
    "at_initialisation": at_initialisation,
    "compare_batch_sizes": _trained(experiments.compare_batch_sizes, "FullyConnectedNet"),
    "normalisation_effect": normalisation_effect,
    "convolve": convolve,
    "descend": descend,
    "dropout_sweep": _trained(experiments.dropout_sweep, "FullyConnectedNet"),
    "first_filters": _trained(experiments.first_filters, "ThreeLayerConvNet"),
    "graph_values": graph_values,
    "gradient_errors": gradient_errors,
    "dropout_outputs": dropout_outputs,
    "naive_and_fast": naive_and_fast,
    "compare_normalisations": _trained(experiments.compare_normalisations, "FullyConnectedNet"),
    "optimiser_race": optimiser_race,
    "network_portrait": network_portrait,
    "weight_scale_sweep": _trained(experiments.weight_scale_sweep, "FullyConnectedNet"),
    "feature_maps": FeatureMapsExperiment(),
}
