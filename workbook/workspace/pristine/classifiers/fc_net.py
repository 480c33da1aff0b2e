"""Fully connected networks: one of two layers, and one of any depth.

A model is an object with `params`, a dictionary of arrays by name, and a method `loss(X, y)` that
returns the loss and a dictionary of gradients under the same names; without `y` it returns the
scores. That is all that the Solver wants to know of it.
"""

import numpy as np

from workbook.numerics.validate import (
    check_choice,
    check_fraction,
    check_network,
    check_shape,
    check_sizes,
)

from ..layer_utils import affine_relu_backward, affine_relu_forward
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


class TwoLayerNet:
    """A network of two layers: affine - relu - affine - softmax.

    Parameters
    ----------
    input_dim : int
        D, the numbers in one sample.
    hidden_dim : int
        H, the units of the hidden layer.
    num_classes : int
        C.
    weight_scale : float
        Standard deviation of the initial weights.
    reg : float
        Strength of the L2 regularisation.

    Attributes
    ----------
    params : dict
        W1, shape (D, H), and W2, shape (H, C): drawn from a normal distribution with mean 0 and
        standard deviation `weight_scale`. b1, shape (H,), and b2, shape (C,): zeros.
    reg : float

    Raises
    ------
    ValueError, TypeError
        If a size is no positive int.
    """

    def __init__(
        self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0
    ):
        sizes = {"input_dim": input_dim, "hidden_dim": hidden_dim, "num_classes": num_classes}
        check_network(weight_scale=weight_scale, reg=reg, **sizes)
        self.params = {}
        self.reg = float(reg)

        # TODO: fill self.params with the four arrays named above. Draw from the global np.random,
        # W1 first.
        raise NotImplementedError("TwoLayerNet.init")

    def loss(self, X, y=None):
        """Scores of a batch; or, where the classes are given, loss and gradients.

        Parameters
        ----------
        X : ndarray, shape (N, d_1, ..., d_k)
            N samples of D numbers each; not changed.
        y : ndarray of int, shape (N,), optional
            The right classes.

        Returns
        -------
        scores : ndarray, shape (N, C)
            If `y` is None.
        loss, grads : float and dict
            If `y` is given. The loss is the softmax loss plus the regularisation: half of `reg`
            times the sum of all squared *weights*, those of both layers; biases are not
            regularised. `grads` has exactly the keys of `params`, and each gradient the shape of
            its parameter. The parameters themselves are not changed.
        """
        check_shape("X", X, ("N", ...))

        scores = None
        # TODO: the forward pass, from X to the scores.
        raise NotImplementedError("TwoLayerNet.loss")

        if y is None:
            return scores

        loss, grads = None, None
        # TODO: the loss, and the backward pass, from the scores to the gradients of all four
        # parameters. Do not forget the regularisation in either.
        raise NotImplementedError("TwoLayerNet.loss")

        return loss, grads


