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
        x, y = rng.uniform(1.0, 4.0, size=2).tolist()
        return {"out": node.forward(x, -y), "again": node.forward(0.0, y)}

    @cases.add(exercise, "numbers", asks=_ORDER, limits=FLOAT64)
    def numbers(impl: Any, rng: Rng) -> Arrays:
        x, y, dout = rng.uniform(1.0, 4.0, size=3).tolist()
        return _node(getattr(impl.scratch, name)(), x, y, dout)

    @cases.add(exercise, "arrays", asks="x, y : float, or ndarrays of one shape", limits=FLOAT64)
    def arrays(impl: Any, rng: Rng) -> Arrays:
        x, y, dout = (floats(rng, 3, 4) for _ in range(3))
        return _node(getattr(impl.scratch, name)(), x, y, dout)

    @cases.add(exercise, "two forward passes, then backward", asks=_LAST, limits=FLOAT64)
    def last_inputs(impl: Any, rng: Rng) -> Arrays:
        node = getattr(impl.scratch, name)()
        before, x, y, dout = rng.uniform(1.0, 4.0, size=4).tolist()
        node.forward(before, before)
        return _node(node, -x, y, dout)

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
    price, number = (int(n) for n in (rng.integers(80, 200), rng.integers(2, 9)))
    price = tax.forward(apples.forward(price, number), rng.uniform(1.05, 1.25))
    dapples, dtax = tax.backward(1)
    dprice, dnumber = apples.backward(dapples)
    return {"price": price, "dtax": dtax, "dprice": dprice, "dnumber": dnumber}
