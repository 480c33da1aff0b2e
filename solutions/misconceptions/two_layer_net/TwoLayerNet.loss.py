"""Wrong ways to write TwoLayerNet.loss, and right ones in other words."""

import numpy as np

HIDDEN = 'hidden, hidden_cache = affine_relu_forward(X, self.params["W1"], self.params["b1"])'
SCORES = 'scores, scores_cache = affine_forward(hidden, self.params["W2"], self.params["b2"])'
LOSS = "loss, dscores = softmax_loss(scores, y)"
BACK_2 = 'dhidden, grads["W2"], grads["b2"] = affine_backward(dscores, scores_cache)'
BACK_1 = '_, grads["W1"], grads["b1"] = affine_relu_backward(dhidden, hidden_cache)'
NAMES = 'for name in ("W1", "W2"):'
REG_LOSS = "loss += 0.5 * self.reg * np.sum(W * W)"
REG_GRAD = "grads[name] += self.reg * W"

wrong_edit(
    "TwoLayerNet.loss.reg_doubled",
    (REG_LOSS, "loss += self.reg * np.sum(W * W)"),
    row="N1",
    message="shared.reg_doubled",
)
wrong_edit(
    "TwoLayerNet.loss.reg_doubled_in_both",
    (REG_LOSS, "loss += self.reg * np.sum(W * W)"),
    (REG_GRAD, "grads[name] += 2 * self.reg * W"),
    message="shared.reg_doubled_in_both",
)
wrong_edit("TwoLayerNet.loss.second_weights_only", (NAMES, 'for name in ("W2",):'), row="N3")
wrong_edit("TwoLayerNet.loss.first_weights_only", (NAMES, 'for name in ("W1",):'))
wrong_edit(
    "TwoLayerNet.loss.reg_in_the_loss_only",
    (REG_GRAD, "pass"),
    message="shared.reg_in_the_loss_only",
)
wrong_edit(
    "TwoLayerNet.loss.reg_in_the_gradients_only",
    (REG_LOSS, "pass"),
    message="shared.reg_in_the_gradients_only",
)
wrong_edit(
    "TwoLayerNet.loss.biases_regularised",
    (NAMES, 'for name in ("W1", "W2", "b1", "b2"):'),
    message="shared.biases_regularised",
)
wrong_edit(
    "TwoLayerNet.loss.weights_not_squared",
    (REG_LOSS, "loss += 0.5 * self.reg * np.sum(np.abs(W))"),
    message="shared.weights_not_squared",
)
wrong_edit("TwoLayerNet.loss.mean_of_the_squares", (REG_LOSS, REG_LOSS.replace("sum", "mean")))
wrong_edit(
    "TwoLayerNet.loss.rectified_scores",
    (SCORES, SCORES.replace("affine_forward", "affine_relu_forward")),
    (BACK_2, BACK_2.replace("affine_backward", "affine_relu_backward")),
    row="F11",
    message="shared.rectified_scores",
)
wrong_edit(
    "TwoLayerNet.loss.no_relu",
    (HIDDEN, HIDDEN.replace("affine_relu_forward", "affine_forward")),
    (BACK_1, BACK_1.replace("affine_relu_backward", "affine_backward")),
    message="shared.no_relu",
)
wrong_edit(
    "TwoLayerNet.loss.relu_forwards_only",
    (BACK_1, '_, grads["W1"], grads["b1"] = affine_backward(dhidden, hidden_cache[0])'),
)
wrong_edit(
    "TwoLayerNet.loss.relu_at_the_scores_gate",
    (
        BACK_1,
        '_, grads["W1"], grads["b1"] = affine_backward(dhidden * (dhidden > 0), hidden_cache[0])',
    ),
)
wrong_edit(
    "TwoLayerNet.loss.biases_left_out",
    (REG_LOSS, REG_LOSS + '\n            grads.pop("b" + name[1])'),
)
wrong_edit("TwoLayerNet.loss.averaged_twice", (LOSS, LOSS + "\n        dscores = dscores / len(y)"))
wrong_edit(
    "TwoLayerNet.loss.parameters_updated",
    (REG_GRAD, "grads[name] += self.reg * W\n            self.params[name] -= 0.1 * grads[name]"),
    message="shared.parameters_updated",
)


@wrong("TwoLayerNet.loss.probabilities_for_scores")
class TwoLayerNet(TwoLayerNet):
    def loss(self, X, y=None):
        if y is not None:
            return super().loss(X, y)
        scores = super().loss(X)
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        return p / p.sum(axis=1, keepdims=True)


right_edit(
    "TwoLayerNet.loss.norms",
    (REG_LOSS, "loss = loss + self.reg / 2 * np.linalg.norm(W.ravel()) ** 2"),
    (REG_GRAD, "grads[name] = grads[name] + W * self.reg"),
)
right_edit(
    "TwoLayerNet.loss.regularised_first",
    (
        LOSS,
        LOSS
        + "\n        loss += 0.5 * self.reg * sum(np.sum(self.params[k] ** 2) for k in ('W2', 'W1'))",
    ),
    (REG_LOSS, "pass"),
)


@right("TwoLayerNet.loss.by_hand")
class TwoLayerNet(TwoLayerNet):
    def loss(self, X, y=None):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        rows = X.reshape(len(X), -1)
        z = np.einsum("nd,dh->nh", rows, W1) + b1
        a = z * (z > 0)
        scores = a.dot(W2) + b2
        if y is None:
            return scores
        N = len(y)
        p = np.exp(scores - scores.max(1)[:, None])
        p /= p.sum(1)[:, None]
        loss = -np.log(p[range(N), y]).mean()
        loss += self.reg * (np.sum(W1**2) + np.sum(W2**2)) / 2
        p[range(N), y] -= 1
        p /= N
        da = p.dot(W2.T) * (z > 0)
        return loss, {
            "b2": p.sum(0),
            "W2": a.T.dot(p) + self.reg * W2,
            "b1": da.sum(0),
            "W1": rows.T.dot(da) + self.reg * W1,
        }


@right("TwoLayerNet.loss.layer_by_layer")
class TwoLayerNet(TwoLayerNet):
    def loss(self, X, y=None):
        from ..layers import relu_backward, relu_forward

        a1, fc1 = affine_forward(X, self.params["W1"], self.params["b1"])
        h1, act = relu_forward(a1)
        scores, fc2 = affine_forward(h1, self.params["W2"], self.params["b2"])
        if y is None:
            return scores
        loss, dout = softmax_loss(scores, y)
        grads = dict.fromkeys(self.params)
        dout, grads["W2"], grads["b2"] = affine_backward(dout, fc2)
        _, grads["W1"], grads["b1"] = affine_backward(relu_backward(dout, act), fc1)
        for name, value in self.params.items():
            if name.startswith("W"):
                loss += 0.5 * self.reg * np.vdot(value, value)
                grads[name] = grads[name] + self.reg * value
        return loss, grads
