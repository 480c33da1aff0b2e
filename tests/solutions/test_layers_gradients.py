"""Every layer against its numerical gradient, on shapes that hide nothing."""

import numpy as np
import pytest

randn = np.random.randn


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (5, 3), (4, 2, 3), (3, 1, 2, 5), (1, 3, 4, 2)])
@pytest.mark.parametrize("units", [1, 4])
def test_affine(impl, assert_gradients, shape, units):
    x, w, b = randn(*shape), randn(int(np.prod(shape[1:])), units), randn(units)
    out, cache = impl.affine_forward(x, w, b)
    dout = randn(*out.shape)
    gradients = impl.affine_backward(dout, cache)
    assert_gradients(lambda: impl.affine_forward(x, w, b)[0], [x, w, b], dout, gradients)


@pytest.mark.parametrize("shape", [(1,), (3, 4), (2, 3, 4, 5)])
def test_relu(impl, assert_gradients, shape):
    x, dout = randn(*shape), randn(*shape)
    # A difference cannot be taken across the kink.
    x[np.abs(x) < 1e-3] = 0.5
    dx = impl.relu_backward(dout, impl.relu_forward(x)[1])
    assert_gradients(lambda: impl.relu_forward(x)[0], [x], dout, [dx])


def test_relu_at_zero(impl):
    x = np.array([-1.0, -0.0, 0.0, 1e-300, 2.0])
    out, cache = impl.relu_forward(x)
    assert np.array_equal(out, [0, 0, 0, 1e-300, 2])
    assert np.array_equal(impl.relu_backward(np.full(5, 3.0), cache), [0, 0, 0, 3, 3])


