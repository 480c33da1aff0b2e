"""A small convolutional network."""

import numpy as np

from workbook.numerics.validate import check_network

from ..layer_utils import (
    affine_relu_backward,
    affine_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from ..layers import affine_backward, affine_forward, softmax_loss


class ThreeLayerConvNet:
    """A network of three layers: conv - relu - 2x2 max pool - affine - relu - affine - softmax.

    The convolution has stride 1, and just the padding that keeps height and width; the pooling has
    stride 2, and leaves out the last row or column of an odd size.

    Parameters
    ----------
    input_dim : tuple of int
        (C, H, W): channels, height and width of an image; even or odd, H and W at least 2.
    num_filters : int
        F, the filters of the convolution.
    filter_size : int
        Height and width of a filter; odd.
    hidden_dim : int
        The units of the hidden affine layer.
    num_classes : int
    weight_scale : float
        Standard deviation of the initial weights.
    reg : float
        Strength of the L2 regularisation.
    dtype : float type
        Of all parameters, and of all computation.

    Attributes
    ----------
    params : dict
        W1, shape (F, C, filter_size, filter_size), the filters; W2, shape (numbers that come out
        of the pooling for one image, hidden_dim); W3, shape (hidden_dim, num_classes): drawn from
        a normal distribution with mean 0 and standard deviation `weight_scale`. b1, shape (F,),
        b2, shape (hidden_dim,), and b3, shape (num_classes,): zeros. All have the dtype `dtype`.
    reg : float

    Raises
    ------
    ValueError, TypeError
        If a size is no positive int, the filter's is even, or an image is smaller than a window.
    """

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
        sizes = {"num_filters": num_filters, "filter_size": filter_size, "hidden_dim": hidden_dim}
        check_network(dtype, input_dim=input_dim, num_classes=num_classes, **sizes)
        if len(input_dim) != 3 or min(input_dim[1:]) < 2:
            raise ValueError(f"input_dim must be (C, H, W), H and W at least 2; got {input_dim}.")
        if filter_size % 2 == 0:
            raise ValueError(
                f"filter_size must be odd, to keep the image's size; got {filter_size}."
            )
        C, H, W = input_dim
        self.params = {}
        self.reg = float(reg)
        self.dtype = dtype

        # TODO: fill self.params with the six arrays named above. Draw from the global np.random,
        # in the order W1, W2, W3. Count what the pooling leaves of an image, odd sizes included.
        raise NotImplementedError("ThreeLayerConvNet.init")

        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def loss(self, X, y=None):
        """Scores of a batch; or, where the classes are given, loss and gradients.

        Parameters
        ----------
        X : ndarray, shape (N, C, H, W)
            N images; not changed.
        y : ndarray of int, shape (N,), optional
            The right classes.

        Returns
        -------
        scores : ndarray, shape (N, num_classes)
            If `y` is None.
        loss, grads : float and dict
            If `y` is given. The loss is the softmax loss plus the regularisation: half of `reg`
            times the sum of all squared *weights*, the filters included; biases are not
            regularised. `grads` has exactly the keys of `params`, and each gradient the shape and
            dtype of its parameter. The parameters themselves are not changed.
        """
        X = X.astype(self.dtype, copy=False)
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        W3, b3 = self.params["W3"], self.params["b3"]
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}

        scores = None
        # TODO: the forward pass, from X to the scores. layer_utils has sandwiches for most of it.
        raise NotImplementedError("ThreeLayerConvNet.loss")

        if y is None:
            return scores

        loss, grads = None, None
        # TODO: the loss, and the backward pass, from the scores to the gradients of all six
        # parameters. Do not forget the regularisation in either.
        raise NotImplementedError("ThreeLayerConvNet.loss")

        return loss, grads
