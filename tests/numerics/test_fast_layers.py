"""The fast layers as a student meets them: the course's cases, bad input, what stays unchanged."""

import numpy as np
import pytest

from workbook.numerics import fast_layers as fast
from workbook.student import load_implementation

CONV = {"stride": 2, "pad": 1}
POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


@pytest.fixture
def case():
    """The course's comparison of naive and fast convolution, with fewer images."""
    rng = np.random.default_rng(231)
    x, w = rng.standard_normal((4, 3, 31, 31)), rng.standard_normal((25, 3, 3, 3))
    return x, w, rng.standard_normal(25), rng.standard_normal((4, 25, 16, 16))


@pytest.fixture(scope="session")
def solutions(request):
    folder = request.config.rootpath / "solutions"
    if not (folder / "layers.py").is_file():
        pytest.skip("this copy has no solutions")
    with load_implementation(folder) as impl:
        yield impl


def norm_error(got, want):
    return np.linalg.norm(got - want) / np.linalg.norm(want)


def test_the_naive_layers_of_the_solutions_agree(implementation, solutions, case):
    x, w, b, dout = case
    want, naive_cache = solutions.conv_forward_naive(x, w, b, CONV)
    wants = solutions.conv_backward_naive(dout, naive_cache)
    with implementation():
        got, cache = fast.conv_forward_fast(x, w, b, CONV)
        gots = fast.conv_backward_fast(dout, cache)
    assert norm_error(got, want) < 1e-13
    for got, want in zip(gots, wants, strict=True):
        assert norm_error(got, want) < 1e-13


def test_the_naive_pooling_of_the_solutions_agrees(implementation, solutions):
    rng = np.random.default_rng(231)
    x = rng.standard_normal((5, 3, 32, 33))
    want, naive_cache = solutions.max_pool_forward_naive(x, POOL)
    dout = rng.standard_normal(want.shape)
    with implementation():
        got, cache = fast.max_pool_forward_fast(x, POOL)
        dx = fast.max_pool_backward_fast(dout, cache)
    np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(dx, solutions.max_pool_backward_naive(dout, naive_cache))


def test_the_courses_literal_convolution(implementation):
    x = np.linspace(-0.1, 0.5, num=96).reshape(2, 3, 4, 4)
    w = np.linspace(-0.2, 0.3, num=144).reshape(3, 3, 4, 4)
    b = np.linspace(-0.1, 0.2, num=3)
    with implementation():
        out, _ = fast.conv_forward_fast(x, w, b, CONV)
    np.testing.assert_allclose(
        out[0, :, 0, 0], [-0.08759809, 0.21027089, 0.50813986], rtol=0, atol=1e-8
    )
    np.testing.assert_allclose(
        out[1, :, 1, 1], [-1.24695841, 0.56776003, 2.38247847], rtol=0, atol=1e-8
    )


def test_nothing_that_was_given_is_changed(implementation, case):
    given = [array.copy() for array in case]
    x, w, b, dout = case
    param = dict(CONV)
    with implementation():
        _, cache = fast.conv_forward_fast(x, w, b, param)
        first = fast.conv_backward_fast(dout, cache)
        second = fast.conv_backward_fast(dout, cache)
        pooled, pool_cache = fast.max_pool_forward_fast(x, POOL)
        fast.max_pool_backward_fast(pooled, pool_cache)
    for array, before in zip(case, given, strict=True):
        np.testing.assert_array_equal(array, before)
    assert param == CONV
    for a, again in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, again)


def test_read_only_arrays_are_fine(implementation, case):
    for array in case:
        array.flags.writeable = False
    x, w, b, dout = case
    with implementation():
        _, cache = fast.conv_forward_fast(x, w, b, CONV)
        dx, dw, db = fast.conv_backward_fast(dout, cache)
    assert all(array.flags.writeable for array in (dx, dw, db))


