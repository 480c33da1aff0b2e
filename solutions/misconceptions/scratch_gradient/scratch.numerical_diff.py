"""Wrong ways to write scratch.numerical_diff, and right ones in other words."""

H = "\n    h = 1e-4\n"
SLOPE = "return (f(x + h) - f(x - h)) / (2 * h)"

wrong_edit("scratch.numerical_diff.forward_difference", (SLOPE, "return (f(x + h) - f(x)) / h"))
wrong_edit("scratch.numerical_diff.backward_difference", (SLOPE, "return (f(x) - f(x - h)) / h"))
wrong_edit("scratch.numerical_diff.divided_by_h", (SLOPE, "return (f(x + h) - f(x - h)) / h"))
wrong_edit("scratch.numerical_diff.not_divided", (SLOPE, "return f(x + h) - f(x - h)"))
wrong_edit(
    "scratch.numerical_diff.multiplied_by_h", (SLOPE, "return (f(x + h) - f(x - h)) / 2 * h")
)
wrong_edit("scratch.numerical_diff.other_sign", (SLOPE, "return (f(x - h) - f(x + h)) / (2 * h)"))
wrong_edit("scratch.numerical_diff.much_too_small_h", (H, "\n    h = 1e-50\n"))
wrong_edit(
    "scratch.numerical_diff.smaller_h",
    (H, "\n    h = 1e-5\n"),
    message="scratch.numerical_diff.another_h",
)
wrong_edit(
    "scratch.numerical_diff.larger_h",
    (H, "\n    h = 1e-2\n"),
    message="scratch.numerical_diff.another_h",
)
wrong_edit(
    "scratch.numerical_diff.ten_to_the_minus_four",
    (H, "\n    h = 10e-4\n"),
    message="scratch.numerical_diff.another_h",
)
wrong_edit(
    "scratch.numerical_diff.half_an_h_each_way", (SLOPE, "return (f(x + h / 2) - f(x - h / 2)) / h")
)

right_edit("scratch.numerical_diff.halves", (SLOPE, "return 0.5 * (f(x + h) - f(x - h)) / h"))


@right("scratch.numerical_diff.two_slopes")
def numerical_diff(f, x):
    h = 0.0001
    middle = f(x)
    left, right_ = (middle - f(x - h)) / h, (f(x + h) - middle) / h
    return (left + right_) / 2
