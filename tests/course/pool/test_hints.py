"""The numbers in the hints are those of the solutions."""

from hint_cases import X, a, hint_case, image


def pool(height, width, stride):
    return {"pool_height": height, "pool_width": width, "stride": stride}


@hint_case("max_pool_forward_naive")
def test_max_pool_forward_naive(r):
    yield "[[4]]", r.max_pool_forward_naive(X[None, None], pool(2, 2, 1))[0][0, 0]
    yield "[[2], [4]]", r.max_pool_forward_naive(X[None, None], pool(1, 2, 1))[0][0, 0]


@hint_case("max_pool_backward_naive")
def test_max_pool_backward_naive(r):
    for x, dx in ((X, "dx = [[0, 0], [0, 5]]"), (a([4, 4], [1, 1]), "be [[5, 0], [0, 0]]")):
        _, cache = r.max_pool_forward_naive(x[None, None], pool(2, 2, 2))
        yield dx, r.max_pool_backward_naive(image([5]), cache)[0, 0]
