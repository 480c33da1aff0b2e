"""The numbers in the hints are those of the solutions."""

from hint_cases import a, hint_case


@hint_case("scratch.MulLayer")
def test_scratch_MulLayer(r):
    node = r.scratch.MulLayer()
    yield "120", node.forward(40, 3)
    dx, dy = node.backward(0.5)
    yield "dx = 1.5", dx
    yield "dy = 20", dy


@hint_case("scratch.AddLayer")
def test_scratch_AddLayer(r):
    node = r.scratch.AddLayer()
    yield "is 8 ", node.forward(3, 5)
    yield "is 8.1", node.forward(3.1, 5)
    yield "[1, 7]", node.backward(a(1, 7))[1]
