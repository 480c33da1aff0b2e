"""Networks put together from the functions and layers of this folder."""

import numpy as np

from workbook.numerics.arguments import as_floats, require_targets, require_whole, require_windows
from workbook.numerics.validate import check_keys, check_shape

from .functions import cross_entropy_error, softmax
from .gradient import numerical_gradient
from .layers import Affine, Convolution, Pooling, Relu, SoftmaxWithLoss


class SimpleNet:
    """Two inputs, three classes, and nothing between but one matrix of weights.

    Its gradient is for `numerical_gradient` to find: ``numerical_gradient(f, net.W)`` with
    ``f = lambda W: net.loss(x, t)`` works because `loss` reads the weights that `net.W` holds
    at that moment.

    Parameters
    ----------
    W : ndarray of floats, shape (2, 3), optional
        Weights to start from, held as they are. Without them `W` is drawn from the standard
        normal distribution, by the global `np.random`.

    Attributes
    ----------
    W : ndarray, shape (2, 3)

    Raises
    ------
    TypeError, ValueError
        If `W` is not an array of floats with two axes.
    """

    def __init__(self, W=None):
        if W is None:
            W = np.random.randn(2, 3)
        check_shape("W", W, ("D", "C"))
        self.W = W

    def predict(self, x):
        """Scores of one sample or of several.

        Parameters
        ----------
        x : ndarray of floats, shape (2,) or (N, 2)
            Not changed.

        Returns
        -------
        ndarray, shape (3,) or (N, 3)
            Weighted sums of the inputs; no bias, no softmax.

        Raises
        ------
        TypeError, ValueError
            If `x` does not hold numbers, or its samples do not fit `W`.
        """
        x = as_floats(x, "x", axes=(1, 2))
        if x.shape[-1] != self.W.shape[0]:
            raise ValueError(
                f"x has shape {x.shape}, {x.shape[-1]} numbers a sample; "
                f"W of shape {self.W.shape} takes {self.W.shape[0]}."
            )
        # TODO: Return the scores.
        raise NotImplementedError("scratch.SimpleNet")

    def loss(self, x, t):
        """Cross-entropy error of the softmax of the scores.

        Parameters
        ----------
        x : ndarray of floats, shape (2,) or (N, 2)
        t : ndarray
            The right classes, in a form that `cross_entropy_error` takes.

        Returns
        -------
        float
        """
        # TODO: From scores to probabilities, from probabilities to the loss.
        raise NotImplementedError("scratch.SimpleNet")


