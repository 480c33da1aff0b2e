"""Wrong ways to write scratch.SimpleConvNet, and right ones in other words."""

import numpy as np

CONV_H = "conv_h = 1 + (H + 2 * pad - filter_size) // stride"
CONV_W = "conv_w = 1 + (W + 2 * pad - filter_size) // stride"
POOLED = "pooled = filter_num * (conv_h // 2) * (conv_w // 2)"
W2 = 'self.params["W2"] = weight_init_std * np.random.randn(pooled, hidden_size)'
W3 = 'self.params["W3"] = weight_init_std * np.random.randn(hidden_size, output_size)'
CONV = 'self.layers["Conv1"] = Convolution(self.params["W1"], self.params["b1"], stride, pad)'
RELU_1 = 'self.layers["Relu1"] = Relu()'
RELU_2 = 'self.layers["Relu2"] = Relu()'
POOL = 'self.layers["Pool1"] = Pooling(2, 2, stride=2)'
AFFINE_1 = 'self.layers["Affine1"] = Affine(self.params["W2"], self.params["b2"])'
AFFINE_2 = 'self.layers["Affine2"] = Affine(self.params["W3"], self.params["b3"])'
LABELS = "labels = t if t.ndim == 1 else np.argmax(t, axis=1)"
BATCHES = "for start in range(0, len(x), batch_size):"
COUNT = "right += np.sum(np.argmax(scores, axis=1) == labels[start : start + batch_size])"
SHARE = "return float(right / len(x))"
LOSS = "return self.last_layer.forward(self.predict(x), t)"
NUMERICAL = "name: numerical_gradient(lambda _: self.loss(x, t), parameter)"
BACK = "for layer in reversed(self.layers.values()):"
NAMES = 'for number, name in enumerate(("Conv1", "Affine1", "Affine2"), start=1):'

