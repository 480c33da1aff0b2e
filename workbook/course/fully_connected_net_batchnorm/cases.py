"""Test cases of batch normalisation in the deep net."""

from itertools import pairwise
from typing import Any

import numpy as np

from workbook.cases import CaseList, Limit, Names, absolute
from workbook.course.case_tools import (
    FLOAT32,
    FLOAT64,
    SAME,
    Array,
    Arrays,
    Dtype,
    Raw,
    Rng,
    floats,
    outlines,
    take,
)

cases = CaseList()

_RUNNING = ("running_mean", "running_var")
_HIDDEN_ONLY = "one number a unit: for the hidden layers only"
_PLACE = "{affine - [norm] - relu - [dropout]} - affine - softmax"
_NOT_REGULARISED = "biases, gammas and betas are not regularised"

_SHIFT = "0 in theory: batch normalisation takes every shift of its input away"


def _limits(name: str, hidden: int, single: bool = False) -> dict[str, Limit]:
    """A bias before batch normalisation gets no gradient; every other number does."""
    limits = {"*": FLOAT32 if single else FLOAT64}
    if name == "batchnorm":
        zero = absolute(1e-4 if single else 1e-11, _SHIFT)
        limits |= {f"grads[b{layer}]": zero for layer in range(1, hidden + 1)}
    return limits


def normalised_net(
    impl: Any,
    rng: Rng,
    name: str,
    hidden_dims: list[int],
    reg: float = 0.0,
    dtype: Dtype = np.float64,
) -> Any:
    """A net of 5 inputs and 3 classes with parameters of ours."""
    sizes = {"input_dim": 5, "num_classes": 3}
    net = impl.FullyConnectedNet(hidden_dims, reg=reg, dtype=dtype, normalization=name, **sizes)
    return _filled(net, rng, [5, *hidden_dims, 3], dtype)


def _filled(net: Any, rng: Rng, dims: list[int], dtype: Dtype = np.float64) -> Any:
    """Give a normalised net parameters of ours."""
    params: dict[str, Array] = {}
    for layer, (before, after) in enumerate(pairwise(dims), start=1):
        params |= {f"W{layer}": 0.6 * floats(rng, before, after), f"b{layer}": floats(rng, after)}
        if layer < len(dims) - 1:
            params[f"gamma{layer}"] = rng.uniform(0.5, 2.0, size=after)
            params[f"beta{layer}"] = rng.uniform(-1.0, 1.0, size=after)
    net.params = {key: value.astype(dtype) for key, value in params.items()}
    return net


def _step(net: Any, X: Array, y: Any) -> Arrays:
    loss, grads = net.loss(X, np.array(y))
    return {"loss": loss, **take(grads, name="grads")}


def _count_scales(raw: Raw, rng: Rng) -> Arrays:
    found = dict(raw)
    names = found.pop("names")
    return {"scales_and_shifts": sum(n.startswith(("gamma", "beta")) for n in names), **found}


