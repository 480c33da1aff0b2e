"""Test cases of the three-layer convolutional net: square images, and those that are not."""

from typing import Any

import numpy as np

from workbook.cases import CaseList
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    NORMAL,
    SAME,
    Array,
    Arrays,
    Dtype,
    Rng,
    floats,
    normality,
    outlines,
    take,
)

cases = CaseList()

_ODD = "even or odd, H and W at least 2"


# The weights are random: only their shapes and dtypes are judged here.
_outlines = outlines("params[W")


def _params(impl: Any, input_dim: tuple[int, int, int], size: int, dtype: Dtype) -> Arrays:
    sizes = {"num_filters": 4, "filter_size": size, "hidden_dim": 6, "num_classes": 3}
    net = impl.ThreeLayerConvNet(input_dim, dtype=dtype, **sizes)
    return take(net.params, name="params")


@cases.add(
    "ThreeLayerConvNet.init",
    "square images",
    asks="W1, shape (F, C, filter_size, filter_size), the filters",
    limits=SAME,
    weight=2.0,
    reduce=_outlines,
)
def square(impl: Any, rng: Rng) -> Arrays:
    return _params(impl, (2, 6, 6), 3, np.float64)


@cases.add(
    "ThreeLayerConvNet.init",
    "images of 6 x 4",
    asks="(C, H, W): channels, height and width of an image",
    limits=SAME,
    weight=0.5,
    reduce=_outlines,
    rule="size",
)
def even(impl: Any, rng: Rng) -> Arrays:
    return _params(impl, (2, 6, 4), 3, np.float64)


@cases.add(
    "ThreeLayerConvNet.init",
    "images of 5 x 9",
    asks="leaves out the last row or column of an odd size",
    limits=SAME,
    weight=0.5,
    reduce=_outlines,
    rule="size",
)
def odd(impl: Any, rng: Rng) -> Arrays:
    return _params(impl, (2, 5, 9), 3, np.float64)


@cases.add(
    "ThreeLayerConvNet.init",
    "images of 2 x 7, filters of 5 x 5",
    asks="just the padding that keeps height and width",
    limits=SAME,
    weight=0.5,
    reduce=_outlines,
    rule="size",
)
def one_odd(impl: Any, rng: Rng) -> Arrays:
    return _params(impl, (3, 2, 7), 5, np.float64)


@cases.add(
    "ThreeLayerConvNet.init",
    "float32",
    asks="All have the dtype `dtype`",
    limits=SAME,
    reduce=_outlines,
)
def single_init(impl: Any, rng: Rng) -> Arrays:
    return _params(impl, (1, 4, 4), 3, np.float32)


@cases.add(
    "ThreeLayerConvNet.init",
    "how the weights are distributed",
    asks="drawn from a normal distribution with mean 0 and standard deviation `weight_scale`",
    limits=NORMAL,
    reduce=normality(0.02),
)
def distribution(impl: Any, rng: Rng) -> Arrays:
    # About 10,000 numbers in each matrix.
    sizes = {"num_filters": 16, "filter_size": 11, "hidden_dim": 156, "num_classes": 64}
    net = impl.ThreeLayerConvNet((5, 4, 4), weight_scale=0.02, dtype=np.float64, **sizes)
    return take(net.params, "W1", "W2", "W3")


