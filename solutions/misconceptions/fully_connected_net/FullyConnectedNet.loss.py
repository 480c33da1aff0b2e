"""Wrong ways to write FullyConnectedNet.loss, and right ones in other words."""

import numpy as np

RELU = "out, relu_cache = relu_forward(out)"
SCORES = 'scores, scores_cache = affine_forward(out, self.params[f"W{L}"], self.params[f"b{L}"])'
LOSS = "loss, dout = softmax_loss(scores, y)"
LAST = 'dout, grads[f"W{L}"], grads[f"b{L}"] = affine_backward(dout, scores_cache)'
BACK = "for layer in range(L - 1, 0, -1):"
RELU_BACK = "dout = relu_backward(dout, relu_cache)"
AFFINE_BACK = 'dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine_cache)'
REG = "for layer in range(1, L + 1):"
REG_LOSS = "loss += 0.5 * self.reg * np.sum(W * W)"
REG_GRAD = 'grads[f"W{layer}"] += self.reg * W'

wrong_edit(
    "FullyConnectedNet.loss.reg_doubled",
    (REG_LOSS, REG_LOSS.replace("0.5 * ", "")),
    row="N1",
    message="shared.reg_doubled",
)
wrong_edit(
    "FullyConnectedNet.loss.reg_doubled_in_both",
    (REG_LOSS, REG_LOSS.replace("0.5 * ", "")),
    (REG_GRAD, REG_GRAD.replace("self.reg", "2 * self.reg")),
    message="shared.reg_doubled_in_both",
)
wrong_edit(
    "FullyConnectedNet.loss.hidden_layers_only", (REG, "for layer in range(1, L):"), row="F12"
)
wrong_edit("FullyConnectedNet.loss.last_layer_only", (REG, "for layer in range(L, L + 1):"))
wrong_edit(
    "FullyConnectedNet.loss.reg_in_the_loss_only",
    (REG_GRAD, "pass"),
    message="shared.reg_in_the_loss_only",
)
wrong_edit(
    "FullyConnectedNet.loss.reg_in_the_gradients_only",
    (REG_LOSS, "pass"),
    message="shared.reg_in_the_gradients_only",
)
wrong_edit(
    "FullyConnectedNet.loss.biases_regularised",
    (REG_LOSS, 'loss += 0.5 * self.reg * (np.sum(W * W) + np.sum(self.params[f"b{layer}"] ** 2))'),
    (
        REG_GRAD,
        REG_GRAD + '\n            grads[f"b{layer}"] += self.reg * self.params[f"b{layer}"]',
    ),
    message="shared.biases_regularised",
)
wrong_edit(
    "FullyConnectedNet.loss.weights_not_squared",
    (REG_LOSS, REG_LOSS.replace("W * W", "np.abs(W)")),
    message="shared.weights_not_squared",
)
wrong_edit(
    "FullyConnectedNet.loss.rectified_scores",
    (SCORES, SCORES + "\n        scores, last_cache = relu_forward(scores)"),
    (LAST, "dout = relu_backward(dout, last_cache)\n        " + LAST),
    row="F11",
    message="shared.rectified_scores",
)
wrong_edit(
    "FullyConnectedNet.loss.output_layer_twice",
    (
        SCORES,
        SCORES
        + '\n        scores, scores_cache = affine_forward(scores, self.params[f"W{L}"], self.params[f"b{L}"])',
    ),
    row="F3",
)
wrong_edit(
    "FullyConnectedNet.loss.no_relu",
    (RELU, "relu_cache = None"),
    (RELU_BACK, "pass"),
    message="shared.no_relu",
)
wrong_edit("FullyConnectedNet.loss.relu_forwards_only", (RELU_BACK, "pass"))
wrong_edit(
    "FullyConnectedNet.loss.first_layer_has_no_gradient",
    (BACK, "for layer in range(L - 1, 1, -1):"),
    outcome="error",
)
wrong_edit(
    "FullyConnectedNet.loss.one_cache_for_all",
    ("= caches[layer]", "= caches[L - 1]"),
    outcome="error",
)
wrong_edit(
    "FullyConnectedNet.loss.names_from_the_wrong_end",
    (
        AFFINE_BACK,
        'dout, grads[f"W{L - layer}"], grads[f"b{L - layer}"] = affine_backward(dout, affine_cache)',
    ),
    (REG_GRAD, 'if grads[f"W{layer}"].shape == W.shape:\n                ' + REG_GRAD),
)
wrong_edit(
    "FullyConnectedNet.loss.float64_gradients",
    (REG_GRAD, 'grads[f"W{layer}"] = grads[f"W{layer}"] + np.full(W.shape, self.reg) * W'),
    outcome="almost",
)
wrong_edit(
    "FullyConnectedNet.loss.parameters_updated",
    (REG_GRAD, REG_GRAD + '\n            self.params[f"W{layer}"] -= 0.1 * grads[f"W{layer}"]'),
    message="shared.parameters_updated",
)

