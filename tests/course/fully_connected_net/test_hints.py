"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import a, hint_case


@hint_case("FullyConnectedNet.init")
def test_FullyConnectedNet_init(r):
    net = r.FullyConnectedNet([3, 4], input_dim=2, num_classes=2)
    shapes = [net.params[f"W{layer}"].shape for layer in (1, 2, 3)]
    yield f"{shapes[0]}, {shapes[1]} and {shapes[2]}", None


@hint_case("FullyConnectedNet.loss")
def test_FullyConnectedNet_loss(r):
    # The gradient of the one score, by hand: the net of the hint with a loss of its own.
    values = {"W1": 2.0, "W2": 3.0, "W3": 1.0}

    def score(w):
        return w["W3"] * max(0, w["W2"] * max(0, w["W1"] * 1.0))

    net = r.FullyConnectedNet([1, 1], input_dim=1, num_classes=1, dtype=np.float64)
    for name, value in values.items():
        net.params[name] = a([value])
    yield "the score 6", float(net.loss(a([1]))[0, 0])
    slopes = [
        (score({**values, n: v + 1e-6}) - score({**values, n: v - 1e-6})) / 2e-6
        for n, v in values.items()
    ]
    np.testing.assert_allclose(slopes, [3, 2, 6], rtol=1e-6)
    yield "dW3 = 6 (its input), dW2 = 1·2 = 2, dW1 = 1·3·1 = 3", None
