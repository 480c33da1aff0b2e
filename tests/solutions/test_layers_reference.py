"""The layers against the numbers of the course's notes (computed values, not misprints)."""

import numpy as np
import pytest

from workbook.numerics import eval_numerical_gradient, eval_numerical_gradient_array, rel_error

randn = np.random.randn


def ramp(start, stop, *shape):
    return np.linspace(start, stop, int(np.prod(shape))).reshape(shape)


def close(got, want):
    """Equal but for rounding, and of one shape."""
    assert np.shape(got) == np.shape(want)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-14)


def within(limits, forward, dout, arrays):
    """Each gradient in `arrays`, {name: (gradient, input)}, within the notes' own limit."""
    assert set(limits) == set(arrays)
    for name, (gradient, value) in arrays.items():
        numeric = eval_numerical_gradient_array(lambda _: forward(), value, dout)
        assert gradient.shape == value.shape
        assert rel_error(gradient, numeric) < limits[name], name


def test_affine_forward(impl, reference):
    out, _ = impl.affine_forward(
        ramp(-0.1, 0.5, 2, 4, 5, 6), ramp(-0.2, 0.3, 120, 3), np.linspace(-0.3, 0.1, 3)
    )
    close(out, reference("FullyConnectedNet", "affine_forward")["values"]["out"])


def test_affine_backward(impl, reference):
    expected = reference("FullyConnectedNet", "affine_backward")
    x, w, b, dout = randn(10, 2, 3), randn(6, 5), randn(5), randn(10, 5)
    _, cache = impl.affine_forward(x, w, b)
    dx, dw, db = impl.affine_backward(dout, cache)
    for name, got in (("dx", dx), ("dw", dw), ("db", db)):
        close(got, expected["values"][name])
    arrays = {"dx": (dx, x), "dw": (dw, w), "db": (db, b)}
    within(expected["limits"], lambda: impl.affine_forward(x, w, b)[0], dout, arrays)


def test_relu(impl, reference):
    out, _ = impl.relu_forward(ramp(-0.5, 0.5, 3, 4))
    close(out, reference("FullyConnectedNet", "relu_forward")["values"]["out"])

    expected = reference("FullyConnectedNet", "relu_backward")
    x, dout = randn(10, 10), randn(10, 10)
    dx = impl.relu_backward(dout, impl.relu_forward(x)[1])
    close(dx.sum(), expected["values"]["dx_sum"])
    close(dx[0], expected["values"]["dx_row0"])
    within(expected["limits"], lambda: impl.relu_forward(x)[0], dout, {"dx": (dx, x)})


def test_losses(impl, reference):
    expected = reference("FullyConnectedNet", "losses")
    x, y = 0.001 * randn(50, 10), np.random.randint(10, size=50)
    close(y[:10], expected["values"]["y_first10"])
    for name in ("svm", "softmax"):
        function = getattr(impl, f"{name}_loss")
        loss, dx = function(x, y)
        close(loss, expected["values"][f"{name}_loss"])
        close(dx[0], expected["values"][f"{name}_dx_row0"])
        numeric = eval_numerical_gradient(lambda _, f=function: f(x, y)[0], x)
        assert rel_error(dx, numeric) < expected["limits"][f"{name}_dx"]


def test_batchnorm_train(impl, reference):
    expected = reference("BatchNorm", "forward_train")
    X, W1, W2 = randn(200, 50), randn(50, 60), randn(60, 3)
    a = np.maximum(0, X @ W1) @ W2
    close(a.mean(axis=0), expected["values"]["before.means"])
    close(a.std(axis=0), expected["values"]["before.stds"])

    plain, _ = impl.batchnorm_forward(a, np.ones(3), np.zeros(3), {"mode": "train"})
    assert np.abs(plain.mean(axis=0)).max() < expected["limits"]["after.mean~0"]
    assert np.abs(plain.std(axis=0) - 1).max() < expected["limits"]["after.std~1"]

    gamma, beta = np.array([1.0, 2.0, 3.0]), np.array([11.0, 12.0, 13.0])
    out, _ = impl.batchnorm_forward(a, gamma, beta, {"mode": "train"})
    close(out.mean(axis=0), expected["values"]["affine.means"])
    close(out.std(axis=0), expected["values"]["affine.stds"])


