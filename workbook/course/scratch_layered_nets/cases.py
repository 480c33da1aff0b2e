"""Test cases of the networks of layer objects: two layers, and a convolutional one."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from workbook.cases import CaseList, Limit, Names
from workbook.course.case_tools import (
    FLOAT64,
    NORMAL,
    SAME,
    SHAPE,
    SHIFTED_LOSS,
    STEPS,
    Array,
    Arrays,
    Raw,
    Rng,
    fits,
    floats,
    normality,
    outlines,
    take,
)

cases = CaseList()

_HELD = "The layers hold these very arrays: training writes into them"
_LOSS: dict[str, Limit] = {"loss": SHIFTED_LOSS, "loss_one_hot": SHIFTED_LOSS, "*": FLOAT64}


def _one_hot(labels: Any, C: int) -> Array:
    rows: Array = np.eye(C, dtype=int)[np.array(labels)]
    return rows


# The weights are random: only their shapes and dtypes are judged, and the biases.
_outlines = outlines("params[W")


def _parts(net: Any) -> Arrays:
    return {**take(net.params, name="params"), "layers": Names(net.layers)}


def _order(layers: tuple[str, ...], names: tuple[str, ...]) -> Array:
    """The layers in the order of the dictionary, as places in the right order; -1: unknown."""
    return np.array([names.index(name) if name in names else -1 for name in layers])


def _fill(net: Any, rng: Rng, shapes: Mapping[str, tuple[int, ...]], scale: float = 0.25) -> Any:
    """Write numbers of ours into the parameters, as training does.

    They are small, so that no class becomes nearly impossible: see `SHIFTED_LOSS`.
    """
    for name, shape in shapes.items():
        values = scale * floats(rng, *shape)
        if fits(net.params.get(name), shape):
            net.params[name][...] = values
    return net


def _best(net: Any, x: Array, C: int) -> Array:
    """The class that a net gives each sample; all 0 if its scores have not the right shape."""
    scores = net.predict(x)
    return np.argmax(scores, axis=1) if fits(scores, (len(x), C)) else np.zeros(len(x), dtype=int)


_NET_LAYERS = ("Affine1", "Relu1", "Affine2")
_NET_SHAPES = {"W1": (4, 5), "b1": (5,), "W2": (5, 3), "b2": (3,)}


def _net(impl: Any, rng: Rng) -> Any:
    """A net of 4 inputs, 5 hidden units and 3 classes."""
    return _fill(impl.scratch.TwoLayerNet(4, 5, 3), rng, _NET_SHAPES)


_CONV_LAYERS = ("Conv1", "Relu1", "Pool1", "Affine1", "Relu2", "Affine2")
_CONV = {"filter_num": 4, "filter_size": 3, "pad": 2, "stride": 3}
_CONV_INPUT = (1, 8, 8)
# A convolution to 4 x 4, a pooling to 2 x 2.
_CONV_SHAPES = {
    "W1": (4, 1, 3, 3),
    "b1": (4,),
    "W2": (16, 3),
    "b2": (3,),
    "W3": (3, 5),
    "b3": (5,),
}


def _conv_net(impl: Any, rng: Rng, scale: float = 0.25) -> Any:
    """A net for images of 8 x 8 pixels, with 3 hidden units and 5 classes."""
    net = impl.scratch.SimpleConvNet(_CONV_INPUT, dict(_CONV), hidden_size=3, output_size=5)
    return _fill(net, rng, _CONV_SHAPES, scale)


def _net_parts(raw: Raw, rng: Rng) -> Arrays:
    return {**_outlines(raw, rng), "layers": _order(raw["layers"], _NET_LAYERS)}


@cases.add(
    "scratch.TwoLayerNet",
    "parameters and layers",
    asks="`W1` (D, H), `b1` (H,), `W2` (H, C), `b2` (C,)",
    limits=SAME,
    reduce=_net_parts,
)
def parameters(impl: Any, rng: Rng) -> Arrays:
    return _parts(impl.scratch.TwoLayerNet(5, 4, 3))


@cases.add(
    "scratch.TwoLayerNet",
    "how the weights are distributed",
    asks="multiplied by `weight_init_std`; biases are 0",
    limits=NORMAL,
    reduce=normality(0.02),
)
def distribution(impl: Any, rng: Rng) -> Arrays:
    net = impl.scratch.TwoLayerNet(100, 100, 100, weight_init_std=0.02)
    return take(net.params, "W1", "W2")


def _conv_parts(raw: Raw, rng: Rng) -> Arrays:
    found, layers = dict(_outlines(raw, rng)), _order(raw["layers"], _CONV_LAYERS)
    del found["layers"]
    # 30 filters make 750 weights: more than is needed to tell their shape.
    W1 = found.pop("params[W1]", np.zeros(0))
    shape = W1.shape if isinstance(W1, np.ndarray) else ()
    return {**found, "shape_of_W1": np.array(shape), "layers": layers}


@cases.add(
    "scratch.SimpleConvNet",
    "parameters and layers, default settings",
    asks="`filter_num` (30), `filter_size` (5; filters are square), `pad` (0), `stride` (1)",
    limits=SAME,
    reduce=_conv_parts,
)
def conv_parameters(impl: Any, rng: Rng) -> Arrays:
    return _parts(impl.scratch.SimpleConvNet((1, 8, 8), hidden_size=2, output_size=3))


@cases.add(
    "scratch.SimpleConvNet",
    "parameters for images of 9 x 7",
    asks="A last row or column that fills no window is left out",
    limits=SAME,
    weight=0.5,
    reduce=_conv_parts,
    rule="size",
)
def conv_odd_defaults(impl: Any, rng: Rng) -> Arrays:
    return _parts(impl.scratch.SimpleConvNet((1, 9, 7), hidden_size=2, output_size=3))


# No two settings alike, and so much padding that half of it gives another size.
_OTHER = {"filter_num": 5, "filter_size": 2, "pad": 4, "stride": 3}
# A convolution to 8 x 6, a pooling to 4 x 3.
_OTHER_SHAPES = {
    "W1": (5, 1, 2, 2),
    "b1": (5,),
    "W2": (60, 6),
    "b2": (6,),
    "W3": (6, 7),
    "b3": (7,),
}


def _other_net(impl: Any) -> Any:
    return impl.scratch.SimpleConvNet((1, 17, 11), dict(_OTHER), hidden_size=6, output_size=7)


@cases.add(
    "scratch.SimpleConvNet",
    "parameters for images of 17 x 11",
    asks="A last row or column that fills no window is left out",
    limits=SAME,
    reduce=_outlines,
    rule="size",
)
def conv_odd(impl: Any, rng: Rng) -> Arrays:
    return take(_other_net(impl).params, name="params")


@cases.add(
    "scratch.SimpleConvNet",
    "scores of images of 17 x 11",
    asks="images may be of odd height or width, and need not be square",
    limits=FLOAT64,
    rule="size",
)
def conv_odd_scores(impl: Any, rng: Rng) -> Arrays:
    net = _fill(_other_net(impl), rng, _OTHER_SHAPES)
    return {"scores": net.predict(floats(rng, 2, 1, 17, 11))}


@cases.add(
    "scratch.SimpleConvNet",
    "how the weights are distributed",
    asks="multiplied by `weight_init_std`; biases are 0",
    limits=NORMAL,
    reduce=normality(0.02),
)
def conv_distribution(impl: Any, rng: Rng) -> Arrays:
    # 10,000 numbers in each matrix, and no more than 160,000 if the sizes are wrong.
    sizes = {"hidden_size": 500, "output_size": 20, "weight_init_std": 0.02}
    net = impl.scratch.SimpleConvNet((56, 4, 4), {"filter_num": 20, "filter_size": 3}, **sizes)
    return take(net.params, "W1", "W2", "W3")


def _both_forms(method: Any, x: Array, labels: list[int], C: int, name: str) -> Arrays:
    """What a method says of class indices and of the same classes as one-hot rows."""
    t = np.array(labels)
    return {name: method(x, t), f"{name}_one_hot": method(x, _one_hot(labels, C))}


_MAKE: dict[str, tuple[Any, tuple[int, ...], int]] = {
    "TwoLayerNet": (_net, (4,), 3),
    "SimpleConvNet": (_conv_net, _CONV_INPUT, 5),
}


def _declare(name: str) -> None:
    exercise = f"scratch.{name}"
    make, sample, C = _MAKE[name]
    last_bias = "b2" if name == "TwoLayerNet" else "b3"

    def labels(rng: Rng, N: int) -> list[int]:
        return [int(label) for label in rng.integers(C, size=N)]

    @cases.add(
        exercise,
        "scores",
        asks="Scores, before the softmax: they may be negative",
        limits=FLOAT64,
    )
    def scores(impl: Any, rng: Rng) -> Arrays:
        net = make(impl, rng)
        # Some scores are negative, whatever the numbers are.
        net.params[last_bias][:1] -= 20.0
        return {"scores": net.predict(floats(rng, 3, *sample))}

    @cases.add(
        exercise,
        "loss",
        asks="Cross-entropy error, averaged over the samples; no regularisation",
        limits=_LOSS,
    )
    def loss(impl: Any, rng: Rng) -> Arrays:
        net, x = make(impl, rng), floats(rng, 4, *sample)
        return _both_forms(net.loss, x, labels(rng, 4), C, "loss")

    @cases.add(
        exercise,
        "the last layer after a loss",
        asks="last_layer : SoftmaxWithLoss",
        limits={"stored_loss": SHIFTED_LOSS, "t": SHAPE, "*": FLOAT64},
    )
    def last_layer(impl: Any, rng: Rng) -> Arrays:
        net, x = make(impl, rng), floats(rng, 3, *sample)
        net.loss(x, np.array(labels(rng, 3)))
        last = net.last_layer
        return {"stored_loss": last.loss, "y": last.y, "t": last.t}

    @cases.add(
        exercise,
        "gradients",
        asks="For each name in `params` the gradient, in the shape of the parameter",
        limits=FLOAT64,
    )
    def gradients(impl: Any, rng: Rng) -> Arrays:
        net, x = make(impl, rng), floats(rng, 4, *sample)
        return take(net.gradient(x, np.array(labels(rng, 4))), name="grads")

    @cases.add(
        exercise,
        "gradients of two batches, as many samples as classes",
        asks="one pass forwards, one backwards",
        limits=FLOAT64,
    )
    def second_gradients(impl: Any, rng: Rng) -> Arrays:
        net = make(impl, rng)
        net.gradient(floats(rng, 2, *sample), np.array(labels(rng, 2)))
        x, t = floats(rng, C, *sample), _one_hot(labels(rng, C), C)
        return take(net.gradient(x, t), name="grads")

    @cases.add(
        exercise,
        "after a step of training",
        asks=_HELD,
        limits={"new_loss": SHIFTED_LOSS, "*": FLOAT64},
    )
    def trained(impl: Any, rng: Rng) -> Arrays:
        net, x, t = make(impl, rng), floats(rng, 3, *sample), np.array(labels(rng, 3))
        grads = net.gradient(x, t)
        for key in net.params:
            if fits(grads.get(key), np.shape(net.params[key])):
                net.params[key] -= 0.5 * grads[key]
        return {"new_scores": net.predict(x), "new_loss": net.loss(x, t)}

    @cases.add(
        exercise,
        "numerical gradients",
        asks="Gradients of the loss by central differences: slow, and good for checking",
        limits=STEPS,
    )
    def numerical(impl: Any, rng: Rng) -> Arrays:
        net, x = make(impl, rng), floats(rng, 2, *sample)
        return take(net.numerical_gradient(x, np.array(labels(rng, 2))), name="grads")

    @cases.add(
        exercise,
        "numerical gradients exactly at the kink of the ReLU",
        asks="by central differences",
        limits=STEPS,
    )
    def at_the_kink(impl: Any, rng: Rng) -> Arrays:
        # Hidden units at 0: to the right the loss has a slope, to the left it has none.
        net, x = make(impl, rng), floats(rng, 2, *sample)
        last = "1" if name == "TwoLayerNet" else "2"
        for key in (f"W{last}", f"b{last}"):
            net.params[key] *= 0.0
        found = net.numerical_gradient(x, np.array([1, 2]))
        return take(found, f"b{last}", name="grads")

    @cases.add(
        exercise,
        "accuracy",
        asks="Share of the samples whose right class has the highest score",
        limits=FLOAT64,
    )
    def accuracy(impl: Any, rng: Rng) -> Arrays:
        net, x = make(impl, rng), floats(rng, 7, *sample)
        best = _best(net, x, C)
        # Five of seven are right, whatever the net makes of them.
        best[:2] = (best[:2] + 1) % C
        return _both_forms(net.accuracy, x, list(best), C, "accuracy")

    @cases.add(
        exercise,
        "arguments and parameters left alone",
        asks="The parameters are not changed",
        limits={"loss": SHIFTED_LOSS, "accuracy": FLOAT64, "*": SAME},
        keeps=("x", "t"),
    )
    def keeps(impl: Any, rng: Rng) -> Arrays:
        net, x, t = make(impl, rng), floats(rng, 2, *sample), _one_hot(labels(rng, 2), C)
        net.gradient(x, t)
        net.numerical_gradient(x, t)
        found: Arrays = {"loss": net.loss(x, t), "accuracy": net.accuracy(x, t)}
        return {**found, **take(net.params, name="params")}


_declare("TwoLayerNet")
_declare("SimpleConvNet")


@cases.add(
    "scratch.SimpleConvNet",
    "accuracy in batches",
    asks="Every sample counts, also those of a smaller last batch",
    limits=FLOAT64,
)
def accuracy_in_batches(impl: Any, rng: Rng) -> Arrays:
    # Weights around 0 and large pixels: not the same class for every sample.
    net, x = _conv_net(impl, rng, scale=1.0), 4 * floats(rng, 13, *_CONV_INPUT) - 1.0
    for key in ("W1", "W2", "W3"):
        net.params[key] -= 0.25
    best = _best(net, x, 5)
    # Wrong in the first two batches, right in the smaller last one: leaving it out would show.
    best[[1, 4]] = (best[[1, 4]] + 1) % 5
    found: Arrays = {}
    for batch_size in (3, 13, 1):
        found[f"batches_of_{batch_size}"] = net.accuracy(x, best, batch_size=batch_size)
    one_hot = net.accuracy(x, _one_hot(best, 5), batch_size=3)
    return {**found, "one_hot": one_hot}
