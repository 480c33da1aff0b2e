"""The experiments by name, run on the models and update rules of an implementation."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from workbook import data as datasets
from workbook.training import experiments
from workbook.training.experiments.comparison import seeded, shape_of
from workbook.training.experiments.forward import hidden_layers
from workbook.training.inputs import StopSignal
from workbook.training.results import Report

__all__ = ["EXPERIMENTS", "Experiment"]

Experiment = Callable[..., Any]

RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")


@cache
def _data(name: str | None) -> dict[str, Any]:
    loaded: dict[str, Any] = datasets.load(name)
    return loaded


@cache
def _mean(name: str | None) -> Any:
    """What was taken from every picture of a data set; shape (C, H, W), or 0."""
    if _data(name)["X_val"].ndim == 2:
        return 0
    return datasets.load(name, subtract_mean=False)["X_val"][0] - _data(name)["X_val"][0]


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
        _data(data),
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
    """See `experiments.at_rest`."""
    return experiments.at_initialisation(impl.FullyConnectedNet, impl, _data(data), **settings)


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
            _data(data),
            report=report,
            stop=stop,
            **settings,
        )

    return run


def before_and_after(
    impl: Any, report: Report, stop: StopSignal, *, data: str | None = None, **settings: Any
) -> Any:
    """See `experiments.before_and_after`."""
    return experiments.before_and_after(impl.FullyConnectedNet, impl, _data(data), **settings)


def masked(
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
    images = _data(data)
    with seeded(0):
        net = impl.FullyConnectedNet([units], weight_scale=1e-2, **shape_of(images))
    (layer,) = hidden_layers(impl, net.params, images["X_train"][:batch_size].astype(np.float32))
    return experiments.masked(impl.dropout_forward, layer["relu"], p=p, seed=seed)


def flow(impl: Any, report: Report, stop: StopSignal, *, graph: str, **inputs: Any) -> Any:
    """The graph "basket" or "neuron"; see `experiments.basket` and `experiments.neuron`."""
    graphs: dict[str, Experiment] = {"basket": experiments.basket, "neuron": experiments.neuron}
    return graphs[graph](impl.scratch, **inputs)


def convolved(
    impl: Any, report: Report, stop: StopSignal, *, picture: Any, kernel: Any, **settings: Any
) -> Any:
    """See `experiments.convolved`."""
    return experiments.convolved(impl.conv_forward_naive, picture, kernel, **settings)


# A net that was trained for pictures, and what it confuses, serve as long as their process lives,
# and so its implementation.
_TRAINED: dict[str, dict[str, Any]] = {}
_CONFUSED: dict[str, tuple[Any, Any]] = {}


def feature_maps(
    impl: Any,
    report: Report,
    stop: StopSignal,
    *,
    number: int = 0,
    picture: Any = None,
    params: Mapping[str, Any] | None = None,
    data: str | None = None,
    num_train: int = 2000,
    num_val: int = 500,
    epochs: int = 1,
    seed: int = 0,
) -> Any:
    """A trained ThreeLayerConvNet's view of a picture; see `experiments.seen` and `confused`.

    Parameters
    ----------
    number : int, optional
        Of a validation image.
    picture : ndarray, shape (C, H, W), optional
        Pixels from 0 to 255, in the place of that image.
    params : dict of ndarray, optional
        Of a net that is trained already; otherwise one is trained here, once.
    """
    images, net_class = _data(data), impl.ThreeLayerConvNet
    key = repr((impl.package, data, num_train, epochs, seed))
    complete = True
    if params is not None:
        digest = hashlib.sha256()
        for name in sorted(params):
            digest.update(np.ascontiguousarray(params[name]).data)
        key = f"{impl.package} {digest.hexdigest()}"
    elif key in _TRAINED:
        params = _TRAINED[key]
    else:
        sizes: dict[str, Any] = {"num_train": num_train, "num_val": num_val, "epochs": epochs}
        rest: dict[str, Any] = {"every": num_train, "report": report, "stop": stop}
        trained = experiments.first_filters(
            net_class, impl.adam, images, seed=seed, **sizes, **rest
        )
        params, complete = trained.params, trained.run.complete
        if complete:
            _TRAINED[key] = trained.params
    X, y, names = images["X_val"], images["y_val"], datasets.class_names(data)
    if picture is None:
        shown, right = X[number], names[int(y[number])]
    else:
        # Prepared as the training images were: minus their mean.
        mean = datasets.load(data, subtract_mean=False)["X_val"][0] - X[0]
        shown, right = np.asarray(picture, dtype=X.dtype) - mean, ""
        if np.ptp(X[0], axis=0).max() < 1e-3:  # A net that has seen grey pictures only.
            shown = np.broadcast_to(shown.mean(axis=0), shown.shape)
    seen = experiments.layer_outputs(impl, params, shown)
    key = f"{key} {num_val}"
    if key not in _CONFUSED:
        net = experiments.net_with(net_class, params, X.shape[1:])
        found = experiments.confusion_matrix(net, X[:num_val], y[:num_val])
        places = [place for lot in found.examples for place in lot]
        numbers = iter(range(len(places)))
        examples = tuple(tuple(next(numbers) for _ in lot) for lot in found.examples)
        _CONFUSED.clear()
        _CONFUSED[key] = replace(found, examples=examples), X[places]
    found, pictures = _CONFUSED[key]
    if not complete:
        _CONFUSED.clear()
    said = names[int(np.argmax(seen.scores))]
    return experiments.FeatureMaps(seen, found, pictures, params["W1"], said, right)


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


def portrayed(
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
    """See `experiments.portrayed`.

    Parameters
    ----------
    net : str
        "TwoLayerNet", "FullyConnectedNet" or "ThreeLayerConvNet".
    normalization : str, optional
        Of a FullyConnectedNet.
    """
    images = _data(data)
    shape, classes = images["X_train"].shape[1:], shape_of(images)["num_classes"]
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
    found = experiments.portrayed(
        build, first, getattr(impl, rule), images, report=report, stop=stop, **settings
    )
    mean = _mean(data)
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
    "batch_sizes": _trained(experiments.batch_sizes, "FullyConnectedNet"),
    "before_and_after": before_and_after,
    "convolved": convolved,
    "descend": descend,
    "dropouts": _trained(experiments.dropouts, "FullyConnectedNet"),
    "first_filters": _trained(experiments.first_filters, "ThreeLayerConvNet"),
    "flow": flow,
    "gradient_errors": gradient_errors,
    "masked": masked,
    "naive_and_fast": naive_and_fast,
    "normalisations": _trained(experiments.normalisations, "FullyConnectedNet"),
    "optimiser_race": optimiser_race,
    "portrayed": portrayed,
    "scale_sweep": _trained(experiments.scale_sweep, "FullyConnectedNet"),
    "feature_maps": feature_maps,
}
