"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import a, hint_case, ln3


@hint_case("scratch.SoftmaxWithLoss")
def test_scratch_SoftmaxWithLoss(r):
    layer = r.scratch.SoftmaxWithLoss()
    for t in (np.array([0, 1]), np.eye(2, dtype=int)):
        layer.forward(a([0, 0], [0, ln3]), t)
        yield "[[-0.25, 0.25], [0.125, -0.125]]", layer.backward()
        np.testing.assert_allclose(layer.backward(2), 2 * layer.backward())
    yield "[[0.5, 0.5], [0.25, 0.75]]", layer.y