class FullyConnectedNet:
    """A fully connected network of any depth.

    {affine - [norm] - relu - [dropout]} - affine - softmax: the part in braces is repeated for
    each hidden layer; norm and dropout are there if asked for. The last affine layer gives the
    scores as they are: nothing follows it but the loss.

    Parameters
    ----------
    hidden_dims : list of int
        The units of each hidden layer; a network of L layers has L - 1 hidden ones.
    input_dim : int
        The numbers in one sample.
    num_classes : int
    dropout : float
        The probability of *dropping* a unit, 0 <= dropout < 1; 0 means no dropout at all.
    use_batchnorm : bool
        The short form of normalization="batchnorm".
    reg : float
        Strength of the L2 regularisation.
    weight_scale : float
        Standard deviation of the initial weights.
    dtype : float type
        Of all parameters, and of all computation.
    seed : int, optional
        Makes dropout repeatable, for gradient checks.
    normalization : {None, "batchnorm", "layernorm"}

    Attributes
    ----------
    params : dict
        With layers counted from 1 to L: W1 ... WL, of shape (units before, units after), drawn
        from a normal distribution with mean 0 and standard deviation `weight_scale`; b1 ... bL,
        zeros. With normalisation also gamma1 ... gamma(L-1), ones, and beta1 ... beta(L-1),
        zeros, one number a unit: for the hidden layers only. All have the dtype `dtype`.
    num_layers : int
        L.
    bn_params : list of dict
        What each hidden layer's normalisation takes as its last argument: that of layer 1 is
        bn_params[0].
    dropout_param : dict
        What `dropout_forward` takes as its last argument.

    Raises
    ------
    ValueError, TypeError
        If a size is no positive int, or another argument is none of what is allowed.
    """

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
        check_sizes("hidden_dims", hidden_dims)
        check_network(dtype, weight_scale, reg, input_dim=input_dim, num_classes=num_classes)
        check_fraction("dropout", dropout)
        check_choice("normalization", normalization, (None, "batchnorm", "layernorm"))
        if use_batchnorm:
            check_choice("normalization with use_batchnorm", normalization, (None, "batchnorm"))
            normalization = "batchnorm"

        self.normalization = normalization
        self.use_dropout = dropout > 0
        self.reg = float(reg)
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}

        # TODO: fill self.params with the weights and biases of all layers. Draw from the global
        # np.random, W1 first, then W2, and so on.
        raise NotImplementedError("FullyConnectedNet.init")

        if self.normalization == "batchnorm":
            # TODO: add gamma and beta for every layer that is normalised.
            raise NotImplementedError("FullyConnectedNet.batchnorm")
        elif self.normalization == "layernorm":
            # TODO: add gamma and beta for every layer that is normalised.
            raise NotImplementedError("FullyConnectedNet.layernorm")

        # Batch normalisation keeps its running averages in these, so each layer needs its own.
        self.bn_params = [{} for _ in hidden_dims]
        if self.normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for _ in hidden_dims]
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": float(dropout)}
            if seed is not None:
                self.dropout_param["seed"] = seed

        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def norm_forward(self, layer, x):
        """The [norm] step of hidden layer number `layer`; without normalisation, `x` as it is.

        Parameters
        ----------
        layer : int
            From 1 to L - 1.
        x : ndarray, shape (N, units)

        Returns
        -------
        out : ndarray, shape (N, units)
        cache : object
            What `norm_backward` needs.
        """
        out, cache = x, None
        if self.normalization == "batchnorm":
            # TODO: normalise x with this layer's own gamma, beta and bn_param.
            raise NotImplementedError("FullyConnectedNet.batchnorm")
        elif self.normalization == "layernorm":
            # TODO: the same with layer normalisation.
            raise NotImplementedError("FullyConnectedNet.layernorm")
        return out, cache

    def norm_backward(self, layer, dout, cache, grads):
        """The backward pass of the [norm] step; without normalisation, `dout` as it is.

        Parameters
        ----------
        layer : int
            From 1 to L - 1.
        dout : ndarray, shape (N, units)
        cache : object
            What `norm_forward` returned.
        grads : dict
            Gets the gradients of this layer's gamma and beta, under the names that these have
            in `params`; gamma and beta are not regularised.

        Returns
        -------
        dx : ndarray, shape (N, units)
        """
        dx = dout
        if self.normalization == "batchnorm":
            # TODO: the gradients of the batch normalisation; put those of gamma and beta in grads.
            raise NotImplementedError("FullyConnectedNet.batchnorm")
        elif self.normalization == "layernorm":
            # TODO: the same with layer normalisation.
            raise NotImplementedError("FullyConnectedNet.layernorm")
        return dx

    def drop_forward(self, x):
        """The [dropout] step of a hidden layer; without dropout, `x` as it is.

        Parameters
        ----------
        x : ndarray, shape (N, units)

        Returns
        -------
        out : ndarray, shape (N, units)
        cache : object
            What `drop_backward` needs.
        """
        out, cache = x, None
        if self.use_dropout:
            # TODO: apply dropout as self.dropout_param says.
            raise NotImplementedError("FullyConnectedNet.dropout")
        return out, cache

    def drop_backward(self, dout, cache):
        """The backward pass of the [dropout] step; without dropout, `dout` as it is.

        Parameters
        ----------
        dout : ndarray, shape (N, units)
        cache : object
            What `drop_forward` returned.

        Returns
        -------
        dx : ndarray, shape (N, units)
        """
        dx = dout
        if self.use_dropout:
            # TODO: the gradient of dropout.
            raise NotImplementedError("FullyConnectedNet.dropout")
        return dx

    def loss(self, X, y=None):
        """Scores of a batch; or, where the classes are given, loss and gradients.

        Without `y` the pass is a test pass, for batch normalisation and dropout too; with `y` it
        is a training pass.

        Parameters
        ----------
        X : ndarray, shape (N, d_1, ..., d_k)
            N samples of `input_dim` numbers each; not changed.
        y : ndarray of int, shape (N,), optional
            The right classes.

        Returns
        -------
        scores : ndarray, shape (N, num_classes)
            If `y` is None.
        loss, grads : float and dict
            If `y` is given. The loss is the softmax loss plus the regularisation: half of `reg`
            times the sum of all squared *weights*, those of every layer, the last included;
            biases, gammas and betas are not regularised. `grads` has exactly the keys of
            `params`, and each gradient the shape and dtype of its parameter. The parameters
            themselves are not changed.
        """
        check_shape("X", X, ("N", ...), floating=False)
        X = X.astype(self.dtype, copy=False)
        mode = "test" if y is None else "train"
        if self.normalization == "batchnorm":
            for bn_param in self.bn_params:
                bn_param["mode"] = mode
        if self.use_dropout:
            self.dropout_param["mode"] = mode

        scores = None
        # TODO: the forward pass, from X to the scores. In every hidden layer call
        # self.norm_forward and self.drop_forward at their places: they do nothing unless the
        # network has normalisation or dropout, and become exercises of their own later.
        raise NotImplementedError("FullyConnectedNet.loss")

        if mode == "test":
            return scores

        loss, grads = None, None
        # TODO: the loss, and the backward pass, from the scores to the gradients of all
        # parameters, with self.drop_backward and self.norm_backward at their places. Do not
        # forget the regularisation in either.
        raise NotImplementedError("FullyConnectedNet.loss")

        return loss, grads
