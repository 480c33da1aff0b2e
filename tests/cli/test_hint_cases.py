"""The cases to do by hand are right: the solutions give the numbers that the hints state."""

import math

import numpy as np
import pytest

from workbook import curriculum
from workbook.locale import text
from workbook.student import locations
from workbook.student.implementation import load_implementation

SOLUTIONS = locations.solutions_folder()
pytestmark = pytest.mark.skipif(SOLUTIONS is None, reason="this copy has no solutions/")

ln3 = math.log(3)
X = np.array([[1.0, 2.0], [3.0, 4.0]])
W = np.array([[1.0, 0.0], [1.0, 2.0]])
EYE = np.eye(2)
TINY = 1e-12


@pytest.fixture(scope="module")
def impl():
    opened = load_implementation(SOLUTIONS)
    yield opened
    opened.close()


def a(*rows):
    return np.array(rows, dtype=float)


def said(value, digits=4):
    """An array as the hints write it: `[[1, 2.5], [3, 4]]`."""
    if np.ndim(value):
        return "[" + ", ".join(said(v, digits) for v in value) + "]"
    rounded = round(float(value), digits) + 0.0
    return f"{rounded:g}"


def image(*rows):
    return np.array(rows, dtype=float)[None, None]


def channels(*rows):
    """One image of 1 x 2 pixels, a row for each channel."""
    return np.array(rows, dtype=float)[None, :, None, :]


CASES = {}


def case(exercise_id):
    def keep(function):
        CASES[exercise_id] = function
        return function

    return keep


@case("scratch.numerical_diff")
def _(r):
    yield "6", r.scratch.numerical_diff(lambda x: x * x, 3.0)
    yield "- 9 = 7", None


@case("scratch.numerical_gradient")
def _(r):
    yield (
        "[[2, 0], [0, 3]]",
        r.scratch.numerical_gradient(lambda x: x[0, 0] ** 2 + 3 * x[1, 1], X.copy()),
    )


@case("scratch.gradient_descent")
def _(r):
    def f(x):
        return float((x * x).sum())

    yield "[1.6, -3.2]", r.scratch.gradient_descent(f, a(2, -4), lr=0.1, step_num=1)
    yield "[1.28, -2.56]", r.scratch.gradient_descent(f, a(2, -4), lr=0.1, step_num=2)


@case("scratch.MulLayer")
def _(r):
    node = r.scratch.MulLayer()
    yield "120", node.forward(40, 3)
    dx, dy = node.backward(0.5)
    yield "dx = 1.5", dx
    yield "dy = 20", dy


@case("scratch.AddLayer")
def _(r):
    node = r.scratch.AddLayer()
    yield "is 8 ", node.forward(3, 5)
    yield "is 8.1", node.forward(3.1, 5)
    yield "[1, 7]", node.backward(a(1, 7))[1]


@case("scratch.sigmoid")
def _(r):
    np.testing.assert_allclose(
        r.scratch.sigmoid(a([0, ln3], [-ln3, 1000])), [[1 / 2, 3 / 4], [1 / 4, 1]]
    )
    yield "[[1/2, 3/4], [1/4, 1]]", None


@case("scratch.softmax")
def _(r):
    got = r.scratch.softmax(a([0, ln3], [1000, 1000 + ln3]))
    np.testing.assert_allclose(got, [[1 / 4, 3 / 4]] * 2, rtol=1e-9)
    yield "[1/4, 3/4]", None


@case("scratch.cross_entropy_error")
def _(r):
    y = a([0.25, 0.75], [0.5, 0.5])
    for t in (np.array([1, 0]), np.array([[0, 1], [1, 0]])):
        assert round(r.scratch.cross_entropy_error(y, t), 3) == 0.490
    assert (round(-math.log(0.75), 3), round(-math.log(0.5), 3)) == (0.288, 0.693)
    yield "0.288 and 0.693", None
    yield "0.490", None


def relu(r, forward, backward):
    yield "[[1, 0], [0, 3]]", forward(a([1, -2], [0, 3]))
    yield "[[5, 0], [0, 8]]", backward(a([5, 6], [7, 8]))


