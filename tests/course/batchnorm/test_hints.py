"""The numbers in the hints are those of the solutions."""

import math

import numpy as np
from hint_cases import TINY, a, hint_case


@hint_case("batchnorm_forward")
def test_batchnorm_forward(r):
    x, param = a([1, 10], [3, 30]), {"mode": "train", "eps": TINY}
    yield "[[-1, -1], [1, 1]]", r.batchnorm_forward(x, np.ones(2), np.zeros(2), dict(param))[0]
    yield "[[-2, 4], [2, 6]]", r.batchnorm_forward(x, a(2, 1), a(0, 5), param)[0]
    yield "running mean is now [0.2, 2]", param["running_mean"]
    yield "running variance [0.1, 10]", param["running_var"]


@hint_case("batchnorm_backward")
def test_batchnorm_backward(r):
    _, cache = r.batchnorm_forward(
        a([1], [3]), np.ones(1), np.zeros(1), {"mode": "train", "eps": TINY}
    )
    dx, dgamma, dbeta = r.batchnorm_backward(a([5], [7]), cache)
    yield "dbeta = 12", dbeta[0]
    yield "= 2. And", dgamma[0]
    yield "dx = [0, 0]", dx[:, 0]


@hint_case("batchnorm_backward_alt")
def test_batchnorm_backward_alt(r):
    root = math.sqrt(1.5)
    assert round(root, 2) == 1.22
    x = a([-root], [0], [root])
    _, cache = r.batchnorm_forward(x, np.ones(1), np.zeros(1), {"mode": "train", "eps": TINY})
    dx, _, _ = r.batchnorm_backward_alt(a([1], [0], [0]), cache)
    np.testing.assert_allclose(dx[:, 0], [1 / 6, -1 / 3, 1 / 6], rtol=1e-9)
    assert abs(dx.sum()) < 1e-12 and abs((dx * x).sum()) < 1e-11
    yield "dx = [1/6, -1/3, 1/6]", None
