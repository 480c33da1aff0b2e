"""Nets that find their layers in tables, and keep caches on a stack."""

import numpy as np

from ..layers import (
    affine_backward,
    affine_forward,
    batchnorm_backward,
    batchnorm_forward,
    dropout_backward,
    dropout_forward,
    layernorm_backward,
    layernorm_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)

FORWARD = {
    "affine": affine_forward,
    "batchnorm": batchnorm_forward,
    "layernorm": layernorm_forward,
    "relu": relu_forward,
    "dropout": dropout_forward,
}


def _regularise(net, loss, grads):
    for name, value in net.params.items():
        if name[0] == "W":
            loss += net.reg / 2 * (value**2).sum()
            grads[name] = grads[name] + net.reg * value
    return loss, grads


class TwoLayerNet:
    def __init__(
        self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0
    ):
        self.reg, self.params = reg, {}
        for number, shape in enumerate(((input_dim, hidden_dim), (hidden_dim, num_classes)), 1):
            self.params[f"W{number}"] = np.random.normal(scale=weight_scale, size=shape)
            self.params[f"b{number}"] = np.zeros(shape[1])

    def loss(self, X, y=None):
        stack, out = [], X
        for kind, number in (("affine", 1), ("relu", 0), ("affine", 2)):
            given = (self.params[f"W{number}"], self.params[f"b{number}"]) if number else ()
            out, cache = FORWARD[kind](out, *given)
            stack.append(cache)
        if y is None:
            return out
        grads = {}
        loss, dout = softmax_loss(out, y)
        dout, grads["W2"], grads["b2"] = affine_backward(dout, stack.pop())
        dout = relu_backward(dout, stack.pop())
        _, grads["W1"], grads["b1"] = affine_backward(dout, stack.pop())
        return _regularise(self, loss, grads)


class FullyConnectedNet:
    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout=0,
        use_batchnorm=False,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
        normalization=None,
    ):
        self.normalization = "batchnorm" if use_batchnorm else normalization
        self.use_dropout, self.reg, self.dtype = dropout > 0, float(reg), dtype
        self.num_layers, self.params = 1 + len(hidden_dims), {}
        dims = [input_dim, *hidden_dims, num_classes]
        for layer in range(1, self.num_layers + 1):
            shape = (dims[layer - 1], dims[layer])
            self.params[f"W{layer}"] = weight_scale * np.random.standard_normal(shape)
            self.params[f"b{layer}"] = np.zeros(shape[1])
            if self.normalization and layer < self.num_layers:
                self.params[f"gamma{layer}"] = np.ones(shape[1])
                self.params[f"beta{layer}"] = np.zeros(shape[1])
        self.bn_params = [{} for _ in hidden_dims]
        self.dropout_param = {}
        if self.normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for _ in hidden_dims]
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout}
            self.dropout_param.update({} if seed is None else {"seed": seed})
        self.params = {name: value.astype(dtype) for name, value in self.params.items()}

    def _steps(self, layer):
        """The kinds of layers in a block, and what each takes beside its input."""
        yield "affine", (self.params[f"W{layer}"], self.params[f"b{layer}"])
        if layer == self.num_layers:
            return
        if self.normalization:
            scales = (self.params[f"gamma{layer}"], self.params[f"beta{layer}"])
            yield self.normalization, (*scales, self.bn_params[layer - 1])
        yield "relu", ()
        if self.use_dropout:
            yield "dropout", (self.dropout_param,)

    def loss(self, X, y=None):
        mode = "test" if y is None else "train"
        for param in [*self.bn_params, self.dropout_param]:
            if "mode" in param:
                param["mode"] = mode
        out, stack = X.astype(self.dtype), []
        for layer in range(1, self.num_layers + 1):
            for kind, given in self._steps(layer):
                out, cache = FORWARD[kind](out, *given)
                stack.append((kind, layer, cache))
        if y is None:
            return out
        grads = {}
        loss, dout = softmax_loss(out, y)
        while stack:
            kind, layer, cache = stack.pop()
            if kind == "affine":
                dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, cache)
            elif kind == "relu":
                dout = relu_backward(dout, cache)
            elif kind == "dropout":
                dout = dropout_backward(dout, cache)
            else:
                back = batchnorm_backward if kind == "batchnorm" else layernorm_backward
                dout, grads[f"gamma{layer}"], grads[f"beta{layer}"] = back(dout, cache)
        return _regularise(self, loss, grads)
