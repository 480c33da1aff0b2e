"""Wrong ways to write FullyConnectedNet.dropout, and right ones in other words."""

import numpy as np

FORWARD = "out, cache = dropout_forward(x, self.dropout_param)"
BACKWARD = "dx = dropout_backward(dout, cache)"
DROP = "out, drop_cache = self.drop_forward(out)"
DROP_BACK = "dout = self.drop_backward(dout, drop_cache)"
SCORES = 'scores, scores_cache = affine_forward(out, self.params[f"W{L}"], self.params[f"b{L}"])'
LAST = 'dout, grads[f"W{L}"], grads[f"b{L}"] = affine_backward(dout, scores_cache)'

wrong_edit("FullyConnectedNet.dropout.backward_left_out", (BACKWARD, "pass"))
wrong_edit(
    "FullyConnectedNet.dropout.another_mask_backwards",
    (BACKWARD, "dx, _ = dropout_forward(dout, self.dropout_param)"),
)
wrong_edit(
    "FullyConnectedNet.dropout.dropped_in_the_test_pass",
    (FORWARD, 'out, cache = dropout_forward(x, {**self.dropout_param, "mode": "train"})'),
)
wrong_edit(
    "FullyConnectedNet.dropout.scaled_in_the_test_pass",
    (
        FORWARD,
        FORWARD
        + '\n            if self.dropout_param["mode"] == "test":\n                out = out * (1 - self.dropout_param["p"])',
    ),
)
wrong_edit(
    "FullyConnectedNet.dropout.probability_of_keeping",
    (
        FORWARD,
        'out, cache = dropout_forward(x, {**self.dropout_param, "p": 1 - self.dropout_param["p"]})',
    ),
    row="D2",
)
wrong_edit(
    "FullyConnectedNet.dropout.scores_dropped",
    (
        SCORES,
        SCORES
        + "\n        if self.use_dropout:\n            scores, last_cache = dropout_forward(scores, self.dropout_param)",
    ),
    (
        LAST,
        "if self.use_dropout:\n            dout = dropout_backward(dout, last_cache)\n        "
        + LAST,
    ),
)
wrong_edit(
    "FullyConnectedNet.dropout.first_layer_only",
    (DROP, "drop_cache = None\n            if layer == 1:\n                " + DROP),
    (DROP_BACK, "if layer == 1:\n                " + DROP_BACK),
)
wrong_edit("FullyConnectedNet.dropout.not_called", (DROP, "drop_cache = None"), (DROP_BACK, "pass"))
wrong_edit(
    "FullyConnectedNet.dropout.dropped_twice",
    (FORWARD, FORWARD + "\n            out, cache = dropout_forward(out, self.dropout_param)"),
)

right_edit(
    "FullyConnectedNet.dropout.before_the_relu",
    (DROP, "pass"),
    (
        "out, relu_cache = relu_forward(out)",
        "out, drop_cache = self.drop_forward(out)\n            out, relu_cache = relu_forward(out)",
    ),
    (DROP_BACK, "pass"),
    (
        "dout = relu_backward(dout, relu_cache)",
        "dout = relu_backward(dout, relu_cache)\n            dout = self.drop_backward(dout, drop_cache)",
    ),
)


@right("FullyConnectedNet.dropout.a_mask_of_its_own")
class FullyConnectedNet(FullyConnectedNet):
    def drop_forward(self, x):
        if not self.use_dropout or self.dropout_param["mode"] == "test":
            return x, None
        p = self.dropout_param["p"]
        if "seed" in self.dropout_param:
            np.random.seed(self.dropout_param["seed"])
        mask = (np.random.uniform(size=x.shape) > p) / np.array(1 - p, dtype=x.dtype)
        return x * mask, mask

    def drop_backward(self, dout, cache):
        return dout if cache is None else dout * cache