@case("scratch.Relu")
def _(r):
    layer = r.scratch.Relu()
    yield from relu(r, layer.forward, layer.backward)


@case("affine_forward")
def _(r):
    yield "[[13, 24], [17, 28]]", r.affine_forward(X, W, a(10, 20))[0]


@case("affine_backward")
def _(r):
    _, cache = r.affine_forward(X, W, a(10, 20))
    dx, dw, db = r.affine_backward(EYE, cache)
    yield "dx = [[1, 1], [0, 2]]", dx
    yield "dw = [[1, 3], [2, 4]]", dw
    yield "db = [1, 1]", db


@case("relu_forward")
def _(r):
    yield "[[0, 2], [0, 0]]", r.relu_forward(a([-1, 2], [0, -3]))[0]


@case("relu_backward")
def _(r):
    _, cache = r.relu_forward(a([-1, 2], [0, 3]))
    yield "dx = [[0, 6], [0, 8]]", r.relu_backward(a([5, 6], [7, 8]), cache)


@case("softmax_loss")
def _(r):
    loss, dx = r.softmax_loss(a([0, 0], [0, ln3]), np.array([0, 1]))
    assert round(loss, 3) == 0.490
    yield "0.490", None
    yield "dx = [[-0.25, 0.25], [0.125, -0.125]]", dx


@case("svm_loss")
def _(r):
    loss, dx = r.svm_loss(a([2, 1.5], [0, 3]), np.array([0, 0]))
    yield "2.25", loss
    yield "dx = [[-0.5, 0.5], [-0.5, 0.5]]", dx


@case("TwoLayerNet.init")
def _(r):
    net = r.TwoLayerNet(2, 2, 2, weight_scale=0.1)
    assert net.params["W1"].shape == net.params["W2"].shape == (2, 2)
    yield "b1 and b2 are [0, 0]", None
    yield "[0, 0]", net.params["b1"]


@case("TwoLayerNet.loss")
def _(r):
    net = r.TwoLayerNet(2, 2, 2)
    net.params["W1"], net.params["W2"] = a([1, 0], [0, -1]), EYE
    x, y = a([1, 2]), np.array([1])
    np.testing.assert_allclose(net.loss(x), [[1, 0]])
    plain, _ = net.loss(x, y)
    net.reg = 0.1
    regular, _ = net.loss(x, y)
    assert (round(plain, 3), round(regular - plain, 9)) == (1.313, 0.2)
    np.testing.assert_allclose(r.scratch.softmax(a(1, 0)), [0.731, 0.269], atol=5e-4)
    yield "[0.731, 0.269], the loss is 1.313", None
    yield "it is 0.2 more", None


@case("FullyConnectedNet.init")
def _(r):
    net = r.FullyConnectedNet([3, 4], input_dim=2, num_classes=2)
    shapes = [net.params[f"W{layer}"].shape for layer in (1, 2, 3)]
    yield f"{shapes[0]}, {shapes[1]} and {shapes[2]}", None


@case("FullyConnectedNet.loss")
def _(r):
    # The gradient of the one score, by hand: the net of the hint with a loss of its own.
    values = {"W1": 2.0, "W2": 3.0, "W3": 1.0}

    def score(w):
        return w["W3"] * max(0, w["W2"] * max(0, w["W1"] * 1.0))

    net = r.FullyConnectedNet([1, 1], input_dim=1, num_classes=1, dtype=np.float64)
    for name, value in values.items():
        net.params[name] = a([value])
    yield "the score 6", float(net.loss(a([1]))[0, 0])
    slopes = [
        (score({**values, n: v + 1e-6}) - score({**values, n: v - 1e-6})) / 2e-6
        for n, v in values.items()
    ]
    np.testing.assert_allclose(slopes, [3, 2, 6], rtol=1e-6)
    yield "dW3 = 6 (its input), dW2 = 1·2 = 2, dW1 = 1·3·1 = 3", None


