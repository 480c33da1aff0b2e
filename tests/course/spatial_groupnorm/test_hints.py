"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import TINY, channels, hint_case, said


def group(r, groups):
    x, ones = channels([1, 3], [10, 30]), np.ones((1, 2, 1, 1))
    return r.spatial_groupnorm_forward(x, ones, 0 * ones, groups, {"eps": TINY})


@hint_case("spatial_groupnorm_forward")
def test_spatial_groupnorm_forward(r):
    assert said(group(r, 2)[0][0, :, 0]) == "[[-1, 1], [-1, 1]]"
    yield "[-1, 1] and [-1, 1]", None
    yield "-10 / 11.47 = -0.872", None
    assert round(group(r, 1)[0][0, 0, 0, 0], 3) == -0.872
    yield "variance 131.5", np.var([1, 3, 10, 30])


@hint_case("spatial_groupnorm_backward")
def test_spatial_groupnorm_backward(r):
    dx, _, dbeta = r.spatial_groupnorm_backward(channels([1, 2], [3, 4]), group(r, 2)[1])
    assert said(dbeta.ravel()) == "[3, 7]" and dbeta.shape == (1, 2, 1, 1)
    assert abs(dx).max() < 1e-8
    yield "dbeta holds 3 and 7, in the shape (1, 2, 1, 1)", None
