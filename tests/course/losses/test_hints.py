"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import a, hint_case, ln3


@hint_case("softmax_loss")
def test_softmax_loss(r):
    loss, dx = r.softmax_loss(a([0, 0], [0, ln3]), np.array([0, 1]))
    assert round(loss, 3) == 0.490
    yield "0.490", None
    yield "dx = [[-0.25, 0.25], [0.125, -0.125]]", dx


@hint_case("svm_loss")
def test_svm_loss(r):
    loss, dx = r.svm_loss(a([2, 1.5], [0, 3]), np.array([0, 0]))
    yield "2.25", loss
    yield "dx = [[-0.5, 0.5], [-0.5, 0.5]]", dx
