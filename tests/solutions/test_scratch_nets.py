"""scratch/nets.py: reference numbers, gradients, training, bad input."""

from pathlib import Path

import numpy as np
import pytest

from workbook.numerics import rel_error
from workbook.student import load_implementation

scratch = load_implementation(Path(__file__).parents[2] / "solutions").scratch

# The weights of the course notes, printed there with eight decimals.
W = np.array([[0.23210343, 0.80529943, 0.33053336], [1.15018482, 0.39713218, -1.69789563]])
SAMPLE, TARGET = np.array([0.6, 0.9]), np.array([0, 0, 1])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def small_net():
    np.random.seed(0)
    return scratch.TwoLayerNet(5, 4, 3, weight_init_std=0.5)


# Two filters on an odd, non-square image; stride unlike the filter; pixels left over.
CONV = {"filter_num": 2, "filter_size": 3, "pad": 2, "stride": 2}


def small_conv_net(input_dim=(2, 7, 4), conv_param=CONV):
    np.random.seed(0)
    return scratch.SimpleConvNet(input_dim, conv_param, 5, 3, weight_init_std=0.5)


# SimpleNet


def test_simple_net_reference():
    net = scratch.SimpleNet(W.copy())
    scores = net.predict(SAMPLE)
    assert rel_error(scores, [1.174428396, 0.8405986200000001, -1.3297860510000001]) < 1e-12
    assert np.argmax(scores) == 0
    # The recorded loss has 1e-7 added inside the logarithm; with it, all digits agree.
    p = np.exp(-net.loss(SAMPLE, TARGET))
    assert -np.log(p + 1e-7) == pytest.approx(3.0908401667275163, rel=1e-14)
    assert net.loss(SAMPLE, TARGET) == pytest.approx(3.0908401667275163, rel=1e-6)


def test_simple_net_gradient_reference():
    net = scratch.SimpleNet(W.copy())
    found = scratch.numerical_gradient(lambda _: net.loss(SAMPLE, TARGET), net.W)
    expected = [
        [0.33371907169676973, 0.23900148384159436, -0.5727205555139392],
        [0.5005786075229501, 0.35850222579236757, -0.8590808332442634],
    ]
    # 1e-7 inside the logarithm changes every entry by 2e-6 of itself.
    assert rel_error(found, expected) < 2e-6
    assert np.array_equal(net.W, W)


def test_simple_net_takes_a_batch(rng):
    net, x = scratch.SimpleNet(), rng.standard_normal((4, 2))
    assert net.W.shape == (2, 3)
    assert rel_error(net.predict(x), x @ net.W) < 1e-14
    labels = np.array([0, 2, 1, 1])
    expected = np.mean([net.loss(x[n], labels[n]) for n in range(4)])
    assert net.loss(x, labels) == pytest.approx(expected)


def test_simple_net_draws_its_weights_from_the_global_stream():
    np.random.seed(231)
    expected = np.random.randn(2, 3)
    np.random.seed(231)
    assert np.array_equal(scratch.SimpleNet().W, expected)


# TwoLayerNet


def test_two_layer_net_parameters():
    np.random.seed(231)
    net = scratch.TwoLayerNet(6, 4, 3)
    np.random.seed(231)
    assert list(net.params) == ["W1", "b1", "W2", "b2"]
    assert np.array_equal(net.params["W1"], 0.01 * np.random.randn(6, 4))
    assert np.array_equal(net.params["W2"], 0.01 * np.random.randn(4, 3))
    assert np.array_equal(net.params["b1"], np.zeros(4))
    assert np.array_equal(net.params["b2"], np.zeros(3))
    assert list(net.layers) == ["Affine1", "Relu1", "Affine2"]


def test_two_layer_net_scores(rng):
    net, x = small_net(), rng.standard_normal((4, 5))
    p = net.params
    expected = np.maximum(x @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]
    assert rel_error(net.predict(x), expected) < 1e-14


