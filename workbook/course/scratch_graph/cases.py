"""Test cases of the two nodes of a computational graph."""

from typing import Any

from workbook.cases import CaseList
from workbook.course.case_tools import FLOAT64, Arrays, Rng, floats

cases = CaseList()

_LAST = "Derivatives with respect to the inputs of the last `forward`"
_ORDER = "with respect to `x` and `y`, in this order"
_OUT = {"MulLayer": "x times y", "AddLayer": "x plus y"}


def _node(node: Any, x: Any, y: Any, dout: Any) -> Arrays:
    out = node.forward(x, y)
    dx, dy = node.backward(dout)
    return {"out": out, "dx": dx, "dy": dy}


def _declare(name: str) -> None:
    exercise = f"scratch.{name}"

    @cases.add(exercise, "forward", asks=_OUT[name], limits=FLOAT64)
    def forward(impl: Any, rng: Rng) -> Arrays:
        node = getattr(impl.scratch, name)()
        return {"out": node.forward(3.5, -2.0), "again": node.forward(0.0, 7.0)}

    @cases.add(exercise, "numbers", asks=_ORDER, limits=FLOAT64)
    def numbers(impl: Any, rng: Rng) -> Arrays:
        return _node(getattr(impl.scratch, name)(), 2.0, 3.5, 1.3)

    @cases.add(exercise, "arrays", asks="x, y : float, or ndarrays of one shape", limits=FLOAT64)
    def arrays(impl: Any, rng: Rng) -> Arrays:
        x, y, dout = (floats(rng, 3, 4) for _ in range(3))
        return _node(getattr(impl.scratch, name)(), x, y, dout)

    @cases.add(exercise, "two forward passes, then backward", asks=_LAST, limits=FLOAT64)
    def last_inputs(impl: Any, rng: Rng) -> Arrays:
        node = getattr(impl.scratch, name)()
        node.forward(5.0, 6.0)
        return _node(node, -1.5, 0.5, 2.0)

    @cases.add(
        exercise,
        "arguments left alone",
        asks="x, y : float, or ndarrays of one shape Not changed.",
        limits=FLOAT64,
        keeps=("x", "y", "dout"),
    )
    def keeps(impl: Any, rng: Rng) -> Arrays:
        x, y, dout = (floats(rng, 2, 2) for _ in range(3))
        return _node(getattr(impl.scratch, name)(), x, y, dout)


_declare("MulLayer")
_declare("AddLayer")


@cases.add(
    "scratch.MulLayer",
    "a graph of two nodes",
    asks="Each object keeps its own inputs, so that one graph can hold many of them",
    limits=FLOAT64,
)
def basket(impl: Any, rng: Rng) -> Arrays:
    apples, tax = impl.scratch.MulLayer(), impl.scratch.MulLayer()
    price = tax.forward(apples.forward(120, 3), 1.08)
    dapples, dtax = tax.backward(1)
    dprice, dnumber = apples.backward(dapples)
    return {"price": price, "dtax": dtax, "dprice": dprice, "dnumber": dnumber}
