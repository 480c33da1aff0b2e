"""Wrong ways to write ThreeLayerConvNet.init, and right ones in other words."""

POOLED = "pooled = num_filters * (H // 2) * (W // 2)"
FILTERS = '"1": (num_filters, C, filter_size, filter_size),'
SECOND = '"2": (pooled, hidden_dim),'
THIRD = '"3": (hidden_dim, num_classes),'
BIASES = 'biases = {"1": num_filters, "2": hidden_dim, "3": num_classes}'
W = 'self.params["W" + layer] = weight_scale * np.random.randn(*shape)'
B = 'self.params["b" + layer] = np.zeros(biases[layer])'

wrong_edit(
    "ThreeLayerConvNet.init.quarter_of_the_area",
    (POOLED, "pooled = num_filters * H * W // 4"),
    row="T1",
    outcome="almost",
)
wrong_edit(
    "ThreeLayerConvNet.init.rounded_up",
    (POOLED, "pooled = num_filters * ((H + 1) // 2) * ((W + 1) // 2)"),
    outcome="almost",
)
wrong_edit("ThreeLayerConvNet.init.pooling_forgotten", (POOLED, "pooled = num_filters * H * W"))
wrong_edit("ThreeLayerConvNet.init.filters_forgotten", (POOLED, "pooled = (H // 2) * (W // 2)"))
wrong_edit(
    "ThreeLayerConvNet.init.channels_for_filters", (POOLED, "pooled = C * (H // 2) * (W // 2)")
)
wrong_edit(
    "ThreeLayerConvNet.init.square_images",
    (POOLED, "pooled = num_filters * (H // 2) * (H // 2)"),
    outcome="almost",
)
wrong_edit(
    "ThreeLayerConvNet.init.convolution_without_padding",
    (
        POOLED,
        "pooled = num_filters * max((H - filter_size + 1) // 2, 1) * max((W - filter_size + 1) // 2, 1)",
    ),
)
wrong_edit(
    "ThreeLayerConvNet.init.one_channel", (FILTERS, '"1": (num_filters, filter_size, filter_size),')
)
wrong_edit(
    "ThreeLayerConvNet.init.channels_first",
    (FILTERS, '"1": (C, num_filters, filter_size, filter_size),'),
)
wrong_edit(
    "ThreeLayerConvNet.init.uniform",
    (W, W.replace("randn", "rand")),
    row="N4",
    message="shared.uniform_weights",
)
wrong_edit(
    "ThreeLayerConvNet.init.scale_missing",
    (W, W.replace("weight_scale * ", "")),
    message="shared.scale_missing",
)
wrong_edit(
    "ThreeLayerConvNet.init.all_zeros",
    (W, W.replace("weight_scale", "0")),
    message="shared.all_zeros",
)
wrong_edit(
    "ThreeLayerConvNet.init.weights_turned_over",
    (SECOND, '"2": (hidden_dim, pooled),'),
    (THIRD, '"3": (num_classes, hidden_dim),'),
    message="shared.weights_turned_over",
)
wrong_edit(
    "ThreeLayerConvNet.init.random_biases",
    (B, B.replace("np.zeros(biases[layer])", "weight_scale * np.random.randn(biases[layer])")),
    message="shared.random_biases",
)
wrong_edit(
    "ThreeLayerConvNet.init.bias_for_each_channel", (BIASES, BIASES.replace("num_filters", "C"))
)

right_edit(
    "ThreeLayerConvNet.init.worked_out_step_by_step",
    (
        POOLED,
        "pad = (filter_size - 1) // 2\n        rows = 1 + ((1 + H + 2 * pad - filter_size) - 2) // 2\n        columns = int(np.floor(W / 2))\n        pooled = rows * columns * num_filters",
    ),
    (W, 'self.params["W" + layer] = np.random.normal(loc=0, scale=weight_scale, size=shape)'),
)
right_edit(
    "ThreeLayerConvNet.init.one_by_one",
    (W, "pass"),
    (
        B,
        """pass
        self.params["b3"] = np.zeros(num_classes)
        self.params["W3"] = np.random.standard_normal((hidden_dim, num_classes)) * weight_scale
        self.params["b2"] = np.zeros(hidden_dim)
        self.params["W2"] = np.random.standard_normal((pooled, hidden_dim)) * weight_scale
        self.params["b1"] = np.zeros(num_filters)
        self.params["W1"] = np.random.standard_normal((num_filters, C) + (filter_size,) * 2) * weight_scale""",
    ),
)
