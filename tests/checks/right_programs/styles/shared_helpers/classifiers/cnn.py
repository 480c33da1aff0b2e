"""The net calls single layers and one helper for both affine layers."""

import numpy as np

from workbook.numerics.fast_layers import (
    conv_backward_fast,
    conv_forward_fast,
    max_pool_backward_fast,
    max_pool_forward_fast,
)

from ..layers import affine_backward, affine_forward, relu_backward, relu_forward, softmax_loss


class ThreeLayerConvNet:
    def __init__(
        self,
        input_dim=(3, 32, 32),
        num_filters=32,
        filter_size=7,
        hidden_dim=100,
        num_classes=10,
        weight_scale=1e-3,
        reg=0.0,
        dtype=np.float32,
    ):
        C, H, W = input_dim
        self.reg, self.dtype, self.params = reg, dtype, {}
        shapes = [
            (num_filters, C, filter_size, filter_size),
            (num_filters * ((H - 2) // 2 + 1) * ((W - 2) // 2 + 1), hidden_dim),
            (hidden_dim, num_classes),
        ]
        for number, shape in enumerate(shapes, 1):
            self.params[f"W{number}"] = np.random.normal(0, weight_scale, shape).astype(dtype)
            units = shape[0] if len(shape) == 4 else shape[1]
            self.params[f"b{number}"] = np.zeros(units, dtype=dtype)

    def _affine(self, number, x):
        return affine_forward(x, self.params[f"W{number}"], self.params[f"b{number}"])

    def loss(self, X, y=None):
        size = self.params["W1"].shape[2]
        conv_param = {"stride": 1, "pad": size // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        X = X.astype(self.dtype)
        out, conv = conv_forward_fast(X, self.params["W1"], self.params["b1"], conv_param)
        out, first = relu_forward(out)
        out, pool = max_pool_forward_fast(out, pool_param)
        out, affine = self._affine(2, out)
        out, second = relu_forward(out)
        out, last = self._affine(3, out)
        if y is None:
            return out
        grads = {}
        loss, dout = softmax_loss(out, y)
        dout, grads["W3"], grads["b3"] = affine_backward(dout, last)
        dout, grads["W2"], grads["b2"] = affine_backward(relu_backward(dout, second), affine)
        dout = relu_backward(max_pool_backward_fast(dout, pool), first)
        _, grads["W1"], grads["b1"] = conv_backward_fast(dout, conv)
        weights = {name: W for name, W in self.params.items() if name.startswith("W")}
        loss += 0.5 * self.reg * sum(np.sum(np.square(W)) for W in weights.values())
        return loss, grads | {name: grads[name] + self.reg * W for name, W in weights.items()}
