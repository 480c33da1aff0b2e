"""The numbers in the hints are those of the solutions."""

from hint_cases import X, a, hint_case


@hint_case("scratch.numerical_diff")
def test_scratch_numerical_diff(r):
    yield "6", r.scratch.numerical_diff(lambda x: x * x, 3.0)
    yield "- 9 = 7", None


@hint_case("scratch.numerical_gradient")
def test_scratch_numerical_gradient(r):
    yield (
        "[[2, 0], [0, 3]]",
        r.scratch.numerical_gradient(lambda x: x[0, 0] ** 2 + 3 * x[1, 1], X.copy()),
    )


@hint_case("scratch.gradient_descent")
def test_scratch_gradient_descent(r):
    def f(x):
        return float((x * x).sum())

    yield "[1.6, -3.2]", r.scratch.gradient_descent(f, a(2, -4), lr=0.1, step_num=1)
    yield "[1.28, -2.56]", r.scratch.gradient_descent(f, a(2, -4), lr=0.1, step_num=2)
