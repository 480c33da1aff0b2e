"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import a, channels, hint_case


@hint_case("scratch.BatchNormalization")
def test_scratch_BatchNormalization(r):
    layer = r.scratch.BatchNormalization(np.ones(2), np.zeros(2))
    out = layer.forward(a([1, 10], [3, 30]))
    np.testing.assert_allclose(out, [[-1, -1], [1, 1]], atol=1e-5)
    yield "[0.2, 2]", layer.running_mean
    same = r.scratch.BatchNormalization(np.ones(2), np.zeros(2))
    np.testing.assert_allclose(same.forward(channels([1, 3], [10, 30]))[0, :, 0].T, out)
