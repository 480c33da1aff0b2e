"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import EYE, a, hint_case


@hint_case("scratch.TwoLayerNet")
def test_scratch_TwoLayerNet(r):
    net = r.scratch.TwoLayerNet(2, 2, 2)
    net.params["W1"][:], net.params["W2"][:] = a([1, 0], [0, -1]), EYE
    x, t = a([1, 2]), np.array([1])
    yield "scores [1, 0]", net.predict(x)[0]
    assert round(net.loss(x, t), 3) == 1.313
    yield "1.313", None
    yield "accuracy 0", net.accuracy(x, t)


@hint_case("scratch.SimpleConvNet")
def test_scratch_SimpleConvNet(r):
    for size, rows, words in (((1, 4, 4), 3, "3 rows"), ((1, 7, 6), 12, "12 rows")):
        net = r.scratch.SimpleConvNet(size, {"filter_num": 3, "filter_size": 3})
        assert net.params["W2"].shape[0] == rows
        yield words, None
