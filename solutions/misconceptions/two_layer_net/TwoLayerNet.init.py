"""Wrong ways to write TwoLayerNet.init, and right ones in other words."""

W1 = 'self.params["W1"] = weight_scale * np.random.randn(input_dim, hidden_dim)'
W2 = 'self.params["W2"] = weight_scale * np.random.randn(hidden_dim, num_classes)'
B1 = 'self.params["b1"] = np.zeros(hidden_dim)'
B2 = 'self.params["b2"] = np.zeros(num_classes)'


def both(old, new):
    """The same slip for both weights."""
    return (W1, W1.replace(old, new)), (W2, W2.replace(old, new))


wrong_edit(
    "TwoLayerNet.init.uniform", *both("randn", "rand"), row="N4", message="shared.uniform_weights"
)
wrong_edit(
    "TwoLayerNet.init.uniform_of_both_signs",
    (
        W1,
        'self.params["W1"] = np.random.uniform(-weight_scale, weight_scale, (input_dim, hidden_dim))',
    ),
    (
        W2,
        'self.params["W2"] = np.random.uniform(-weight_scale, weight_scale, (hidden_dim, num_classes))',
    ),
    message="shared.uniform_of_both_signs",
)
wrong_edit(
    "TwoLayerNet.init.scale_missing", *both("weight_scale * ", ""), message="shared.scale_missing"
)
wrong_edit(
    "TwoLayerNet.init.scale_is_a_variance",
    *both("weight_scale *", "np.sqrt(weight_scale) *"),
    message="shared.scale_is_a_variance",
)
wrong_edit("TwoLayerNet.init.all_zeros", *both("weight_scale *", "0 *"), message="shared.all_zeros")
wrong_edit(
    "TwoLayerNet.init.weights_turned_over",
    (W1, W1.replace("input_dim, hidden_dim", "hidden_dim, input_dim")),
    (W2, W2.replace("hidden_dim, num_classes", "num_classes, hidden_dim")),
    message="shared.weights_turned_over",
)
wrong_edit(
    "TwoLayerNet.init.bias_of_two_axes",
    (B1, 'self.params["b1"] = np.zeros((1, hidden_dim))'),
    (B2, 'self.params["b2"] = np.zeros((1, num_classes))'),
    message="shared.bias_of_two_axes",
    outcome="almost",
)
wrong_edit(
    "TwoLayerNet.init.bias_for_each_input",
    (B1, 'self.params["b1"] = np.zeros(input_dim)'),
    (B2, 'self.params["b2"] = np.zeros(hidden_dim)'),
    message="shared.bias_for_each_input",
)
wrong_edit(
    "TwoLayerNet.init.random_biases",
    (B1, 'self.params["b1"] = weight_scale * np.random.randn(hidden_dim)'),
    (B2, 'self.params["b2"] = weight_scale * np.random.randn(num_classes)'),
    message="shared.random_biases",
)
wrong_edit("TwoLayerNet.init.second_scale_missing", (W2, W2.replace("weight_scale * ", "")))
wrong_edit("TwoLayerNet.init.no_second_bias", (B2, "pass"))

right_edit(
    "TwoLayerNet.init.normal",
    (W1, 'self.params["W1"] = np.random.normal(0, weight_scale, (input_dim, hidden_dim))'),
    (
        W2,
        'self.params["W2"] = np.random.normal(scale=weight_scale, size=(hidden_dim, num_classes))',
    ),
    (B1, B1.replace("zeros(hidden_dim)", "zeros((hidden_dim,))")),
)
right_edit(
    "TwoLayerNet.init.a_generator_of_its_own",
    (
        W1,
        'rng = np.random.default_rng()\n        self.params["W1"] = rng.normal(0, weight_scale, (input_dim, hidden_dim))',
    ),
    (W2, 'self.params["W2"] = rng.standard_normal((hidden_dim, num_classes)) * weight_scale'),
)
right_edit(
    "TwoLayerNet.init.biases_first",
    (
        W1,
        "self.params.update(b1=np.full(hidden_dim, 0.0), b2=np.zeros(num_classes))\n        " + W1,
    ),
    (B1, "pass"),
    (B2, "pass"),
)
