import random
import re

import numpy as np
import pytest

from workbook.numerics import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    grad_check_sparse,
    rel_error,
)

SHAPES = [(), (1,), (5,), (2, 3), (2, 1, 3, 2)]


def cube(a):
    return a**3


def total(a):
    return float(np.sum(a**3))


def one_number(x):
    return eval_numerical_gradient(total, x)


def an_array(x):
    return eval_numerical_gradient_array(cube, x, np.ones(np.shape(x)))


def sparse(x):
    return grad_check_sparse(total, x, 3 * x**2, num_checks=3)


EACH = pytest.mark.parametrize("check", [one_number, an_array, sparse])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("shape", SHAPES)
def test_gradient_of_one_number(rng, shape):
    x = np.array(rng.standard_normal(shape))
    grad = eval_numerical_gradient(total, x)
    assert grad.shape == shape
    assert rel_error(grad, 3 * x**2) < 1e-7


@pytest.mark.parametrize("shape", SHAPES)
def test_gradient_through_an_array(rng, shape):
    x, df = np.array(rng.standard_normal(shape)), rng.standard_normal(shape)
    grad = eval_numerical_gradient_array(cube, x, df)
    assert grad.shape == shape
    assert rel_error(grad, 3 * x**2 * df) < 1e-7


def test_the_output_may_have_another_shape(rng):
    x, w, df = rng.standard_normal((2, 3)), rng.standard_normal((3, 4)), rng.standard_normal((2, 4))
    assert rel_error(eval_numerical_gradient_array(lambda a: a @ w, x, df), df @ w.T) < 1e-8


def test_a_function_may_return_a_view_of_its_argument(rng):
    x, df = rng.standard_normal((2, 2, 3)), rng.standard_normal((2, 6))
    grad = eval_numerical_gradient_array(lambda a: a.reshape(2, -1), x, df)
    assert rel_error(grad, df.reshape(x.shape)) < 1e-9


def test_differences_are_central():
    # The forward difference would be off by h * f'' / 2 = 1e-2.
    x = np.array([1.0])
    assert eval_numerical_gradient(lambda a: a[0] ** 2, x, h=1e-2) == pytest.approx(2, abs=1e-9)


def test_keeps_float32(rng):
    x = rng.standard_normal((2, 3)).astype(np.float32)
    grad = eval_numerical_gradient(total, x, h=1e-2)
    assert grad.dtype == np.float32
    assert rel_error(grad, 3 * x**2) < 1e-2


def test_views_are_changed_where_they_lie(rng):
    whole = rng.standard_normal((4, 6))
    part = whole[::2, 1::3]
    grad = eval_numerical_gradient(lambda _: total(whole), part)
    assert rel_error(grad, 3 * part**2) < 1e-7


def test_verbose_prints_every_index(capsys):
    eval_numerical_gradient(total, np.ones((2, 2)), verbose=True)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("(0, 1) 3.0")


def test_is_silent_otherwise(capsys, rng):
    eval_numerical_gradient(total, rng.standard_normal(3))
    eval_numerical_gradient_array(cube, rng.standard_normal(3), np.ones(3))
    assert capsys.readouterr().out == ""


def test_sparse_prints_both_and_their_error(capsys, rng):
    x = rng.standard_normal((3, 4))
    grad_check_sparse(total, x, 3 * x**2, num_checks=7)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    for line in lines:
        found = re.fullmatch(r"numerical: (\S+) analytic: (\S+), relative error: (\S+)", line)
        assert found, line
        assert float(found[3]) < 1e-6


def test_sparse_shows_a_wrong_gradient(capsys, rng):
    x = rng.standard_normal((3, 4))
    grad_check_sparse(total, x, 2 * 3 * x**2, num_checks=1)
    assert float(capsys.readouterr().out.split()[-1]) == pytest.approx(1 / 3, rel=1e-5)


def test_sparse_leaves_the_stream_of_numpy_alone(rng):
    np.random.seed(231)
    expected = np.random.rand()
    np.random.seed(231)
    random.seed(0)
    grad_check_sparse(total, rng.standard_normal(5), np.ones(5), num_checks=2)
    assert np.random.rand() == expected


@EACH
def test_the_parameter_is_restored_to_the_last_bit(check, rng):
    x = rng.standard_normal((2, 3)) * 1e3
    before = x.copy()
    check(x)
    assert np.array_equal(x, before)


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("call", [1, 2, 4])
def test_the_parameter_is_restored_when_the_function_raises(rng, call, error):
    x = rng.standard_normal((2, 3))
    before = x.copy()
    calls = 0

    def fails(a):
        nonlocal calls
        calls += 1
        if calls == call:
            raise error("half way")
        return a**3

    for attempt in (
        lambda: eval_numerical_gradient(lambda a: np.sum(fails(a)), x),
        lambda: eval_numerical_gradient_array(fails, x, np.ones(x.shape)),
        lambda: grad_check_sparse(lambda a: np.sum(fails(a)), x, np.ones(x.shape)),
    ):
        calls = 0
        with pytest.raises(error, match="half way"):
            attempt()
        assert np.array_equal(x, before)


@EACH
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool])
def test_refuses_whole_numbers(check, dtype):
    x = np.ones((2, 2), dtype)
    with pytest.raises(TypeError, match=f"x must hold floats; got dtype {x.dtype}.*rounded away"):
        check(x)


@EACH
def test_refuses_what_is_no_array(check):
    with pytest.raises(TypeError, match=r"x must be a NumPy array; got float"):
        check(3.0)


def test_names_both_shapes_when_df_does_not_fit(rng):
    x = rng.standard_normal((2, 3))
    before = x.copy()
    # This one would broadcast, and give a wrong gradient in silence.
    with pytest.raises(ValueError, match=r"df has shape \(3,\), f\(x\) has shape \(2, 3\)"):
        eval_numerical_gradient_array(cube, x, np.ones(3))
    assert np.array_equal(x, before)


def test_names_both_shapes_when_the_analytic_gradient_does_not_fit():
    with pytest.raises(ValueError, match=r"analytic_grad has shape \(1, 3\), x has shape \(3,\)"):
        grad_check_sparse(total, np.ones(3), np.ones((1, 3)))


def test_refuses_a_function_of_many_numbers():
    with pytest.raises(ValueError, match=r"one number, it returned shape \(2,\)"):
        eval_numerical_gradient(cube, np.ones(2))


def test_refuses_a_function_that_returns_nothing():
    with pytest.raises(TypeError, match=r"f\(x\) must be an array of real numbers; got None"):
        eval_numerical_gradient(lambda a: None, np.ones(2))
    with pytest.raises(TypeError, match=r"f\(x\) must be .*; got a tuple of 2"):
        eval_numerical_gradient_array(lambda a: (a, {}), np.ones(2), np.ones(2))


@pytest.mark.parametrize("h", [0, -1e-5, np.nan])
def test_refuses_a_step_that_is_none(h):
    with pytest.raises(ValueError, match="h must be above 0"):
        eval_numerical_gradient(total, np.ones(2), h=h)


def test_refuses_to_check_nothing():
    with pytest.raises(ValueError, match="num_checks"):
        grad_check_sparse(total, np.ones(2), np.ones(2), num_checks=0)
    with pytest.raises(ValueError, match="x is empty"):
        grad_check_sparse(total, np.ones((0, 2)), np.ones((0, 2)))
