"""The small computational graphs, against what pencil and paper give."""

import numpy as np
import pytest

from workbook.training import experiments


def test_the_basket_by_hand(impl):
    flow = experiments.basket(impl.scratch)
    assert flow.forwards["mul apple"] == 200
    assert flow.forwards["mul orange"] == 450
    assert flow.forwards["add"] == 650
    assert flow.forwards["mul tax"] == pytest.approx(715)
    expected = {"apple": 2.2, "apples": 110, "orange": 3.3, "oranges": 165, "tax": 650}
    assert {name: flow.backwards[name] for name in expected} == pytest.approx(expected)
    # What is found first stands first.
    assert list(flow.forwards)[-1] == next(iter(flow.backwards)) == "mul tax"
    assert flow.steps == 18


@pytest.mark.parametrize(
    ("experiment", "start", "result"),
    [
        (experiments.basket, experiments.BASKET, "mul tax"),
        (experiments.neuron, experiments.NEURON, "loss"),
        (experiments.neuron, {**experiments.NEURON, "right": 1}, "loss"),
        # The ReLU is shut: nothing comes back.
        (experiments.neuron, {**experiments.NEURON, "b": -5.0}, "loss"),
    ],
)
def test_every_gradient_is_the_slope_of_the_result(impl, experiment, start, result):
    flow = experiment(impl.scratch, **start)
    assert set(flow.backwards) == set(flow.forwards)
    for name, value in start.items():
        if name == "right":
            continue
        up = experiment(impl.scratch, **{**start, name: value + 1e-5}).forwards[result]
        down = experiment(impl.scratch, **{**start, name: value - 1e-5}).forwards[result]
        assert flow.backwards[name] == pytest.approx((up - down) / 2e-5, rel=1e-6, abs=1e-9)


def test_the_neuron_by_hand(impl):
    flow = experiments.neuron(impl.scratch, x0=1, w0=2, x1=3, w1=-1, b=1.5, right=1)
    assert flow.forwards["relu"] == 0.5
    assert flow.forwards["loss"] == pytest.approx(np.log(np.exp(0.5) + 1))
    assert flow.backwards["relu"] == pytest.approx(1 / (1 + np.exp(-0.5)))