def normalisation_cases(cases: CaseList, name: str) -> None:
    """Add the cases that both normalisations share; `name` is `batchnorm` or `layernorm`."""
    exercise = f"FullyConnectedNet.{name}"

    @cases.add(
        exercise, "gammas and betas", asks=_HIDDEN_ONLY, limits=SAME, reduce=outlines("params[W")
    )
    def parameters(impl: Any, rng: Rng) -> Arrays:
        sizes = {"input_dim": 5, "num_classes": 2}
        net = impl.FullyConnectedNet([4, 3, 6], dtype=np.float64, normalization=name, **sizes)
        return take(net.params, name="params")

    @cases.add(exercise, "one hidden layer", asks=_PLACE, limits=_limits(name, 1))
    def one_hidden(impl: Any, rng: Rng) -> Arrays:
        return _step(normalised_net(impl, rng, name, [4]), floats(rng, 4, 5), [2, 0, 1, 1])

    @cases.add(
        exercise,
        "three hidden layers",
        asks="What each hidden layer's normalisation takes as its last argument",
        limits=_limits(name, 3),
    )
    def three_hidden(impl: Any, rng: Rng) -> Arrays:
        return _step(normalised_net(impl, rng, name, [4, 3, 6]), floats(rng, 5, 5), [1, 0, 2, 2, 1])

    @cases.add(exercise, "regularisation", asks=_NOT_REGULARISED, limits=_limits(name, 2))
    def regularised(impl: Any, rng: Rng) -> Arrays:
        return _step(normalised_net(impl, rng, name, [4, 3], reg=0.7), floats(rng, 3, 5), [1, 2, 0])

    @cases.add(
        exercise,
        "float32",
        asks="each gradient the shape and dtype of its parameter",
        limits=_limits(name, 2, single=True),
    )
    def single(impl: Any, rng: Rng) -> Arrays:
        net = normalised_net(impl, rng, name, [4, 3], reg=0.2, dtype=np.float32)
        return _step(net, floats(rng, 6, 5, dtype=np.float32), [1, 2, 0, 0, 2, 1])

    @cases.add(
        exercise,
        "arguments and parameters left alone",
        asks="The parameters themselves are not changed",
        limits={"loss": FLOAT64, "*": SAME},
        keeps=("X", "y"),
    )
    def keeps(impl: Any, rng: Rng) -> Arrays:
        net = normalised_net(impl, rng, name, [3], reg=0.4)
        loss, _ = net.loss(floats(rng, 3, 5), np.array([1, 2, 1]))
        return {"loss": loss, **take(net.params, name="params")}

    @cases.add(
        exercise,
        "a net without normalisation",
        asks="without normalisation, `x` as it is",
        limits={"scales_and_shifts": SAME, "*": FLOAT64},
        reduce=_count_scales,
    )
    def without(impl: Any, rng: Rng) -> Arrays:
        sizes = {"input_dim": 5, "num_classes": 3}
        found = {"names": Names(impl.FullyConnectedNet([4], **sizes).params)}
        net = impl.FullyConnectedNet([4], dtype=np.float64, **sizes)
        net.params = {"W1": floats(rng, 5, 4), "b1": floats(rng, 4)}
        net.params |= {"W2": floats(rng, 4, 3), "b2": floats(rng, 3)}
        return {**found, **_step(net, floats(rng, 3, 5), [1, 2, 0])}


normalisation_cases(cases, "batchnorm")


@cases.add(
    "FullyConnectedNet.batchnorm",
    "use_batchnorm=True",
    asks='The short form of normalization="batchnorm"',
    limits={**_limits("batchnorm", 1), "params": SAME},
    reduce=outlines("params[W"),
)
def short_form(impl: Any, rng: Rng) -> Arrays:
    sizes = {"input_dim": 5, "num_classes": 3}
    net = impl.FullyConnectedNet([4], use_batchnorm=True, dtype=np.float64, **sizes)
    found = take(net.params, name="params")
    return found | _step(_filled(net, rng, [5, 4, 3]), floats(rng, 4, 5), [2, 0, 1, 1])


def _averages(net: Any, layers: int) -> Arrays:
    found: Arrays = {}
    for layer in range(1, layers + 1):
        found |= take(net.bn_params[layer - 1], *_RUNNING, name=f"layer_{layer}")
    return found


@cases.add(
    "FullyConnectedNet.batchnorm",
    "each layer's own running averages",
    asks="that of layer 1 is bn_params[0]",
    limits=FLOAT64,
)
def averages(impl: Any, rng: Rng) -> Arrays:
    # Layers of one size, so that averages of two layers could be mixed up without a word.
    net = normalised_net(impl, rng, "batchnorm", [4, 4])
    for _ in range(2):
        net.loss(floats(rng, 3, 5), np.array([1, 2, 0]))
    return _averages(net, 2)


@cases.add(
    "FullyConnectedNet.batchnorm",
    "a test pass on one sample",
    asks="Without `y` the pass is a test pass, for batch normalisation and dropout too",
    limits={"scores": FLOAT64, "*": SAME},
)
def test_pass(impl: Any, rng: Rng) -> Arrays:
    net = normalised_net(impl, rng, "batchnorm", [4, 3])
    for bn_param, units in zip(net.bn_params, (4, 3), strict=True):
        bn_param["running_mean"] = rng.uniform(-1, 1, size=units)
        bn_param["running_var"] = rng.uniform(0.5, 2, size=units)
    return {"scores": net.loss(floats(rng, 1, 5)), **_averages(net, 2)}