@pytest.mark.parametrize("name", ["softmax_loss", "svm_loss"])
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (6, 2), (5, 3)])
def test_losses(impl, assert_gradients, name, shape):
    function = getattr(impl, name)
    x, y = randn(*shape), np.random.randint(shape[1], size=shape[0])
    _, dx = function(x, y)
    assert_gradients(lambda: function(x, y)[0], [x], np.array(1.0), [dx])
    np.testing.assert_allclose(dx.sum(axis=1), 0, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_of_huge_scores(impl, dtype):
    """Rows far apart, and scores of either sign: each row by its own maximum."""
    x = np.array([[1e4, 0, -1e4], [-1e4, -1e4, -1e4], [1e4, 1e4, 0], [3, 1, 2]], dtype=dtype)
    loss, dx = impl.softmax_loss(x, np.array([0, 1, 2, 1]))
    last = np.log(np.exp([2.0, 0.0, 1.0]).sum())
    want = (0 + np.log(3) + (1e4 + np.log(2)) + last) / 4
    np.testing.assert_allclose(loss, want, rtol=1e-6)
    rows = np.array([[0, 0, 0], [1 / 3, -2 / 3, 1 / 3], [0.5, 0.5, -1]]) / 4
    np.testing.assert_allclose(dx[:3], rows, atol=1e-7)
    # What happens in one row is no business of the others.
    alone, _ = impl.softmax_loss(x[3:], np.array([1]))
    np.testing.assert_allclose(alone, last, rtol=1e-6)


def test_softmax_is_exact_for_a_sure_sample(impl):
    """No epsilon inside the logarithm: this loss is about e to the -30."""
    loss, _ = impl.softmax_loss(np.array([[30.0, 0.0]]), np.array([0]))
    assert 0 < loss < 1e-12
    loss, _ = impl.softmax_loss(np.array([[0.0, 60.0]]), np.array([0]))
    np.testing.assert_allclose(loss, 60, rtol=1e-14)


def test_svm_at_the_margin(impl):
    x = np.array([[2.0, 1.0, 0.0]])
    loss, dx = impl.svm_loss(x, np.array([0]))
    assert loss == 0 and not dx.any()


@pytest.mark.parametrize("backward", ["batchnorm_backward", "batchnorm_backward_alt"])
@pytest.mark.parametrize("shape", [(2, 1), (3, 4), (7, 2)])
@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_batchnorm(impl, assert_gradients, backward, shape, eps):
    x, gamma, beta = 3 * randn(*shape) + 2, randn(shape[1]), randn(shape[1])

    def forward():
        return impl.batchnorm_forward(x, gamma, beta, {"mode": "train", "eps": eps})

    out, cache = forward()
    np.testing.assert_allclose(
        out, gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta
    )
    dout = randn(*shape)
    gradients = getattr(impl, backward)(dout, cache)
    np.testing.assert_allclose(gradients[0].sum(axis=0), 0, atol=1e-11)
    assert_gradients(lambda: forward()[0], [x, gamma, beta], dout, gradients, limit=1e-6)


@pytest.mark.parametrize("backward", ["batchnorm_backward", "batchnorm_backward_alt"])
def test_batchnorm_of_a_constant_feature_and_of_one_row(impl, backward):
    for x in (np.full((4, 2), 7.0), randn(1, 3)):
        ones, zeros = np.ones(x.shape[1]), np.zeros(x.shape[1])
        out, cache = impl.batchnorm_forward(x, ones, zeros, {"mode": "train"})
        assert not out.any()
        dx, dgamma, dbeta = getattr(impl, backward)(np.ones(x.shape), cache)
        assert np.all(np.isfinite(dx))
        assert not dgamma.any() and np.all(dbeta == len(x))


def test_batchnorm_keeps_running_averages(impl):
    bn_param = {"mode": "train", "momentum": 0.8}
    mean, var = np.zeros(3), np.zeros(3)
    for _ in range(3):
        x = randn(6, 3) + 1
        before = bn_param.get("running_mean", np.zeros(3))
        kept = before.copy()
        impl.batchnorm_forward(x, np.ones(3), np.zeros(3), bn_param)
        mean = 0.8 * mean + 0.2 * x.mean(axis=0)
        var = 0.8 * var + 0.2 * x.var(axis=0)
        np.testing.assert_allclose(bn_param["running_mean"], mean)
        np.testing.assert_allclose(bn_param["running_var"], var)
        assert np.array_equal(before, kept)

    bn_param["mode"] = "test"
    after = dict(bn_param)
    x, gamma, beta = randn(1, 3), randn(3), randn(3)
    out, _ = impl.batchnorm_forward(x, gamma, beta, bn_param)
    np.testing.assert_allclose(out, gamma * (x - mean) / np.sqrt(var + 1e-5) + beta)
    assert after.keys() == bn_param.keys()
    assert all(after[key] is bn_param[key] for key in after)


@pytest.mark.parametrize("shape", [(1, 5), (3, 4), (6, 2)])
@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_layernorm(impl, assert_gradients, shape, eps):
    x, gamma, beta = 3 * randn(*shape) + 2, randn(shape[1]), randn(shape[1])

    def forward():
        return impl.layernorm_forward(x, gamma, beta, {"eps": eps})

    out, cache = forward()
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    np.testing.assert_allclose(out, gamma * (x - mean) / np.sqrt(var + eps) + beta)
    dout = randn(*shape)
    gradients = impl.layernorm_backward(dout, cache)
    assert_gradients(lambda: forward()[0], [x, gamma, beta], dout, gradients, limit=1e-6)


@pytest.mark.parametrize("shape", [(6,), (4, 5), (2, 3, 3, 2)])
@pytest.mark.parametrize("p", [0, 0.3, 0.9])
def test_dropout(impl, assert_gradients, shape, p):
    x, dout = randn(*shape) + 10, randn(*shape)
    param = {"mode": "train", "p": p, "seed": 11}
    out, cache = impl.dropout_forward(x, param)
    kept = out != 0
    np.testing.assert_allclose(out[kept], x[kept] / (1 - p))
    dx = impl.dropout_backward(dout, cache)
    assert_gradients(lambda: impl.dropout_forward(x, param)[0], [x], dout, [dx])


def test_dropout_keeps_mean_and_rate(impl):
    """Over 200,000 entries; the limits are five standard deviations."""
    n, p = 200_000, 0.3
    out, _ = impl.dropout_forward(np.ones(n), {"mode": "train", "p": p})
    assert abs((out == 0).mean() - p) < 5 * np.sqrt(p * (1 - p) / n)
    assert abs(out.mean() - 1) < 5 * np.sqrt(p / (1 - p) / n)


def test_dropout_seed(impl):
    x = np.ones((20, 20))
    seeded = {"mode": "train", "p": 0.5, "seed": 0}
    first, _ = impl.dropout_forward(x, seeded)
    again, _ = impl.dropout_forward(x, seeded)
    free, _ = impl.dropout_forward(x, {"mode": "train", "p": 0.5})
    assert np.array_equal(first, again) and not np.array_equal(first, free)


def test_dropout_at_test_time(impl):
    x, dout = randn(5, 4), randn(5, 4)
    before = np.random.get_state()[1].copy()
    out, cache = impl.dropout_forward(x, {"mode": "test", "p": 0.7})
    assert np.array_equal(out, x)
    assert np.array_equal(impl.dropout_backward(dout, cache), dout)
    assert np.array_equal(before, np.random.get_state()[1])


CONV = [  # N, C, H, W, F, HH, WW, stride, pad
    (1, 1, 3, 3, 1, 3, 3, 1, 0),
    (2, 3, 5, 4, 2, 3, 2, 1, 1),
    (1, 2, 6, 5, 3, 2, 3, 2, 0),
    (2, 1, 7, 4, 2, 3, 1, 3, 2),
    (1, 2, 4, 7, 2, 1, 1, 2, 0),
    (3, 2, 3, 5, 1, 4, 2, 2, 1),
    (1, 1, 2, 2, 1, 3, 5, 1, 2),
]


@pytest.mark.parametrize("case", CONV)
def test_conv(impl, assert_gradients, case):
    N, C, H, W, F, HH, WW, stride, pad = case
    x, w, b = randn(N, C, H, W), randn(F, C, HH, WW), randn(F)
    conv_param = {"stride": stride, "pad": pad}
    out, cache = impl.conv_forward_naive(x, w, b, conv_param)
    assert out.shape[2:] == (1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride)
    dout = randn(*out.shape)
    gradients = impl.conv_backward_naive(dout, cache)
    assert_gradients(
        lambda: impl.conv_forward_naive(x, w, b, conv_param)[0], [x, w, b], dout, gradients
    )


def test_conv_does_not_flip_the_filter(impl):
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    w = np.zeros((1, 1, 2, 2))
    w[0, 0, 0, 1] = 1
    out, _ = impl.conv_forward_naive(x, w, np.array([100.0]), {"stride": 1, "pad": 0})
    assert np.array_equal(out[0, 0], [[101, 102], [104, 105]])


POOL = [  # N, C, H, W, pool_height, pool_width, stride
    (1, 1, 2, 2, 2, 2, 2),
    (2, 3, 5, 7, 2, 3, 2),
    (1, 2, 6, 5, 3, 2, 1),
    (2, 1, 7, 4, 1, 2, 3),
    (3, 2, 4, 4, 4, 1, 1),
    (1, 1, 7, 7, 2, 2, 3),
]


@pytest.mark.parametrize("case", POOL)
def test_max_pool(impl, assert_gradients, case):
    N, C, H, W, height, width, stride = case
    # All different, by more than any step of the differences.
    x = np.random.permutation(N * C * H * W).reshape(N, C, H, W) * 0.1
    pool_param = {"pool_height": height, "pool_width": width, "stride": stride}
    out, cache = impl.max_pool_forward_naive(x, pool_param)
    assert out.shape == (N, C, 1 + (H - height) // stride, 1 + (W - width) // stride)
    dout = randn(*out.shape)
    dx = impl.max_pool_backward_naive(dout, cache)
    np.testing.assert_allclose(dx.sum(), dout.sum(), atol=1e-12)
    assert_gradients(lambda: impl.max_pool_forward_naive(x, pool_param)[0], [x], dout, [dx])


def test_max_pool_ties(impl):
    """The first maximum in row-major order, once for each window that it wins."""
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 1}
    x = np.zeros((1, 1, 3, 3))
    _, cache = impl.max_pool_forward_naive(x, pool_param)
    dx = impl.max_pool_backward_naive(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), cache)
    assert np.array_equal(dx[0, 0], [[1, 2, 0], [3, 4, 0], [0, 0, 0]])

    x[0, 0, 1, 1] = 5
    _, cache = impl.max_pool_forward_naive(x, pool_param)
    dx = impl.max_pool_backward_naive(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), cache)
    assert np.array_equal(dx[0, 0], [[0, 0, 0], [0, 10, 0], [0, 0, 0]])


