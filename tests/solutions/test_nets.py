"""The networks: the numbers of the notes, gradients, parameters, and what must not change."""

import numpy as np
import pytest

from workbook.numerics import eval_numerical_gradient, rel_error

randn = np.random.randn


def close(got, want, rtol=1e-9):
    assert np.shape(got) == np.shape(want)
    np.testing.assert_allclose(got, want, rtol=rtol, atol=1e-14)


def numeric_gradient(model, X, y, name, h=1e-5):
    return eval_numerical_gradient(lambda _: model.loss(X, y)[0], model.params[name], h=h)


def assert_gradients(model, X, y, limit=1e-6):
    """Norm-wise, so that a gradient that is zero in theory cannot fail by its noise."""
    loss, grads = model.loss(X, y)
    assert np.isfinite(loss)
    assert set(grads) == set(model.params)
    whole = max(np.linalg.norm(grad) for grad in grads.values())
    for name, grad in grads.items():
        assert grad.shape == model.params[name].shape
        error = np.linalg.norm(grad - numeric_gradient(model, X, y, name))
        assert error < limit * max(np.linalg.norm(grad), 1e-3 * whole), name


def two_layer_net(impl):
    """The notes' net: parameters that anyone can set, whatever they drew."""
    model = impl.TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7, weight_scale=1e-3)
    model.params["W1"] = np.linspace(-0.7, 0.3, num=250).reshape(5, 50)
    model.params["b1"] = np.linspace(-0.1, 0.9, num=50)
    model.params["W2"] = np.linspace(-0.3, 0.4, num=350).reshape(50, 7)
    model.params["b2"] = np.linspace(-0.9, 0.1, num=7)
    X = np.linspace(-5.5, 4.5, num=15).reshape(5, 3).T
    return model, X, np.array([0, 5, 1])


def test_two_layer_parameters(impl, reference):
    limits = reference("FullyConnectedNet", "TwoLayerNet")["limits"]
    randn(3, 5), np.random.randint(7, size=3)
    model = impl.TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7, weight_scale=1e-3)
    assert {name: value.shape for name, value in model.params.items()} == {
        "W1": (5, 50),
        "b1": (50,),
        "W2": (50, 7),
        "b2": (7,),
    }
    for name in ("W1", "W2"):
        assert abs(model.params[name].std() - 1e-3) < limits[f"{name}_std"]
    assert not model.params["b1"].any() and not model.params["b2"].any()


def test_two_layer_loss(impl, reference):
    expected = reference("FullyConnectedNet", "TwoLayerNet")
    values, limits = expected["values"], expected["limits"]
    model, X, y = two_layer_net(impl)
    close(model.loss(X), values["scores"])
    loss, grads = model.loss(X, y)
    close(loss, values["loss"])
    close(grads["b2"], values["grad_b2"])
    for name in ("W1", "W2", "b1"):
        close(np.linalg.norm(grads[name]), values[f"grad_{name}_norm"])
    model.reg = 1.0
    close(model.loss(X, y)[0], values["loss_reg"])

    for reg in (0.0, 0.7):
        model.reg = reg
        _, grads = model.loss(X, y)
        for name, grad in grads.items():
            error = rel_error(grad, numeric_gradient(model, X, y, name))
            assert error < limits[f"reg{reg}.{name}"], (reg, name)


@pytest.mark.parametrize("notebook", ["FullyConnectedNet", "BatchNorm"])
def test_deep_net_as_in_the_notes(impl, reference, notebook):
    """Loss, gradients and, through them, the order in which the weights are drawn."""
    expected = reference(notebook, "FullyConnectedNet")
    values, limits = expected["values"], expected["limits"]
    X, y = randn(2, 15), np.random.randint(10, size=2)
    for reg in (0, 3.14):
        model = impl.FullyConnectedNet(
            [20, 30],
            input_dim=15,
            num_classes=10,
            reg=reg,
            weight_scale=5e-2,
            dtype=np.float64,
            use_batchnorm=notebook == "BatchNorm",
        )
        loss, grads = model.loss(X, y)
        close(loss, values[f"reg{reg}.loss"])
        assert {f"reg{reg}.{name}" for name in grads} == {
            key for key in limits if key.startswith(f"reg{reg}.")
        }
        for name, grad in grads.items():
            norm = values[f"gradnorm_reg{reg}_{name}"]
            np.testing.assert_allclose(np.linalg.norm(grad), norm, rtol=1e-9, atol=1e-12)
            error = rel_error(grad, numeric_gradient(model, X, y, name))
            assert error < limits[f"reg{reg}.{name}"], (reg, name)


