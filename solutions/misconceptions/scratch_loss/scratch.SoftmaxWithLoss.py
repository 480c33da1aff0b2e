"""Wrong ways to write scratch.SoftmaxWithLoss, and right ones in other words."""

import numpy as np

T = "self.t = t\n"
Y = "self.y = softmax(x)"
LOSS = "self.loss = cross_entropy_error(self.y, t)"
LABELS = "labels = self.t if self.t.ndim == 1 else np.argmax(self.t, axis=1)"
COPY = "dx = self.y.copy()"
MINUS = "dx[np.arange(batch), labels] -= 1"
SCALE = "dx *= dout / batch"

wrong_edit("scratch.SoftmaxWithLoss.dout_ignored", (SCALE, "dx /= batch"))
wrong_edit(
    "scratch.SoftmaxWithLoss.not_averaged",
    (SCALE, "dx *= dout"),
    message="softmax_loss.dx_not_divided",
)
wrong_edit("scratch.SoftmaxWithLoss.averaged_over_everything", (SCALE, "dx *= dout / dx.size"))
wrong_edit("scratch.SoftmaxWithLoss.probabilities_changed", (COPY, "dx = self.y"))
wrong_edit(
    "scratch.SoftmaxWithLoss.one_assigned",
    (MINUS, "dx[np.arange(batch), labels] = 1"),
    row="S2",
    message="softmax_loss.assigned_one",
)
wrong_edit(
    "scratch.SoftmaxWithLoss.one_not_subtracted",
    (MINUS, "pass"),
    message="softmax_loss.right_class_left_out",
)
wrong_edit(
    "scratch.SoftmaxWithLoss.one_subtracted_everywhere",
    (MINUS, "dx[:, labels] -= 1"),
    message="softmax_loss.whole_columns",
)
wrong_edit(
    "scratch.SoftmaxWithLoss.one_hot_only",
    (MINUS, "dx -= self.t.reshape(batch, -1) if self.t.ndim == 1 else self.t"),
)
wrong_edit(
    "scratch.SoftmaxWithLoss.indices_only",
    (LABELS, "labels = self.t.ravel()[:len(self.y)].astype(int)"),
)
wrong_edit(
    "scratch.SoftmaxWithLoss.told_apart_by_the_length",
    (LABELS, "labels = self.t if len(self.t) != self.y.shape[1] else np.argmax(self.t, axis=-1)"),
)
wrong_edit(
    "scratch.SoftmaxWithLoss.other_sign",
    (SCALE, "dx *= -dout / batch"),
    message="softmax_loss.sign_of_dx",
)
wrong_edit(
    "scratch.SoftmaxWithLoss.loss_not_kept",
    (LOSS, "loss = cross_entropy_error(self.y, t)"),
    ("return self.loss", "return loss"),
)
wrong_edit(
    "scratch.SoftmaxWithLoss.scores_for_probabilities",
    (Y, "self.y = x.copy()"),
    (LOSS, "self.loss = cross_entropy_error(softmax(x), t)"),
)
wrong_edit(
    "scratch.SoftmaxWithLoss.softmax_twice",
    (LOSS, "self.loss = cross_entropy_error(softmax(self.y), t)"),
)
wrong_edit(
    "scratch.SoftmaxWithLoss.float64_gradient",
    (SCALE, "dx = dx * np.float64(dout / batch)"),
    message="shared.float64_scores",
    outcome="almost",
)
wrong_edit(
    "scratch.SoftmaxWithLoss.one_place_for_all",
    ("        self.y = None\n", ""),
    ("self.y = softmax(x)", "SoftmaxWithLoss.y = softmax(x)"),
    message="shared.one_place_for_all_layers",
)
wrong_edit(
    "scratch.SoftmaxWithLoss.one_array_for_every_gradient",
    (
        "dx = self.y.copy()",
        "if np.shape(getattr(self, 'dx', None)) != self.y.shape:\n"
        "            self.dx = self.y.copy()\n"
        "        dx = self.dx\n"
        "        dx[...] = self.y",
    ),
)


right_edit(
    "scratch.SoftmaxWithLoss.one_hot_made",
    (
        LABELS,
        "hot = self.t if self.t.ndim == 2 else np.eye(self.y.shape[1], dtype=self.y.dtype)[self.t]",
    ),
    (COPY, "dx = (self.y - hot) * (dout / len(self.t))"),
    (MINUS, "dx = dx.astype(self.y.dtype)"),
    (SCALE, "pass"),
)


@right("scratch.SoftmaxWithLoss.without_the_functions")
class SoftmaxWithLoss:
    def __init__(self):
        self.loss = self.y = self.t = None

    def forward(self, x, t):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.y, self.t = e / e.sum(axis=1, keepdims=True), np.array(t)
        labels = self.t.argmax(axis=1) if self.t.shape == x.shape else self.t
        self.loss = -np.log(self.y[np.arange(len(x)), labels] + 1e-7).mean()
        return self.loss

    def backward(self, dout=1):
        dx = np.zeros_like(self.y)
        for row in range(len(dx)):
            label = self.t[row] if self.t.ndim == 1 else int(self.t[row].argmax())
            dx[row] = self.y[row]
            dx[row, label] -= 1.0
        return dx * dout / len(dx)
