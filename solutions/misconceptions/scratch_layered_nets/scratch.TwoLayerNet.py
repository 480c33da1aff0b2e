"""Wrong ways to write scratch.TwoLayerNet, and right ones in other words."""

import numpy as np

W1 = 'self.params["W1"] = weight_init_std * np.random.randn(input_size, hidden_size)'
W2 = 'self.params["W2"] = weight_init_std * np.random.randn(hidden_size, output_size)'
AFFINE_1 = 'self.layers["Affine1"] = Affine(self.params["W1"], self.params["b1"])'
AFFINE_2 = 'self.layers["Affine2"] = Affine(self.params["W2"], self.params["b2"])'
RELU = 'self.layers["Relu1"] = Relu()'
LABELS = "labels = t if t.ndim == 1 else np.argmax(t, axis=1)"
ACCURACY = "return float(np.mean(np.argmax(scores, axis=1) == labels))"
NUMERICAL = "name: numerical_gradient(lambda _: self.loss(x, t), parameter)"
FORWARD = "self.loss(x, t)\n        dout = self.last_layer.backward()"
BACK = "for layer in reversed(self.layers.values()):"
GRADS = 'return {"W1": first.dW, "b1": first.db, "W2": second.dW, "b2": second.db}'
LOSS = "return self.last_layer.forward(self.predict(x), t)"

wrong_edit(
    "scratch.TwoLayerNet.uniform",
    (W1, W1.replace("randn", "rand")),
    (W2, W2.replace("randn", "rand")),
    row="N4",
    message="shared.uniform_weights",
)
wrong_edit(
    "scratch.TwoLayerNet.scale_missing",
    (W1, W1.replace("weight_init_std * ", "")),
    (W2, W2.replace("weight_init_std * ", "")),
    message="shared.scale_missing",
)
wrong_edit(
    "scratch.TwoLayerNet.layers_hold_copies",
    (
        AFFINE_1,
        AFFINE_1.replace('["W1"], self.params["b1"]', '["W1"].copy(), self.params["b1"].copy()'),
    ),
    (
        AFFINE_2,
        AFFINE_2.replace('["W2"], self.params["b2"]', '["W2"].copy(), self.params["b2"].copy()'),
    ),
    message="shared.layers_hold_copies",
)
wrong_edit("scratch.TwoLayerNet.no_relu", (RELU, "pass"), message="shared.relu_layer_missing")
wrong_edit(
    "scratch.TwoLayerNet.relu_after_the_scores",
    (AFFINE_2, AFFINE_2 + '\n        self.layers["Relu2"] = Relu()'),
)
wrong_edit(
    "scratch.TwoLayerNet.relu_first",
    (AFFINE_1, RELU + "\n        " + AFFINE_1),
    (RELU + "\n        " + AFFINE_2, AFFINE_2),
)
wrong_edit(
    "scratch.TwoLayerNet.softmax_in_the_scores",
    ("return x\n", "from .functions import softmax\n        return softmax(x)\n"),
)
wrong_edit(
    "scratch.TwoLayerNet.summed_loss", (LOSS, LOSS + " * len(x)"), message="shared.summed_loss"
)
wrong_edit(
    "scratch.TwoLayerNet.from_first_to_last",
    (BACK, "for layer in self.layers.values():"),
    outcome="error",
)
wrong_edit(
    "scratch.TwoLayerNet.last_layer_left_out",
    (FORWARD, "self.loss(x, t)\n        dout = np.ones_like(self.predict(x)) / len(x)"),
)
wrong_edit(
    "scratch.TwoLayerNet.no_forward_pass",
    (
        FORWARD,
        "self.last_layer.forward(self.predict(x[:1]), t[:1]) if self.last_layer.y is None else None\n        dout = self.last_layer.backward()",
    ),
)
wrong_edit(
    "scratch.TwoLayerNet.weights_for_gradients",
    (GRADS, GRADS.replace(".dW", ".W").replace(".db", ".b")),
)
wrong_edit(
    "scratch.TwoLayerNet.layers_mixed_up",
    (GRADS, 'return {"W1": second.dW, "b1": second.db, "W2": first.dW, "b2": first.db}'),
)
wrong_edit(
    "scratch.TwoLayerNet.biases_left_out", (GRADS, 'return {"W1": first.dW, "W2": second.dW}')
)
wrong_edit(
    "scratch.TwoLayerNet.counted_not_averaged",
    (ACCURACY, ACCURACY.replace("np.mean", "np.sum")),
    message="shared.counted_not_averaged",
)
wrong_edit(
    "scratch.TwoLayerNet.best_sample_of_a_class",
    (
        ACCURACY,
        "return float(np.mean(np.argmax(scores, axis=0)[labels] == np.arange(len(labels))))",
    ),
)
wrong_edit(
    "scratch.TwoLayerNet.labels_taken_for_one_hot", (LABELS, "labels = np.argmax(t, axis=-1)")
)
wrong_edit(
    "scratch.TwoLayerNet.one_hot_rows_compared",
    (LABELS, "labels = t if t.ndim == 1 else t[:, 0]"),
    message="shared.one_hot_not_read",
)
wrong_edit(
    "scratch.TwoLayerNet.numerical_by_backpropagation",
    (NUMERICAL, "name: self.gradient(x, t)[name]"),
    message="shared.numerical_by_backpropagation",
)
wrong_edit(
    "scratch.TwoLayerNet.numerical_of_a_copy",
    (NUMERICAL, NUMERICAL.replace(", parameter)", ", parameter.copy())")),
    message="shared.numerical_of_a_copy",
)
wrong_edit(
    "scratch.TwoLayerNet.last_layer_not_used",
    (LOSS, "return cross_entropy_error(softmax(self.predict(x)), t)"),
    (
        "self.loss(x, t)\n        dout = self.last_layer.backward()",
        "last = SoftmaxWithLoss()\n        last.forward(self.predict(x), t)\n"
        "        dout = last.backward()",
    ),
    message="shared.last_layer_not_used",
)


