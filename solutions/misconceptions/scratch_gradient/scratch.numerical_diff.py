"""Wrong ways to write scratch.numerical_diff, and right ones in other words."""

from workbook.checks.misconceptions import right, right_edit, wrong_edit

H = "\n    h = 1e-4\n"
SLOPE = "return (f(x + h) - f(x - h)) / (2 * h)"

wrong_edit("forward_difference", (SLOPE, "return (f(x + h) - f(x)) / h"))
wrong_edit("backward_difference", (SLOPE, "return (f(x) - f(x - h)) / h"))
wrong_edit("divided_by_h", (SLOPE, "return (f(x + h) - f(x - h)) / h"))
wrong_edit("not_divided", (SLOPE, "return f(x + h) - f(x - h)"))
wrong_edit("multiplied_by_h", (SLOPE, "return (f(x + h) - f(x - h)) / 2 * h"))
wrong_edit("other_sign", (SLOPE, "return (f(x - h) - f(x + h)) / (2 * h)"))
wrong_edit("much_too_small_h", (H, "\n    h = 1e-50\n"))
wrong_edit("smaller_h", (H, "\n    h = 1e-5\n"), message="scratch.numerical_diff.another_h")
wrong_edit("larger_h", (H, "\n    h = 1e-2\n"), message="scratch.numerical_diff.another_h")
wrong_edit(
    "ten_to_the_minus_four", (H, "\n    h = 10e-4\n"), message="scratch.numerical_diff.another_h"
)
wrong_edit("half_an_h_each_way", (SLOPE, "return (f(x + h / 2) - f(x - h / 2)) / h"))

right_edit("halves", (SLOPE, "return 0.5 * (f(x + h) - f(x - h)) / h"))


@right("two_slopes")
def numerical_diff(f, x):
    h = 0.0001
    middle = f(x)
    left, right_ = (middle - f(x - h)) / h, (f(x + h) - middle) / h
    return (left + right_) / 2
