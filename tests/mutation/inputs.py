"""Inputs of random sizes and options, beside the cases: a second opinion on what passes these.

Each run draws sizes, options and numbers that the docstrings allow. They are held against the
solutions like the cases of the course, arguments left alone included.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from workbook.cases import Case, Limit, absolute
from workbook.course.case_tools import FLOAT32, FLOAT64, Array, Arrays, Rng, floats, take

Draw = Callable[[Any, Rng, Any], Arrays]

_ARGUMENTS = (
    *("x", "w", "b", "y", "X", "t", "W", "gamma", "beta", "dout", "dw", "input_data", "col"),
    *("init_x", "conv_param", "pool_param", "ln_param", "gn_param", "dropout_param"),
)
_REPEATS = 4
_DRAWS: dict[str, list[tuple[Draw, dict[str, Limit]]]] = {}


def more_cases(exercise_id: str) -> tuple[Case, ...]:
    """Cases with inputs of random sizes; none for an exercise whose pair has them."""
    found = []
    for draw, limits in _DRAWS.get(exercise_id, ()):
        for dtype in (np.float64, np.float32):
            found.append(_case(exercise_id, draw, dtype, limits))
    return tuple(found)


def _case(exercise_id: str, draw: Draw, dtype: Any, limits: dict[str, Limit]) -> Case:
    def run(impl: Any, rng: Rng) -> Arrays:
        found: Arrays = {}
        for number in range(_REPEATS):
            found |= take(draw(impl, rng, dtype), name=f"run{number}")
        return found

    single = dtype is np.float32
    by_array = {"*": FLOAT32 if single else FLOAT64}
    for name, limit in limits.items():
        wide = absolute(1e-3, limit.reason) if single else limit
        by_array |= {f"run{number}[{name}]": wide for number in range(_REPEATS)}
    name = f"random sizes, {dtype.__name__}, {draw.__name__}"
    return Case(exercise_id, name, run, "", by_array, keeps=_ARGUMENTS)


def _inputs_of(exercise_id: str, **limits: Limit) -> Callable[[Draw], Draw]:
    def add(draw: Draw) -> Draw:
        _DRAWS.setdefault(exercise_id, []).append((draw, limits))
        return draw

    return add


def _sizes(rng: Rng, count: int, least: int = 1, most: int = 5) -> list[int]:
    return [int(size) for size in rng.integers(least, most + 1, size=count)]


def _scales(rng: Rng, dtype: Any, *shape: int) -> tuple[Array, Array]:
    gamma, beta = rng.uniform(0.5, 2.0, size=shape), rng.uniform(-1.0, 1.0, size=shape)
    return gamma.astype(dtype), beta.astype(dtype)


def _named(found: tuple[Any, ...], names: str) -> Arrays:
    return dict(zip(names.split(), found, strict=True))


@_inputs_of("affine_backward")
def affine(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    N, M, *rest = _sizes(rng, 3 + int(rng.integers(3)))
    x, w = floats(rng, N, *rest, dtype=dtype), floats(rng, int(np.prod(rest)), M, dtype=dtype)
    out, cache = impl.affine_forward(x, w, floats(rng, M, dtype=dtype))
    grads = impl.affine_backward(floats(rng, N, M, dtype=dtype), cache)
    return {"out": out, **_named(grads, "dx dw db")}


@_inputs_of("relu_backward")
def relu(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    shape = _sizes(rng, int(rng.integers(1, 5)))
    out, cache = impl.relu_forward(floats(rng, *shape, dtype=dtype))
    return {"out": out, "dx": impl.relu_backward(floats(rng, *shape, dtype=dtype), cache)}


def _losses(impl: Any, rng: Rng, dtype: Any, name: str) -> Arrays:
    N, C = _sizes(rng, 2, most=6)
    x = (rng.choice([1, 5]) * floats(rng, N, C)).astype(dtype)
    loss, dx = getattr(impl, name)(x, rng.integers(C, size=N))
    return {"scale": dx, "loss": loss} if C > 1 else {"shape": dx * 0}


@_inputs_of("softmax_loss")
def softmax(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    return _losses(impl, rng, dtype, "softmax_loss")


@_inputs_of("svm_loss")
def svm(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    return _losses(impl, rng, dtype, "svm_loss")


def _batch(rng: Rng, dtype: Any, *shape: int) -> Array:
    x = rng.uniform(0.5, 3.0) * rng.standard_normal(shape) + rng.uniform(-2, 2)
    return x.astype(dtype)


def _bn(rng: Rng, dtype: Any, D: int) -> dict[str, Any]:
    param: dict[str, Any] = {"mode": "train"}
    if rng.random() < 0.5:
        param |= {"eps": float(rng.uniform(0.01, 1)), "momentum": float(rng.uniform(0, 1))}
    if rng.random() < 0.5:
        param["running_mean"] = rng.uniform(-1, 1, size=D).astype(dtype)
        param["running_var"] = rng.uniform(0.5, 2, size=D).astype(dtype)
    return param


def _batchnorm(impl: Any, rng: Rng, dtype: Any, kind: str, *shape: int) -> Arrays:
    gamma, beta = _scales(rng, dtype, shape[1])
    param = _bn(rng, dtype, shape[1])
    forward = getattr(impl, f"{kind}_forward")
    out, cache = forward(_batch(rng, dtype, *shape), gamma, beta, param)
    grads = getattr(impl, f"{kind}_backward")(floats(rng, *shape, dtype=dtype), cache)
    kept = take(param, "running_mean", "running_var")
    param["mode"] = "test"
    tested, _ = forward(_batch(rng, dtype, *shape), gamma, beta, param)
    return {"out": out, **_named(grads, "dx dgamma dbeta"), **kept, "tested": tested}


@_inputs_of("batchnorm_backward")
def batchnorm(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    return _batchnorm(impl, rng, dtype, "batchnorm", *_sizes(rng, 2, least=3, most=6))


@_inputs_of("batchnorm_backward_alt")
def batchnorm_alt(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    N, D = _sizes(rng, 2, least=3, most=6)
    x, scales = _batch(rng, dtype, N, D), _scales(rng, dtype, D)
    _, cache = impl.batchnorm_forward(x, *scales, _bn(rng, dtype, D))
    grads = impl.batchnorm_backward_alt(floats(rng, N, D, dtype=dtype), cache)
    return _named(grads, "dx dgamma dbeta")


@_inputs_of("spatial_batchnorm_backward")
def spatial_batchnorm(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N, C), (H, W) = _sizes(rng, 2, most=4), _sizes(rng, 2, least=2, most=4)
    return _batchnorm(impl, rng, dtype, "spatial_batchnorm", N, C, H, W)


@_inputs_of("layernorm_backward")
def layernorm(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N,), (D,) = _sizes(rng, 1), _sizes(rng, 1, least=3, most=6)
    param = {"eps": float(rng.uniform(0.01, 1))} if rng.random() < 0.5 else {}
    scales = _scales(rng, dtype, D)
    out, cache = impl.layernorm_forward(_batch(rng, dtype, N, D), *scales, param)
    grads = impl.layernorm_backward(floats(rng, N, D, dtype=dtype), cache)
    return {"out": out, **_named(grads, "dx dgamma dbeta")}


@_inputs_of("spatial_groupnorm_backward")
def groupnorm(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N, G, size), (H, W) = _sizes(rng, 3, most=3), _sizes(rng, 2, least=2, most=4)
    shape, param = (N, G * size, H, W), {"eps": float(rng.uniform(0.01, 1))}
    scales = _scales(rng, dtype, 1, G * size, 1, 1)
    out, cache = impl.spatial_groupnorm_forward(_batch(rng, dtype, *shape), *scales, G, param)
    grads = impl.spatial_groupnorm_backward(floats(rng, *shape, dtype=dtype), cache)
    return {"out": out, **_named(grads, "dx dgamma dbeta")}


@_inputs_of("affine_bn_relu_backward", db=absolute(1e-10, "0 in theory"))
def affine_bn_relu(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N, D, M), extra = _sizes(rng, 3, least=3, most=5), _sizes(rng, 1, most=3)
    x, w = floats(rng, N, D, *extra, dtype=dtype), floats(rng, D * extra[0], M, dtype=dtype)
    b, scales = floats(rng, M, dtype=dtype), _scales(rng, dtype, M)
    out, cache = impl.affine_bn_relu_forward(x, w, b, *scales, {"mode": "train", "eps": 0.1})
    grads = impl.affine_bn_relu_backward(floats(rng, N, M, dtype=dtype), cache)
    return {"out": out, **_named(grads, "dx dw db dgamma dbeta")}


def _geometry(rng: Rng) -> tuple[list[int], list[int], int, int, tuple[int, int]]:
    """Sizes of images and windows, stride, padding, and the size of the output."""
    (height, width), (stride,) = _sizes(rng, 2, most=4), _sizes(rng, 1, most=3)
    pad = int(rng.integers(3))
    H = int(rng.integers(max(1, height - 2 * pad), height + 4))
    W = int(rng.integers(max(1, width - 2 * pad), width + 4))
    out = (1 + (H + 2 * pad - height) // stride, 1 + (W + 2 * pad - width) // stride)
    return [H, W], [height, width], stride, pad, out


@_inputs_of("conv_backward_naive")
def conv(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N, C, F), (image, window, stride, pad, size) = _sizes(rng, 3, most=3), _geometry(rng)
    x, w = floats(rng, N, C, *image, dtype=dtype), floats(rng, F, C, *window, dtype=dtype)
    param = {"stride": stride, "pad": pad}
    out, cache = impl.conv_forward_naive(x, w, floats(rng, F, dtype=dtype), param)
    grads = impl.conv_backward_naive(floats(rng, N, F, *size, dtype=dtype), cache)
    return {"out": out, **_named(grads, "dx dw db")}


def _distinct(rng: Rng, dtype: Any, *shape: int) -> Array:
    count = int(np.prod(shape))
    return ((rng.permutation(count) - count / 2) / 10).reshape(shape).astype(dtype)


@_inputs_of("max_pool_backward_naive")
def max_pool(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    N, C, height, width, stride, more, wider = _sizes(rng, 7, most=3)
    H, W = height + more - 1, width + wider - 1
    param = {"pool_height": height, "pool_width": width, "stride": stride}
    out, cache = impl.max_pool_forward_naive(_distinct(rng, dtype, N, C, H, W), param)
    size = (1 + (H - height) // stride, 1 + (W - width) // stride)
    return {
        "out": out,
        "dx": impl.max_pool_backward_naive(floats(rng, N, C, *size, dtype=dtype), cache),
    }


def _steps(impl: Any, rng: Rng, dtype: Any, name: str, config: dict[str, Any]) -> Arrays:
    shape = _sizes(rng, int(rng.integers(1, 4)))
    w = floats(rng, *shape, dtype=dtype)
    for _ in range(int(rng.integers(1, 5))):
        w, config = getattr(impl, name)(w, floats(rng, *shape, dtype=dtype), config)
    return {"w": w, **take(config, "velocity", "cache", "m", "v", "t")}


@_inputs_of("sgd_momentum")
def momentum(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    rate, keep = rng.uniform(0.01, 1, size=2)
    return _steps(
        impl, rng, dtype, "sgd_momentum", {"learning_rate": float(rate), "momentum": float(keep)}
    )


@_inputs_of("rmsprop")
def rmsprop(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    rate, decay, epsilon = (float(v) for v in rng.uniform(0.01, 0.99, size=3))
    config = {"learning_rate": rate, "decay_rate": decay, "epsilon": epsilon}
    return _steps(impl, rng, dtype, "rmsprop", config)


@_inputs_of("adam")
def adam(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    rate, beta1, beta2, epsilon = (float(v) for v in rng.uniform(0.01, 0.99, size=4))
    config = {"learning_rate": rate, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
    return _steps(impl, rng, dtype, "adam", config)


def _filled(net: Any, rng: Rng, dtype: Any, shapes: dict[str, tuple[int, ...]]) -> Any:
    net.params = {name: 0.5 * floats(rng, *shape, dtype=dtype) for name, shape in shapes.items()}
    return net


def _trained(net: Any, X: Array, y: Array) -> Arrays:
    scores = net.loss(X)
    loss, grads = net.loss(X, y)
    return {"scores": scores, "loss": loss, **grads}


@_inputs_of("TwoLayerNet.loss")
def two_layers(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    N, D, H, C = _sizes(rng, 4, least=2)
    net = impl.TwoLayerNet(D, H, C, reg=float(rng.uniform(0, 1)))
    shapes: dict[str, tuple[int, ...]] = {"W1": (D, H), "b1": (H,), "W2": (H, C), "b2": (C,)}
    return _trained(
        _filled(net, rng, dtype, shapes), floats(rng, N, D, dtype=dtype), rng.integers(C, size=N)
    )


def _deep(impl: Any, rng: Rng, dtype: Any, normalization: str | None) -> Arrays:
    N, D, C, *hidden = _sizes(rng, 3 + int(rng.integers(1, 4)), least=3, most=6)
    net = impl.FullyConnectedNet(
        hidden, D, C, reg=float(rng.uniform(0, 1)), dtype=dtype, normalization=normalization
    )
    shapes: dict[str, tuple[int, ...]] = {}
    for layer, (before, after) in enumerate(zip([D, *hidden], [*hidden, C], strict=True), 1):
        shapes |= {f"W{layer}": (before, after), f"b{layer}": (after,)}
        if normalization and layer <= len(hidden):
            shapes |= {f"gamma{layer}": (after,), f"beta{layer}": (after,)}
    for param in net.bn_params if normalization else ():
        param["eps"] = 0.1
    net = _filled(net, rng, dtype, shapes)
    X, y = floats(rng, N, D, dtype=dtype), rng.integers(C, size=N)
    loss, grads = net.loss(X, y)
    # A bias before batch normalisation gets no gradient, and rounding has no limit of its own.
    skipped = {f"b{n}" for n in range(1, len(hidden) + 1)} if normalization == "batchnorm" else ()
    kept = {name: grad for name, grad in grads.items() if name not in skipped}
    return {"loss": loss, **kept, "scores": net.loss(X)}


@_inputs_of("FullyConnectedNet.loss")
def deep(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    return _deep(impl, rng, dtype, None)


@_inputs_of("FullyConnectedNet.batchnorm")
def deep_batchnorm(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    return _deep(impl, rng, dtype, "batchnorm")


@_inputs_of("FullyConnectedNet.layernorm")
def deep_layernorm(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    return _deep(impl, rng, dtype, "layernorm")


@_inputs_of("ThreeLayerConvNet.loss")
def three_layers(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N, C, F, M, K), (H, W) = _sizes(rng, 5, least=2, most=3), _sizes(rng, 2, least=2, most=6)
    size = int(rng.choice([1, 3, 5]))
    net = impl.ThreeLayerConvNet((C, H, W), F, size, M, K, reg=float(rng.uniform()), dtype=dtype)
    shapes: dict[str, tuple[int, ...]] = {
        name: net.params[name].shape for name in sorted(net.params)
    }
    net = _filled(net, rng, dtype, shapes)
    return _trained(net, floats(rng, N, C, H, W, dtype=dtype), rng.integers(K, size=N))


@_inputs_of("scratch.sigmoid")
def sigmoid(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    shape = _sizes(rng, int(rng.integers(1, 4)))
    return {"out": impl.scratch.sigmoid((10 * floats(rng, *shape)).astype(dtype))}


@_inputs_of("scratch.softmax")
def scratch_softmax(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    shape = _sizes(rng, int(rng.integers(1, 3)))
    return {"out": impl.scratch.softmax((5 * floats(rng, *shape)).astype(dtype))}


def _targets(rng: Rng, N: int, C: int) -> Array:
    labels = rng.integers(C, size=N)
    one_hot: Array = np.eye(C, dtype=int)[labels]
    return one_hot if rng.random() < 0.5 else labels


_SHIFT = absolute(1e-4, "log(y + 1e-7) shifts a loss")


@_inputs_of("scratch.SoftmaxWithLoss", loss=_SHIFT)
def softmax_with_loss(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    N, C = _sizes(rng, 2, least=2)
    layer = impl.scratch.SoftmaxWithLoss()
    loss = layer.forward(0.5 * floats(rng, N, C, dtype=dtype), _targets(rng, N, C))
    return {"loss": loss, "dx": layer.backward(float(rng.uniform(0.5, 2)))}


@_inputs_of("scratch.cross_entropy_error", loss=_SHIFT)
def cross_entropy(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    N, C = _sizes(rng, 2, least=2)
    y = rng.uniform(0.1, 1.0, size=(N, C))
    y = (y / y.sum(axis=1, keepdims=True)).astype(dtype)
    return {"loss": impl.scratch.cross_entropy_error(y, _targets(rng, N, C))}


@_inputs_of("scratch.numerical_gradient", grad=absolute(1e-7, "a quotient of small differences"))
def numerical_gradient(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    shape = _sizes(rng, int(rng.integers(1, 4)), most=3)
    c = floats(rng, *shape)
    grad = impl.scratch.numerical_gradient(lambda x: float(np.sum(c * x**2)), floats(rng, *shape))
    return {"grad": grad}


@_inputs_of("scratch.gradient_descent", x=absolute(1e-6, "a quotient of small differences"))
def gradient_descent(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    shape = _sizes(rng, int(rng.integers(1, 3)), most=3)
    c = rng.uniform(0.5, 1.0, size=shape)
    rate, steps = float(rng.uniform(0.01, 0.2)), int(rng.integers(5))
    f = lambda x: float(np.sum(c * x**2))  # noqa: E731
    return {"x": impl.scratch.gradient_descent(f, floats(rng, *shape), rate, steps)}


def _layer(layer: Any, x: Array, rng: Rng) -> Arrays:
    out = layer.forward(x)
    dx = layer.backward(floats(rng, *np.shape(out)).astype(x.dtype))
    left = ("dW", "db", "dgamma", "dbeta", "running_mean", "running_var")
    return {"out": out, "dx": dx} | {n: getattr(layer, n) for n in left if hasattr(layer, n)}


@_inputs_of("scratch.Relu")
def scratch_relu(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    shape = _sizes(rng, int(rng.integers(1, 5)))
    return _layer(impl.scratch.Relu(), floats(rng, *shape, dtype=dtype), rng)


@_inputs_of("scratch.Sigmoid")
def scratch_sigmoid(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    shape = _sizes(rng, int(rng.integers(1, 5)))
    return _layer(impl.scratch.Sigmoid(), floats(rng, *shape, dtype=dtype), rng)


@_inputs_of("scratch.Affine")
def scratch_affine(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    N, M, *rest = _sizes(rng, 3 + int(rng.integers(3)))
    W, b = floats(rng, int(np.prod(rest)), M, dtype=dtype), floats(rng, M, dtype=dtype)
    return _layer(impl.scratch.Affine(W, b), floats(rng, N, *rest, dtype=dtype), rng)


@_inputs_of("scratch.Convolution")
def scratch_convolution(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N, C, F), (image, window, stride, pad, _) = _sizes(rng, 3, most=3), _geometry(rng)
    W, b = floats(rng, F, C, *window, dtype=dtype), floats(rng, F, dtype=dtype)
    layer = impl.scratch.Convolution(W, b, stride, pad)
    return _layer(layer, floats(rng, N, C, *image, dtype=dtype), rng)


@_inputs_of("scratch.Pooling")
def scratch_pooling(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    N, C, height, width, stride, more, wider = _sizes(rng, 7, most=3)
    pad = int(rng.integers(min(height, width)))
    x = _distinct(rng, dtype, N, C, height + more - 1, width + wider - 1)
    return _layer(impl.scratch.Pooling(height, width, stride, pad), x, rng)


@_inputs_of("scratch.BatchNormalization")
def scratch_batchnorm(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N, D), images = _sizes(rng, 2, least=3), rng.random() < 0.5
    shape = (N, D, *(_sizes(rng, 2, most=3) if images else ()))
    gamma, beta = _scales(rng, dtype, D)
    layer = impl.scratch.BatchNormalization(gamma, beta, momentum=float(rng.uniform()))
    found = _layer(layer, _batch(rng, dtype, *shape), rng)
    return {**found, "tested": layer.forward(_batch(rng, dtype, *shape), False)}


@_inputs_of("scratch.im2col")
def im2col(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N, C), (image, window, stride, pad, _) = _sizes(rng, 2, most=3), _geometry(rng)
    x = floats(rng, N, C, *image, dtype=dtype)
    return {"col": impl.scratch.im2col(x, *window, stride, pad)}


@_inputs_of("scratch.col2im")
def col2im(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N, C), (image, window, stride, pad, size) = _sizes(rng, 2, most=3), _geometry(rng)
    rows = floats(rng, N * size[0] * size[1], C * window[0] * window[1], dtype=dtype)
    return {"images": impl.scratch.col2im(rows, (N, C, *image), *window, stride, pad)}


def _scratch_net(net: Any, rng: Rng, N: int, C: int, *sample: int) -> Arrays:
    for value in net.params.values():
        value[...] = 0.3 * floats(rng, *value.shape)
    x, t = floats(rng, N, *sample), _targets(rng, N, C)
    found = {"scores": net.predict(x), "loss": net.loss(x, t), "accuracy": net.accuracy(x, t)}
    return found | take(net.gradient(x, t))


@_inputs_of("scratch.TwoLayerNet", loss=_SHIFT)
def scratch_two_layers(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    N, D, H, C = _sizes(rng, 4, least=2)
    return _scratch_net(impl.scratch.TwoLayerNet(D, H, C), rng, N, C, D)


@_inputs_of("scratch.SimpleConvNet", loss=_SHIFT)
def scratch_conv_net(impl: Any, rng: Rng, dtype: Any) -> Arrays:
    (N, C, H, K, F), (size, stride, pad) = _sizes(rng, 5, least=2), _sizes(rng, 3, most=3)
    sides = [size + stride + int(side) for side in rng.integers(4, size=2)]
    param = {"filter_num": F, "filter_size": size, "stride": stride, "pad": pad - 1}
    net = impl.scratch.SimpleConvNet((C, *sides), param, H, K)
    return _scratch_net(net, rng, N, K, C, *sides)
