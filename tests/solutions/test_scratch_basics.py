"""scratch/gradient.py, functions.py and graph.py: reference numbers, odd shapes, bad input."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workbook.numerics import rel_error
from workbook.student import load_implementation

scratch = load_implementation(Path(__file__).parents[2] / "solutions").scratch

FLOATS = [np.float32, np.float64]
scores = arrays.arrays(
    st.sampled_from(FLOATS),
    arrays.array_shapes(min_dims=1, max_dims=2, max_side=5),
    elements=st.floats(-1e4, 1e4, width=32),
)


def bowl(x):
    return np.sum(x**2)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


# numerical_diff


def test_derivative_of_a_number():
    assert scratch.numerical_diff(lambda x: x**3, 2.0) == pytest.approx(12, abs=1e-7)
    assert scratch.numerical_diff(np.sin, 0.5) == pytest.approx(np.cos(0.5), abs=1e-8)


def test_derivative_is_central_with_the_documented_step():
    # Central: 3x² + h². Forward: 3x² + 3xh + h².
    found = scratch.numerical_diff(lambda x: x**3, 1.0)
    assert found - 3 == pytest.approx(1e-8, abs=1e-10)


def test_derivative_at_a_whole_number():
    assert scratch.numerical_diff(lambda x: x**2, 3) == pytest.approx(6)


# numerical_gradient


def test_gradient_reference():
    found = scratch.numerical_gradient(lambda x: x[0] ** 2 + x[1] ** 2, np.array([3.0, 4.0]))
    assert rel_error(found, [6.00000000000378, 7.999999999999119]) < 1e-11


@pytest.mark.parametrize("shape", [(1,), (4,), (2, 3), (3, 1, 2), (2, 1, 2, 3)])
def test_gradient_in_any_number_of_dimensions(rng, shape):
    x = rng.standard_normal(shape)
    found = scratch.numerical_gradient(lambda a: np.sum(a**3), x)
    assert found.shape == shape
    assert rel_error(found, 3 * x**2) < 1e-5


def test_gradient_of_a_function_that_reads_the_parameter_elsewhere(rng):
    weights = rng.standard_normal((2, 3))
    assert (
        rel_error(scratch.numerical_gradient(lambda _: bowl(weights), weights), 2 * weights) < 1e-8
    )


def test_gradient_keeps_float32():
    found = scratch.numerical_gradient(bowl, np.array([0.5, -0.25], dtype=np.float32))
    assert found.dtype == np.float32
    assert rel_error(found, [1.0, -0.5]) < 1e-2


@given(
    x=arrays.arrays(
        st.sampled_from(FLOATS),
        arrays.array_shapes(max_dims=3, max_side=3),
        elements=st.floats(-1e3, 1e3, width=32),
    )
)
@settings(deadline=None, max_examples=50)
def test_gradient_restores_every_bit(x):
    before = x.copy()
    found = scratch.numerical_gradient(bowl, x)
    assert x.tobytes() == before.tobytes()
    assert (found.shape, found.dtype) == (x.shape, x.dtype)


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
@pytest.mark.parametrize("call", [1, 2, 5])
def test_gradient_restores_when_the_function_raises(rng, call, error):
    x = rng.standard_normal((2, 3))
    before = x.copy()
    calls = []

    def fails(a):
        calls.append(a)
        if len(calls) == call:
            raise error
        return bowl(a)

    with pytest.raises(error):
        scratch.numerical_gradient(fails, x)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8])
def test_gradient_refuses_integer_arrays(dtype):
    with pytest.raises(TypeError, match=r"x must hold floats.*Use x\.astype\(float\)"):
        scratch.numerical_gradient(bowl, np.array([3, 4], dtype))
    with pytest.raises(TypeError, match="init_x must hold floats"):
        scratch.gradient_descent(bowl, np.array([3, 4], dtype))


@pytest.mark.parametrize("x", [[3.0, 4.0], 3.0, None])
def test_gradient_refuses_what_is_no_array(x):
    with pytest.raises(TypeError, match="x must be a NumPy array; got"):
        scratch.numerical_gradient(bowl, x)
    with pytest.raises(TypeError, match="init_x must be a NumPy array; got"):
        scratch.gradient_descent(bowl, x)


@pytest.mark.parametrize("name", ["numerical_diff", "numerical_gradient", "gradient_descent"])
def test_the_function_must_be_one(name):
    with pytest.raises(TypeError, match="f must be a function; got a float"):
        getattr(scratch, name)(3.0, np.ones(2))


# gradient_descent


def test_descent_reference():
    start = np.array([-3.0, 4.0])
    found = scratch.gradient_descent(bowl, start, lr=0.1, step_num=100)
    assert rel_error(found, [-6.111107928998789e-10, 8.148143905314271e-10]) < 1e-4
    assert np.array_equal(start, [-3.0, 4.0])


def test_descent_takes_as_many_steps_as_asked():
    # Each step on the bowl multiplies x by 1 - 2 lr.
    start = np.array([[1.0, -2.0]])
    for steps in (1, 2, 7):
        found = scratch.gradient_descent(bowl, start, lr=0.25, step_num=steps)
        assert rel_error(found, start * 0.5**steps) < 1e-8


def test_descent_of_no_steps_is_a_copy():
    start = np.array([1.0, 2.0])
    found = scratch.gradient_descent(bowl, start, step_num=0)
    assert np.array_equal(found, start)
    assert not np.shares_memory(found, start)


def test_descent_defaults():
    found = scratch.gradient_descent(bowl, np.array([1.0]))
    assert found[0] == pytest.approx(0.98**100)


def test_descent_keeps_float32():
    assert scratch.gradient_descent(bowl, np.ones(2, np.float32), step_num=3).dtype == np.float32


@pytest.mark.parametrize(("steps", "error"), [(-1, ValueError), (1.5, TypeError)])
def test_descent_refuses_a_number_of_steps_that_is_none(steps, error):
    with pytest.raises(error, match="step_num must be"):
        scratch.gradient_descent(bowl, np.ones(2), step_num=steps)


# sigmoid


def test_sigmoid_values():
    x = np.array([-2.0, -0.0, 0.0, 1.0])
    assert rel_error(scratch.sigmoid(x), 1 / (1 + np.exp(-x))) < 1e-15
    assert scratch.sigmoid(0) == 0.5


@pytest.mark.parametrize("dtype", FLOATS)
def test_sigmoid_far_out(dtype):
    found = scratch.sigmoid(np.array([-1e4, -100, 100, 1e4], dtype))
    assert found.dtype == dtype
    assert np.array_equal(found[[0, 2, 3]], [0, 1, 1])
    # One minus the other side would lose this.
    assert found[1] == pytest.approx(np.exp(-100.0), rel=1e-2)


@given(x=scores)
@settings(deadline=None, max_examples=50)
def test_sigmoid_of_any_scores(x):
    before = x.copy()
    found = scratch.sigmoid(x)
    assert (found.shape, found.dtype) == (x.shape, x.dtype)
    assert np.all((found >= 0) & (found <= 1))
    assert rel_error(found + scratch.sigmoid(-x), np.ones(x.shape)) < 1e-6
    assert np.array_equal(x, before)


# softmax


def test_softmax_values(rng):
    x = rng.standard_normal((4, 3))
    expected = np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)
    assert rel_error(scratch.softmax(x), expected) < 1e-14
    assert rel_error(scratch.softmax(x[0]), expected[0]) < 1e-14


@pytest.mark.parametrize("dtype", FLOATS)
def test_softmax_of_rows_that_lie_far_apart(dtype):
    x = np.array([[1e4, 1e4], [-1e4, -1e4], [0, -1e4]], dtype)
    assert np.array_equal(scratch.softmax(x), [[0.5, 0.5], [0.5, 0.5], [1, 0]])


@given(x=scores)
@settings(deadline=None, max_examples=50)
def test_softmax_of_any_scores(x):
    before = x.copy()
    found = scratch.softmax(x)
    assert (found.shape, found.dtype) == (x.shape, x.dtype)
    assert np.all(found >= 0)
    assert rel_error(found.sum(axis=-1), np.ones(x.shape[:-1])) < 1e-6
    assert np.array_equal(x, before)


@pytest.mark.parametrize("shape", [(), (2, 3, 4)])
def test_softmax_refuses_other_numbers_of_axes(shape):
    with pytest.raises(ValueError, match="x must have 1 or 2 axes; got shape"):
        scratch.softmax(np.ones(shape))


# cross_entropy_error


def probabilities(rng, shape, dtype=float):
    return scratch.softmax(rng.standard_normal(shape).astype(dtype))


@pytest.mark.parametrize(("N", "C"), [(5, 3), (3, 3), (1, 4), (1, 1), (2, 1)])
def test_both_forms_of_the_labels_agree(rng, N, C):
    y, labels = probabilities(rng, (N, C)), rng.integers(0, C, N)
    expected = -np.mean([np.log(y[n, labels[n]]) for n in range(N)])
    for t in (
        labels,
        np.eye(C)[labels],
        np.eye(C, dtype=bool)[labels],
        np.eye(C, dtype=int)[labels],
    ):
        before = t.copy()
        assert scratch.cross_entropy_error(y, t) == pytest.approx(expected, rel=1e-12)
        assert np.array_equal(t, before)


def test_class_indices_are_not_read_as_one_hot_where_both_would_fit():
    # Three samples, three classes, and indices that also look like a one-hot row.
    y = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.2, 0.3]])
    found = scratch.cross_entropy_error(y, np.array([0, 1, 0]))
    assert found == pytest.approx(-np.log([0.7, 0.8, 0.5]).mean())


@pytest.mark.parametrize("t", [[0, 0, 1], np.array([0, 0, 1]), 2, np.int64(2)])
def test_one_sample(t):
    assert scratch.cross_entropy_error(np.array([0.2, 0.3, 0.5]), t) == pytest.approx(-np.log(0.5))


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_probability_of_zero_is_a_large_finite_loss(dtype):
    y = np.array([[1, 0], [1, 0]], dtype)
    found = scratch.cross_entropy_error(y, np.array([1, 0]))
    assert np.isfinite(found)
    assert found > 10
    assert scratch.cross_entropy_error(y, np.array([0, 0])) == 0


def test_no_epsilon_shifts_the_loss():
    assert scratch.cross_entropy_error(np.array([1e-9, 1 - 1e-9]), 0) == pytest.approx(
        9 * np.log(10)
    )


def test_the_probabilities_are_not_changed(rng):
    y = probabilities(rng, (4, 3))
    before = y.copy()
    scratch.cross_entropy_error(y, np.array([0, 1, 2, 0]))
    assert np.array_equal(y, before)


@pytest.mark.parametrize(
    ("t", "error", "words"),
    [
        ([0, 1, 3], ValueError, r"t must lie in 0 \.\.\. 2; got 0 \.\.\. 3"),
        ([0, 1, -1], ValueError, r"got -1 \.\.\. 1"),
        ([0.0, 1.0, 2.0], TypeError, "class indices"),
        ([0, 1], ValueError, r"\(3,\), class indices, or \(3, 3\), one-hot rows; got \(2,\)"),
        (np.ones((3, 3)), ValueError, "one 1 in each row"),
        (np.full((3, 3), 1 / 3), ValueError, "one 1 in each row"),
        (None, TypeError, "got an array of object"),
    ],
)
def test_labels_that_fit_neither_form(rng, t, error, words):
    with pytest.raises(error, match=words):
        scratch.cross_entropy_error(probabilities(rng, (3, 3)), t)


@pytest.mark.parametrize("name", ["sigmoid", "softmax"])
@pytest.mark.parametrize("x", [None, "scores", [1, [2, 3]], np.array([1j])])
def test_what_is_no_number_is_refused(name, x):
    with pytest.raises(TypeError, match="x must hold numbers; got"):
        getattr(scratch, name)(x)


@pytest.mark.parametrize("name", ["sigmoid", "softmax"])
def test_whole_numbers_and_lists_are_taken_as_floats(name):
    function = getattr(scratch, name)
    assert np.array_equal(function([1, 2]), function(np.array([1.0, 2.0])))


# graph


def test_the_apple():
    apples, tax = scratch.MulLayer(), scratch.MulLayer()
    price = tax.forward(apples.forward(100, 2), 1.1)
    assert price == pytest.approx(220.00000000000003, rel=1e-15)
    dapple_price, dtax = tax.backward(1)
    dapple, dapple_num = apples.backward(dapple_price)
    assert (dapple, dtax) == (2.2, 200)
    assert dapple_num == pytest.approx(110.00000000000001, rel=1e-15)


def test_apples_and_oranges():
    apples, oranges, basket, tax = (
        scratch.MulLayer(),
        scratch.MulLayer(),
        scratch.AddLayer(),
        scratch.MulLayer(),
    )
    fruit = basket.forward(apples.forward(100, 2), oranges.forward(150, 3))
    assert tax.forward(fruit, 1.1) == pytest.approx(715.0000000000001, rel=1e-15)
    dfruit, dtax = tax.backward(1)
    dapples, doranges = basket.backward(dfruit)
    found = [*apples.backward(dapples), *oranges.backward(doranges), dtax]
    expected = [2.2, 110.00000000000001, 3.3000000000000003, 165.0, 650]
    assert found == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("dtype", FLOATS)
def test_nodes_take_arrays(rng, dtype):
    x, y, dout = rng.standard_normal((3, 2, 4)).astype(dtype)
    before = x.copy(), y.copy(), dout.copy()
    times, plus = scratch.MulLayer(), scratch.AddLayer()
    assert np.array_equal(times.forward(x, y), x * y)
    assert np.array_equal(plus.forward(x, y), x + y)
    for found, expected in zip(
        (*times.backward(dout), *plus.backward(dout)), (dout * y, dout * x, dout, dout), strict=True
    ):
        assert found.dtype == dtype
        assert np.array_equal(found, expected)
        assert not np.shares_memory(found, dout)
    assert all(np.array_equal(a, b) for a, b in zip(before, (x, y, dout), strict=True))


def test_nodes_do_not_share_their_inputs():
    one, other = scratch.MulLayer(), scratch.MulLayer()
    one.forward(2, 3)
    other.forward(5, 7)
    assert one.backward(1) == (3, 2)
    assert other.backward(10) == (70, 50)