def test_batchnorm_test(impl, reference):
    expected = reference("BatchNorm", "forward_test")["values"]
    W1, W2 = randn(50, 60), randn(60, 3)
    bn_param = {"mode": "train"}
    for _ in range(50):
        a = np.maximum(0, randn(200, 50) @ W1) @ W2
        impl.batchnorm_forward(a, np.ones(3), np.zeros(3), bn_param)
    bn_param["mode"] = "test"
    a = np.maximum(0, randn(200, 50) @ W1) @ W2
    out, _ = impl.batchnorm_forward(a, np.ones(3), np.zeros(3), bn_param)
    close(out.mean(axis=0), expected["means"])
    close(out.std(axis=0), expected["stds"])


@pytest.mark.parametrize("backward", ["batchnorm_backward", "batchnorm_backward_alt"])
def test_batchnorm_backward(impl, reference, backward):
    expected = reference("BatchNorm", "backward")
    x, gamma, beta, dout = 5 * randn(4, 5) + 12, randn(5), randn(5), randn(4, 5)
    bn_param = {"mode": "train"}
    out, cache = impl.batchnorm_forward(x, gamma, beta, bn_param)
    dx, dgamma, dbeta = getattr(impl, backward)(dout, cache)
    got = {"out": out, "dx": dx, "dgamma": dgamma, "dbeta": dbeta}
    got |= {key: bn_param[key] for key in ("running_mean", "running_var")}
    assert set(got) == set(expected["values"])
    for name, value in got.items():
        close(value, expected["values"][name])
    arrays = {"dx": (dx, x), "dgamma": (dgamma, gamma), "dbeta": (dbeta, beta)}
    within(
        expected["limits"],
        lambda: impl.batchnorm_forward(x, gamma, beta, {"mode": "train"})[0],
        dout,
        arrays,
    )


def test_layernorm(impl, reference):
    expected = reference("BatchNorm", "layernorm_forward")["values"]
    X, W1, W2 = randn(4, 50), randn(50, 60), randn(60, 3)
    a = np.maximum(0, X @ W1) @ W2
    close(a.mean(axis=1), expected["before_means"])
    close(a.std(axis=1), expected["before_stds"])
    out, _ = impl.layernorm_forward(a, np.ones(3), np.zeros(3), {})
    close(out.std(axis=1), expected["after_stds"])
    out, _ = impl.layernorm_forward(a, np.full(3, 3.0), np.full(3, 5.0), {})
    close(out.mean(axis=1), expected["after2_means"])
    close(out.std(axis=1), expected["after2_stds"])


def test_layernorm_backward(impl, reference):
    x, gamma, beta, dout = 5 * randn(4, 5) + 12, randn(5), randn(5), randn(4, 5)
    _, cache = impl.layernorm_forward(x, gamma, beta, {})
    dx, dgamma, dbeta = impl.layernorm_backward(dout, cache)
    arrays = {"dx": (dx, x), "dgamma": (dgamma, gamma), "dbeta": (dbeta, beta)}
    limits = reference("BatchNorm", "layernorm_backward")["limits"]
    within(limits, lambda: impl.layernorm_forward(x, gamma, beta, {})[0], dout, arrays)


def test_dropout_forward(impl, reference):
    expected = reference("Dropout", "forward")["values"]
    x = randn(500, 500) + 10
    close(x.mean(), expected["mean_in"])
    for p in (0.3, 0.6, 0.75):
        train, _ = impl.dropout_forward(x, {"mode": "train", "p": p})
        test, _ = impl.dropout_forward(x, {"mode": "test", "p": p})
        close(train.mean(), expected[f"p{p}.train_mean"])
        close((train == 0).mean(), expected[f"p{p}.zero_frac"])
        close(test.mean(), expected[f"p{p}.test_mean"])
        close((test == 0).mean(), expected[f"p{p}.test_zero"])


def test_dropout_as_newer_editions_print_it(impl, reference):
    """They name the share that is kept; the numbers are the same for p = 1 - keep."""
    expected = reference("Dropout", "forward_by_keep")["values"]
    x = randn(500, 500) + 10
    for keep in (0.25, 0.4, 0.7):
        train, _ = impl.dropout_forward(x, {"mode": "train", "p": 1 - keep})
        close(train.mean(), expected[f"keep{keep}.train_mean"])
        close((train == 0).mean(), expected[f"keep{keep}.zero"])