def conv_scores(net, x, stride=2, pad=2, size=3):
    """The network's scores by plain loops."""
    p = net.params
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    down = 1 + (padded.shape[2] - size) // stride
    across = 1 + (padded.shape[3] - size) // stride
    conv = np.zeros((len(x), len(p["b1"]), down, across))
    for n, f, i, j in np.ndindex(conv.shape):
        window = padded[n, :, i * stride : i * stride + size, j * stride : j * stride + size]
        conv[n, f, i, j] = max(0, np.sum(window * p["W1"][f]) + p["b1"][f])
    pooled = np.zeros((*conv.shape[:2], down // 2, across // 2))
    for n, f, i, j in np.ndindex(pooled.shape):
        pooled[n, f, i, j] = conv[n, f, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2].max()
    hidden = np.maximum(pooled.reshape(len(x), -1) @ p["W2"] + p["b2"], 0)
    return hidden @ p["W3"] + p["b3"]


NETS = pytest.mark.parametrize(
    ("make", "shape"), [(small_net, (3, 5)), (small_conv_net, (3, 2, 7, 4))]
)


@NETS
@pytest.mark.parametrize("one_hot", [False, True])
def test_gradients_agree(rng, make, shape, one_hot):
    net, x, t = make(), rng.standard_normal(shape), np.array([2, 0, 1])
    if one_hot:
        t = np.eye(3)[t]
    before = {name: value.copy() for name, value in net.params.items()}
    analytic, numerical = net.gradient(x, t), net.numerical_gradient(x, t)
    assert set(analytic) == set(numerical) == set(net.params)
    for name, value in net.params.items():
        assert analytic[name].shape == value.shape
        assert rel_error(analytic[name], numerical[name]) < 1e-5, name
        assert np.array_equal(value, before[name])


@NETS
def test_loss_is_the_mean_cross_entropy_of_the_scores(rng, make, shape):
    net, x, t = make(), rng.standard_normal(shape), np.array([2, 0, 1])
    probabilities = scratch.softmax(net.predict(x))
    assert net.loss(x, t) == pytest.approx(-np.log(probabilities[range(3), t]).mean())
    assert net.loss(x, np.eye(3)[t]) == pytest.approx(net.loss(x, t))


@NETS
def test_accuracy(rng, make, shape):
    net, x = make(), rng.standard_normal((7, *shape[1:]))
    t = np.argmax(net.predict(x), axis=1)
    assert net.accuracy(x, t) == 1
    t[:3] = (t[:3] + 1) % 3
    assert net.accuracy(x, t) == pytest.approx(4 / 7)
    assert net.accuracy(x, np.eye(3)[t]) == pytest.approx(4 / 7)
    # The first class is the right one for a score that is never the highest.
    assert net.accuracy(x, (t[3:4].repeat(7) + 1) % 3) < 1


def test_accuracy_counts_a_smaller_last_batch(rng):
    net, x = small_conv_net(), rng.standard_normal((7, 2, 7, 4))
    t = np.argmax(net.predict(x), axis=1)
    t[-1] = (t[-1] + 1) % 3
    for batch_size in (1, 3, 7, 100):
        assert net.accuracy(x, t, batch_size=batch_size) == pytest.approx(6 / 7)


@NETS
def test_training_writes_into_the_parameters_and_the_net_learns(rng, make, shape):
    net, x, t = make(), rng.standard_normal((12, *shape[1:])), np.arange(12) % 3
    first = net.loss(x, t)
    for _ in range(300):
        for name, gradient in net.gradient(x, t).items():
            net.params[name] -= 0.3 * gradient
    assert net.loss(x, t) < 0.2 * first
    assert net.accuracy(x, t) > 0.9


def test_the_loss_of_a_fresh_net_is_that_of_guessing(rng):
    net = scratch.TwoLayerNet(20, 10, 4, weight_init_std=1e-3)
    assert net.loss(rng.standard_normal((30, 20)), np.arange(30) % 4) == pytest.approx(
        np.log(4), abs=1e-3
    )


@NETS
def test_arguments_are_not_changed(rng, make, shape):
    net, x, t = make(), rng.standard_normal(shape), np.array([2, 0, 1])
    before = x.copy()
    net.gradient(x, t)
    net.accuracy(x, t)
    assert np.array_equal(x, before)
    assert np.array_equal(t, [2, 0, 1])


# SimpleConvNet


def test_conv_net_parameters():
    np.random.seed(231)
    net = scratch.SimpleConvNet()
    np.random.seed(231)
    assert list(net.params) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert np.array_equal(net.params["W1"], 0.01 * np.random.randn(30, 1, 5, 5))
    assert np.array_equal(net.params["W2"], 0.01 * np.random.randn(30 * 12 * 12, 100))
    assert np.array_equal(net.params["W3"], 0.01 * np.random.randn(100, 10))
    assert [net.params[f"b{n}"].shape for n in (1, 2, 3)] == [(30,), (100,), (10,)]
    assert not any(net.params[f"b{n}"].any() for n in (1, 2, 3))
    assert list(net.layers) == ["Conv1", "Relu1", "Pool1", "Affine1", "Relu2", "Affine2"]


def test_conv_net_scores_of_odd_images(rng):
    net, x = small_conv_net(), rng.standard_normal((2, 2, 7, 4))
    assert rel_error(net.predict(x), conv_scores(net, x)) < 1e-12


@pytest.mark.parametrize("size", [(3, 3), (4, 7), (7, 5), (8, 3)])
def test_conv_net_takes_images_of_any_size(rng, size):
    net = small_conv_net((1, *size), {"filter_num": 2, "filter_size": 3, "pad": 1})
    assert net.params["W2"].shape[0] == 2 * (size[0] // 2) * (size[1] // 2)
    assert net.predict(rng.standard_normal((2, 1, *size))).shape == (2, 3)


def test_conv_param_is_not_changed_and_may_be_partial():
    settings = {"filter_num": 4}
    net = scratch.SimpleConvNet((1, 9, 9), settings)
    assert settings == {"filter_num": 4}
    assert net.params["W1"].shape == (4, 1, 5, 5)


# Bad input


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: scratch.SimpleNet([[1.0]]), TypeError, "W must be a NumPy array; got list"),
        (lambda: scratch.SimpleNet(np.ones(3)), ValueError, r"W must have shape \(D, C\)"),
        (
            lambda: scratch.SimpleNet(W).predict(np.ones(3)),
            ValueError,
            r"x has shape \(3,\), 3 numbers a sample; W of shape \(2, 3\) takes 2",
        ),
        (lambda: scratch.TwoLayerNet(0, 2, 3), ValueError, "input_size must be at least 1"),
        (lambda: scratch.TwoLayerNet(2, 2.5, 3), TypeError, "hidden_size must be an int"),
        (lambda: small_net().predict(np.ones((2, 4))), ValueError, r"x has shape \(2, 4\)"),
        (lambda: small_net().predict(np.ones((2, 5), np.uint8)), TypeError, "x must hold floats"),
        (
            lambda: small_net().loss(np.ones((2, 5)), np.array([0, 3])),
            ValueError,
            r"t must lie in 0 \.\.\. 2",
        ),
        (
            lambda: small_net().accuracy(np.ones((2, 5)), np.array([0, 1, 2])),
            ValueError,
            r"t must have shape \(2,\)",
        ),
        (lambda: scratch.SimpleConvNet(28), ValueError, r"input_dim must be \(C, H, W\); got 28"),
        (lambda: scratch.SimpleConvNet((28, 28)), ValueError, r"input_dim must be \(C, H, W\)"),
        (
            lambda: scratch.SimpleConvNet(conv_param={"filters": 3}),
            ValueError,
            "conv_param has an unknown key 'filters'; allowed: filter_num, filter_size",
        ),
        (lambda: scratch.SimpleConvNet((1, 4, 9)), ValueError, "5 x 5 does not fit .* 4 x 9"),
        (
            # One pixel is left after the convolution, and no window of the pooling.
            lambda: scratch.SimpleConvNet((1, 5, 9)),
            ValueError,
            r"input_dim \(1, 5, 9\) is too small: .* 2 x 2",
        ),
        (
            lambda: small_conv_net().predict(np.ones((2, 7, 4))),
            ValueError,
            r"x must have shape \(N, C, H, W\)",
        ),
        (
            lambda: small_conv_net().accuracy(np.ones((2, 2, 7, 4)), np.array([0])),
            ValueError,
            r"t must have shape \(2,\)",
        ),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert str(caught.value).count("\n") < 2
