"""Wrong ways to write ThreeLayerConvNet.loss, and right ones in other words."""

import numpy as np

CONV = "pooled, conv_cache = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)"
HIDDEN = "hidden, hidden_cache = affine_relu_forward(pooled, W2, b2)"
SCORES = "scores, scores_cache = affine_forward(hidden, W3, b3)"
LOSS = "loss, dscores = softmax_loss(scores, y)"
BACK_3 = 'dhidden, grads["W3"], grads["b3"] = affine_backward(dscores, scores_cache)'
BACK_2 = 'dpooled, grads["W2"], grads["b2"] = affine_relu_backward(dhidden, hidden_cache)'
BACK_1 = '_, grads["W1"], grads["b1"] = conv_relu_pool_backward(dpooled, conv_cache)'
NAMES = 'for name in ("W1", "W2", "W3"):'
REG_LOSS = "loss += 0.5 * self.reg * np.sum(W * W)"
REG_GRAD = "grads[name] += self.reg * W"

wrong_edit(
    "ThreeLayerConvNet.loss.reg_doubled",
    (REG_LOSS, REG_LOSS.replace("0.5 * ", "")),
    row="N1",
    message="shared.reg_doubled",
)
wrong_edit(
    "ThreeLayerConvNet.loss.reg_doubled_in_both",
    (REG_LOSS, REG_LOSS.replace("0.5 * ", "")),
    (REG_GRAD, REG_GRAD.replace("self.reg", "2 * self.reg")),
    message="shared.reg_doubled_in_both",
)
wrong_edit(
    "ThreeLayerConvNet.loss.filters_not_regularised", (NAMES, 'for name in ("W2", "W3"):'), row="N3"
)
wrong_edit(
    "ThreeLayerConvNet.loss.last_weights_not_regularised",
    (NAMES, 'for name in ("W1", "W2"):'),
    row="F12",
)
wrong_edit(
    "ThreeLayerConvNet.loss.reg_in_the_loss_only",
    (REG_GRAD, "pass"),
    message="shared.reg_in_the_loss_only",
)
wrong_edit(
    "ThreeLayerConvNet.loss.reg_in_the_gradients_only",
    (REG_LOSS, "pass"),
    message="shared.reg_in_the_gradients_only",
)
wrong_edit(
    "ThreeLayerConvNet.loss.biases_regularised",
    (NAMES, 'for name in ("W1", "b1", "W2", "b2", "W3", "b3"):'),
    message="shared.biases_regularised",
)
wrong_edit(
    "ThreeLayerConvNet.loss.weights_not_squared",
    (REG_LOSS, REG_LOSS.replace("W * W", "np.abs(W)")),
    message="shared.weights_not_squared",
)
wrong_edit(
    "ThreeLayerConvNet.loss.rectified_scores",
    (SCORES, SCORES.replace("affine_forward", "affine_relu_forward")),
    (BACK_3, BACK_3.replace("affine_backward", "affine_relu_backward")),
    row="F11",
    message="shared.rectified_scores",
)
wrong_edit(
    "ThreeLayerConvNet.loss.no_relu",
    (HIDDEN, HIDDEN.replace("affine_relu_forward", "affine_forward")),
    (BACK_2, BACK_2.replace("affine_relu_backward", "affine_backward")),
    message="shared.no_relu",
)
wrong_edit(
    "ThreeLayerConvNet.loss.no_relu_after_the_filters",
    (
        CONV,
        "from workbook.numerics import fast_layers as fast\n        a, conv_cache = fast.conv_forward_fast(X, W1, b1, conv_param)\n        pooled, pool_cache = fast.max_pool_forward_fast(a, pool_param)",
    ),
    (
        BACK_1,
        'da = fast.max_pool_backward_fast(dpooled, pool_cache)\n        _, grads["W1"], grads["b1"] = fast.conv_backward_fast(da, conv_cache)',
    ),
)
wrong_edit(
    "ThreeLayerConvNet.loss.filters_without_gradient",
    (BACK_1, "pass"),
    (NAMES, 'for name in ("W2", "W3"):'),
)
wrong_edit(
    "ThreeLayerConvNet.loss.averaged_twice", (LOSS, LOSS + "\n        dscores = dscores / len(y)")
)
wrong_edit(
    "ThreeLayerConvNet.loss.parameters_updated",
    (REG_GRAD, REG_GRAD + "\n            self.params[name] -= 0.1 * grads[name]"),
    message="shared.parameters_updated",
)


@right("ThreeLayerConvNet.loss.naive_layers")
class ThreeLayerConvNet(ThreeLayerConvNet):
    def loss(self, X, y=None):
        from .. import layers as given

        p = self.params
        conv_param = {"stride": 1, "pad": (p["W1"].shape[2] - 1) // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        a, conv = given.conv_forward_naive(X.astype(self.dtype), p["W1"], p["b1"], conv_param)
        # The maximum first: the ReLU keeps the order of numbers.
        m, pool = given.max_pool_forward_naive(a, pool_param)
        h, act = given.relu_forward(m)
        h2, fc2 = affine_relu_forward(h, p["W2"], p["b2"])
        scores, fc3 = affine_forward(h2, p["W3"], p["b3"])
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        grads = {}
        d, dW3, grads["b3"] = affine_backward(d, fc3)
        d, dW2, grads["b2"] = affine_relu_backward(d, fc2)
        d = given.max_pool_backward_naive(given.relu_backward(d, act), pool)
        _, dW1, grads["b1"] = given.conv_backward_naive(d, conv)
        for name, dW in (("W1", dW1), ("W2", dW2), ("W3", dW3)):
            grads[name] = dW + self.reg * p[name]
            loss = loss + self.reg / 2 * (p[name] ** 2).sum()
        return loss, grads


@right("ThreeLayerConvNet.loss.regularised_first")
class ThreeLayerConvNet(ThreeLayerConvNet):
    def loss(self, X, y=None):
        reg, self.reg = self.reg, 0.0
        try:
            found = super().loss(X, y)
        finally:
            self.reg = reg
        if y is None:
            return found
        loss, grads = found
        weights = [self.params[name] for name in ("W3", "W2", "W1")]
        loss += 0.5 * reg * sum(float((w.astype(np.float64) ** 2).sum()) for w in weights)
        for name in ("W1", "W2", "W3"):
            grads[name] = grads[name] + reg * self.params[name]
        return loss, grads