def test_conv_forward(impl, reference):
    out, _ = impl.conv_forward_naive(
        ramp(-0.1, 0.5, 2, 3, 4, 4),
        ramp(-0.2, 0.3, 3, 3, 4, 4),
        np.linspace(-0.1, 0.2, 3),
        {"stride": 2, "pad": 1},
    )
    close(out, reference("CNN", "conv_forward")["values"]["out"])


def test_conv_backward(impl, reference):
    expected = reference("CNN", "conv_backward")
    x, w, b, dout = randn(4, 3, 5, 5), randn(2, 3, 3, 3), randn(2), randn(4, 2, 5, 5)
    conv_param = {"stride": 1, "pad": 1}
    _, cache = impl.conv_forward_naive(x, w, b, conv_param)
    dx, dw, db = impl.conv_backward_naive(dout, cache)
    close(np.linalg.norm(dx), expected["values"]["dx_norm"])
    close(dx[0, 0], expected["values"]["dx_00"])
    close(dw, expected["values"]["dw"])
    close(db, expected["values"]["db"])
    arrays = {"dx": (dx, x), "dw": (dw, w), "db": (db, b)}
    forward = impl.conv_forward_naive
    within(expected["limits"], lambda: forward(x, w, b, conv_param)[0], dout, arrays)


def test_max_pool(impl, reference):
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    out, _ = impl.max_pool_forward_naive(ramp(-0.3, 0.4, 2, 3, 4, 4), pool_param)
    close(out, reference("CNN", "pool_forward")["values"]["out"])

    expected = reference("CNN", "pool_backward")
    x, dout = randn(3, 2, 8, 8), randn(3, 2, 4, 4)
    _, cache = impl.max_pool_forward_naive(x, pool_param)
    dx = impl.max_pool_backward_naive(dout, cache)
    close(dx.sum(), expected["values"]["dx_sum"])
    close(dout.sum(), expected["values"]["dout_sum"])
    close(dx[0, 0], expected["values"]["dx_00"])
    forward = impl.max_pool_forward_naive
    within(expected["limits"], lambda: forward(x, pool_param)[0], dout, {"dx": (dx, x)})


def test_fast_layers_case_on_naive_layers(impl, reference):
    """The case on which the notes time the naive layers, its first two images."""
    expected = reference("CNN", "conv_fast")["values"]
    x, w, b = randn(100, 3, 31, 31), randn(25, 3, 3, 3), randn(25)
    out, _ = impl.conv_forward_naive(x[:1], w, b, {"stride": 2, "pad": 1})
    close(out[0, 0, 0], expected["out_0_0_0"])

    np.random.seed(231)
    expected = reference("CNN", "pool_fast")["values"]
    x, dout = randn(100, 3, 32, 32), randn(100, 3, 16, 16)
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    out, cache = impl.max_pool_forward_naive(x, pool_param)
    dx = impl.max_pool_backward_naive(dout, cache)
    close(np.linalg.norm(out), expected["out_norm"])
    close(out[0, 0, 0], expected["out_0_0_0"])
    close(np.linalg.norm(dx), expected["dx_norm"])
    close(dx.sum(), expected["dx_sum"])


def test_spatial_batchnorm_train(impl, reference):
    expected = reference("CNN", "sbn_forward_train")
    values = expected["values"]
    x = 4 * randn(2, 3, 4, 5) + 10
    close(x.mean(axis=(0, 2, 3)), values["before.means"])
    close(x.std(axis=(0, 2, 3)), values["before.stds"])
    forward = impl.spatial_batchnorm_forward
    out, _ = forward(x, np.ones(3), np.zeros(3), {"mode": "train"})
    assert list(out.shape) == values["shape"]
    assert np.abs(out.mean(axis=(0, 2, 3))).max() < expected["limits"]["means~0"]
    close(out.std(axis=(0, 2, 3)), values["stds"])
    # The notes pass integers here.
    out, _ = forward(x, np.array([3, 4, 5]), np.array([6, 7, 8]), {"mode": "train"})
    close(out.mean(axis=(0, 2, 3)), values["means2"])
    close(out.std(axis=(0, 2, 3)), values["stds2"])


