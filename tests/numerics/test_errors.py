import numpy as np
import pytest

from workbook.numerics import abs_error, rel_error


def test_is_the_course_formula():
    x, y = np.array([1.0, -2.0, 0.0]), np.array([1.1, -2.0, 3e-9])
    assert rel_error(x, y) == pytest.approx(max(0.1 / 2.1, 3e-9 / 1e-8))


def test_is_symmetric_and_zero_for_equal_arrays():
    x, y = np.random.default_rng(0).standard_normal((2, 3, 4))
    assert rel_error(x, y) == rel_error(y, x) > 0
    assert rel_error(x, x) == 0


def test_both_zero_is_no_error():
    assert rel_error(0.0, 0.0) == 0


def test_unsigned_integers_do_not_wrap():
    assert rel_error(np.uint8([3]), np.uint8([4])) == pytest.approx(1 / 7)
    assert abs_error(np.uint8([3]), np.uint8([4])) == 1


def test_the_smallest_integer_has_a_positive_size():
    assert rel_error(np.int8([-128]), np.int8([127])) == pytest.approx(1)


def test_float32_is_compared_in_float64():
    x = np.float32([1.0])
    assert rel_error(x, np.float64([1.0]) + 1e-12) == pytest.approx(5e-13, rel=1e-3)


def test_broadcasts_as_the_course_does():
    assert rel_error(np.ones((1, 3)), np.ones(3)) == 0


def test_empty_arrays_agree():
    assert rel_error([], []) == 0
    assert abs_error(np.zeros((0, 3)), np.zeros((0, 3))) == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_is_nan(bad):
    assert np.isnan(rel_error([1.0, bad], [1.0, bad]))
    assert np.isnan(rel_error([1.0, bad], [1.0, 2.0]))


@pytest.mark.parametrize("measure", [rel_error, abs_error])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "got None"),
        ([1, None], "got a list of 2"),
        ("1.0", "got a str"),
        (np.array(["a"]), "got an array of <U1"),
        ((np.ones(2), np.ones((2, 3))), "got a tuple of 2"),
        (1j, "got a complex"),
    ],
)
def test_refuses_what_is_no_number(measure, value, words):
    with pytest.raises(TypeError, match=f"y must be an array of real numbers; {words}"):
        measure(np.ones(2), value)


def test_shapes_that_cannot_be_compared_are_named():
    with pytest.raises(ValueError, match=r"x has shape \(2, 3\) and y has shape \(4,\)"):
        rel_error(np.ones((2, 3)), np.ones(4))