@pytest.mark.parametrize("shape", [(1, 1, 2, 3), (2, 3, 2, 4), (3, 2, 5, 1)])
def test_spatial_batchnorm(impl, assert_gradients, shape):
    x, gamma, beta = 3 * randn(*shape) + 2, randn(shape[1]), randn(shape[1])

    def forward():
        return impl.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train"})

    out, cache = forward()
    mean, var = x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True)
    scale, shift = gamma.reshape(1, -1, 1, 1), beta.reshape(1, -1, 1, 1)
    np.testing.assert_allclose(out, scale * (x - mean) / np.sqrt(var + 1e-5) + shift)
    dout = randn(*shape)
    gradients = impl.spatial_batchnorm_backward(dout, cache)
    assert_gradients(lambda: forward()[0], [x, gamma, beta], dout, gradients, limit=1e-6)


@pytest.mark.parametrize("shape", [(2, 6, 2, 3), (1, 6, 1, 4)])
@pytest.mark.parametrize("G", [1, 2, 3, 6])
def test_spatial_groupnorm(impl, assert_gradients, shape, G):
    x = 3 * randn(*shape) + 2
    gamma, beta = randn(1, shape[1], 1, 1), randn(1, shape[1], 1, 1)

    def forward():
        return impl.spatial_groupnorm_forward(x, gamma, beta, G, {"eps": 1e-3})

    out, cache = forward()
    for n in range(shape[0]):
        for channels in np.split(np.arange(shape[1]), G):
            part = x[n, channels]
            want = (part - part.mean()) / np.sqrt(part.var() + 1e-3)
            want = gamma[0, channels] * want + beta[0, channels]
            np.testing.assert_allclose(out[n, channels], want)
    dout = randn(*shape)
    gradients = impl.spatial_groupnorm_backward(dout, cache)
    assert_gradients(lambda: forward()[0], [x, gamma, beta], dout, gradients, limit=1e-6)