@case("sgd_momentum")
def _(r):
    dw = a([1, 0], [0, -1])
    w, config = r.sgd_momentum(np.ones((2, 2)), dw, {"learning_rate": 0.1, "momentum": 0.5})
    yield "velocity [[-0.1, 0], [0, 0.1]]", config["velocity"]
    yield "w = [[0.9, 1], [1, 1.1]]", w
    w, config = r.sgd_momentum(w, dw, config)
    yield "velocity [[-0.15, 0], [0, 0.15]]", config["velocity"]
    yield "w = [[0.75, 1], [1, 1.25]]", w


@case("rmsprop")
def _(r):
    config = {"learning_rate": 0.1, "decay_rate": 0.75, "epsilon": TINY}
    w, _ = r.rmsprop(np.ones((2, 2)), a([10, 0.1], [0, -1]), config)
    yield "next_w = [[0.8, 0.8], [1, 1.2]]", w


@case("adam")
def _(r):
    dw = a([2, -4], [0.5, 0])
    w, _ = r.adam(np.zeros((2, 2)), dw, {"learning_rate": 0.1})
    np.testing.assert_allclose(w, -0.1 * np.sign(dw), atol=1e-8)
    yield "moves by 0.1 against the sign", None


@case("batchnorm_forward")
def _(r):
    x, param = a([1, 10], [3, 30]), {"mode": "train", "eps": TINY}
    yield "[[-1, -1], [1, 1]]", r.batchnorm_forward(x, np.ones(2), np.zeros(2), dict(param))[0]
    yield "[[-2, 4], [2, 6]]", r.batchnorm_forward(x, a(2, 1), a(0, 5), param)[0]
    yield "running mean is now [0.2, 2]", param["running_mean"]
    yield "running variance [0.1, 10]", param["running_var"]


@case("batchnorm_backward")
def _(r):
    _, cache = r.batchnorm_forward(
        a([1], [3]), np.ones(1), np.zeros(1), {"mode": "train", "eps": TINY}
    )
    dx, dgamma, dbeta = r.batchnorm_backward(a([5], [7]), cache)
    yield "dbeta = 12", dbeta[0]
    yield "= 2. And", dgamma[0]
    yield "dx = [0, 0]", dx[:, 0]


@case("batchnorm_backward_alt")
def _(r):
    root = math.sqrt(1.5)
    assert round(root, 2) == 1.22
    x = a([-root], [0], [root])
    _, cache = r.batchnorm_forward(x, np.ones(1), np.zeros(1), {"mode": "train", "eps": TINY})
    dx, _, _ = r.batchnorm_backward_alt(a([1], [0], [0]), cache)
    np.testing.assert_allclose(dx[:, 0], [1 / 6, -1 / 3, 1 / 6], rtol=1e-9)
    assert abs(dx.sum()) < 1e-12 and abs((dx * x).sum()) < 1e-11
    yield "dx = [1/6, -1/3, 1/6]", None


def sandwich(r):
    param = {"mode": "train", "eps": TINY}
    return r.affine_bn_relu_forward(EYE, X, np.zeros(2), np.ones(2), np.zeros(2), param)


@case("affine_bn_relu_forward")
def _(r):
    yield "[[1, 2], [3, 4]]", r.affine_forward(EYE, X, np.zeros(2))[0]
    yield "that [[0, 0], [1, 1]]", sandwich(r)[0]


@case("affine_bn_relu_backward")
def _(r):
    dx, dw, db, dgamma, dbeta = r.affine_bn_relu_backward(a([5, 6], [7, 8]), sandwich(r)[1])
    yield "dbeta = [7, 8]", dbeta
    yield "dgamma = [7, 8]", dgamma
    assert max(abs(dx).max(), abs(dw).max(), abs(db).max()) < 1e-8
    yield "dx, dw and db are 0", None


def norm_keys(r, kind):
    net = r.FullyConnectedNet([2, 2], input_dim=2, num_classes=2, normalization=kind)
    names = {name for name in net.params if not name.startswith(("W", "b1", "b2", "b3"))}
    assert names == {"gamma1", "beta1", "gamma2", "beta2"}
    return net


@case("FullyConnectedNet.batchnorm")
def _(r):
    assert len(norm_keys(r, "batchnorm").bn_params) == 2
    yield "no gamma3", None