def test_spatial_batchnorm_test(impl, reference):
    expected = reference("CNN", "sbn_forward_test")["values"]
    bn_param = {"mode": "train"}
    forward = impl.spatial_batchnorm_forward
    for _ in range(50):
        forward(2.3 * randn(10, 4, 11, 12) + 13, np.ones(4), np.zeros(4), bn_param)
    bn_param["mode"] = "test"
    out, _ = forward(2.3 * randn(10, 4, 11, 12) + 13, np.ones(4), np.zeros(4), bn_param)
    close(out.mean(axis=(0, 2, 3)), expected["means"])
    close(out.std(axis=(0, 2, 3)), expected["stds"])


def test_spatial_batchnorm_backward(impl, reference):
    x, gamma, beta, dout = 5 * randn(2, 3, 4, 5) + 12, randn(3), randn(3), randn(2, 3, 4, 5)
    forward = impl.spatial_batchnorm_forward
    _, cache = forward(x, gamma, beta, {"mode": "train"})
    dx, dgamma, dbeta = impl.spatial_batchnorm_backward(dout, cache)
    arrays = {"dx": (dx, x), "dgamma": (dgamma, gamma), "dbeta": (dbeta, beta)}
    limits = reference("CNN", "sbn_backward")["limits"]
    within(limits, lambda: forward(x, gamma, beta, {"mode": "train"})[0], dout, arrays)


def test_spatial_groupnorm(impl, reference):
    expected = reference("CNN", "groupnorm_forward")["values"]
    x = 4 * randn(2, 6, 4, 5) + 10
    gamma, beta = np.ones((1, 6, 1, 1)), np.zeros((1, 6, 1, 1))
    close(x.reshape(4, -1).mean(axis=1), expected["before_means"])
    close(x.reshape(4, -1).std(axis=1), expected["before_stds"])
    out, _ = impl.spatial_groupnorm_forward(x, gamma, beta, 2, {})
    close(out.reshape(4, -1).std(axis=1), expected["after_stds"])
    assert np.abs(out.reshape(4, -1).mean(axis=1)).max() < 1e-10


def test_spatial_groupnorm_backward(impl, reference):
    x, dout = 5 * randn(2, 6, 4, 5) + 12, randn(2, 6, 4, 5)
    gamma, beta = randn(1, 6, 1, 1), randn(1, 6, 1, 1)
    forward = impl.spatial_groupnorm_forward
    _, cache = forward(x, gamma, beta, 2, {})
    dx, dgamma, dbeta = impl.spatial_groupnorm_backward(dout, cache)
    arrays = {"dx": (dx, x), "dgamma": (dgamma, gamma), "dbeta": (dbeta, beta)}
    limits = reference("CNN", "groupnorm_backward")["limits"]
    within(limits, lambda: forward(x, gamma, beta, 2, {})[0], dout, arrays)


@pytest.mark.parametrize("check", ["affine_relu", "conv_relu", "conv_relu_pool"])
def test_sandwiches(impl, reference, check):
    if check == "affine_relu":
        x, w, b, dout = randn(2, 3, 4), randn(12, 10), randn(10), randn(2, 10)
        params = ()
    elif check == "conv_relu":
        x, w, b, dout = randn(2, 3, 8, 8), randn(3, 3, 3, 3), randn(3), randn(2, 3, 8, 8)
        params = ({"stride": 1, "pad": 1},)
    else:
        x, w, b, dout = randn(2, 3, 16, 16), randn(3, 3, 3, 3), randn(3), randn(2, 3, 8, 8)
        params = ({"stride": 1, "pad": 1}, {"pool_height": 2, "pool_width": 2, "stride": 2})
    forward = getattr(impl, f"{check}_forward")
    _, cache = forward(x, w, b, *params)
    dx, dw, db = getattr(impl, f"{check}_backward")(dout, cache)
    arrays = {"dx": (dx, x), "dw": (dw, w), "db": (db, b)}
    notebook = "FullyConnectedNet" if check == "affine_relu" else "CNN"
    limits = reference(notebook, check)["limits"]
    within(limits, lambda: forward(x, w, b, *params)[0], dout, arrays)
