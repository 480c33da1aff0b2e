"""A small computational graph: a value forwards and a gradient backwards on every edge."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

__all__ = ["BASKET", "NEURON", "GraphLayers", "GraphValues", "basket", "neuron"]

# What the notebook's pencil-and-paper question starts with.
BASKET = {"apple": 100.0, "apples": 2.0, "orange": 150.0, "oranges": 3.0, "tax": 1.1}
NEURON = {"x0": 1.0, "w0": 0.8, "x1": -2.0, "w1": -0.5, "b": 0.2}


class GraphLayers(Protocol):
    """The student's classes; the from-scratch part of an implementation has them."""

    MulLayer: Any
    AddLayer: Any
    Relu: Any
    SoftmaxWithLoss: Any


@dataclass(frozen=True)
class GraphValues:
    """Attributes
    ----------
    forwards : dict of float
        The value on each edge, named after where it comes from, in the order in which they
        become known.
    backwards : dict of float
        The gradient of the result with respect to each, in the order in which they become
        known, so the result's own 1 is first.
    """

    forwards: dict[str, float]
    backwards: dict[str, float]

    @property
    def steps(self) -> int:
        """How many numbers there are to find."""
        return len(self.forwards) + len(self.backwards)


def basket(
    nodes: GraphLayers,
    *,
    apple: float = BASKET["apple"],
    apples: float = BASKET["apples"],
    orange: float = BASKET["orange"],
    oranges: float = BASKET["oranges"],
    tax: float = BASKET["tax"],
) -> GraphValues:
    """The price of a basket: (apple * apples + orange * oranges) * tax.

    Parameters
    ----------
    nodes : object
        Has MulLayer and AddLayer.
    apple, orange : float, optional
        The price of one.
    apples, oranges, tax : float, optional
    """
    mul_apple, mul_orange, add, mul_tax = (
        nodes.MulLayer(),
        nodes.MulLayer(),
        nodes.AddLayer(),
        nodes.MulLayer(),
    )
    forwards = {"apple": apple, "apples": apples, "orange": orange, "oranges": oranges, "tax": tax}
    forwards["mul apple"] = mul_apple.forward(apple, apples)
    forwards["mul orange"] = mul_orange.forward(orange, oranges)
    forwards["add"] = add.forward(forwards["mul apple"], forwards["mul orange"])
    forwards["mul tax"] = mul_tax.forward(forwards["add"], tax)

    back: dict[str, Any] = {"mul tax": 1.0}
    back["add"], back["tax"] = mul_tax.backward(back["mul tax"])
    back["mul apple"], back["mul orange"] = add.backward(back["add"])
    back["apple"], back["apples"] = mul_apple.backward(back["mul apple"])
    back["orange"], back["oranges"] = mul_orange.backward(back["mul orange"])
    return _graph_values(forwards, back)


def neuron(
    nodes: GraphLayers,
    *,
    x0: float = NEURON["x0"],
    w0: float = NEURON["w0"],
    x1: float = NEURON["x1"],
    w1: float = NEURON["w1"],
    b: float = NEURON["b"],
    right: int = 0,
) -> GraphValues:
    """One neuron and its loss: a ReLU of x0 w0 + x1 w1 + b as one score, 0 as the other.

    Parameters
    ----------
    nodes : object
        Has MulLayer, AddLayer, Relu and SoftmaxWithLoss.
    x0, w0, x1, w1, b : float, optional
    right : {0, 1}, optional
        The right class: that of the neuron's score, or the one whose score is always 0.
    """
    mul0, mul1, add, add_b = (
        nodes.MulLayer(),
        nodes.MulLayer(),
        nodes.AddLayer(),
        nodes.AddLayer(),
    )
    relu, last = nodes.Relu(), nodes.SoftmaxWithLoss()
    forwards: dict[str, Any] = {"x0": x0, "w0": w0, "x1": x1, "w1": w1, "b": b}
    forwards["mul 0"] = mul0.forward(x0, w0)
    forwards["mul 1"] = mul1.forward(x1, w1)
    forwards["add"] = add.forward(forwards["mul 0"], forwards["mul 1"])
    forwards["add b"] = add_b.forward(forwards["add"], b)
    # The layers take arrays of samples: here one sample with one number.
    score = relu.forward(np.array([[float(forwards["add b"])]]))
    forwards["relu"] = score[0, 0]
    forwards["loss"] = last.forward(np.array([[score[0, 0], 0.0]]), np.array([right]))

    back: dict[str, Any] = {"loss": 1.0}
    back["relu"] = last.backward(1)[0, 0]
    back["add b"] = relu.backward(np.array([[float(back["relu"])]]))[0, 0]
    back["add"], back["b"] = add_b.backward(back["add b"])
    back["mul 0"], back["mul 1"] = add.backward(back["add"])
    back["x0"], back["w0"] = mul0.backward(back["mul 0"])
    back["x1"], back["w1"] = mul1.backward(back["mul 1"])
    return _graph_values(forwards, back)


def _graph_values(forwards: dict[str, Any], backwards: dict[str, Any]) -> GraphValues:
    return GraphValues(
        {name: float(value) for name, value in forwards.items()},
        {name: float(value) for name, value in backwards.items()},
    )