def _net(
    impl: Any,
    rng: Rng,
    input_dim: tuple[int, int, int],
    *,
    filters: int = 3,
    size: int = 3,
    reg: float = 0.0,
    dtype: Dtype = np.float64,
) -> Any:
    """A net with 4 hidden units, 3 classes and parameters of ours."""
    C, H, W = input_dim
    sizes = {"num_filters": filters, "filter_size": size, "hidden_dim": 4, "num_classes": 3}
    net = impl.ThreeLayerConvNet(input_dim, reg=reg, dtype=dtype, **sizes)
    params = {
        "W1": 0.5 * floats(rng, filters, C, size, size),
        "b1": floats(rng, filters),
        "W2": 0.4 * floats(rng, filters * (H // 2) * (W // 2), 4),
        "b2": floats(rng, 4),
        "W3": 0.5 * floats(rng, 4, 3),
        "b3": floats(rng, 3),
    }
    net.params = {name: value.astype(dtype) for name, value in params.items()}
    return net


def _step(net: Any, X: Array, y: Any) -> Arrays:
    loss, grads = net.loss(X, np.array(y))
    return {"loss": loss, **take(grads, name="grads")}


@cases.add(
    "ThreeLayerConvNet.loss",
    "scores",
    asks="scores : ndarray, shape (N, num_classes)",
    limits=FLOAT64,
)
def scores(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, rng, (2, 6, 6))
    # Some scores are negative, whatever the numbers are.
    net.params["b3"][0] -= 20.0
    return {"scores": net.loss(floats(rng, 3, 2, 6, 6))}


@cases.add(
    "ThreeLayerConvNet.loss",
    "no regularisation",
    asks="conv - relu - 2x2 max pool - affine - relu - affine - softmax",
    limits=FLOAT64,
)
def plain(impl: Any, rng: Rng) -> Arrays:
    return _step(_net(impl, rng, (2, 4, 4)), floats(rng, 3, 2, 4, 4), [2, 0, 1])


@cases.add(
    "ThreeLayerConvNet.loss",
    "regularisation",
    asks="the sum of all squared *weights*, the filters included; biases are not regularised",
    limits=FLOAT64,
)
def regularised(impl: Any, rng: Rng) -> Arrays:
    return _step(_net(impl, rng, (1, 4, 4), reg=0.7), floats(rng, 2, 1, 4, 4), [1, 2])


@cases.add(
    "ThreeLayerConvNet.loss",
    "filters of 5 x 5",
    asks="just the padding that keeps height and width",
    limits=FLOAT64,
)
def large_filters(impl: Any, rng: Rng) -> Arrays:
    net, X = _net(impl, rng, (2, 4, 4), filters=2, size=5), floats(rng, 2, 2, 4, 4)
    return {"scores": net.loss(X), **_step(net, X, [2, 1])}


@cases.add(
    "ThreeLayerConvNet.loss",
    "images of 7 x 5, filters of 5 x 5",
    asks=_ODD,
    limits=FLOAT64,
    rule="size",
)
def odd_sizes(impl: Any, rng: Rng) -> Arrays:
    net, X = _net(impl, rng, (1, 7, 5), filters=2, size=5), floats(rng, 2, 1, 7, 5)
    return {"scores": net.loss(X), **_step(net, X, [2, 1])}


@cases.add(
    "ThreeLayerConvNet.loss", "a batch of one, class 0", asks="If `y` is given", limits=FLOAT64
)
def one(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, rng, (2, 4, 4), filters=1, size=1, reg=0.1)
    return _step(net, floats(rng, 1, 2, 4, 4), [0])


@cases.add(
    "ThreeLayerConvNet.loss", "images of 3 x 2", asks=_ODD, limits=FLOAT64, weight=0.5, rule="size"
)
def tiny(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, rng, (2, 3, 2), filters=1, size=1, reg=0.1)
    return _step(net, floats(rng, 2, 2, 3, 2), [0, 2])


@cases.add(
    "ThreeLayerConvNet.loss",
    "float32",
    asks="each gradient the shape and dtype of its parameter",
    limits=FLOAT32,
)
def single(impl: Any, rng: Rng) -> Arrays:
    # float64 images, as they come from a data set: the net computes in its own dtype.
    net, X = _net(impl, rng, (2, 4, 4), reg=0.5, dtype=np.float32), floats(rng, 2, 2, 4, 4)
    return {"scores": net.loss(X), **_step(net, X, [0, 2])}


@cases.add(
    "ThreeLayerConvNet.loss",
    "arguments and parameters left alone",
    asks="The parameters themselves are not changed",
    limits={"loss": FLOAT64, "*": SAME},
    keeps=("X", "y"),
)
def keeps(impl: Any, rng: Rng) -> Arrays:
    net = _net(impl, rng, (1, 4, 4), filters=2, reg=0.4)
    loss, _ = net.loss(floats(rng, 2, 1, 4, 4), np.array([1, 2]))
    return {"loss": loss, **take(net.params, name="params")}
