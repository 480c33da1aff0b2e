"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import EYE, a, hint_case


@hint_case("TwoLayerNet.init")
def test_TwoLayerNet_init(r):
    net = r.TwoLayerNet(2, 2, 2, weight_scale=0.1)
    assert net.params["W1"].shape == net.params["W2"].shape == (2, 2)
    yield "b1 and b2 are [0, 0]", None
    yield "[0, 0]", net.params["b1"]


@hint_case("TwoLayerNet.loss")
def test_TwoLayerNet_loss(r):
    net = r.TwoLayerNet(2, 2, 2)
    net.params["W1"], net.params["W2"] = a([1, 0], [0, -1]), EYE
    x, y = a([1, 2]), np.array([1])
    np.testing.assert_allclose(net.loss(x), [[1, 0]])
    plain, _ = net.loss(x, y)
    net.reg = 0.1
    regular, _ = net.loss(x, y)
    assert (round(plain, 3), round(regular - plain, 9)) == (1.313, 0.2)
    np.testing.assert_allclose(r.scratch.softmax(a(1, 0)), [0.731, 0.269], atol=5e-4)
    yield "[0.731, 0.269], the loss is 1.313", None
    yield "it is 0.2 more", None