right_edit(
    "FullyConnectedNet.loss.one_pass_over_the_parameters",
    (REG, "for layer in ():"),
    (
        REG_GRAD,
        REG_GRAD
        + """
        for name, value in self.params.items():
            if name[0] == "W":
                loss = loss + self.reg / 2 * (value**2).sum()
                grads[name] = grads[name] + self.reg * value""",
    ),
)


@right("FullyConnectedNet.loss.lists_of_caches")
class FullyConnectedNet(FullyConnectedNet):
    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        for bn_param in self.bn_params:
            if self.normalization == "batchnorm":
                bn_param["mode"] = mode
        self.dropout_param["mode"] = mode
        last = str(self.num_layers)
        out, caches = X, []
        for i in range(self.num_layers - 1):
            a, fc = affine_forward(
                out, self.params["W" + str(i + 1)], self.params["b" + str(i + 1)]
            )
            n, norm = self.norm_forward(i + 1, a)
            h, act = relu_forward(n)
            out, drop = self.drop_forward(h)
            caches.append((fc, norm, act, drop))
        scores, fc = affine_forward(out, self.params["W" + last], self.params["b" + last])
        if y is None:
            return scores
        data_loss, dout = softmax_loss(scores, y)
        grads = {}
        dout, dW, db = affine_backward(dout, fc)
        grads["W" + last] = dW + self.reg * self.params["W" + last]
        grads["b" + last] = db
        squares = np.square(self.params["W" + last]).sum()
        while caches:
            layer = len(caches)
            fc, norm, act, drop = caches.pop()
            dout = relu_backward(self.drop_backward(dout, drop), act)
            dout = self.norm_backward(layer, dout, norm, grads)
            dout, dW, grads["b" + str(layer)] = affine_backward(dout, fc)
            grads["W" + str(layer)] = dW + self.reg * self.params["W" + str(layer)]
            squares += np.square(self.params["W" + str(layer)]).sum()
        return data_loss + 0.5 * self.reg * squares, grads


@right("FullyConnectedNet.loss.by_hand")
class FullyConnectedNet(FullyConnectedNet):
    def loss(self, X, y=None):
        L, p = self.num_layers, self.params
        acts = [X.reshape(len(X), -1).astype(self.dtype)]
        for layer in range(1, L):
            acts.append(np.maximum(acts[-1] @ p[f"W{layer}"] + p[f"b{layer}"], 0))
        scores = acts[-1] @ p[f"W{L}"] + p[f"b{L}"]
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        grads = {}
        for layer in range(L, 0, -1):
            grads[f"W{layer}"] = acts[layer - 1].T @ d + self.reg * p[f"W{layer}"]
            grads[f"b{layer}"] = d.sum(axis=0)
            loss += 0.5 * self.reg * (p[f"W{layer}"] ** 2).sum()
            d = d @ p[f"W{layer}"].T * (acts[layer - 1] > 0)
        return loss, grads
