"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import EYE, TINY, X, a, hint_case


def sandwich(r):
    param = {"mode": "train", "eps": TINY}
    return r.affine_bn_relu_forward(EYE, X, np.zeros(2), np.ones(2), np.zeros(2), param)


@hint_case("affine_bn_relu_forward")
def test_affine_bn_relu_forward(r):
    yield "[[1, 2], [3, 4]]", r.affine_forward(EYE, X, np.zeros(2))[0]
    yield "that [[0, 0], [1, 1]]", sandwich(r)[0]


@hint_case("affine_bn_relu_backward")
def test_affine_bn_relu_backward(r):
    dx, dw, db, dgamma, dbeta = r.affine_bn_relu_backward(a([5, 6], [7, 8]), sandwich(r)[1])
    yield "dbeta = [7, 8]", dbeta
    yield "dgamma = [7, 8]", dgamma
    assert max(abs(dx).max(), abs(dw).max(), abs(db).max()) < 1e-8
    yield "dx, dw and db are 0", None