@case("FullyConnectedNet.layernorm")
def _(r):
    net = norm_keys(r, "layernorm")
    yield "gamma1 = gamma2 = [1, 1]", None
    yield "[1, 1]", net.params["gamma2"]
    yield "[0, 0]", net.params["beta1"]


@case("layernorm_forward")
def _(r):
    x, param = a([1, 3], [10, 30]), {"eps": TINY}
    yield "[[-1, 1], [-1, 1]]", r.layernorm_forward(x, np.ones(2), np.zeros(2), param)[0]
    yield "[[-2, 6], [-2, 6]]", r.layernorm_forward(x, a(2, 1), a(0, 5), param)[0]


@case("layernorm_backward")
def _(r):
    _, cache = r.layernorm_forward(a([1, 3]), np.ones(2), np.zeros(2), {"eps": TINY})
    dx, dgamma, dbeta = r.layernorm_backward(a([5, 7]), cache)
    yield "dbeta = [5, 7]", dbeta
    yield "dgamma = [-5, 7]", dgamma
    yield "dx = [0, 0]", dx[0]


@case("dropout_forward")
def _(r):
    for seed in range(200):
        out, _ = r.dropout_forward(X, {"mode": "train", "p": 0.5, "seed": seed})
        if out[0, 0] and out[1, 1] and not out[0, 1] and not out[1, 0]:
            break
    yield "out = [[2, 0], [0, 8]]", out


@case("dropout_backward")
def _(r):
    mask = a([2, 0], [0, 2])
    yield "dx = [[10, 0], [0, 16]]", r.dropout_backward(a([5, 6], [7, 8]), ("train", mask))


@case("FullyConnectedNet.dropout")
def _(r):
    yield "two masks are drawn", None


@case("conv_forward_naive")
def _(r):
    out, _ = r.conv_forward_naive(X[None, None], EYE[None, None], a(10), {"stride": 1, "pad": 0})
    yield "= 15. With pad 1", out[0, 0, 0, 0]
    out, _ = r.conv_forward_naive(X[None, None], EYE[None, None], a(10), {"stride": 1, "pad": 1})
    assert out.shape == (1, 1, 3, 3)
    yield "15 in the middle", out[0, 0, 1, 1]
    yield "corner 11", out[0, 0, 0, 0]


@case("conv_backward_naive")
def _(r):
    param = {"stride": 1, "pad": 0}
    _, cache = r.conv_forward_naive(X[None, None], EYE[None, None], a(0), param)
    dx, dw, db = r.conv_backward_naive(image([2]), cache)
    yield "dw = [[2, 4], [6, 8]]", dw[0, 0]
    yield "dx = [[2, 0], [0, 2]]", dx[0, 0]
    yield "db = 2", db[0]
    _, cache = r.conv_forward_naive(X[None, None], image([3]), a(0), param)
    dx, dw, _ = r.conv_backward_naive(np.ones((1, 1, 2, 2)), cache)
    yield "dw = 10", dw[0, 0, 0, 0]
    yield "dx = [[3, 3], [3, 3]]", dx[0, 0]


def pool(height, width, stride):
    return {"pool_height": height, "pool_width": width, "stride": stride}


@case("max_pool_forward_naive")
def _(r):
    yield "[[4]]", r.max_pool_forward_naive(X[None, None], pool(2, 2, 1))[0][0, 0]
    yield "[[2], [4]]", r.max_pool_forward_naive(X[None, None], pool(1, 2, 1))[0][0, 0]


@case("max_pool_backward_naive")
def _(r):
    for x, dx in ((X, "dx = [[0, 0], [0, 5]]"), (a([4, 4], [1, 1]), "be [[5, 0], [0, 0]]")):
        _, cache = r.max_pool_forward_naive(x[None, None], pool(2, 2, 2))
        yield dx, r.max_pool_backward_naive(image([5]), cache)[0, 0]


