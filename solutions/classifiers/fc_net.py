"""Fully connected networks: one of two layers, and one of any depth.

A model is an object with `params`, a dictionary of arrays by name, and a method `loss(X, y)` that
returns the loss and a dictionary of gradients under the same names; without `y` it returns the
scores. That is all that the Solver wants to know of it.
"""

import numpy as np

from workbook.numerics.validate import check_choice, check_fraction, check_network

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
        check_network(input_dim=input_dim, hidden_dim=hidden_dim, num_classes=num_classes)
        self.params = {}
        self.reg = float(reg)

        # TODO: fill self.params with the four arrays named above. Draw from the global np.random,
        # W1 first.
        ### BEGIN SOLUTION
        self.params["W1"] = weight_scale * np.random.randn(input_dim, hidden_dim)
        self.params["b1"] = np.zeros(hidden_dim)
        self.params["W2"] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params["b2"] = np.zeros(num_classes)
        ### END SOLUTION

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
        # TODO: the forward pass, from X to the scores.
        ### BEGIN SOLUTION
        hidden, hidden_cache = affine_relu_forward(X, self.params["W1"], self.params["b1"])
        scores, scores_cache = affine_forward(hidden, self.params["W2"], self.params["b2"])
        ### END SOLUTION

        if y is None:
            return scores

        # TODO: the loss, and the backward pass, from the scores to the gradients of all four
        # parameters. Do not forget the regularisation in either.
        ### BEGIN SOLUTION
        grads = {}
        loss, dscores = softmax_loss(scores, y)
        dhidden, grads["W2"], grads["b2"] = affine_backward(dscores, scores_cache)
        _, grads["W1"], grads["b1"] = affine_relu_backward(dhidden, hidden_cache)

        for name in ("W1", "W2"):
            W = self.params[name]
            loss += 0.5 * self.reg * np.sum(W * W)
            grads[name] += self.reg * W
        ### END SOLUTION

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
        hidden_dims = list(hidden_dims)
        check_network(dtype, hidden_dims=hidden_dims, input_dim=input_dim, num_classes=num_classes)
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
        ### BEGIN SOLUTION
        dims = [input_dim, *hidden_dims, num_classes]
        for layer in range(1, self.num_layers + 1):
            before, after = dims[layer - 1], dims[layer]
            self.params[f"W{layer}"] = weight_scale * np.random.randn(before, after)
            self.params[f"b{layer}"] = np.zeros(after)
        ### END SOLUTION

        if self.normalization == "batchnorm":
            # TODO: add gamma and beta for every layer that is normalised.
            ### BEGIN SOLUTION FullyConnectedNet.batchnorm
            for layer, units in enumerate(hidden_dims, start=1):
                self.params[f"gamma{layer}"] = np.ones(units)
                self.params[f"beta{layer}"] = np.zeros(units)
            ### END SOLUTION
        elif self.normalization == "layernorm":
            # TODO: add gamma and beta for every layer that is normalised.
            ### BEGIN SOLUTION FullyConnectedNet.layernorm
            for layer, units in enumerate(hidden_dims, start=1):
                self.params[f"gamma{layer}"] = np.ones(units)
                self.params[f"beta{layer}"] = np.zeros(units)
            ### END SOLUTION

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
            ### BEGIN SOLUTION FullyConnectedNet.batchnorm
            gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
            out, cache = batchnorm_forward(x, gamma, beta, self.bn_params[layer - 1])
            ### END SOLUTION
        elif self.normalization == "layernorm":
            # TODO: the same with layer normalisation.
            ### BEGIN SOLUTION FullyConnectedNet.layernorm
            gamma, beta = self.params[f"gamma{layer}"], self.params[f"beta{layer}"]
            out, cache = layernorm_forward(x, gamma, beta, self.bn_params[layer - 1])
            ### END SOLUTION
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
            ### BEGIN SOLUTION FullyConnectedNet.batchnorm
            dx, dgamma, dbeta = batchnorm_backward(dout, cache)
            grads[f"gamma{layer}"], grads[f"beta{layer}"] = dgamma, dbeta
            ### END SOLUTION
        elif self.normalization == "layernorm":
            # TODO: the same with layer normalisation.
            ### BEGIN SOLUTION FullyConnectedNet.layernorm
            dx, dgamma, dbeta = layernorm_backward(dout, cache)
            grads[f"gamma{layer}"], grads[f"beta{layer}"] = dgamma, dbeta
            ### END SOLUTION
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
            ### BEGIN SOLUTION FullyConnectedNet.dropout
            out, cache = dropout_forward(x, self.dropout_param)
            ### END SOLUTION
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
            ### BEGIN SOLUTION FullyConnectedNet.dropout
            dx = dropout_backward(dout, cache)
            ### END SOLUTION
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
        X = X.astype(self.dtype, copy=False)
        mode = "test" if y is None else "train"
        if self.normalization == "batchnorm":
            for bn_param in self.bn_params:
                bn_param["mode"] = mode
        if self.use_dropout:
            self.dropout_param["mode"] = mode

        # TODO: the forward pass, from X to the scores. In every hidden layer call
        # self.norm_forward and self.drop_forward at their places: they do nothing unless the
        # network has normalisation or dropout, and become exercises of their own later.
        ### BEGIN SOLUTION
        L = self.num_layers
        caches = {}
        out = X
        for layer in range(1, L):
            W, b = self.params[f"W{layer}"], self.params[f"b{layer}"]
            out, affine_cache = affine_forward(out, W, b)
            out, norm_cache = self.norm_forward(layer, out)
            out, relu_cache = relu_forward(out)
            out, drop_cache = self.drop_forward(out)
            caches[layer] = affine_cache, norm_cache, relu_cache, drop_cache
        scores, scores_cache = affine_forward(out, self.params[f"W{L}"], self.params[f"b{L}"])
        ### END SOLUTION

        if mode == "test":
            return scores

        # TODO: the loss, and the backward pass, from the scores to the gradients of all
        # parameters, with self.drop_backward and self.norm_backward at their places. Do not
        # forget the regularisation in either.
        ### BEGIN SOLUTION
        grads = {}
        loss, dout = softmax_loss(scores, y)
        dout, grads[f"W{L}"], grads[f"b{L}"] = affine_backward(dout, scores_cache)
        for layer in range(L - 1, 0, -1):
            affine_cache, norm_cache, relu_cache, drop_cache = caches[layer]
            dout = self.drop_backward(dout, drop_cache)
            dout = relu_backward(dout, relu_cache)
            dout = self.norm_backward(layer, dout, norm_cache, grads)
            dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine_cache)

        for layer in range(1, L + 1):
            W = self.params[f"W{layer}"]
            loss += 0.5 * self.reg * np.sum(W * W)
            grads[f"W{layer}"] += self.reg * W
        ### END SOLUTION

        return loss, grads
