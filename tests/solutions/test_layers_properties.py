"""What holds for every layer at any shape: dtype, shapes of gradients, arguments left alone."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LAYERS = {  # forward: backward functions
    "affine_forward": ["affine_backward"],
    "relu_forward": ["relu_backward"],
    "batchnorm_forward": ["batchnorm_backward", "batchnorm_backward_alt"],
    "layernorm_forward": ["layernorm_backward"],
    "dropout_forward": ["dropout_backward"],
    "conv_forward_naive": ["conv_backward_naive"],
    "max_pool_forward_naive": ["max_pool_backward_naive"],
    "spatial_batchnorm_forward": ["spatial_batchnorm_backward"],
    "spatial_groupnorm_forward": ["spatial_groupnorm_backward"],
    "affine_relu_forward": ["affine_relu_backward"],
    "affine_bn_relu_forward": ["affine_bn_relu_backward"],
    "conv_relu_forward": ["conv_relu_backward"],
    "conv_bn_relu_forward": ["conv_bn_relu_backward"],
    "conv_relu_pool_forward": ["conv_relu_pool_backward"],
}

size = st.integers(1, 4)


def arguments(draw, name, dtype):
    """Arrays and further arguments for a forward function."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def array(*shape):
        return rng.standard_normal(shape).astype(dtype)

    N, C, G = draw(size), draw(size), draw(size)
    if name.startswith("affine"):
        further, M = draw(st.lists(size, max_size=3)), draw(size)
        D = int(np.prod(further))
        arrays = [array(N, *further), array(D, M), array(M)]
        if "bn" in name:
            return [*arrays, array(M), array(M)], [{"mode": "train"}]
        return arrays, []
    if name == "relu_forward":
        return [array(N, *draw(st.lists(size, max_size=3)))], []
    if name == "dropout_forward":
        x = array(N, *draw(st.lists(size, max_size=3)))
        return [x], [{"mode": "train", "p": draw(st.sampled_from([0, 0.5, 0.9]))}]
    if name in ("batchnorm_forward", "layernorm_forward"):
        params = {"mode": "train"} if name == "batchnorm_forward" else {}
        return [array(N, C), array(C), array(C)], [params]
    if name == "spatial_batchnorm_forward":
        return [array(N, C, draw(size), draw(size)), array(C), array(C)], [{"mode": "train"}]
    if name == "spatial_groupnorm_forward":
        channels = C * G
        scale = [array(1, channels, 1, 1), array(1, channels, 1, 1)]
        return [array(N, channels, draw(size), draw(size)), *scale], [G, {}]

    height, width, stride, pad = draw(size), draw(size), draw(size), draw(st.integers(0, 2))
    H, W = height + draw(st.integers(0, 3)), width + draw(st.integers(0, 3))
    if name == "max_pool_forward_naive":
        return [array(N, C, H, W)], [{"pool_height": height, "pool_width": width, "stride": stride}]
    F = draw(size)
    arrays = [array(N, C, H, W), array(F, C, height, width), array(F)]
    params = [{"stride": stride, "pad": pad}]
    if "bn" in name:
        return [*arrays, array(F), array(F)], [*params, {"mode": "train"}]
    if "pool" in name:
        params.append({"pool_height": 1, "pool_width": 1, "stride": draw(size)})
    return arrays, params


@pytest.mark.parametrize("name", LAYERS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_layer(impl, name, data):
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    arrays, params = arguments(data.draw, name, dtype)
    copies = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    given_params = [dict(param) if isinstance(param, dict) else param for param in params]

    out, cache = getattr(impl, name)(*arrays, *params)
    assert out.dtype == dtype
    assert np.all(np.isfinite(out))
    assert not any(np.shares_memory(out, array) for array in arrays)

    dout = np.random.standard_normal(out.shape).astype(dtype)
    dout.flags.writeable = False
    for backward in LAYERS[name]:
        gradients = getattr(impl, backward)(dout, cache)
        gradients = gradients if isinstance(gradients, tuple) else (gradients,)
        assert len(gradients) == len(arrays)
        for gradient, array in zip(gradients, arrays, strict=True):
            assert gradient.shape == array.shape
            assert gradient.dtype == dtype
            assert not np.shares_memory(gradient, dout)
        # A cache serves more than once.
        again = getattr(impl, backward)(dout, cache)
        again = again if isinstance(again, tuple) else (again,)
        assert all(np.array_equal(a, b) for a, b in zip(gradients, again, strict=True))

    assert all(np.array_equal(array, copy) for array, copy in zip(arrays, copies, strict=True))
    for param, before in zip(params, given_params, strict=True):
        if isinstance(param, dict) and "mode" in param and name != "dropout_forward":
            assert set(param) == {"mode", "running_mean", "running_var"}
            assert param["running_mean"].dtype == dtype
        else:
            assert param == before


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(samples=size, classes=size, single=st.booleans(), scale=st.sampled_from([1.0, 1e4]))
@pytest.mark.parametrize("name", ["softmax_loss", "svm_loss"])
def test_loss(impl, name, samples, classes, single, scale):
    dtype = np.float32 if single else np.float64
    x = (scale * np.random.randn(samples, classes)).astype(dtype)
    y = np.random.randint(classes, size=samples)
    x.flags.writeable = y.flags.writeable = False
    loss, dx = getattr(impl, name)(x, y)
    assert np.ndim(loss) == 0 and loss >= 0 and np.isfinite(loss)
    assert dx.dtype == dtype and dx.shape == x.shape


@pytest.mark.parametrize("name", [name for name in LAYERS if "norm" in name])
def test_numpy_settings_do_not_promote(impl, name):
    x = np.ones((2, 4, 3, 3) if "spatial" in name else (2, 4), np.float32)
    shape = (1, 4, 1, 1) if "group" in name else (4,)
    settings = {"eps": np.float64(1e-5)}
    if "batch" in name:
        settings |= {"mode": "train", "momentum": np.float64(0.9)}
    further = [2, settings] if "group" in name else [settings]
    scale = np.ones(shape, np.float32)
    out, _ = getattr(impl, name)(x, scale, scale, *further)
    assert out.dtype == np.float32
    assert settings.get("running_mean", out).dtype == np.float32


@pytest.mark.parametrize("order", ["C", "F"])
def test_any_memory_layout(impl, order):
    """A view or a Fortran-ordered array is as good as any other."""
    x = np.random.randn(2, 3, 5, 4)
    laid_out = np.array(x, order=order)
    for view in (laid_out, np.repeat(x, 2, axis=0)[::2]):
        out, _ = impl.affine_forward(view, np.ones((60, 1)), np.zeros(1))
        np.testing.assert_allclose(out[:, 0], x.sum(axis=(1, 2, 3)))
        w, b = np.ones((1, 3, 5, 4)), np.zeros(1)
        out, _ = impl.conv_forward_naive(view, w, b, {"stride": 1, "pad": 0})
        np.testing.assert_allclose(out[:, 0, 0, 0], x.sum(axis=(1, 2, 3)))