@pytest.mark.parametrize("shape", [(4, 6), (3, 2, 3)])
def test_affine_bn_relu(impl, assert_gradients, shape):
    x, w, b = randn(*shape), randn(6, 5), randn(5)
    gamma, beta = randn(5), randn(5)

    def forward():
        return impl.affine_bn_relu_forward(x, w, b, gamma, beta, {"mode": "train"})

    out, cache = forward()
    dout = randn(*out.shape)
    gradients = impl.affine_bn_relu_backward(dout, cache)
    assert_gradients(lambda: forward()[0], [x, w, b, gamma, beta], dout, gradients, limit=1e-6)


def test_affine_bn_relu_order(impl):
    """Normalised before the ReLU: about half of the entries are cut off, and beta moves that."""
    x, w, b = randn(50, 6), randn(6, 5), randn(5)
    out, _ = impl.affine_bn_relu_forward(x, w, b, np.ones(5), np.full(5, 1e3), {"mode": "train"})
    np.testing.assert_allclose(out.mean(axis=0), 1e3)
    np.testing.assert_allclose(out.std(axis=0), 1, rtol=1e-3)


def test_conv_bn_relu(impl, assert_gradients):
    x, w, b = randn(2, 2, 5, 4), randn(3, 2, 3, 2), randn(3)
    gamma, beta = randn(3), randn(3)

    def forward():
        conv_param = {"stride": 2, "pad": 1}
        return impl.conv_bn_relu_forward(x, w, b, gamma, beta, conv_param, {"mode": "train"})

    out, cache = forward()
    dout = randn(*out.shape)
    gradients = impl.conv_bn_relu_backward(dout, cache)
    assert_gradients(lambda: forward()[0], [x, w, b, gamma, beta], dout, gradients, limit=1e-6)
