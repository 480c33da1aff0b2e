"""Wrong ways to write FullyConnectedNet.layernorm, and right ones in other words."""

FORWARD = "out, cache = layernorm_forward(x, gamma, beta, self.bn_params[layer - 1])"
BACKWARD = "dx, dgamma, dbeta = layernorm_backward(dout, cache)"
NORM = "out, norm_cache = self.norm_forward(layer, out)"
RELU = "out, relu_cache = relu_forward(out)"
RELU_BACK = "dout = relu_backward(dout, relu_cache)"
NORM_BACK = "dout = self.norm_backward(layer, dout, norm_cache, grads)"
KEEPS = "        # Batch normalisation keeps"
RETURN = "return loss, grads"

wrong_edit(
    "FullyConnectedNet.layernorm.output_layer_too",
    (
        KEEPS,
        """        if self.normalization == "layernorm":
            self.params[f"gamma{self.num_layers}"] = np.ones(num_classes)
            self.params[f"beta{self.num_layers}"] = np.zeros(num_classes)
"""
        + KEEPS,
    ),
    row="F1a",
    message="shared.output_layer_too",
)
wrong_edit(
    "FullyConnectedNet.layernorm.gamma_and_beta_regularised",
    (
        RETURN,
        """if self.normalization == "layernorm":
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
    "FullyConnectedNet.layernorm.after_the_relu",
    (NORM, RELU),
    (RELU + "\n            out, drop", NORM + "\n            out, drop"),
    (RELU_BACK, NORM_BACK),
    (NORM_BACK + "\n            dout, grads", RELU_BACK + "\n            dout, grads"),
    message="shared.after_the_relu",
)
wrong_edit(
    "FullyConnectedNet.layernorm.gamma_of_zeros",
    (
        KEEPS,
        """        for name in self.params if self.normalization == "layernorm" else ():
            if name.startswith("gamma"):
                self.params[name] = np.zeros_like(self.params[name])
"""
        + KEEPS,
    ),
    message="shared.gamma_of_zeros",
)
wrong_edit(
    "FullyConnectedNet.layernorm.batch_normalisation_in_its_place",
    (FORWARD, 'out, cache = batchnorm_forward(x, gamma, beta, {"mode": "train"})'),
    (BACKWARD, "dx, dgamma, dbeta = batchnorm_backward(dout, cache)\n            # layernorm"),
)
wrong_edit(
    "FullyConnectedNet.layernorm.options_ignored",
    (FORWARD, FORWARD.replace("self.bn_params[layer - 1]", "{}")),
)
wrong_edit(
    "FullyConnectedNet.layernorm.not_called",
    (NORM, "norm_cache = None"),
    (NORM_BACK, "pass"),
    message="shared.norm_not_called",
)
wrong_edit(
    "FullyConnectedNet.layernorm.gradient_passed_by",
    (BACKWARD, BACKWARD.replace("dx,", "_,")),
    message="shared.norm_gradient_passed_by",
)
wrong_edit(
    "FullyConnectedNet.layernorm.dgamma_and_dbeta_swapped",
    (BACKWARD, BACKWARD.replace("dgamma, dbeta", "dbeta, dgamma")),
    message="shared.dgamma_and_dbeta_swapped",
)
wrong_edit(
    "FullyConnectedNet.layernorm.always_scaled",
    (
        'elif self.normalization == "layernorm":\n            # TODO: add gamma',
        "else:\n            # TODO: add gamma",
    ),
    message="shared.always_scaled",
)


right_edit(
    "FullyConnectedNet.layernorm.eps_handed_on",
    (
        FORWARD,
        'eps = self.bn_params[layer - 1].get("eps", 1e-5)\n            out, cache = layernorm_forward(x, gamma, beta, {"eps": eps})',
    ),
    (BACKWARD, "dx, *both = layernorm_backward(dout, cache)\n            dgamma, dbeta = both"),
)


@right("FullyConnectedNet.layernorm.not_by_the_steps")
class FullyConnectedNet(FullyConnectedNet):
    def norm_forward(self, layer, x):
        return x, None

    def loss(self, X, y=None):
        if self.normalization != "layernorm":
            return super().loss(X, y)
        L, p, undo = self.num_layers, self.params, []
        out = X.astype(self.dtype)
        for layer in range(1, L):
            names = f"W{layer}", f"b{layer}", f"gamma{layer}", f"beta{layer}"
            W, b, gamma, beta = (p[name] for name in names)
            out, affine = affine_forward(out, W, b)
            out, norm = layernorm_forward(out, gamma, beta, self.bn_params[layer - 1])
            out, relu = relu_forward(out)
            drop = None
            if self.use_dropout:
                self.dropout_param["mode"] = "test" if y is None else "train"
                out, drop = dropout_forward(out, self.dropout_param)
            undo.append((names, affine, norm, relu, drop))
        scores, affine = affine_forward(out, p[f"W{L}"], p[f"b{L}"])
        if y is None:
            return scores
        loss, d = softmax_loss(scores, y)
        grads = {}
        d, grads[f"W{L}"], grads[f"b{L}"] = affine_backward(d, affine)
        for (W, b, gamma, beta), affine, norm, relu, drop in reversed(undo):
            d = d if drop is None else dropout_backward(d, drop)
            d, grads[gamma], grads[beta] = layernorm_backward(relu_backward(d, relu), norm)
            d, grads[W], grads[b] = affine_backward(d, affine)
        for name in [name for name in p if name[0] == "W"]:
            loss += 0.5 * self.reg * np.square(p[name]).sum()
            grads[name] += self.reg * p[name]
        return loss, grads