right_edit(
    "scratch.TwoLayerNet.lists_and_names",
    (BACK, "for name in list(self.layers)[::-1]:\n            layer = self.layers[name]"),
    (ACCURACY, "return np.count_nonzero(scores.argmax(1) == labels) / float(len(x))"),
    (W1, 'self.params["W1"] = np.random.normal(0, weight_init_std, (input_size, hidden_size))'),
)


@right("scratch.TwoLayerNet.by_hand")
class TwoLayerNet(TwoLayerNet):
    def gradient(self, x, t):
        t = np.asarray(t)
        p = self.params
        z = x.reshape(len(x), -1) @ p["W1"] + p["b1"]
        a = np.maximum(z, 0)
        s = a @ p["W2"] + p["b2"]
        y = np.exp(s - s.max(axis=1, keepdims=True))
        y /= y.sum(axis=1, keepdims=True)
        hot = t if t.ndim == 2 else np.eye(s.shape[1])[t]
        ds = (y - hot) / len(x)
        dz = ds @ p["W2"].T * (z > 0)
        return {
            "b2": ds.sum(axis=0),
            "W2": a.T @ ds,
            "b1": dz.sum(axis=0),
            "W1": x.reshape(len(x), -1).T @ dz,
        }

    def numerical_gradient(self, x, t):
        grads = {}
        for name in ("W1", "b1", "W2", "b2"):
            grads[name] = numerical_gradient(lambda W: self.loss(x, t), self.params[name])
        return grads

    def accuracy(self, x, t):
        t = np.asarray(t)
        if t.ndim != 1:
            t = t.argmax(axis=1)
        return sum(
            int(np.argmax(row)) == int(label) for row, label in zip(self.predict(x), t)
        ) / len(t)
