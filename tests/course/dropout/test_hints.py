"""The numbers in the hints are those of the solutions."""

from hint_cases import X, a, hint_case


@hint_case("dropout_forward")
def test_dropout_forward(r):
    for seed in range(200):
        out, _ = r.dropout_forward(X, {"mode": "train", "p": 0.5, "seed": seed})
        if out[0, 0] and out[1, 1] and not out[0, 1] and not out[1, 0]:
            break
    yield "out = [[2, 0], [0, 8]]", out


@hint_case("dropout_backward")
def test_dropout_backward(r):
    mask = a([2, 0], [0, 2])
    yield "dx = [[10, 0], [0, 16]]", r.dropout_backward(a([5, 6], [7, 8]), ("train", mask))
