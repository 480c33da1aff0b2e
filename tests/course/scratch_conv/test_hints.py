"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import X, a, hint_case, said


@hint_case("scratch.Convolution")
def test_scratch_Convolution(r):
    filters = np.array([1.0, 2.0]).reshape(2, 1, 1, 1)
    out = r.scratch.Convolution(filters, np.zeros(2)).forward(X[None, None])
    assert said(out[0]) == "[[[1, 2], [3, 4]], [[2, 4], [6, 8]]]"
    yield "[[1, 2], [3, 4]] and [[2, 4], [6, 8]]", None
    yield "[[1, 2], [2, 4], [3, 6], [4, 8]]", X.reshape(4, 1) @ a([1, 2])
