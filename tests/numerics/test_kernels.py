"""Every implementation against the definitions, over hundreds of random shapes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.numerics import fast_layers as fast

LIMITS = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-10}
DTYPES = st.sampled_from([np.float32, np.float64])

# Ways to hand over the same numbers: plain, Fortran order, every second element, backwards.
LAYOUTS = {
    "plain": lambda a: a,
    "fortran": np.asfortranarray,
    "sliced": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "backwards": lambda a: np.ascontiguousarray(a[::-1, ..., ::-1])[::-1, ..., ::-1],
    "transposed": lambda a: np.ascontiguousarray(a.swapaxes(0, -1)).swapaxes(0, -1),
}


@st.composite
def convolutions(draw):
    """Sizes of a convolution that has an output: windows, strides and pads of every kind."""
    stride = draw(st.integers(1, 5))
    pad = draw(st.integers(0, 4))
    HH, WW = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    H = draw(st.integers(max(1, HH - 2 * pad), 20))
    W = draw(st.integers(max(1, WW - 2 * pad), 40))
    N, C, F = draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(st.integers(1, 34))
    return (N, C, H, W), (F, C, HH, WW), stride, pad


@st.composite
def poolings(draw):
    """Sizes of a pooling: windows larger than the stride and smaller."""
    HH, WW = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    H, W = draw(st.integers(HH, 20)), draw(st.integers(WW, 70))
    return (draw(st.integers(1, 3)), draw(st.integers(1, 4)), H, W), HH, WW, draw(st.integers(1, 5))


def close(got, want, scale, dtype):
    """Whether got is want to rounding: relative to the norm of the sums of magnitudes.

    A sum that happens to cancel cannot be had to a relative error in float32, by nobody.
    """
    assert got.dtype == dtype
    assert got.shape == want.shape
    error = np.linalg.norm((got.astype(np.float64) - want).ravel())
    return error <= LIMITS[np.dtype(dtype)] * np.linalg.norm(scale.ravel())


@settings(max_examples=150)
@given(
    sizes=convolutions(),
    dtype=DTYPES,
    layout=st.sampled_from(sorted(LAYOUTS)),
    seed=st.integers(0, 2**32 - 1),
)
def test_convolution_is_the_definition(implementation, naive, sizes, dtype, layout, seed):
    x_shape, w_shape, stride, pad = sizes
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(x_shape).astype(dtype)
    w = rng.standard_normal(w_shape).astype(dtype)
    b = rng.standard_normal(w_shape[0]).astype(dtype)
    x64, w64, b64 = (a.astype(np.float64) for a in (x, w, b))
    want = naive.conv_forward(x64, w64, b64, stride, pad)
    dout = rng.standard_normal(want.shape).astype(dtype)
    wants = naive.conv_backward(dout.astype(np.float64), x64, w64, stride, pad)
    as_given = LAYOUTS[layout]
    with implementation():
        out, cache = fast.conv_forward_fast(
            as_given(x), as_given(w), b, {"stride": stride, "pad": pad}
        )
        grads = fast.conv_backward_fast(as_given(dout), cache)
    scale = naive.conv_forward(abs(x64), abs(w64), abs(b64), stride, pad)
    assert close(out, want, scale, dtype), "out"
    scales = naive.conv_backward(abs(dout).astype(np.float64), abs(x64), abs(w64), stride, pad)
    for name, got, want, scale in zip(("dx", "dw", "db"), grads, wants, scales, strict=True):
        assert close(got, want, scale, dtype), name


@settings(max_examples=100)
@given(
    sizes=poolings(),
    dtype=DTYPES,
    layout=st.sampled_from(sorted(LAYOUTS)),
    ties=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_pooling_is_the_definition(implementation, naive, sizes, dtype, layout, ties, seed):
    x_shape, HH, WW, stride = sizes
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 3, x_shape) if ties else rng.standard_normal(x_shape)
    x = x.astype(dtype)
    want, winner = naive.pool_forward(x, HH, WW, stride)
    # Whole numbers add up exactly, in whatever order.
    dout = rng.integers(-9, 10, want.shape).astype(dtype)
    param = {"pool_height": HH, "pool_width": WW, "stride": stride}
    with implementation():
        out, cache = fast.max_pool_forward_fast(LAYOUTS[layout](x), param)
        dx = fast.max_pool_backward_fast(LAYOUTS[layout](dout), cache)
    assert out.dtype == dx.dtype == dtype
    np.testing.assert_array_equal(out, want)
    np.testing.assert_array_equal(dx, naive.pool_backward(dout, winner, x_shape, WW, stride))


@settings(max_examples=60)
@given(sizes=convolutions(), dtype=DTYPES, seed=st.integers(0, 2**32 - 1))
def test_im2col_is_the_definition_and_col2im_its_adjoint(implementation, naive, sizes, dtype, seed):
    x_shape, (_, _, HH, WW), stride, pad = sizes
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(x_shape).astype(dtype)
    with implementation():
        cols = fast.im2col(x, HH, WW, stride, pad)
        c = rng.standard_normal(cols.shape).astype(dtype)
        back = fast.col2im(c, x_shape, HH, WW, stride, pad)
    assert cols.dtype == back.dtype == dtype
    np.testing.assert_array_equal(cols, naive.im2col(x, HH, WW, stride, pad))
    # <im2col(x), c> = <x, col2im(c)>
    left = np.vdot(cols.astype(np.float64), c.astype(np.float64))
    right = np.vdot(x.astype(np.float64), back.astype(np.float64))
    size = np.vdot(abs(cols).astype(np.float64), abs(c).astype(np.float64))
    assert abs(left - right) <= LIMITS[np.dtype(dtype)] * size


@settings(max_examples=60)
@given(sizes=convolutions(), seed=st.integers(0, 2**32 - 1))
def test_convolution_and_its_gradients_are_adjoint(implementation, sizes, seed):
    """<conv(x, w), d> = <x, dx> = <w, dw>: forward and backward agree with each other."""
    x_shape, w_shape, stride, pad = sizes
    rng = np.random.default_rng(seed)
    x, w = rng.standard_normal(x_shape), rng.standard_normal(w_shape)
    with implementation():
        out, cache = fast.conv_forward_fast(
            x, w, np.zeros(w_shape[0]), {"stride": stride, "pad": pad}
        )
        dout = rng.standard_normal(out.shape)
        dx, dw, _ = fast.conv_backward_fast(dout, cache)
    size = np.linalg.norm(out) * np.linalg.norm(dout)
    value = np.vdot(out, dout)
    assert abs(value - np.vdot(x, dx)) <= 1e-10 * size
    assert abs(value - np.vdot(w, dw)) <= 1e-10 * size


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("x_shape", "w_shape", "stride", "pad"),
    [
        ((3, 3, 31, 31), (25, 3, 3, 3), 2, 1),  # the course's
        ((2, 3, 32, 32), (32, 3, 7, 7), 1, 3),
        ((2, 32, 16, 16), (32, 32, 3, 3), 1, 1),
        ((2, 40, 8, 8), (70, 40, 3, 3), 1, 1),  # rows shorter than a vector
        ((2, 20, 4, 4), (33, 20, 3, 3), 1, 1),
        ((3, 17, 5, 3), (15, 17, 1, 1), 1, 0),
        ((1, 2, 30, 65), (3, 2, 11, 11), 4, 2),
        ((1, 1, 1, 1), (1, 1, 7, 7), 1, 3),
        ((2, 2, 3, 3), (4, 2, 2, 2), 7, 3),  # windows that see nothing but padding
    ],
)
def test_particular_sizes(implementation, naive, x_shape, w_shape, stride, pad, dtype):
    rng = np.random.default_rng(1)
    x, w = rng.standard_normal(x_shape), rng.standard_normal(w_shape)
    b = rng.standard_normal(w_shape[0])
    x, w, b = (a.astype(dtype).astype(np.float64) for a in (x, w, b))
    want = naive.conv_forward(x, w, b, stride, pad)
    dout = rng.standard_normal(want.shape).astype(dtype)
    with implementation():
        out, cache = fast.conv_forward_fast(
            x.astype(dtype), w.astype(dtype), b.astype(dtype), {"stride": stride, "pad": pad}
        )
        grads = fast.conv_backward_fast(dout, cache)
    assert close(out, want, want, dtype)
    wants = naive.conv_backward(dout.astype(np.float64), x, w, stride, pad)
    for got, want in zip(grads, wants, strict=True):
        assert close(got, want, want, dtype)


def test_pooling_takes_the_first_nan_like_argmax(implementation):
    x = np.arange(64.0).reshape(1, 1, 8, 8)
    x[0, 0, 0, 1] = x[0, 0, 1, 0] = np.nan
    x[0, 0, 2, 3] = np.inf
    x[0, 0, 4:6, 4:6] = -np.inf
    param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    with implementation():
        out, cache = fast.max_pool_forward_fast(x, param)
        dx = fast.max_pool_backward_fast(np.ones_like(out), cache)
    assert np.isnan(out[0, 0, 0, 0])
    assert out[0, 0, 1, 1] == np.inf
    assert out[0, 0, 2, 2] == -np.inf
    assert dx[0, 0, 0, 1] == 1
    assert dx[0, 0, 1, 0] == 0
    assert dx[0, 0, 2, 3] == 1
    assert dx[0, 0, 4, 4] == 1


def test_a_window_of_more_than_256_pixels(implementation, naive):
    x = np.random.default_rng(0).standard_normal((2, 2, 20, 21))
    param = {"pool_height": 18, "pool_width": 17, "stride": 2}
    want, winner = naive.pool_forward(x, 18, 17, 2)
    with implementation():
        out, cache = fast.max_pool_forward_fast(x, param)
        dx = fast.max_pool_backward_fast(np.ones_like(out), cache)
    np.testing.assert_array_equal(out, want)
    np.testing.assert_array_equal(
        dx, naive.pool_backward(np.ones_like(out), winner, x.shape, 17, 2)
    )


def test_a_batch_of_none(implementation):
    x, w, b = np.zeros((0, 3, 8, 8)), np.ones((4, 3, 3, 3)), np.ones(4)
    with implementation():
        out, cache = fast.conv_forward_fast(x, w, b, {"stride": 1, "pad": 1})
        dx, dw, db = fast.conv_backward_fast(out, cache)
        pooled, pool_cache = fast.max_pool_forward_fast(
            x, {"pool_height": 2, "pool_width": 2, "stride": 2}
        )
        dpool = fast.max_pool_backward_fast(pooled, pool_cache)
    assert out.shape == (0, 4, 8, 8)
    assert dx.shape == x.shape
    assert not dw.any()
    assert not db.any()
    assert pooled.shape == (0, 3, 4, 4)
    assert dpool.shape == x.shape