def test_deep_net_with_dropout_as_in_the_notes(impl, reference):
    values = reference("Dropout", "FullyConnectedNet")["values"]
    X, y = randn(2, 15), np.random.randint(10, size=2)
    for p in ("0", "0.25", "0.5"):
        model = impl.FullyConnectedNet(
            [20, 30],
            input_dim=15,
            num_classes=10,
            weight_scale=5e-2,
            dtype=np.float64,
            dropout=float(p),
            seed=123,
        )
        close(model.loss(X, y)[0], values[f"p{p}.loss"])


@pytest.mark.parametrize("normalization", [None, "batchnorm", "layernorm"])
@pytest.mark.parametrize("dropout", [0, 0.4])
@pytest.mark.parametrize("hidden_dims", [[], [7], [6, 5, 4]])
def test_deep_net_gradients(impl, normalization, dropout, hidden_dims):
    model = impl.FullyConnectedNet(
        hidden_dims,
        input_dim=12,
        num_classes=3,
        dropout=dropout,
        reg=0.3,
        weight_scale=0.3,
        dtype=np.float64,
        seed=7,
        normalization=normalization,
    )
    # Away from the initial values, where every beta is 0 and ReLUs sit on their kink.
    for value in model.params.values():
        value += 0.1 * randn(*value.shape)
    assert_gradients(model, randn(6, 3, 2, 2), np.random.randint(3, size=6))


def test_deep_net_parameters(impl):
    for normalization in (None, "batchnorm", "layernorm"):
        model = impl.FullyConnectedNet([4, 6], 5, 3, normalization=normalization)
        shapes = {"W1": (5, 4), "b1": (4,), "W2": (4, 6), "b2": (6,), "W3": (6, 3), "b3": (3,)}
        if normalization:
            shapes |= {"gamma1": (4,), "beta1": (4,), "gamma2": (6,), "beta2": (6,)}
        assert {name: value.shape for name, value in model.params.items()} == shapes
        for name, value in model.params.items():
            if name.startswith("W"):
                assert value.any()
            else:
                assert np.all(value == (1 if name.startswith("gamma") else 0))


def test_use_batchnorm_is_the_short_form(impl):
    short = impl.FullyConnectedNet([4], 5, 3, use_batchnorm=True)
    assert short.normalization == "batchnorm"
    assert short.bn_params == [{"mode": "train"}]


