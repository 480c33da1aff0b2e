"""scratch/layers.py: every layer against numerical gradients on odd shapes."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.numerics import eval_numerical_gradient_array, rel_error
from workbook.student import load_implementation

scratch = load_implementation(Path(__file__).parents[2] / "solutions").scratch

FLOATS = [np.float32, np.float64]
# N, C, H, W, window height and width, stride, pad: non-square, left-over pixels, stride
# unlike the window, pad 0 to 2, a batch of one, a window as large as the image.
WINDOWS = [
    (2, 3, 5, 4, 3, 2, 1, 0),
    (1, 2, 7, 6, 2, 3, 2, 1),
    (2, 1, 6, 5, 3, 3, 2, 2),
    (3, 2, 4, 7, 1, 2, 3, 0),
    (1, 1, 3, 2, 3, 2, 1, 0),
    (2, 2, 5, 5, 4, 3, 3, 2),
]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def out_size(size, window, stride, pad):
    return 1 + (size + 2 * pad - window) // stride


def held(layer, x, dout, *parameters):
    """Backward of a layer, held against numerical gradients; arguments must stay as they are."""
    arguments = [x, dout, *(getattr(layer, name) for name in parameters)]
    before = [a.copy() for a in arguments]
    layer.forward(x)
    dx = layer.backward(dout)
    analytic = {name: getattr(layer, f"d{name}") for name in parameters}
    assert all(np.array_equal(a, b) for a, b in zip(arguments, before, strict=True))

    assert dx.shape == x.shape
    assert rel_error(dx, eval_numerical_gradient_array(layer.forward, x, dout)) < 1e-6
    for name in parameters:
        parameter = getattr(layer, name)
        numerical = eval_numerical_gradient_array(lambda _: layer.forward(x), parameter, dout)
        assert analytic[name].shape == parameter.shape
        assert rel_error(analytic[name], numerical) < 1e-6
    return dx


def all_float32(layer, x, *parameters):
    out = layer.forward(x)
    dx = layer.backward(np.ones_like(out))
    assert out.dtype == dx.dtype == np.float32
    for name in parameters:
        assert getattr(layer, f"d{name}").dtype == np.float32


# Relu, Sigmoid


@pytest.mark.parametrize("kind", ["Relu", "Sigmoid"])
@pytest.mark.parametrize("shape", [(3,), (2, 5), (2, 3, 4, 2)])
def test_entrywise_gradient(rng, kind, shape):
    held(getattr(scratch, kind)(), rng.standard_normal(shape), rng.standard_normal(shape))


@pytest.mark.parametrize("kind", ["Relu", "Sigmoid"])
def test_entrywise_dtype(rng, kind):
    all_float32(getattr(scratch, kind)(), rng.standard_normal((2, 3)).astype(np.float32))


def test_relu_at_zero(rng):
    relu, x = scratch.Relu(), np.array([-1.0, -0.0, 0.0, 2.0])
    out = relu.forward(x)
    assert np.array_equal(out, [0, 0, 0, 2])
    assert not np.shares_memory(out, x)
    dout = np.full(4, 3.0)
    dx = relu.backward(dout)
    assert np.array_equal(dx, [0, 0, 0, 3])
    assert not np.shares_memory(dx, dout)


def test_relu_of_infinities():
    assert np.array_equal(scratch.Relu().forward(np.array([-np.inf, np.inf])), [0, np.inf])


def test_layers_of_a_kind_keep_their_own_input(rng):
    x, y = rng.standard_normal((2, 6))
    one, other = scratch.Relu(), scratch.Relu()
    one.forward(x)
    other.forward(y)
    assert np.array_equal(one.backward(np.ones(6)), (x > 0).astype(float))


def test_sigmoid_far_out():
    sigmoid = scratch.Sigmoid()
    assert np.array_equal(sigmoid.forward(np.array([-1e4, 0.0, 1e4])), [0, 0.5, 1])
    assert np.array_equal(sigmoid.backward(np.ones(3)), [0, 0.25, 0])


# Affine


@pytest.mark.parametrize("shape", [(3, 4), (1, 4), (2, 2, 3), (4, 2, 1, 3)])
def test_affine_gradient(rng, shape):
    D, M = int(np.prod(shape[1:])), 5
    layer = scratch.Affine(rng.standard_normal((D, M)), rng.standard_normal(M))
    x = rng.standard_normal(shape)
    assert rel_error(layer.forward(x), x.reshape(shape[0], D) @ layer.W + layer.b) < 1e-14
    held(layer, x, rng.standard_normal((shape[0], M)), "W", "b")


def test_affine_dtype(rng):
    W, b = rng.standard_normal((6, 2)).astype(np.float32), np.zeros(2, np.float32)
    all_float32(scratch.Affine(W, b), rng.standard_normal((3, 2, 3)).astype(np.float32), "W", "b")


def test_affine_sees_weights_that_training_writes_into(rng):
    W, b, x = rng.standard_normal((3, 2)), np.zeros(2), rng.standard_normal((4, 3))
    layer = scratch.Affine(W, b)
    W *= 2
    b += 1
    assert rel_error(layer.forward(x), x @ W + 1) < 1e-14


# SoftmaxWithLoss


@pytest.mark.parametrize(("N", "C"), [(4, 3), (3, 3), (1, 5)])
@pytest.mark.parametrize("one_hot", [False, True])
def test_softmax_with_loss_gradient(rng, N, C, one_hot):
    layer, x, labels = scratch.SoftmaxWithLoss(), rng.standard_normal((N, C)), rng.integers(0, C, N)
    t = np.eye(C)[labels] if one_hot else labels
    before = x.copy(), t.copy()
    loss = layer.forward(x, t)
    assert loss == layer.loss == pytest.approx(scratch.cross_entropy_error(layer.y, labels))
    assert rel_error(layer.y, scratch.softmax(x)) == 0
    assert layer.t is t

    dx = layer.backward()
    numerical = eval_numerical_gradient_array(lambda a: layer.forward(a, t), x, 1.0)
    assert rel_error(dx, numerical) < 1e-6
    assert np.array_equal(x, before[0])
    assert np.array_equal(t, before[1])


def test_softmax_with_loss_multiplies_by_dout_and_can_be_asked_twice(rng):
    layer = scratch.SoftmaxWithLoss()
    layer.forward(rng.standard_normal((4, 3)), np.array([0, 2, 1, 1]))
    y = layer.y.copy()
    once = layer.backward()
    assert rel_error(layer.backward(dout=-2.5), -2.5 * once) < 1e-14
    assert rel_error(layer.backward(1), once) == 0
    assert np.array_equal(layer.y, y)


@pytest.mark.parametrize("dtype", FLOATS)
def test_softmax_with_loss_of_large_scores(dtype):
    layer = scratch.SoftmaxWithLoss()
    loss = layer.forward(np.array([[1e4, -1e4], [0, 0]], dtype), np.array([1, 0]))
    assert np.isfinite(loss)
    assert loss > 10
    dx = layer.backward(np.float64(2))
    assert dx.dtype == dtype
    assert np.array_equal(dx, [[1, -1], [-0.5, 0.5]])


# im2col, col2im


@pytest.mark.parametrize(("N", "C", "H", "W", "fh", "fw", "stride", "pad"), WINDOWS)
def test_im2col_takes_every_window_in_order(rng, N, C, H, W, fh, fw, stride, pad):
    x = rng.standard_normal((N, C, H, W))
    before = x.copy()
    col = scratch.im2col(x, fh, fw, stride, pad)
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    expected = [
        padded[n, :, i : i + fh, j : j + fw].ravel()
        for n in range(N)
        for i in range(0, H + 2 * pad - fh + 1, stride)
        for j in range(0, W + 2 * pad - fw + 1, stride)
    ]
    assert np.array_equal(col, expected)
    assert not np.shares_memory(col, x)
    assert np.array_equal(x, before)


@st.composite
def geometries(draw):
    H, W, pad = draw(st.integers(1, 6)), draw(st.integers(1, 6)), draw(st.integers(0, 2))
    fh = draw(st.integers(1, H + 2 * pad))
    fw = draw(st.integers(1, W + 2 * pad))
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 3)), H, W
    return shape, (fh, fw, draw(st.integers(1, 4)), pad)


@given(geometry=geometries(), dtype=st.sampled_from(FLOATS), seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=100)
def test_col2im_is_the_adjoint_of_im2col(geometry, dtype, seed):
    # <im2col(x), c> = <x, col2im(c)> for all x and c: this is what a gradient has to be.
    shape, window = geometry
    rng = np.random.default_rng(seed)
    x = rng.integers(-8, 8, shape).astype(dtype)
    col = scratch.im2col(x, *window)
    c = rng.integers(-8, 8, col.shape).astype(dtype)
    before = c.copy()
    back = scratch.col2im(c, shape, *window)
    assert (col.dtype, back.dtype, back.shape) == (dtype, dtype, shape)
    # Small whole numbers: exact in float32 too.
    assert np.sum(col * c) == np.sum(x * back)
    assert np.array_equal(c, before)


def test_windows_default_to_stride_one_without_padding(rng):
    x = rng.standard_normal((1, 1, 3, 4))
    col = scratch.im2col(x, 2, 2)
    assert np.array_equal(col, scratch.im2col(x, 2, 2, 1, 0))
    assert np.array_equal(
        scratch.col2im(col, x.shape, 2, 2), scratch.col2im(col, x.shape, 2, 2, 1, 0)
    )


def test_col2im_counts_how_many_windows_hold_a_pixel():
    counts = scratch.col2im(np.ones((4, 4)), (1, 1, 3, 3), 2, 2)
    assert np.array_equal(counts[0, 0], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])


# Convolution


@pytest.mark.parametrize(("N", "C", "H", "W", "fh", "fw", "stride", "pad"), WINDOWS)
def test_convolution(rng, N, C, H, W, fh, fw, stride, pad):
    F = 3
    filters, b = rng.standard_normal((F, C, fh, fw)), rng.standard_normal(F)
    layer = scratch.Convolution(filters, b, stride, pad)
    x = rng.standard_normal((N, C, H, W))

    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = layer.forward(x)
    assert out.shape == (N, F, out_size(H, fh, stride, pad), out_size(W, fw, stride, pad))
    for n, f, i, j in np.ndindex(out.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + fh, left : left + fw]
        assert out[n, f, i, j] == pytest.approx(np.sum(window * filters[f]) + b[f])

    held(layer, x, rng.standard_normal(out.shape), "W", "b")


def test_convolution_dtype(rng):
    filters = rng.standard_normal((2, 3, 3, 2)).astype(np.float32)
    layer = scratch.Convolution(filters, np.zeros(2, np.float32), stride=2, pad=1)
    all_float32(layer, rng.standard_normal((2, 3, 5, 4)).astype(np.float32), "W", "b")


# Pooling


@pytest.mark.parametrize(
    ("N", "C", "H", "W", "ph", "pw", "stride", "pad"),
    [
        (2, 3, 4, 6, 2, 2, 2, 0),
        (1, 2, 7, 5, 3, 2, 1, 1),
        (2, 1, 5, 6, 2, 3, 3, 1),
        (2, 2, 6, 5, 3, 3, 2, 2),
        (1, 1, 2, 3, 2, 3, 1, 0),
    ],
)
@pytest.mark.parametrize("offset", [-100, 0, 100])
def test_pooling(rng, N, C, H, W, ph, pw, stride, pad, offset):
    # Distinct numbers, far apart beside the step of the numerical gradient.
    x = rng.permutation(N * C * H * W).reshape(N, C, H, W) * 0.1 + offset
    layer = scratch.Pooling(ph, pw, stride, pad)
    out = layer.forward(x)
    assert out.shape == (N, C, out_size(H, ph, stride, pad), out_size(W, pw, stride, pad))
    for n, c, i, j in np.ndindex(out.shape):
        rows = slice(max(0, i * stride - pad), i * stride - pad + ph)
        columns = slice(max(0, j * stride - pad), j * stride - pad + pw)
        assert out[n, c, i, j] == x[n, c, rows, columns].max()

    dout = rng.standard_normal(out.shape)
    dx = held(layer, x, dout)
    # Nothing leaks into the padding.
    assert np.sum(dx) == pytest.approx(np.sum(dout))


def test_pooling_defaults_to_stride_one_without_padding(rng):
    x = rng.standard_normal((1, 1, 3, 3))
    assert np.array_equal(
        scratch.Pooling(2, 2).forward(x), scratch.Pooling(2, 2, stride=1, pad=0).forward(x)
    )


def test_pooling_gives_ties_to_the_first_maximum():
    layer = scratch.Pooling(2, 2, 2)
    layer.forward(np.array([[[[0.0, 5.0, 0, 0], [5.0, 5.0, 0, 0]]]]))
    dx = layer.backward(np.array([[[[2.0, 3.0]]]]))
    assert np.array_equal(dx, [[[[0, 2, 3, 0], [0, 0, 0, 0]]]])


def test_pooling_adds_where_windows_overlap():
    layer = scratch.Pooling(2, 2, 1)
    x = np.array([[[[0.0, 0, 0], [0, 9, 0], [0, 0, 0]]]])
    assert np.array_equal(layer.forward(x), np.full((1, 1, 2, 2), 9))
    assert layer.backward(np.ones((1, 1, 2, 2)))[0, 0, 1, 1] == 4


def test_pooling_dtype(rng):
    all_float32(scratch.Pooling(3, 2, 2, 1), rng.standard_normal((2, 3, 5, 4)).astype(np.float32))


# BatchNormalization


def normalisation(rng, features, **options):
    gamma, beta = rng.standard_normal(features), rng.standard_normal(features)
    return scratch.BatchNormalization(gamma, beta, **options)


BATCHES = pytest.mark.parametrize("shape", [(5, 3), (2, 4), (2, 3, 4, 5), (1, 2, 3, 2)])


@BATCHES
def test_training_output_has_mean_beta_and_deviation_gamma(rng, shape):
    layer = normalisation(rng, shape[1])
    out = layer.forward(5 * rng.standard_normal(shape) + 7)
    axes = (0,) if len(shape) == 2 else (0, 2, 3)
    assert out.shape == shape
    assert np.allclose(out.mean(axis=axes), layer.beta)
    assert np.allclose(out.std(axis=axes), np.abs(layer.gamma), rtol=1e-4)


@BATCHES
def test_batchnorm_gradient(rng, shape):
    layer = normalisation(rng, shape[1])
    held(layer, 2 * rng.standard_normal(shape) + 1, rng.standard_normal(shape), "gamma", "beta")


def test_a_constant_feature_gives_beta(rng):
    layer = normalisation(rng, 2)
    out = layer.forward(np.full((3, 2), 7.0))
    assert np.array_equal(out, np.tile(layer.beta, (3, 1)))
    assert np.all(np.isfinite(layer.backward(np.ones((3, 2)))))


def test_epsilon_lies_inside_the_root(rng):
    # Features so small that eps = 1e-5 dominates.
    x = 1e-3 * rng.standard_normal((4, 2))
    layer = scratch.BatchNormalization(np.ones(2), np.zeros(2))
    expected = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    assert rel_error(layer.forward(x), expected) < 1e-12


@BATCHES
def test_running_averages(rng, shape):
    features = shape[1]
    mean, var = rng.standard_normal(features), rng.random(features)
    before = mean.copy(), var.copy()
    layer = normalisation(rng, features, momentum=0.7, running_mean=mean, running_var=var)
    axes = (0,) if len(shape) == 2 else (0, 2, 3)
    expected_mean, expected_var = mean, var
    for _ in range(3):
        x = rng.standard_normal(shape)
        layer.forward(x)
        expected_mean = 0.7 * expected_mean + 0.3 * x.mean(axis=axes)
        expected_var = 0.7 * expected_var + 0.3 * x.var(axis=axes)
    assert layer.running_mean.shape == layer.running_var.shape == (features,)
    assert rel_error(layer.running_mean, expected_mean) < 1e-12
    assert rel_error(layer.running_var, expected_var) < 1e-12
    assert np.array_equal(mean, before[0])
    assert np.array_equal(var, before[1])


def test_running_averages_start_at_zero_with_momentum_nine_tenths(rng):
    x = rng.standard_normal((4, 2))
    layer = normalisation(rng, 2)
    layer.forward(x)
    assert rel_error(layer.running_mean, 0.1 * x.mean(axis=0)) < 1e-12
    assert rel_error(layer.running_var, 0.1 * x.var(axis=0)) < 1e-12


@BATCHES
def test_a_test_pass_uses_the_running_averages_and_leaves_them(rng, shape):
    features = shape[1]
    mean, var = rng.standard_normal(features), rng.random(features)
    layer = normalisation(rng, features, running_mean=mean, running_var=var)
    x = rng.standard_normal(shape)
    whole = layer.forward(x, train_flg=False)
    spread = (1, -1) + (1,) * (len(shape) - 2)
    expected = (x - mean.reshape(spread)) / np.sqrt(var.reshape(spread) + 1e-5)
    expected = expected * layer.gamma.reshape(spread) + layer.beta.reshape(spread)
    assert rel_error(whole, expected) < 1e-12
    assert np.array_equal(layer.forward(x[:1], train_flg=False), whole[:1])
    assert layer.running_mean is mean
    assert layer.running_var is var


def test_a_test_pass_does_not_disturb_backward(rng):
    layer, x, dout = normalisation(rng, 3), rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
    layer.forward(x)
    expected = layer.backward(dout)
    layer.forward(rng.standard_normal((2, 3, 2, 2)), train_flg=False)
    assert np.array_equal(layer.backward(dout), expected)


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 2, 2)])
def test_batchnorm_dtype(rng, shape):
    gamma, beta = np.ones(3, np.float32), np.zeros(3, np.float32)
    layer = scratch.BatchNormalization(gamma, beta)
    x = rng.standard_normal(shape).astype(np.float32)
    all_float32(layer, x, "gamma", "beta")
    assert layer.running_mean.dtype == layer.running_var.dtype == np.float32
    assert layer.forward(x, train_flg=False).dtype == np.float32


# Bad input

IMAGES = np.zeros((2, 3, 5, 4))


def after_forward(layer, x):
    layer.forward(x)
    return layer


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: scratch.Relu().forward([1.0]), TypeError, "x must be a NumPy array; got list"),
        (lambda: scratch.Relu().forward(np.ones(2, int)), TypeError, "x must hold floats"),
        (
            lambda: after_forward(scratch.Relu(), np.ones((2, 3))).backward(np.ones(3)),
            ValueError,
            r"dout must have shape \(2, 3\); got \(3,\)",
        ),
        (
            lambda: after_forward(scratch.Sigmoid(), np.ones((2, 3))).backward(np.ones((1, 3))),
            ValueError,
            r"dout must have shape \(2, 3\); got \(1, 3\)",
        ),
        (lambda: scratch.Affine(np.ones((3, 2)), np.ones(3)), ValueError, r"b must have .*\(2,\)"),
        (lambda: scratch.Affine(np.ones(3), np.ones(3)), ValueError, r"W must have .*\(D, M\)"),
        (
            lambda: scratch.Affine(np.ones((3, 2)), np.ones(2)).forward(np.ones((2, 2, 2))),
            ValueError,
            r"x has shape \(2, 2, 2\), 4 features a sample; W of shape \(3, 2\) takes 3",
        ),
        (
            lambda: after_forward(
                scratch.Affine(np.ones((3, 2)), np.ones(2)), np.ones((4, 3))
            ).backward(np.ones((4, 3))),
            ValueError,
            r"dout must have shape \(4, 2\); got \(4, 3\)",
        ),
        (
            lambda: scratch.SoftmaxWithLoss().forward(np.ones(3), np.array([1])),
            ValueError,
            r"x must have shape \(N, C\)",
        ),
        (
            lambda: scratch.SoftmaxWithLoss().forward(np.ones((2, 3)), np.array([1, 3])),
            ValueError,
            r"t must lie in 0 \.\.\. 2",
        ),
        (lambda: scratch.im2col(IMAGES[0], 2, 2), ValueError, r"input_data must have .*N, C, H, W"),
        (
            lambda: scratch.im2col(IMAGES, 6, 2),
            ValueError,
            "6 x 2 does not fit .* 5 x 4 with pad 0",
        ),
        (lambda: scratch.im2col(IMAGES, 2, 2, stride=0), ValueError, "stride must be at least 1"),
        (lambda: scratch.im2col(IMAGES, 2, 2, pad=-1), ValueError, "pad must be at least 0"),
        (lambda: scratch.im2col(IMAGES, 2.0, 2), TypeError, "height must be an int"),
        (
            lambda: scratch.col2im(np.ones((23, 12)), IMAGES.shape, 2, 2),
            ValueError,
            r"col must have shape \(24, 12\) to fit images of shape \(2, 3, 5, 4\); got \(23, 12\)",
        ),
        (
            lambda: scratch.Convolution(np.ones((2, 3, 3, 3)), np.ones(3)),
            ValueError,
            r"b must have shape \(2,\)",
        ),
        (
            lambda: scratch.Convolution(np.ones((2, 1, 3, 3)), np.ones(2)).forward(IMAGES),
            ValueError,
            r"x must have shape \(N, 1, H, W\) to fit W of shape \(2, 1, 3, 3\)",
        ),
        (
            lambda: scratch.Convolution(np.ones((2, 3, 6, 3)), np.ones(2)).forward(IMAGES),
            ValueError,
            "does not fit",
        ),
        (
            lambda: scratch.Convolution(np.ones((2, 3, 3, 3)), np.ones(2), stride=1.5),
            TypeError,
            "stride must be an int; got 1.5",
        ),
        (
            lambda: after_forward(
                scratch.Convolution(np.ones((2, 3, 3, 3)), np.ones(2)), IMAGES
            ).backward(IMAGES),
            ValueError,
            r"dout must have shape \(2, 2, 3, 2\); got \(2, 3, 5, 4\)",
        ),
        (lambda: scratch.Pooling(2, 3, pad=2), ValueError, "pad must be smaller than the window"),
        (lambda: scratch.Pooling(2, 0), ValueError, "pool_w must be at least 1"),
        (lambda: scratch.Pooling(6, 2).forward(IMAGES), ValueError, "does not fit"),
        (
            lambda: after_forward(scratch.Pooling(2, 2), IMAGES).backward(IMAGES),
            ValueError,
            r"dout must have shape \(2, 3, 4, 3\)",
        ),
        (
            lambda: scratch.BatchNormalization(np.ones(3), np.ones((1, 3))),
            ValueError,
            r"beta must have shape \(3,\)",
        ),
        (
            lambda: scratch.BatchNormalization(np.ones(3), np.ones(3), momentum=9),
            ValueError,
            "momentum must lie between 0 and 1; got 9",
        ),
        (
            lambda: scratch.BatchNormalization(np.ones(3), np.ones(3)).forward(np.ones((2, 3, 4))),
            ValueError,
            r"x must have shape \(N, D\) or \(N, C, H, W\); got \(2, 3, 4\)",
        ),
        (
            lambda: scratch.BatchNormalization(np.ones(3), np.ones(3)).forward(np.ones((3, 2))),
            ValueError,
            r"x must have shape \(N, 3, \.\.\.\) to fit gamma",
        ),
        (
            lambda: after_forward(
                scratch.BatchNormalization(np.ones(3), np.ones(3)), np.ones((2, 3))
            ).backward(np.ones((1, 3))),
            ValueError,
            r"dout must have shape \(2, 3\); got \(1, 3\)",
        ),
    ],
)
def test_bad_input_is_named(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert str(caught.value).count("\n") < 2
