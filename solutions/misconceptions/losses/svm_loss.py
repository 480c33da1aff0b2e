"""Wrong ways to write svm_loss, and right ones in other words."""

import numpy as np

MARGINS = "np.maximum(0, x - x[samples, y, None] + 1)"
RIGHT_CLASS = "dx[samples, y] = -dx.sum(axis=1)"
LOSS = "margins.sum() / x.shape[0]"

wrong_edit(
    "svm_loss.sign_of_the_right_class", (RIGHT_CLASS, "dx[samples, y] = dx.sum(axis=1)"), row="S1"
)
wrong_edit(
    "svm_loss.margin_of_the_right_class",
    ("margins[samples, y] = 0", "pass"),
    (RIGHT_CLASS, "dx[samples, y] -= dx.sum(axis=1)"),
    row="S6",
)
wrong_edit("svm_loss.right_class_counted_twice", ("margins[samples, y] = 0", "pass"))
wrong_edit("svm_loss.right_class_left_out", (RIGHT_CLASS, "pass"))
wrong_edit("svm_loss.right_class_once", (RIGHT_CLASS, "dx[samples, y] = -1"))
wrong_edit("svm_loss.no_margin", (MARGINS, "np.maximum(0, x - x[samples, y, None])"))
wrong_edit("svm_loss.swapped_difference", (MARGINS, "np.maximum(0, x[samples, y, None] - x + 1)"))
wrong_edit("svm_loss.not_cut_at_zero", (MARGINS, "x - x[samples, y, None] + 1"))
wrong_edit(
    "svm_loss.at_the_margin",
    (
        "(margins > 0).astype(x.dtype)",
        "(x - x[samples, y, None] + 1 >= 0).astype(x.dtype)\n    dx[samples, y] = 0",
    ),
    outcome="almost",
)
wrong_edit("svm_loss.loss_summed", (LOSS, "margins.sum()"))
wrong_edit("svm_loss.loss_over_all_entries", (LOSS, "margins.mean()"))
wrong_edit("svm_loss.nothing_divided", (LOSS, "margins.sum()"), ("dx /= x.shape[0]", "pass"))
wrong_edit("svm_loss.dx_not_divided", ("dx /= x.shape[0]", "pass"))
wrong_edit("svm_loss.squared", (LOSS, "(margins**2).sum() / x.shape[0]"))
wrong_edit("svm_loss.largest_only", (LOSS, "margins.max(axis=1).sum() / x.shape[0]"))
wrong_edit("svm_loss.dx_of_margins", ("(margins > 0).astype(x.dtype)", "margins.copy()"))
wrong_edit(
    "svm_loss.float64_dx",
    ("(margins > 0).astype(x.dtype)", "(margins > 0).astype(float)"),
    message="shared.float64_scores",
    outcome="almost",
)


@wrong("svm_loss.scores_changed", message="shared.scores_changed", outcome="almost")
def svm_loss(x, y):
    samples = np.arange(x.shape[0])
    x -= x[samples, y].copy()[:, None] - 1
    margins = np.maximum(0, x)
    margins[samples, y] = 0
    dx = (margins > 0).astype(x.dtype)
    dx[samples, y] -= dx.sum(axis=1)
    return margins.sum() / len(x), dx / len(x)


@right("svm_loss.num_pos")
def svm_loss(x, y):
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    num_pos = np.sum(margins > 0, axis=1)
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= num_pos
    dx /= N
    return loss, dx


@right("svm_loss.margin_subtracted_later")
def svm_loss(x, y):
    N = len(y)
    margins = np.maximum(0, x - x[np.arange(N), y].reshape(-1, 1) + 1)
    active = margins > 0
    active[np.arange(N), y] = False
    dx = active.astype(x.dtype)
    dx[np.arange(N), y] = -np.sum(active, 1)
    return margins.sum() / N - 1, dx / N


@right("svm_loss.loops")
def svm_loss(x, y):
    loss, dx = 0.0, np.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            margin = x[i, j] - x[i, y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dx[i, j] += 1
                dx[i, y[i]] -= 1
    return loss / x.shape[0], dx / x.shape[0]
