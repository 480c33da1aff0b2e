"""Wrong ways to write FullyConnectedNet.init, and right ones in other words."""

DIMS = "dims = [input_dim, *hidden_dims, num_classes]"
LOOP = "for layer in range(1, self.num_layers + 1):"
SIZES = "before, after = dims[layer - 1], dims[layer]"
W = 'self.params[f"W{layer}"] = weight_scale * np.random.randn(before, after)'
B = 'self.params[f"b{layer}"] = np.zeros(after)'

wrong_edit(
    "FullyConnectedNet.init.uniform",
    (W, W.replace("randn", "rand")),
    row="N4",
    message="shared.uniform_weights",
)
wrong_edit(
    "FullyConnectedNet.init.uniform_of_both_signs",
    (
        W,
        W.replace(
            "weight_scale * np.random.randn(before, after)",
            "np.random.uniform(-weight_scale, weight_scale, (before, after))",
        ),
    ),
    message="shared.uniform_of_both_signs",
)
wrong_edit(
    "FullyConnectedNet.init.scale_missing",
    (W, W.replace("weight_scale * ", "")),
    message="shared.scale_missing",
)
wrong_edit(
    "FullyConnectedNet.init.scale_is_a_variance",
    (W, W.replace("weight_scale", "np.sqrt(weight_scale)")),
    message="shared.scale_is_a_variance",
)
wrong_edit(
    "FullyConnectedNet.init.all_zeros",
    (W, W.replace("weight_scale", "0")),
    message="shared.all_zeros",
)
wrong_edit(
    "FullyConnectedNet.init.weights_turned_over",
    (W, W.replace("before, after", "after, before")),
    message="shared.weights_turned_over",
)
wrong_edit(
    "FullyConnectedNet.init.bias_of_two_axes",
    (B, B.replace("np.zeros(after)", "np.zeros((1, after))")),
    message="shared.bias_of_two_axes",
    outcome="almost",
)
wrong_edit(
    "FullyConnectedNet.init.bias_for_each_input",
    (B, B.replace("after", "before")),
    message="shared.bias_for_each_input",
)
wrong_edit(
    "FullyConnectedNet.init.random_biases",
    (B, B.replace("np.zeros(after)", "weight_scale * np.random.randn(after)")),
    message="shared.random_biases",
)
wrong_edit(
    "FullyConnectedNet.init.last_layer_missing", (LOOP, "for layer in range(1, self.num_layers):")
)
wrong_edit(
    "FullyConnectedNet.init.counted_from_0",
    (LOOP, "for layer in range(self.num_layers):"),
    (SIZES, "before, after = dims[layer], dims[layer + 1]"),
)
wrong_edit(
    "FullyConnectedNet.init.always_from_the_input",
    (SIZES, "before, after = input_dim, dims[layer]"),
)

right_edit(
    "FullyConnectedNet.init.pairs",
    (LOOP, "for layer, (before, after) in enumerate(zip(dims[:-1], dims[1:]), 1):"),
    (SIZES, "pass"),
    (W, 'self.params["W%d" % layer] = np.random.normal(0, weight_scale, size=(before, after))'),
)
right_edit(
    "FullyConnectedNet.init.ends_by_hand",
    (DIMS, "dims = list(hidden_dims) + [num_classes]\n        before = input_dim"),
    (SIZES, "after = dims[layer - 1]"),
    (B, B + "\n            before = after"),
)
right_edit(
    "FullyConnectedNet.init.from_the_last",
    (LOOP, "for layer in reversed(range(1, self.num_layers + 1)):"),
    (B, 'self.params["b" + str(layer)] = np.zeros((after,), dtype=dtype)'),
)
