"""One base class for all nets."""

import numpy as np

from .functions import cross_entropy_error, softmax
from .gradient import numerical_gradient
from .layers import Affine, Convolution, Pooling, Relu, SoftmaxWithLoss


class SimpleNet:
    def __init__(self, W=None):
        self.W = np.random.randn(2, 3) if W is None else W

    def predict(self, x):
        return np.dot(x, self.W)

    def loss(self, x, t):
        return cross_entropy_error(softmax(self.predict(x)), t)


class Net:
    """Parameters, layers in order, and everything that follows from these."""

    def _build(self, scale, shapes):
        self.params, self.layers, self.last_layer = {}, {}, SoftmaxWithLoss()
        for number, shape in enumerate(shapes, 1):
            self.params[f"W{number}"] = scale * np.random.randn(*shape)
            self.params[f"b{number}"] = np.zeros(shape[0] if len(shape) == 4 else shape[-1])

    def _weights(self, number):
        return self.params[f"W{number}"], self.params[f"b{number}"]

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        return self.last_layer.forward(self.predict(x), t)

    def accuracy(self, x, t, batch_size=100):
        t = np.asarray(t)
        labels = t if t.ndim == 1 else t.argmax(axis=1)
        parts = [x[at : at + batch_size] for at in range(0, len(x), batch_size)]
        found = np.concatenate([self.predict(part).argmax(axis=1) for part in parts])
        return float((found == labels).mean())

    def numerical_gradient(self, x, t):
        return {
            name: numerical_gradient(lambda _: self.loss(x, t), value)
            for name, value in self.params.items()
        }

    def gradient(self, x, t):
        self.loss(x, t)
        dout, grads = self.last_layer.backward(), {}
        number = len(self.params) // 2
        for layer in list(self.layers.values())[::-1]:
            dout = layer.backward(dout)
            if hasattr(layer, "dW"):
                grads[f"W{number}"], grads[f"b{number}"] = layer.dW, layer.db
                number -= 1
        return grads


class TwoLayerNet(Net):
    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        self._build(weight_init_std, [(input_size, hidden_size), (hidden_size, output_size)])
        self.layers = {"Affine1": Affine(*self._weights(1)), "Relu1": Relu()}
        self.layers["Affine2"] = Affine(*self._weights(2))


class SimpleConvNet(Net):
    def __init__(
        self,
        input_dim=(1, 28, 28),
        conv_param=None,
        hidden_size=100,
        output_size=10,
        weight_init_std=0.01,
    ):
        given = {"filter_num": 30, "filter_size": 5, "pad": 0, "stride": 1, **(conv_param or {})}
        filters, size, pad, stride = given.values()

        def pooled(side):
            return ((side + 2 * pad - size) // stride + 1) // 2

        area = pooled(input_dim[1]) * pooled(input_dim[2])
        self._build(
            weight_init_std,
            [
                (filters, input_dim[0], size, size),
                (filters * area, hidden_size),
                (hidden_size, output_size),
            ],
        )
        self.layers["Conv1"] = Convolution(*self._weights(1), stride=stride, pad=pad)
        self.layers["Relu1"] = Relu()
        self.layers["Pool1"] = Pooling(pool_h=2, pool_w=2, stride=2)
        self.layers["Affine1"] = Affine(*self._weights(2))
        self.layers["Relu2"] = Relu()
        self.layers["Affine2"] = Affine(*self._weights(3))