@case("ThreeLayerConvNet.init")
def _(r):
    for size, rows, words in (
        ((1, 4, 4), 8, "so W2 has 8 rows"),
        ((1, 5, 4), 8, "(1, 5, 4) it is 8 as well"),
        ((1, 5, 7), 12, "= 12"),
    ):
        net = r.ThreeLayerConvNet(size, num_filters=2, filter_size=3)
        assert net.params["W2"].shape[0] == rows
        yield words, None


@case("ThreeLayerConvNet.loss")
def _(r):
    net = r.ThreeLayerConvNet((1, 2, 2), 1, 1, 1, 2, dtype=np.float64)
    net.params |= {"W1": image([1]), "W2": a([1]), "W3": a([1, -1])}
    yield "[4, -4]", net.loss(X[None, None])[0]


@case("spatial_batchnorm_forward")
def _(r):
    x = channels([1, 3], [10, 30])
    out, _ = r.spatial_batchnorm_forward(x, np.ones(2), np.zeros(2), {"mode": "train", "eps": TINY})
    assert said(out[0, :, 0]) == "[[-1, 1], [-1, 1]]"
    yield "channels [-1, 1] and [-1, 1]", None
    yield "[[1, 10], [3, 30]]", x.transpose(0, 2, 3, 1).reshape(-1, 2)
    yield "[[1, 3], [10, 30]]", x.reshape(-1, 2)


@case("spatial_batchnorm_backward")
def _(r):
    x = channels([1, 3], [10, 30])
    _, cache = r.spatial_batchnorm_forward(x, np.ones(2), np.zeros(2), {"mode": "train"})
    dout = channels([1, 2], [3, 4])
    yield "dbeta = [3, 7]", r.spatial_batchnorm_backward(dout, cache)[2]
    yield "[[1, 3], [2, 4]]", dout.transpose(0, 2, 3, 1).reshape(-1, 2)


def group(r, groups):
    x, ones = channels([1, 3], [10, 30]), np.ones((1, 2, 1, 1))
    return r.spatial_groupnorm_forward(x, ones, 0 * ones, groups, {"eps": TINY})


@case("spatial_groupnorm_forward")
def _(r):
    assert said(group(r, 2)[0][0, :, 0]) == "[[-1, 1], [-1, 1]]"
    yield "[-1, 1] and [-1, 1]", None
    yield "-10 / 11.47 = -0.872", None
    assert round(group(r, 1)[0][0, 0, 0, 0], 3) == -0.872
    yield "variance 131.5", np.var([1, 3, 10, 30])


@case("spatial_groupnorm_backward")
def _(r):
    dx, _, dbeta = r.spatial_groupnorm_backward(channels([1, 2], [3, 4]), group(r, 2)[1])
    assert said(dbeta.ravel()) == "[3, 7]" and dbeta.shape == (1, 2, 1, 1)
    assert abs(dx).max() < 1e-8
    yield "dbeta holds 3 and 7, in the shape (1, 2, 1, 1)", None


@case("scratch.Sigmoid")
def _(r):
    layer = r.scratch.Sigmoid()
    yield "y = [[0.5, 0.75], [0.25, 0.5]]", layer.forward(a([0, ln3], [-ln3, 0]))
    yield "gradient is [[1, 0.75], [0.75, 1]]", layer.backward(np.full((2, 2), 4.0))


@case("scratch.Affine")
def _(r):
    layer = r.scratch.Affine(W, np.zeros(2))
    layer.forward(X)
    yield "x is [[1, 3], [0, 4]]", layer.backward(a([1, 1], [0, 2]))
    yield "dW = [[1, 7], [2, 10]]", layer.dW
    yield "db = [1, 3]", layer.db


@case("scratch.SoftmaxWithLoss")
def _(r):
    layer = r.scratch.SoftmaxWithLoss()
    for t in (np.array([0, 1]), np.eye(2, dtype=int)):
        layer.forward(a([0, 0], [0, ln3]), t)
        yield "[[-0.25, 0.25], [0.125, -0.125]]", layer.backward()
        np.testing.assert_allclose(layer.backward(2), 2 * layer.backward())
    yield "[[0.5, 0.5], [0.25, 0.75]]", layer.y


