"""The numbers in the hints are those of the solutions."""

from hint_cases import X, hint_case, image


@hint_case("scratch.Pooling")
def test_scratch_Pooling(r):
    layer = r.scratch.Pooling(2, 2, stride=2, pad=1)
    yield "output is [[-1, -2], [-3, -4]]", layer.forward(-X[None, None])[0, 0]
    yield "dout = [[5, 6], [7, 8]]", layer.backward(image([5, 6], [7, 8]))[0, 0]