class TwoLayerNet:
    """affine - relu - affine - softmax, as a row of layer objects.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        Features of a sample (D), hidden units (H), classes (C).
    weight_init_std : float
        Standard deviation of the weights at the start.

    Attributes
    ----------
    params : dict
        `W1` (D, H), `b1` (H,), `W2` (H, C), `b2` (C,). Weights are drawn with
        `np.random.randn`, `W1` before `W2`, and multiplied by `weight_init_std`; biases are 0.
        The layers hold these very arrays: training writes into them
        (``net.params["W1"] -= lr * grads["W1"]``), and the next `predict` sees it.
    layers : dict
        The layers before the last in the order in which `predict` runs them:
        `Affine1`, `Relu1`, `Affine2`.
    last_layer : SoftmaxWithLoss

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0.
    """

    def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.01):
        require_whole(input_size, "input_size")
        require_whole(hidden_size, "hidden_size")
        require_whole(output_size, "output_size")
        self.params = {}
        self.layers = {}
        self.last_layer = None
        # TODO: Fill self.params, then build the layers around these arrays: self.layers in
        # order of use (a dict keeps the order), and self.last_layer.
        raise NotImplementedError("scratch.TwoLayerNet")

    def predict(self, x):
        """Scores of a batch.

        Parameters
        ----------
        x : ndarray of floats, shape (N, D)
            Not changed.

        Returns
        -------
        ndarray, shape (N, C)
            Scores, before the softmax: they may be negative.
        """
        check_shape("x", x, ("N", "d_1", ...))
        # TODO: Send x through self.layers, one after the other.
        raise NotImplementedError("scratch.TwoLayerNet")

    def loss(self, x, t):
        """Loss of a batch.

        Parameters
        ----------
        x : ndarray of floats, shape (N, D)
        t : ndarray, shape (N,) or (N, C)
            Class indices, or one-hot rows.

        Returns
        -------
        float
            Cross-entropy error, averaged over the samples; no regularisation.
        """
        # TODO: Scores first, then the last layer.
        raise NotImplementedError("scratch.TwoLayerNet")

    def accuracy(self, x, t):
        """Share of the samples whose right class has the highest score.

        Parameters
        ----------
        x : ndarray of floats, shape (N, D)
        t : ndarray, shape (N,) or (N, C)
            Class indices, or one-hot rows; neither is changed.

        Returns
        -------
        float
            Between 0 and 1.
        """
        scores = self.predict(x)
        t = np.asarray(t)
        require_targets(t, "t", scores.shape)
        # TODO: Compare the class with the highest score with the right one, for both forms
        # of t.
        raise NotImplementedError("scratch.TwoLayerNet")

    def numerical_gradient(self, x, t):
        """Gradients of the loss by central differences: slow, and good for checking.

        Parameters
        ----------
        x : ndarray of floats, shape (N, D)
        t : ndarray, shape (N,) or (N, C)

        Returns
        -------
        dict
            For each name in `params` the gradient, in the shape of the parameter. The parameters
            hold their old values afterwards.
        """
        # TODO: Let numerical_gradient (the function of gradient.py) change each parameter in
        # turn; the function that it evaluates is the loss.
        raise NotImplementedError("scratch.TwoLayerNet")

    def gradient(self, x, t):
        """Gradients of the loss by backpropagation: one pass forwards, one backwards.

        Parameters
        ----------
        x : ndarray of floats, shape (N, D)
        t : ndarray, shape (N,) or (N, C)

        Returns
        -------
        dict
            For each name in `params` the gradient, in the shape of the parameter. The parameters
            are not changed.
        """
        # TODO: Compute the loss, so that every layer keeps what it needs. Then start with
        # backward of the last layer, go through the others from the last to the first, and
        # collect what the affine layers have left on themselves.
        raise NotImplementedError("scratch.TwoLayerNet")