wrong_edit(
    "scratch.SimpleConvNet.quarter_of_the_area",
    (POOLED, "pooled = filter_num * conv_h * conv_w // 4"),
    row="T1",
    outcome="almost",
)
wrong_edit(
    "scratch.SimpleConvNet.padding_not_counted",
    (CONV_H, CONV_H.replace(" + 2 * pad", "")),
    (CONV_W, CONV_W.replace(" + 2 * pad", "")),
    outcome="error",
)
wrong_edit("scratch.SimpleConvNet.square_images", (CONV_W, "conv_w = conv_h"), outcome="almost")
wrong_edit(
    "scratch.SimpleConvNet.pooling_not_counted", (POOLED, "pooled = filter_num * conv_h * conv_w")
)
wrong_edit(
    "scratch.SimpleConvNet.stride_not_handed_on",
    (CONV, CONV.replace(", stride, pad", ", 1, pad")),
    outcome="error",
)
wrong_edit(
    "scratch.SimpleConvNet.padding_not_handed_on",
    (CONV, CONV.replace(", stride, pad", ", stride")),
    outcome="error",
)
wrong_edit(
    "scratch.SimpleConvNet.windows_that_overlap",
    (POOL, 'self.layers["Pool1"] = Pooling(2, 2)'),
    outcome="error",
)
wrong_edit(
    "scratch.SimpleConvNet.layers_hold_copies",
    (
        AFFINE_1,
        'self.layers["Affine1"] = Affine(self.params["W2"].copy(), self.params["b2"].copy())',
    ),
    (
        AFFINE_2,
        'self.layers["Affine2"] = Affine(self.params["W3"].copy(), self.params["b3"].copy())',
    ),
    (
        CONV,
        'self.layers["Conv1"] = Convolution(self.params["W1"].copy(), self.params["b1"].copy(), stride, pad)',
    ),
    message="shared.layers_hold_copies",
)
wrong_edit(
    "scratch.SimpleConvNet.no_second_relu", (RELU_2, "pass"), message="shared.relu_layer_missing"
)
wrong_edit(
    "scratch.SimpleConvNet.scale_missing",
    (W2, W2.replace("weight_init_std * ", "")),
    (W3, W3.replace("weight_init_std * ", "")),
)
wrong_edit(
    "scratch.SimpleConvNet.summed_loss", (LOSS, LOSS + " * len(x)"), message="shared.summed_loss"
)
wrong_edit(
    "scratch.SimpleConvNet.last_batch_left_out",
    (BATCHES, "for start in range(0, len(x) // batch_size * batch_size, batch_size):"),
)
wrong_edit(
    "scratch.SimpleConvNet.mean_of_the_batches",
    (COUNT, "right += np.mean(np.argmax(scores, axis=1) == labels[start : start + batch_size])"),
    (SHARE, "return float(right / len(range(0, len(x), batch_size)))"),
)
wrong_edit(
    "scratch.SimpleConvNet.counted_not_averaged",
    (SHARE, "return float(right)"),
    message="shared.counted_not_averaged",
)
wrong_edit(
    "scratch.SimpleConvNet.labels_of_the_first_batch",
    (COUNT, "right += np.sum(np.argmax(scores, axis=1) == labels[: len(scores)])"),
)
wrong_edit(
    "scratch.SimpleConvNet.one_hot_rows_compared",
    (LABELS, "labels = t if t.ndim == 1 else t[:, 0]"),
    message="shared.one_hot_not_read",
)
wrong_edit(
    "scratch.SimpleConvNet.numerical_by_backpropagation",
    (NUMERICAL, "name: self.gradient(x, t)[name]"),
    message="shared.numerical_by_backpropagation",
)
wrong_edit(
    "scratch.SimpleConvNet.numerical_of_a_copy",
    (NUMERICAL, NUMERICAL.replace(", parameter)", ", parameter.copy())")),
    message="shared.numerical_of_a_copy",
)
wrong_edit("scratch.SimpleConvNet.counted_from_0", (NAMES, NAMES.replace("start=1", "start=0")))
wrong_edit(
    "scratch.SimpleConvNet.last_layer_not_used",
    (LOSS, "return cross_entropy_error(softmax(self.predict(x)), t)"),
    (
        "self.loss(x, t)\n        dout = self.last_layer.backward()",
        "last = SoftmaxWithLoss()\n        last.forward(self.predict(x), t)\n"
        "        dout = last.backward()",
    ),
    message="shared.last_layer_not_used",
)


right_edit(
    "scratch.SimpleConvNet.shapes_in_another_way",
    (CONV_H, "conv_h = (H - filter_size + 2 * pad + stride) // stride"),
    (POOLED, "pooled = filter_num * ((conv_h - 2) // 2 + 1) * int(conv_w / 2)"),
    (BACK, "for layer in list(self.layers.values())[::-1]:"),
)


@right("scratch.SimpleConvNet.other_methods")
class SimpleConvNet(SimpleConvNet):
    def gradient(self, x, t):
        scores = self.predict(x)
        self.last_layer.forward(scores, t)
        d = self.last_layer.backward(1)
        for name in ("Affine2", "Relu2", "Affine1", "Pool1", "Relu1", "Conv1"):
            d = self.layers[name].backward(d)
        grads = {"W3": self.layers["Affine2"].dW, "b3": self.layers["Affine2"].db}
        grads |= {"W2": self.layers["Affine1"].dW, "b2": self.layers["Affine1"].db}
        return grads | {"W1": self.layers["Conv1"].dW, "b1": self.layers["Conv1"].db}

    def accuracy(self, x, t, batch_size=100):
        t = np.asarray(t)
        t = t.argmax(axis=1) if t.ndim > 1 else t
        hits = []
        for some, right in zip(
            np.split(x, range(batch_size, len(x), batch_size)),
            np.split(t, range(batch_size, len(x), batch_size)),
        ):
            hits.extend(self.predict(some).argmax(axis=1) == right)
        return np.mean(hits)