@pytest.mark.parametrize(
    ("x_type", "w_type", "out_type"),
    [
        ("float32", "float32", "float32"),
        ("float64", "float64", "float64"),
        ("float32", "float64", "float32"),
        ("float64", "float32", "float64"),
        ("uint8", "float32", "float32"),
        ("int64", "int64", "float64"),
        ("bool", "float64", "float64"),
        ("float16", "float16", "float32"),
        (">f8", ">f8", "float64"),
    ],
)
def test_dtypes(implementation, naive, x_type, w_type, out_type):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 2, (2, 3, 9, 8)).astype(x_type)
    w = rng.integers(-3, 4, (4, 3, 3, 2)).astype(w_type)
    b = np.arange(4)
    with implementation():
        out, cache = fast.conv_forward_fast(x, w, b, {"stride": 1, "pad": 1})
        grads = fast.conv_backward_fast(np.ones(out.shape, np.int32), cache)
    want = naive.conv_forward(x.astype("f8"), w.astype("f8"), b.astype("f8"), 1, 1)
    np.testing.assert_array_equal(out, want)
    assert {array.dtype.name for array in (out, *grads)} == {out_type}


def test_pooling_of_integer_images(implementation):
    x = np.arange(32).reshape(1, 2, 4, 4)
    with implementation():
        out, cache = fast.max_pool_forward_fast(x, POOL)
        dx = fast.max_pool_backward_fast(np.ones_like(out), cache)
    assert out.dtype == dx.dtype == np.float64
    np.testing.assert_array_equal(out[0, 0], [[5, 7], [13, 15]])
    assert dx.sum() == 8


def test_a_cache_outlives_the_switch_between_implementations(implementation, monkeypatch, case):
    x, w, b, dout = case
    with implementation():
        _, cache = fast.conv_forward_fast(x, w, b, CONV)
        _, pool_cache = fast.max_pool_forward_fast(x, POOL)
        here = [*fast.conv_backward_fast(dout, cache)]
        pooled = fast.max_pool_backward_fast(np.ones((4, 3, 15, 15)), pool_cache)
    monkeypatch.setenv("WORKBOOK_NO_EXTENSION", "1")
    for a, b in zip(here, fast.conv_backward_fast(dout, cache), strict=True):
        assert norm_error(a, b) < 1e-13
    np.testing.assert_array_equal(
        pooled, fast.max_pool_backward_fast(np.ones((4, 3, 15, 15)), pool_cache)
    )


def test_a_tampered_cache_does_not_reach_outside_the_image(implementation):
    x = np.ones((1, 1, 5, 5))
    with implementation():
        out, (shape, winner, dtype, param) = fast.max_pool_forward_fast(
            x, {"pool_height": 3, "pool_width": 3, "stride": 1}
        )
        dx = fast.max_pool_backward_fast(out, (shape, np.full_like(winner, 255), dtype, param))
    assert dx.shape == x.shape


BAD_CONV = [
    ({"x": np.ones((2, 3, 8))}, ValueError, r"x must have shape \(N, C, H, W\); got \(2, 3, 8\)"),
    ({"w": np.ones((4, 3, 3))}, ValueError, r"w must have shape \(F, C, HH, WW\)"),
    ({"w": np.ones((4, 2, 3, 3))}, ValueError, "3 channels.*expects 2"),
    ({"w": np.ones((4, 3, 0, 3))}, ValueError, "window is empty: HH = 0"),
    ({"b": np.ones(3)}, ValueError, r"b must have shape \(4,\), one per filter; got \(3,\)"),
    ({"b": np.ones((4, 1))}, ValueError, r"b must have shape \(4,\)"),
    ({"x": np.ones((2, 3, 8, 8), complex)}, TypeError, "x has dtype complex128; allowed are"),
    ({"x": np.full((2, 3, 8, 8), None)}, TypeError, "x has dtype object"),
    ({"b": np.array(list("abcd"))}, TypeError, "b has dtype <U1"),
    (
        {"conv_param": {"stride": 0, "pad": 1}},
        ValueError,
        r"\['stride'\] must be at least 1; got 0",
    ),
    ({"conv_param": {"stride": 1, "pad": -1}}, ValueError, r"\['pad'\] must be at least 0; got -1"),
    ({"conv_param": {"stride": 1.5, "pad": 1}}, TypeError, "whole number; got 1.5"),
    ({"conv_param": {"stride": 1}}, ValueError, "lacks 'pad'; its keys are 'stride', 'pad'"),
    ({"conv_param": {"stride": 1, "padding": 1}}, ValueError, "unknown key 'padding'"),
    ({"conv_param": (1, 1)}, TypeError, "must be a dictionary"),
    (
        {"x": np.ones((2, 3, 2, 8)), "conv_param": {"stride": 2, "pad": 0}},
        ValueError,
        r"H_out = 1 \+ \(H \+ 2\*pad - HH\) // stride = 1 \+ \(2 \+ 2\*0 - 3\) // 2 = 0",
    ),
    (
        {"x": np.ones((2, 3, 8, 0)), "conv_param": {"stride": 1, "pad": 1}},
        ValueError,
        r"W_out = 1 \+ \(W \+ 2\*pad - WW\) // stride = 1 \+ \(0 \+ 2\*1 - 3\) // 1 = 0",
    ),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD_CONV)
