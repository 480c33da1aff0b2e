"""The numbers in the hints are those of the solutions."""

import numpy as np
from hint_cases import TINY, a, hint_case


@hint_case("sgd_momentum")
def test_sgd_momentum(r):
    dw = a([1, 0], [0, -1])
    w, config = r.sgd_momentum(np.ones((2, 2)), dw, {"learning_rate": 0.1, "momentum": 0.5})
    yield "velocity [[-0.1, 0], [0, 0.1]]", config["velocity"]
    yield "w = [[0.9, 1], [1, 1.1]]", w
    w, config = r.sgd_momentum(w, dw, config)
    yield "velocity [[-0.15, 0], [0, 0.15]]", config["velocity"]
    yield "w = [[0.75, 1], [1, 1.25]]", w


@hint_case("rmsprop")
def test_rmsprop(r):
    config = {"learning_rate": 0.1, "decay_rate": 0.75, "epsilon": TINY}
    w, _ = r.rmsprop(np.ones((2, 2)), a([10, 0.1], [0, -1]), config)
    yield "next_w = [[0.8, 0.8], [1, 1.2]]", w


@hint_case("adam")
def test_adam(r):
    dw = a([2, -4], [0.5, 0])
    w, _ = r.adam(np.zeros((2, 2)), dw, {"learning_rate": 0.1})
    np.testing.assert_allclose(w, -0.1 * np.sign(dw), atol=1e-8)
    yield "moves by 0.1 against the sign", None
