"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import X, a, hint_case, image


@hint_case("ThreeLayerConvNet.init")
def test_ThreeLayerConvNet_init(r):
    for size, rows, words in (
        ((1, 4, 4), 8, "so W2 has 8 rows"),
        ((1, 5, 4), 8, "(1, 5, 4) it is 8 as well"),
        ((1, 5, 7), 12, "= 12"),
    ):
        net = r.ThreeLayerConvNet(size, num_filters=2, filter_size=3)
        assert net.params["W2"].shape[0] == rows
        yield words, None


@hint_case("ThreeLayerConvNet.loss")
def test_ThreeLayerConvNet_loss(r):
    net = r.ThreeLayerConvNet((1, 2, 2), 1, 1, 1, 2, dtype=np.float64)
    net.params |= {"W1": image([1]), "W2": a([1]), "W3": a([1, -1])}
    yield "[4, -4]", net.loss(X[None, None])[0]
