"""What the checks of arguments let through, and what they say."""

import numpy as np
import pytest

from workbook.numerics import validate


def test_letters_and_dots_stand_for_any_size():
    x = np.zeros((2, 3, 4))
    for shape in [("N", 3, "M"), (2, ...), (...,), ("N", 3, 4, ...)]:
        validate.check_shape("x", x, shape)
    for shape, spelt in [((2, 3), "(2, 3)"), (("N",), "(N,)"), ((2, 4, ...), "(2, 4, ...)")]:
        with pytest.raises(ValueError) as error:
            validate.check_shape("x", x, shape)
        assert str(error.value) == f"x must have shape {spelt}; got (2, 3, 4)."


def test_the_reason_for_a_shape_is_given():
    with pytest.raises(ValueError, match="to fit y of shape \\(2,\\); got \\(3,\\)"):
        validate.check_shape("x", np.zeros(3), (2,), fits="y of shape (2,)")


def test_floats_unless_said_otherwise():
    validate.check_shape("x", np.zeros(3, np.float32), (3,))
    validate.check_shape("x", np.zeros(3, int), (3,), floating=False)
    with pytest.raises(TypeError, match="got dtype bool"):
        validate.check_shape("x", np.zeros(3, bool), (3,))


def test_numbers():
    for value in (0, 0.5, np.float32(0.5), np.int64(0)):
        validate.check_fraction("p", value)
        validate.check_number("p", value)
    for value in (True, None, "0.5", 1j, np.zeros(1)):
        with pytest.raises(TypeError, match="p must be a number"):
            validate.check_number("p", value)
    for value in (-0.1, 1, np.nan):
        with pytest.raises(ValueError, match="p must be at least 0"):
            validate.check_fraction("p", value)
    with pytest.raises(ValueError, match="eps must be at least 0; got nan"):
        validate.check_number("eps", np.nan, 0)


def test_integers():
    validate.check_integer("n", np.int32(1), 1)
    for value in (True, 1.0, "1"):
        with pytest.raises(TypeError, match="n must be an int"):
            validate.check_integer("n", value, 1)


def test_choices():
    validate.check_choice("mode", None, (None, "a"))
    with pytest.raises(ValueError, match="mode must be None or 'a'; got 'b'"):
        validate.check_choice("mode", "b", (None, "a"))


def test_keys():
    validate.check_keys("p", {"a": 1, "b": 2}, ("a",), ("b",))
    validate.check_keys("p", {"a": 1, "other": 2}, ("a",), None)
    with pytest.raises(ValueError, match="p lacks the key 'a'; it holds \\['b'\\]"):
        validate.check_keys("p", {"b": 1}, ("a",), ("b",))
    with pytest.raises(ValueError, match="p has an unknown key 'c'; allowed: a, b"):
        validate.check_keys("p", {"a": 1, "c": 1}, ("a",), ("b",))