def test_batchnorm_at_test_time_does_not_see_the_batch(impl):
    model = impl.FullyConnectedNet([8, 8], 6, 3, use_batchnorm=True, dtype=np.float64)
    X, y = randn(20, 6), np.random.randint(3, size=20)
    for _ in range(3):
        model.loss(X, y)
    before = [param["running_mean"].copy() for param in model.bn_params]
    together = model.loss(X)
    alone = np.concatenate([model.loss(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    for old, param in zip(before, model.bn_params, strict=True):
        assert np.array_equal(old, param["running_mean"])


def test_dropout_only_while_training(impl):
    model = impl.FullyConnectedNet([50], 6, 3, dropout=0.5, weight_scale=1.0)
    X, y = randn(4, 6), np.random.randint(3, size=4)
    assert np.array_equal(model.loss(X), model.loss(X))
    assert model.loss(X, y)[0] != model.loss(X, y)[0]


@pytest.mark.parametrize("size", [(3, 8, 8), (2, 7, 5), (1, 2, 3), (3, 9, 4)])
def test_conv_net_gradients(impl, size):
    """Odd heights and widths too: the pooling leaves out their last row or column."""
    model = impl.ThreeLayerConvNet(
        input_dim=size,
        num_filters=3,
        filter_size=3,
        hidden_dim=6,
        num_classes=4,
        weight_scale=0.1,
        reg=0.2,
        dtype=np.float64,
    )
    for value in model.params.values():
        value += 0.05 * randn(*value.shape)
    assert_gradients(model, randn(2, *size), np.random.randint(4, size=2))


def test_conv_net_as_in_the_notes(impl, reference):
    values = reference("CNN", "ThreeLayer_loss")["values"]
    np.random.seed(0)
    model = impl.ThreeLayerConvNet()
    X, y = randn(50, 3, 32, 32), np.random.randint(10, size=50)
    close(float(model.loss(X, y)[0]), values["loss~log10"], rtol=1e-6)
    model.reg = 0.5
    close(float(model.loss(X, y)[0]), values["loss_reg"], rtol=1e-6)


def test_conv_net_gradients_as_in_the_notes(impl, reference):
    limits = reference("CNN", "ThreeLayer_grad")["limits"]
    X, y = randn(2, 3, 16, 16), np.random.randint(10, size=2)
    model = impl.ThreeLayerConvNet(
        num_filters=3, filter_size=3, input_dim=(3, 16, 16), hidden_dim=7, dtype=np.float64
    )
    _, grads = model.loss(X, y)
    for name, limit in limits.items():
        assert rel_error(grads[name], numeric_gradient(model, X, y, name, h=1e-6)) < limit


def build(impl, kind, dtype):
    """A small net of each kind with a batch for it."""
    if kind == "conv":
        model = impl.ThreeLayerConvNet((2, 6, 5), 3, 3, 5, 4, reg=0.1, dtype=dtype)
        X = randn(3, 2, 6, 5)
    elif kind == "two-layer":
        model = impl.TwoLayerNet(6, 5, 4, reg=0.1)
        model.params = {name: value.astype(dtype) for name, value in model.params.items()}
        X = randn(3, 6)
    else:
        model = impl.FullyConnectedNet(
            [5, 5], 6, 4, dropout=0.3, reg=0.1, normalization=kind, dtype=dtype
        )
        X = randn(3, 6)
    return model, X.astype(dtype), np.array([0, 3, 1])


KINDS = ["two-layer", None, "batchnorm", "layernorm", "conv"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(impl, kind, dtype):
    model, X, y = build(impl, kind, dtype)
    loss, grads = model.loss(X, y)
    assert np.asarray(loss).dtype == dtype
    assert model.loss(X).dtype == dtype
    assert all(value.dtype == dtype for value in model.params.values())
    assert all(grad.dtype == dtype for grad in grads.values())


@pytest.mark.parametrize("kind", KINDS)
def test_numpy_settings_do_not_promote(impl, kind):
    """A NumPy float64 is what a sweep over np.logspace passes."""
    settings = {"reg": np.float64(0.1), "weight_scale": np.float64(0.01)}
    if kind == "conv":
        model = impl.ThreeLayerConvNet((2, 4, 4), 2, 3, 5, 4, **settings)
        X = randn(3, 2, 4, 4)
    elif kind == "two-layer":
        model = impl.TwoLayerNet(6, 5, 4, **settings)
        model.params = {name: value.astype(np.float32) for name, value in model.params.items()}
        X = randn(3, 6).astype(np.float32)
    else:
        model = impl.FullyConnectedNet(
            [5, 5], 6, 4, dropout=np.float64(0.5), normalization=kind, **settings
        )
        X = randn(3, 6)
    _, grads = model.loss(X, np.array([0, 3, 1]))
    assert all(grad.dtype == np.float32 for grad in grads.values())


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_changed(impl, kind):
    model, X, y = build(impl, kind, np.float64)
    for array in (X, y, *model.params.values()):
        array.flags.writeable = False
    _, grads = model.loss(X, y)
    model.loss(X)
    for name, grad in grads.items():
        assert not any(np.shares_memory(grad, value) for value in model.params.values()), name


def test_only_weights_are_regularised(impl):
    for kind in KINDS:
        model, X, y = build(impl, kind, np.float64)
        if getattr(model, "use_dropout", False):
            model.dropout_param["seed"] = 3
        model.reg = 0.0
        loss, grads = model.loss(X, y)
        model.reg = 2.0
        more_loss, more_grads = model.loss(X, y)
        weights = {name: value for name, value in model.params.items() if name.startswith("W")}
        added = sum(np.sum(W**2) for W in weights.values())
        np.testing.assert_allclose(more_loss - loss, added, rtol=1e-9)
        for name, grad in grads.items():
            added = 2.0 * weights[name] if name in weights else 0
            np.testing.assert_allclose(more_grads[name] - grad, added, atol=1e-12)


def test_given_steps_do_nothing_in_a_plain_net(impl):
    model = impl.FullyConnectedNet([5], 6, 4)
    x, grads = randn(3, 5), {}
    assert model.norm_forward(1, x) == (x, None)
    assert model.norm_backward(1, x, None, grads) is x and grads == {}
    assert model.drop_forward(x) == (x, None)
    assert model.drop_backward(x, None) is x