class SimpleConvNet:
    """conv - relu - pool - affine - relu - affine - softmax, as a row of layer objects.

    The pooling takes the maximum of windows of 2 x 2 with stride 2. A last row or column that
    fills no window is left out, so images may be of odd height or width, and need not be square.

    Parameters
    ----------
    input_dim : tuple
        (C, H, W) of one image.
    conv_param : dict, optional
        `filter_num` (30), `filter_size` (5; filters are square), `pad` (0), `stride` (1); a key
        that is left out has the value in brackets.
    hidden_size, output_size : int
        Hidden units, classes.
    weight_init_std : float
        Standard deviation of the weights at the start.

    Attributes
    ----------
    params : dict
        `W1` (filter_num, C, filter_size, filter_size), `b1` (filter_num,),
        `W2` (numbers that the pooling gives for one image, hidden_size), `b2` (hidden_size,),
        `W3` (hidden_size, output_size), `b3` (output_size,). Weights are drawn with
        `np.random.randn` in the order W1, W2, W3, and multiplied by `weight_init_std`; biases
        are 0. The layers hold these very arrays: training writes into them.
    layers : dict
        The layers before the last in the order in which `predict` runs them:
        `Conv1`, `Relu1`, `Pool1`, `Affine1`, `Relu2`, `Affine2`.
    last_layer : SoftmaxWithLoss

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0, `conv_param` has an unknown key, or the filter
        or the pooling window does not fit.
    """

    def __init__(
        self,
        input_dim=(1, 28, 28),
        conv_param=None,
        hidden_size=100,
        output_size=10,
        weight_init_std=0.01,
    ):
        if not isinstance(input_dim, tuple | list) or len(input_dim) != 3:
            raise ValueError(f"input_dim must be (C, H, W), got {input_dim!r}.")
        for size in input_dim:
            require_whole(size, "Each number of input_dim")
        require_whole(hidden_size, "hidden_size")
        require_whole(output_size, "output_size")
        settings = {"filter_num": 30, "filter_size": 5, "pad": 0, "stride": 1}
        conv_param = {} if conv_param is None else conv_param
        check_keys("conv_param", conv_param, (), tuple(settings))
        settings |= conv_param
        filter_num, filter_size = settings["filter_num"], settings["filter_size"]
        pad, stride = settings["pad"], settings["stride"]
        require_whole(filter_num, "filter_num")
        require_windows((1, *input_dim), filter_size, filter_size, stride, pad)
        self.params = {}
        self.layers = {}
        self.last_layer = None
        # TODO: How large is the image after the convolution, and after the pooling? This gives
        # the first axis of W2. Fill self.params, then build self.layers in order of use, around
        # these arrays, and self.last_layer.
        raise NotImplementedError("scratch.SimpleConvNet")

    def predict(self, x):
        """Scores of a batch.

        Parameters
        ----------
        x : ndarray of floats, shape (N, C, H, W)
            Not changed.

        Returns
        -------
        ndarray, shape (N, output_size)
            Scores, before the softmax: they may be negative.
        """
        check_shape("x", x, ("N", "C", "H", "W"))
        # TODO: Send x through self.layers, one after the other.
        raise NotImplementedError("scratch.SimpleConvNet")

    def loss(self, x, t):
        """Loss of a batch.

        Parameters
        ----------
        x : ndarray of floats, shape (N, C, H, W)
        t : ndarray, shape (N,) or (N, output_size)
            Class indices, or one-hot rows.

        Returns
        -------
        float
            Cross-entropy error, averaged over the samples; no regularisation.
        """
        # TODO: Scores first, then the last layer.
        raise NotImplementedError("scratch.SimpleConvNet")

    def accuracy(self, x, t, batch_size=100):
        """Share of the samples whose right class has the highest score.

        Parameters
        ----------
        x : ndarray of floats, shape (N, C, H, W)
        t : ndarray, shape (N,) or (N, output_size)
            Class indices, or one-hot rows; neither is changed.
        batch_size : int
            How many samples go through the network at once: the windows of all images together
            would fill the memory. Every sample counts, also those of a smaller last batch.

        Returns
        -------
        float
            Between 0 and 1.
        """
        t = np.asarray(t)
        require_targets(t, "t", (len(x), len(self.params["b3"])))
        require_whole(batch_size, "batch_size")
        # TODO: Predict batch by batch, count the samples whose highest score is at the right
        # class, for both forms of t, and divide by the number of samples.
        raise NotImplementedError("scratch.SimpleConvNet")

    def numerical_gradient(self, x, t):
        """Gradients of the loss by central differences: slow, and good for checking.

        Parameters
        ----------
        x : ndarray of floats, shape (N, C, H, W)
        t : ndarray, shape (N,) or (N, output_size)

        Returns
        -------
        dict
            For each name in `params` the gradient, in the shape of the parameter. The parameters
            hold their old values afterwards.
        """
        # TODO: Let numerical_gradient (the function of gradient.py) change each parameter in
        # turn; the function that it evaluates is the loss.
        raise NotImplementedError("scratch.SimpleConvNet")

    def gradient(self, x, t):
        """Gradients of the loss by backpropagation: one pass forwards, one backwards.

        Parameters
        ----------
        x : ndarray of floats, shape (N, C, H, W)
        t : ndarray, shape (N,) or (N, output_size)

        Returns
        -------
        dict
            For each name in `params` the gradient, in the shape of the parameter. The parameters
            are not changed.
        """
        # TODO: Compute the loss, go backwards through all layers, and collect what the layers
        # with weights have left on themselves.
        raise NotImplementedError("scratch.SimpleConvNet")
