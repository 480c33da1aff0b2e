"""Wrong ways to write scratch.gradient_descent, and right ones in other words."""

import numpy as np

START = "x = init_x.copy()"
LOOP = "for _ in range(step_num):"
STEP = "x -= lr * numerical_gradient(f, x)"

wrong_edit("scratch.gradient_descent.start_overwritten", (START, "x = init_x"))
wrong_edit(
    "scratch.gradient_descent.start_handed_back",
    (START, "x = init_x"),
    (STEP, "x = x - lr * numerical_gradient(f, x)"),
)
wrong_edit("scratch.gradient_descent.uphill", (STEP, "x += lr * numerical_gradient(f, x)"))
wrong_edit(
    "scratch.gradient_descent.always_the_first_gradient",
    (START, START + "\n    first = numerical_gradient(f, init_x.copy())"),
    (STEP, "x -= lr * first"),
)
wrong_edit("scratch.gradient_descent.one_step_only", (STEP, STEP + "\n        break"))
wrong_edit("scratch.gradient_descent.one_step_too_many", (LOOP, "for _ in range(step_num + 1):"))
wrong_edit("scratch.gradient_descent.one_step_too_few", (LOOP, "for _ in range(step_num - 1):"))
wrong_edit(
    "scratch.gradient_descent.learning_rate_left_out", (STEP, "x -= numerical_gradient(f, x)")
)
wrong_edit(
    "scratch.gradient_descent.learning_rate_fixed", (STEP, "x -= 0.01 * numerical_gradient(f, x)")
)


@wrong("scratch.gradient_descent.length_of_one")
def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x = init_x.copy()
    for _ in range(step_num):
        slope = numerical_gradient(f, x)
        x -= lr * slope / np.linalg.norm(slope)
    return x


right_edit(
    "scratch.gradient_descent.new_arrays",
    (START, "x = np.array(init_x)"),
    (STEP, "x = x - lr * numerical_gradient(f, x)"),
)


@right("scratch.gradient_descent.slopes_by_hand")
def gradient_descent(f, init_x, lr=0.01, step_num=100):
    x, h = init_x + 0, 1e-4
    while step_num > 0:
        slope = np.empty_like(x)
        for i in np.ndindex(*x.shape):
            old = x[i]
            x[i] = old + h
            up = f(x)
            x[i] = old - h
            slope[i] = (up - f(x)) / (2 * h)
            x[i] = old
        x = x - slope * lr
        step_num -= 1
    return x
