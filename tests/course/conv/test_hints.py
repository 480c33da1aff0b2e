"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import EYE, X, a, hint_case, image


@hint_case("conv_forward_naive")
def test_conv_forward_naive(r):
    out, _ = r.conv_forward_naive(X[None, None], EYE[None, None], a(10), {"stride": 1, "pad": 0})
    yield "= 15. With pad 1", out[0, 0, 0, 0]
    out, _ = r.conv_forward_naive(X[None, None], EYE[None, None], a(10), {"stride": 1, "pad": 1})
    assert out.shape == (1, 1, 3, 3)
    yield "15 in the middle", out[0, 0, 1, 1]
    yield "corner 11", out[0, 0, 0, 0]


@hint_case("conv_backward_naive")
def test_conv_backward_naive(r):
    param = {"stride": 1, "pad": 0}
    _, cache = r.conv_forward_naive(X[None, None], EYE[None, None], a(0), param)
    dx, dw, db = r.conv_backward_naive(image([2]), cache)
    yield "dw = [[2, 4], [6, 8]]", dw[0, 0]
    yield "dx = [[2, 0], [0, 2]]", dx[0, 0]
    yield "db = 2", db[0]
    _, cache = r.conv_forward_naive(X[None, None], image([3]), a(0), param)
    dx, dw, _ = r.conv_backward_naive(np.ones((1, 1, 2, 2)), cache)
    yield "dw = 10", dw[0, 0, 0, 0]
    yield "dx = [[3, 3], [3, 3]]", dx[0, 0]