def test_bad_input_is_named(implementation, change, error, message):
    arguments = {
        "x": np.ones((2, 3, 8, 8)),
        "w": np.ones((4, 3, 3, 3)),
        "b": np.ones(4),
        "conv_param": {"stride": 1, "pad": 1},
    }
    with implementation(), pytest.raises(error, match=message) as raised:
        fast.conv_forward_fast(**{**arguments, **change})
    assert len(str(raised.value).splitlines()) <= 2


def test_an_image_that_would_overflow_the_offsets_is_refused(implementation):
    x = np.broadcast_to(np.float32(0), (1, 1, 60_000, 60_000))
    with implementation(), pytest.raises(ValueError, match="too large"):
        fast.conv_forward_fast(x, np.ones((1, 1, 3, 3)), np.ones(1), {"stride": 1, "pad": 1})


@pytest.mark.parametrize(
    ("x", "param", "error", "message"),
    [
        (np.ones((3, 8, 8)), POOL, ValueError, r"x must have shape \(N, C, H, W\)"),
        (np.ones((1, 1, 1, 8)), POOL, ValueError, r"H_out = 1 .*\(1 \+ 2\*0 - 2\) // 2 = 0"),
        (np.ones((1, 1, 8, 8)), {**POOL, "pad": 1}, ValueError, "unknown key 'pad'"),
        (np.ones((1, 1, 8, 8)), {**POOL, "stride": 0}, ValueError, "at least 1; got 0"),
        (np.ones((1, 1, 8, 8), "c8"), POOL, TypeError, "complex64"),
    ],
)
def test_bad_pooling_is_named(implementation, x, param, error, message):
    with implementation(), pytest.raises(error, match=message):
        fast.max_pool_forward_fast(x, param)


def test_a_gradient_of_another_shape_is_refused(implementation, case):
    x, w, b, dout = case
    with implementation():
        _, cache = fast.conv_forward_fast(x, w, b, CONV)
        with pytest.raises(ValueError, match=r"\(4, 25, 16, 16\); got \(4, 25, 16, 15\)"):
            fast.conv_backward_fast(dout[..., :15], cache)
        with pytest.raises(TypeError, match="dout has dtype complex128"):
            fast.conv_backward_fast(dout + 0j, cache)
        _, cache = fast.max_pool_forward_fast(x, POOL)
        with pytest.raises(ValueError, match=r"\(4, 3, 15, 15\); got \(4, 3, 1, 1\)"):
            fast.max_pool_backward_fast(np.ones((4, 3, 1, 1)), cache)


def test_col2im_names_the_shape_it_wants(implementation):
    with implementation(), pytest.raises(ValueError, match=r"cols must have shape \(8, 12\)"):
        fast.col2im(np.ones((8, 11)), (2, 3, 4, 4), 2, 2, 2)
    with implementation(), pytest.raises(ValueError, match="x must have shape"):
        fast.im2col(np.ones((4, 4)), 2, 2)
    with implementation(), pytest.raises(ValueError, match="must be at least 1; got 0"):
        fast.im2col(np.ones((1, 1, 4, 4)), 2, 2, stride=0)
