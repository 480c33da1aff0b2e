"""Wrong ways to write FullyConnectedNet.batchnorm, and right ones in other words."""

import numpy as np

BRANCH = 'if self.normalization == "batchnorm":\n            # TODO: add'
FORWARD = "out, cache = batchnorm_forward(x, gamma, beta, self.bn_params[layer - 1])"
BACKWARD = "dx, dgamma, dbeta = batchnorm_backward(dout, cache)"
NORM = "out, norm_cache = self.norm_forward(layer, out)"
RELU = "out, relu_cache = relu_forward(out)"
RELU_BACK = "dout = relu_backward(dout, relu_cache)"
NORM_BACK = "dout = self.norm_backward(layer, dout, norm_cache, grads)"
AFFINE_BACK = 'dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine_cache)'
REG_GRAD = 'grads[f"W{layer}"] += self.reg * W'
RETURN = "return loss, grads"

wrong_edit(
    "FullyConnectedNet.batchnorm.output_layer_too",
    (
        "        # Batch normalisation keeps",
        "        "
        + """if self.normalization == "batchnorm":
            self.params[f"gamma{self.num_layers}"] = np.ones(num_classes)
            self.params[f"beta{self.num_layers}"] = np.zeros(num_classes)
        # Batch normalisation keeps""",
    ),
    row="F1a",
    message="shared.output_layer_too",
)
wrong_edit(
    "FullyConnectedNet.batchnorm.parameter_for_a_gradient",
    (
        "        # Batch normalisation keeps",
        "        "
        + """if self.normalization == "batchnorm":
            self.params[f"gamma{self.num_layers}"] = np.ones(num_classes)
            self.params[f"beta{self.num_layers}"] = np.zeros(num_classes)
        # Batch normalisation keeps""",
    ),
    (
        RETURN,
        """if self.normalization == "batchnorm":
            grads[f"gamma{L}"], grads[f"beta{L}"] = self.params[f"gamma{L}"], self.params[f"beta{L}"]
        """
        + RETURN,
    ),
    row="F1b",
)
wrong_edit(
    "FullyConnectedNet.batchnorm.no_gradients_beside_it",
    (
        AFFINE_BACK,
        """if self.normalization == "batchnorm":
                dout, _, _ = affine_backward(dout, affine_cache)
            else:
                """
        + AFFINE_BACK,
    ),
    (REG_GRAD, 'if f"W{layer}" in grads:\n                ' + REG_GRAD),
    row="F2",
)
wrong_edit(
    "FullyConnectedNet.batchnorm.gamma_and_beta_regularised",
    (
        RETURN,
        """if self.normalization == "batchnorm":
            for name in [name for name in self.params if name[0] == "g" or name[:4] == "beta"]:
                loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
                grads[name] += self.reg * self.params[name]
        """
        + RETURN,
    ),
    row="F4",
    message="shared.gamma_and_beta_regularised",
)
wrong_edit(
    "FullyConnectedNet.batchnorm.after_the_relu",
    (NORM, RELU),
    (RELU + "\n            out, drop", NORM + "\n            out, drop"),
    (RELU_BACK, NORM_BACK),
    (NORM_BACK + "\n            dout, grads", RELU_BACK + "\n            dout, grads"),
    message="shared.after_the_relu",
)
wrong_edit(
    "FullyConnectedNet.batchnorm.gamma_of_zeros",
    (
        "        # Batch normalisation keeps",
        """        for name in self.params if self.normalization == "batchnorm" else ():
            if name.startswith("gamma"):
                self.params[name] = np.zeros_like(self.params[name])
        # Batch normalisation keeps""",
    ),
    message="shared.gamma_of_zeros",
)
wrong_edit(
    "FullyConnectedNet.batchnorm.averages_of_the_first_layer",
    (FORWARD, FORWARD.replace("layer - 1", "0")),
)
wrong_edit(
    "FullyConnectedNet.batchnorm.next_layers_averages",
    (FORWARD, FORWARD.replace("layer - 1", "layer")),
    outcome="error",
)
wrong_edit(
    "FullyConnectedNet.batchnorm.averages_in_a_copy",
    (FORWARD, FORWARD.replace("self.bn_params[layer - 1]", "dict(self.bn_params[layer - 1])")),
)
wrong_edit(
    "FullyConnectedNet.batchnorm.always_training",
    (FORWARD, FORWARD.replace("self.bn_params[layer - 1]", '{"mode": "train"}')),
)
wrong_edit(
    "FullyConnectedNet.batchnorm.not_called",
    (NORM, "norm_cache = None"),
    (NORM_BACK, "pass"),
    message="shared.norm_not_called",
)
wrong_edit(
    "FullyConnectedNet.batchnorm.gradient_passed_by",
    (BACKWARD, BACKWARD.replace("dx,", "_,")),
    message="shared.norm_gradient_passed_by",
)
wrong_edit(
    "FullyConnectedNet.batchnorm.dgamma_and_dbeta_swapped",
    (BACKWARD, BACKWARD.replace("dgamma, dbeta", "dbeta, dgamma")),
    message="shared.dgamma_and_dbeta_swapped",
)
wrong_edit(
    "FullyConnectedNet.batchnorm.short_form_ignored",
    (
        '            normalization = "batchnorm"\n',
        "            pass\n",
    ),
)
wrong_edit(
    "FullyConnectedNet.batchnorm.mode_never_test",
    ('bn_param["mode"] = mode', 'bn_param["mode"] = "train"'),
)
wrong_edit(
    "FullyConnectedNet.batchnorm.always_scaled",
    (
        'if self.normalization == "batchnorm":\n            # TODO: add gamma',
        'if self.normalization != "layernorm":\n            # TODO: add gamma',
    ),
    message="shared.always_scaled",
)


right_edit(
    "FullyConnectedNet.batchnorm.short_backward",
    (
        BACKWARD,
        "from ..layers import batchnorm_backward_alt\n            dx, dgamma, dbeta = batchnorm_backward_alt(dout, cache)",
    ),
)


@right("FullyConnectedNet.batchnorm.not_by_the_steps")
class FullyConnectedNet(FullyConnectedNet):
    def norm_forward(self, layer, x):
        return x, None

    def loss(self, X, y=None):
        if self.normalization != "batchnorm":
            return super().loss(X, y)
        L, p, caches = self.num_layers, self.params, []
        out = X.astype(self.dtype)
        for layer in range(1, L):
            bn_param = self.bn_params[layer - 1]
            bn_param["mode"] = "test" if y is None else "train"
            a, fc = affine_forward(out, p[f"W{layer}"], p[f"b{layer}"])
            n, bn = batchnorm_forward(a, p[f"gamma{layer}"], p[f"beta{layer}"], bn_param)
            out = np.maximum(n, 0)
            caches.append((fc, bn, n > 0))
        scores, fc = affine_forward(out, p[f"W{L}"], p[f"b{L}"])
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        grads = {}
        d, grads[f"W{L}"], grads[f"b{L}"] = affine_backward(d, fc)
        for layer in range(L - 1, 0, -1):
            fc, bn, on = caches[layer - 1]
            d, grads[f"gamma{layer}"], grads[f"beta{layer}"] = batchnorm_backward(d * on, bn)
            d, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(d, fc)
        for layer in range(1, L + 1):
            loss += 0.5 * self.reg * np.sum(p[f"W{layer}"] ** 2)
            grads[f"W{layer}"] += self.reg * p[f"W{layer}"]
        return loss, grads
