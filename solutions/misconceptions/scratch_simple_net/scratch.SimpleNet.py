"""Wrong ways to write scratch.SimpleNet, and right ones in other words."""

import numpy as np

HELD = "self.W = W\n"
SCORES = "return x @ self.W"
LOSS = "return cross_entropy_error(softmax(self.predict(x)), t)"

wrong_edit(
    "scratch.SimpleNet.probabilities_for_scores",
    (SCORES, "return softmax(x @ self.W)"),
    (LOSS, "return cross_entropy_error(self.predict(x), t)"),
)
wrong_edit("scratch.SimpleNet.softmax_twice", (SCORES, "return softmax(x @ self.W)"))
wrong_edit(
    "scratch.SimpleNet.softmax_left_out",
    (LOSS, "return cross_entropy_error(np.abs(self.predict(x)), t)"),
)
wrong_edit(
    "scratch.SimpleNet.weights_turned_over", (SCORES, "return x @ self.W.T"), outcome="error"
)
wrong_edit(
    "scratch.SimpleNet.weights_copied",
    (HELD, "self.W = W\n        self.weights = W.copy()\n"),
    (SCORES, "return x @ self.weights"),
)
wrong_edit(
    "scratch.SimpleNet.summed_over_the_samples", (LOSS, LOSS + " * (1 if x.ndim == 1 else len(x))")
)
wrong_edit("scratch.SimpleNet.a_bias_of_one", (SCORES, "return x @ self.W + 1.5 * np.arange(3)"))
wrong_edit(
    "scratch.SimpleNet.weights_changed",
    (
        LOSS,
        "loss = cross_entropy_error(softmax(self.predict(x)), t)\n        self.W *= 0.99\n        return loss",
    ),
)

right_edit(
    "scratch.SimpleNet.dot",
    (SCORES, "return np.dot(x, self.W)"),
    (
        LOSS,
        "z = self.predict(x)\n        y = softmax(z)\n        return float(cross_entropy_error(y, t))",
    ),
)


@right("scratch.SimpleNet.without_the_functions")
class SimpleNet(SimpleNet):
    def predict(self, x):
        return np.einsum("...d,dc->...c", x, self.W)

    def loss(self, x, t):
        scores, t = np.atleast_2d(self.predict(x)), np.asarray(t)
        e = np.exp(scores - scores.max(axis=1)[:, None])
        y = e / e.sum(axis=1)[:, None]
        if t.size == y.size:
            t = t.reshape(y.shape).argmax(axis=1)
        return -np.sum(np.log(y[np.arange(len(y)), t] + 1e-7)) / len(y)
