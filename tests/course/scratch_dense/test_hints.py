"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import W, X, a, hint_case, ln3


@hint_case("scratch.Sigmoid")
def test_scratch_Sigmoid(r):
    layer = r.scratch.Sigmoid()
    yield "y = [[0.5, 0.75], [0.25, 0.5]]", layer.forward(a([0, ln3], [-ln3, 0]))
    yield "gradient is [[1, 0.75], [0.75, 1]]", layer.backward(np.full((2, 2), 4.0))


@hint_case("scratch.Affine")
def test_scratch_Affine(r):
    layer = r.scratch.Affine(W, np.zeros(2))
    layer.forward(X)
    yield "x is [[1, 3], [0, 4]]", layer.backward(a([1, 1], [0, 2]))
    yield "dW = [[1, 7], [2, 10]]", layer.dW
    yield "db = [1, 3]", layer.db