@case("scratch.im2col")
def _(r):
    im2col, x = r.scratch.im2col, X[None, None]
    assert said(im2col(x, 1, 2)) == "[[1, 2], [3, 4]]"
    assert said(im2col(x, 2, 1)) == "[[1, 3], [2, 4]]"
    yield "rows [1, 2] and [3, 4]", None
    yield "[1, 3] and [2, 4]", None
    rows = im2col(x, 2, 2, pad=1)
    assert len(rows) == 9
    yield "the first one [0, 0, 0, 1]", rows[0]
    yield "the fifth [1, 2, 3, 4]", rows[4]


@case("scratch.col2im")
def _(r):
    yield "[1, 5, 4]", r.scratch.col2im(X, (1, 1, 1, 3), 1, 2)[0, 0, 0]


@case("scratch.Convolution")
def _(r):
    filters = np.array([1.0, 2.0]).reshape(2, 1, 1, 1)
    out = r.scratch.Convolution(filters, np.zeros(2)).forward(X[None, None])
    assert said(out[0]) == "[[[1, 2], [3, 4]], [[2, 4], [6, 8]]]"
    yield "[[1, 2], [3, 4]] and [[2, 4], [6, 8]]", None
    yield "[[1, 2], [2, 4], [3, 6], [4, 8]]", X.reshape(4, 1) @ a([1, 2])


@case("scratch.Pooling")
def _(r):
    layer = r.scratch.Pooling(2, 2, stride=2, pad=1)
    yield "output is [[-1, -2], [-3, -4]]", layer.forward(-X[None, None])[0, 0]
    yield "dout = [[5, 6], [7, 8]]", layer.backward(image([5, 6], [7, 8]))[0, 0]


@case("scratch.BatchNormalization")
def _(r):
    layer = r.scratch.BatchNormalization(np.ones(2), np.zeros(2))
    out = layer.forward(a([1, 10], [3, 30]))
    np.testing.assert_allclose(out, [[-1, -1], [1, 1]], atol=1e-5)
    yield "[0.2, 2]", layer.running_mean
    same = r.scratch.BatchNormalization(np.ones(2), np.zeros(2))
    np.testing.assert_allclose(same.forward(channels([1, 3], [10, 30]))[0, :, 0].T, out)


@case("scratch.SimpleNet")
def _(r):
    net = r.scratch.SimpleNet(a([1, 0, 0], [0, 1, 0]))
    yield "[1, 2, 0]", net.predict(a(1, 2))
    np.testing.assert_allclose(r.scratch.softmax(a(1, 2, 0)), [0.245, 0.665, 0.090], atol=5e-4)
    assert round(net.loss(a(1, 2), 1), 3) == 0.408
    yield "[0.245, 0.665, 0.090]", None
    yield "0.408", None


@case("scratch.TwoLayerNet")
def _(r):
    net = r.scratch.TwoLayerNet(2, 2, 2)
    net.params["W1"][:], net.params["W2"][:] = a([1, 0], [0, -1]), EYE
    x, t = a([1, 2]), np.array([1])
    yield "scores [1, 0]", net.predict(x)[0]
    assert round(net.loss(x, t), 3) == 1.313
    yield "1.313", None
    yield "accuracy 0", net.accuracy(x, t)


@case("scratch.SimpleConvNet")
def _(r):
    for size, rows, words in (((1, 4, 4), 3, "3 rows"), ((1, 7, 6), 12, "12 rows")):
        net = r.scratch.SimpleConvNet(size, {"filter_num": 3, "filter_size": 3})
        assert net.params["W2"].shape[0] == rows
        yield words, None


def test_every_exercise_has_a_case_here():
    assert set(CASES) == set(curriculum.load().ids())


@pytest.mark.parametrize("exercise_id", curriculum.load().ids())
def test_the_numbers_of_the_case_are_those_of_the_solution(exercise_id, impl):
    hint = text(f"hint.{exercise_id}.case")
    for words, value in CASES[exercise_id](impl):
        assert words in hint, f"{words!r} does not stand in the case of {exercise_id}"
        if value is not None:
            assert said(value) in words, f"{exercise_id}: the solution gives {said(value)}"
