"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import TINY, channels, hint_case, said


@hint_case("spatial_batchnorm_forward")
def test_spatial_batchnorm_forward(r):
    x = channels([1, 3], [10, 30])
    out, _ = r.spatial_batchnorm_forward(x, np.ones(2), np.zeros(2), {"mode": "train", "eps": TINY})
    assert said(out[0, :, 0]) == "[[-1, 1], [-1, 1]]"
    yield "channels [-1, 1] and [-1, 1]", None
    yield "[[1, 10], [3, 30]]", x.transpose(0, 2, 3, 1).reshape(-1, 2)
    yield "[[1, 3], [10, 30]]", x.reshape(-1, 2)


@hint_case("spatial_batchnorm_backward")
def test_spatial_batchnorm_backward(r):
    x = channels([1, 3], [10, 30])
    _, cache = r.spatial_batchnorm_forward(x, np.ones(2), np.zeros(2), {"mode": "train"})
    dout = channels([1, 2], [3, 4])
    yield "dbeta = [3, 7]", r.spatial_batchnorm_backward(dout, cache)[2]
    yield "[[1, 3], [2, 4]]", dout.transpose(0, 2, 3, 1).reshape(-1, 2)
