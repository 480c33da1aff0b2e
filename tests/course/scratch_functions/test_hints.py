"""The numbers in the hints are those of the solutions."""

import math

import numpy as np
from hint_cases import a, hint_case, ln3


@hint_case("scratch.sigmoid")
def test_scratch_sigmoid(r):
    np.testing.assert_allclose(
        r.scratch.sigmoid(a([0, ln3], [-ln3, 1000])), [[1 / 2, 3 / 4], [1 / 4, 1]]
    )
    yield "[[1/2, 3/4], [1/4, 1]]", None


@hint_case("scratch.softmax")
def test_scratch_softmax(r):
    got = r.scratch.softmax(a([0, ln3], [1000, 1000 + ln3]))
    np.testing.assert_allclose(got, [[1 / 4, 3 / 4]] * 2, rtol=1e-9)
    yield "[1/4, 3/4]", None


@hint_case("scratch.cross_entropy_error")
def test_scratch_cross_entropy_error(r):
    y = a([0.25, 0.75], [0.5, 0.5])
    for t in (np.array([1, 0]), np.array([[0, 1], [1, 0]])):
        assert round(r.scratch.cross_entropy_error(y, t), 3) == 0.490
    assert (round(-math.log(0.75), 3), round(-math.log(0.5), 3)) == (0.288, 0.693)
    yield "0.288 and 0.693", None
    yield "0.490", None
