"""The layers: each a forward function and the backward function that belongs to it.

`forward(inputs...)` returns `(out, cache)`: the layer's output, and whatever its backward
function will need. `backward(dout, cache)` takes the gradient of the loss with respect to the
output, and returns its gradients with respect to the inputs. What a cache holds is a private
matter of the pair, unless the docstring says it.

For every function here: no argument is changed, except that batch normalisation keeps its
running averages in the dictionary `bn_param`; and what comes out has the dtype that went in, so
that a net in float32 stays one.
"""

import numpy as np

from workbook.numerics.validate import (
    check_affine,
    check_batchnorm,
    check_conv,
    check_dropout,
    check_groupnorm,
    check_labels,
    check_layernorm,
    check_pool,
    check_shape,
)


def affine_forward(x, w, b):
    """Affine (fully connected) layer: every output is a weighted sum of all inputs, plus a bias.

    Parameters
    ----------
    x : ndarray, shape (N, d_1, ..., d_k)
        N samples of any number of axes; each is a row of D = d_1 * ... * d_k numbers in the
        order in which they lie in memory (row-major).
    w : ndarray, shape (D, M)
        Weights.
    b : ndarray, shape (M,)
        Biases.

    Returns
    -------
    out : ndarray, shape (N, M)
        With the dtype of the inputs.
    cache : tuple
        What `affine_backward` needs.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, or `x` or `w` does not hold floats.
    """
    check_affine(x, w, b)

    out, cache = None, None
    # TODO: make each sample one row, then compute the layer's output. x itself must keep its
    # shape.
    raise NotImplementedError("affine_forward")

    return out, cache


def affine_backward(dout, cache):
    """Gradients of an affine layer.

    Parameters
    ----------
    dout : ndarray, shape (N, M)
        Gradient of the loss with respect to the layer's output.
    cache : tuple
        What `affine_forward` returned; its contents are private to the pair.

    Returns
    -------
    dx : ndarray, shape (N, d_1, ..., d_k)
        As the input had it.
    dw : ndarray, shape (D, M)
    db : ndarray, shape (M,)
        One axis, as `b` has it. All three keep the dtype of the inputs.

    Raises
    ------
    ValueError
        If `dout` does not have the output's shape.

    References
    ----------
    CS231n notes, "Backpropagation, Intuitions", section "Gradients for vectorized operations".
    """
    dx, dw, db = None, None, None
    # TODO: the three gradients. Let the shapes guide you: each gradient has the shape of what it
    # belongs to.
    raise NotImplementedError("affine_backward")

    return dx, dw, db


def relu_forward(x):
    """Rectified linear unit: what is negative becomes 0, the rest stays as it is.

    Parameters
    ----------
    x : ndarray, any shape
        Not changed.

    Returns
    -------
    out : ndarray, shape and dtype of x
        A new array.
    cache : object
        What `relu_backward` needs.

    Raises
    ------
    TypeError
        If `x` does not hold floats.
    """
    check_shape("x", x, (...,))

    out, cache = None, None
    # TODO: the output, and what backward needs.
    raise NotImplementedError("relu_forward")

    return out, cache


def relu_backward(dout, cache):
    """Gradient of a rectified linear unit.

    At an input of exactly 0 the function has a kink; this course takes the gradient there as 0.

    Parameters
    ----------
    dout : ndarray, any shape
        Gradient of the loss with respect to the output; not changed.
    cache : object
        What `relu_forward` returned.

    Returns
    -------
    dx : ndarray, shape and dtype of dout
        A new array.

    Raises
    ------
    ValueError
        If `dout` does not have the output's shape.
    """
    dx = None
    # TODO: the gradient with respect to x. Think of the value at exactly 0, and of the dtype.
    raise NotImplementedError("relu_backward")

    return dx


def softmax_loss(x, y):
    """Softmax (cross-entropy) loss and its gradient.

    The scores of a sample become probabilities by way of exp(score) / sum of all exp(scores); the
    sample's loss is minus the logarithm of its own class's probability.

    Must stay finite and exact for scores as large as 1e4, of either sign, also where different
    rows lie far apart. Nothing is added inside the logarithm.

    Parameters
    ----------
    x : ndarray, shape (N, C)
        Scores: one row a sample, one column a class. Not changed.
    y : ndarray of int, shape (N,)
        The right class of each sample, 0 <= y[i] < C.

    Returns
    -------
    loss : float
        Mean over the samples.
    dx : ndarray, shape (N, C)
        Gradient of that mean with respect to the scores, with the dtype of `x`.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, or `y` does not hold class indices.
    """
    check_labels(x, y)

    loss, dx = None, None
    # TODO: the loss and its gradient. No number may overflow on the way: what can you change in
    # a row of scores without changing its probabilities?
    raise NotImplementedError("softmax_loss")

    return loss, dx


def svm_loss(x, y):
    """Multiclass support vector machine (hinge) loss and its gradient.

    A wrong class costs a sample as much as its score exceeds the right class's score less a
    margin of 1, and nothing if it does not; the right class itself costs nothing.

    Parameters
    ----------
    x : ndarray, shape (N, C)
        Scores: one row a sample, one column a class. Not changed.
    y : ndarray of int, shape (N,)
        The right class of each sample, 0 <= y[i] < C.

    Returns
    -------
    loss : float
        Sum over the classes, mean over the samples.
    dx : ndarray, shape (N, C)
        Gradient of that mean with respect to the scores, with the dtype of `x`. A class that
        lies exactly at the margin counts as one that costs nothing.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, or `y` does not hold class indices.
    """
    check_labels(x, y)

    loss, dx = None, None
    # TODO: the loss and its gradient. For the gradient ask of each score: how many of the terms
    # that are not 0 hold it, and with which sign?
    raise NotImplementedError("svm_loss")

    return loss, dx


def batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalisation: each feature gets mean 0 and variance 1 over the batch.

    In training the batch's own mean and variance are used (the variance divides by N), and
    running averages of both are kept. At test time the running averages stand in for the batch,
    so that a sample's output does not depend on the samples beside it, and a batch of one works.

    Parameters
    ----------
    x : ndarray, shape (N, D)
    gamma, beta : ndarray, shape (D,)
        Scale and shift of each feature, applied to what was normalised.
    bn_param : dict
        mode : "train" or "test".
        eps : float, default 1e-5. Added to the variance before its root is taken.
        momentum : float, default 0.9. The weight of the *old* running average in the new one;
        the batch's value has the rest.
        running_mean, running_var : ndarray, shape (D,). Zeros if missing.

    Returns
    -------
    out : ndarray, shape (N, D)
        With the dtype of `x`.
    cache : tuple
        What the backward functions need; in test mode it is not used.

    After a call in train mode `bn_param` holds the new running averages, of shape (D,) and with
    the dtype of `x`, as new arrays: those that it held before keep their values. A call in test
    mode changes nothing.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, or `bn_param` has a wrong mode or key.

    References
    ----------
    Ioffe and Szegedy, "Batch Normalization", 2015, algorithm 1.
    """
    check_batchnorm(x, gamma, beta, bn_param)
    mode = bn_param["mode"]
    # As Python floats: a NumPy float64 here would turn float32 arrays into float64.
    eps = float(bn_param.get("eps", 1e-5))
    momentum = float(bn_param.get("momentum", 0.9))
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1], dtype=x.dtype))

    cache = None
    if mode == "train":
        out = None
        # TODO: normalise with the batch's statistics, scale and shift. Then compute the new
        # running averages and store them in bn_param.
        raise NotImplementedError("batchnorm_forward")
    else:
        out = None
        # TODO: normalise with the running averages, scale and shift.
        raise NotImplementedError("batchnorm_forward")

    return out, cache


def batchnorm_backward(dout, cache):
    """Gradients of batch normalisation in train mode, step by step through its graph.

    The mean and the variance are computed from `x`, so they pass gradient on to it, too.

    Parameters
    ----------
    dout : ndarray, shape (N, D)
        Gradient of the loss with respect to the layer's output; not changed.
    cache : tuple
        What `batchnorm_forward` returned in train mode.

    Returns
    -------
    dx : ndarray, shape (N, D)
    dgamma, dbeta : ndarray, shape (D,)
        One axis, as gamma and beta have it. All three keep the dtype of the inputs.

    Raises
    ------
    ValueError
        If `dout` does not have the output's shape.
    """
    dx, dgamma, dbeta = None, None, None
    # TODO: draw the graph of the forward pass (mean, centred input, variance, standard deviation,
    # normalised input, output) and go back through it node by node. Where a value is used twice,
    # its gradients add up.
    raise NotImplementedError("batchnorm_backward")

    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    """Gradients of batch normalisation in train mode, from one simplified expression.

    The same results as `batchnorm_backward` from the same cache, without a call of it: work out
    on paper how the branches of the graph combine, and simplify before you write code.

    Parameters
    ----------
    dout : ndarray, shape (N, D)
        Gradient of the loss with respect to the layer's output; not changed.
    cache : tuple
        What `batchnorm_forward` returned in train mode.

    Returns
    -------
    dx : ndarray, shape (N, D)
    dgamma, dbeta : ndarray, shape (D,)
        One axis, as gamma and beta have it. All three keep the dtype of the inputs.

    Raises
    ------
    ValueError
        If `dout` does not have the output's shape.
    """
    dx, dgamma, dbeta = None, None, None
    # TODO: write the gradient of the normalised input with respect to x as one formula, in terms
    # of the normalised input itself, and simplify it. Then all is a few lines.
    raise NotImplementedError("batchnorm_backward_alt")

    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    """Layer normalisation: each sample gets mean 0 and variance 1 over its features.

    It works on one sample at a time, so training and test are the same and nothing is kept.

    Parameters
    ----------
    x : ndarray, shape (N, D)
    gamma, beta : ndarray, shape (D,)
        Scale and shift of each feature, applied to what was normalised.
    ln_param : dict
        eps : float, default 1e-5. Added to the variance before its root is taken.
        Not changed.

    Returns
    -------
    out : ndarray, shape (N, D)
        With the dtype of `x`.
    cache : tuple
        What `layernorm_backward` needs.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, or `ln_param` has an unknown key.

    References
    ----------
    Ba, Kiros and Hinton, "Layer Normalization", 2016.
    """
    check_layernorm(x, gamma, beta, ln_param)
    # As a Python float: a NumPy float64 here would turn float32 arrays into float64.
    eps = float(ln_param.get("eps", 1e-5))

    out, cache = None, None
    # TODO: normalise each sample, scale and shift. Compare with batchnorm_forward: which axis
    # changes, and which shapes have to follow?
    raise NotImplementedError("layernorm_forward")

    return out, cache


def layernorm_backward(dout, cache):
    """Gradients of layer normalisation.

    Parameters
    ----------
    dout : ndarray, shape (N, D)
        Gradient of the loss with respect to the layer's output; not changed.
    cache : tuple
        What `layernorm_forward` returned.

    Returns
    -------
    dx : ndarray, shape (N, D)
    dgamma, dbeta : ndarray, shape (D,)
        One axis, as gamma and beta have it. All three keep the dtype of the inputs.

    Raises
    ------
    ValueError
        If `dout` does not have the output's shape.
    """
    dx, dgamma, dbeta = None, None, None
    # TODO: the three gradients. The statistics belong to a sample, gamma and beta to a feature:
    # mind which axis each sum runs over, and where gamma comes in.
    raise NotImplementedError("layernorm_backward")

    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    """Inverted dropout: in training each entry is dropped (set to 0) at random.

    What is kept is scaled up in training, so that the expected value of every entry stays what
    it was; therefore the test pass has nothing to do.

    Parameters
    ----------
    x : ndarray, any shape
        Not changed.
    dropout_param : dict
        mode : "train" or "test".
        p : float, 0 <= p < 1. The probability of *dropping* an entry.
        seed : int, optional. Seeds `np.random`, which makes the mask repeatable for checks.

    Returns
    -------
    out : ndarray, shape and dtype of x
        In train mode every entry is dropped with probability p, independently of the others, and
        the mean of `out` is that of `x` on average. In test mode the same values as `x`, exactly
        (it may be `x` itself).
    cache : tuple
        What `dropout_backward` needs.

    Raises
    ------
    ValueError, TypeError
        If `dropout_param` has a wrong mode, p or key, or `x` does not hold floats.

    References
    ----------
    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014;
    the inverted form: CS231n notes, "Neural Networks Part 2", section "Regularization".
    """
    check_dropout(x, dropout_param)
    # As a Python float: a NumPy float64 here would turn float32 arrays into float64.
    p, mode = float(dropout_param["p"]), dropout_param["mode"]
    if dropout_param.get("seed") is not None:
        np.random.seed(dropout_param["seed"])

    mask = None
    if mode == "train":
        out = None
        # TODO: draw a mask of random numbers from np.random, and apply it. Store in the mask all
        # that backward needs; mind the dtype.
        raise NotImplementedError("dropout_forward")
    else:
        out = None
        # TODO: the test pass.
        raise NotImplementedError("dropout_forward")

    cache = (mode, mask)
    return out, cache


def dropout_backward(dout, cache):
    """Gradient of inverted dropout.

    Parameters
    ----------
    dout : ndarray, any shape
        Gradient of the loss with respect to the output; not changed.
    cache : tuple
        What `dropout_forward` returned.

    Returns
    -------
    dx : ndarray, shape and dtype of dout
        For the very mask that the forward pass drew. After a forward pass in test mode the same
        values as `dout` (it may be `dout` itself).

    Raises
    ------
    ValueError
        If `dout` does not have the output's shape.
    """
    mode, mask = cache
    if mode == "train":
        dx = None
        # TODO: the gradient of the train pass.
        raise NotImplementedError("dropout_backward")
    else:
        dx = None
        # TODO: the gradient of the test pass.
        raise NotImplementedError("dropout_backward")

    return dx


def conv_forward_naive(x, w, b, conv_param):
    """Convolutional layer, written out as loops.

    Every filter slides over every image. At each position the filter's entries and the entries of
    the image under it, in all channels, are multiplied pairwise and summed, and the filter's bias
    is added. The filter is not flipped.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        N images of C channels, height H and width W. Not changed.
    w : ndarray, shape (F, C, HH, WW)
        F filters, each over all C channels, of height HH and width WW.
    b : ndarray, shape (F,)
        Biases.
    conv_param : dict
        stride : int, pixels between the positions of the filter, both ways.
        pad : int, rows and columns of zeros around each image, on all four sides.

    Returns
    -------
    out : ndarray, shape (N, F, H', W')
        H' = 1 + (H + 2 * pad - HH) / stride and W' = 1 + (W + 2 * pad - WW) / stride, both
        rounded down: a filter never hangs over the edge. With the dtype of `x`.
    cache : tuple
        (x, w, b, conv_param), for `conv_backward_naive`.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, there is no output at all, or `conv_param` has a wrong value or
        key.
    """
    check_conv(x, w, b, conv_param)
    stride, pad = conv_param["stride"], conv_param["pad"]

    out = None
    # TODO: pad the images, then visit every output entry and compute it from its window. Plain
    # loops are what is wanted; speed comes later.
    raise NotImplementedError("conv_forward_naive")

    cache = (x, w, b, conv_param)
    return out, cache


def conv_backward_naive(dout, cache):
    """Gradients of a convolutional layer, written out as loops.

    Parameters
    ----------
    dout : ndarray, shape (N, F, H', W')
        Gradient of the loss with respect to the layer's output; not changed.
    cache : tuple
        What `conv_forward_naive` returned.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
        As the images came, without the padding.
    dw : ndarray, shape (F, C, HH, WW)
    db : ndarray, shape (F,)
        All three keep the dtype of the inputs.

    Raises
    ------
    ValueError
        If `dout` does not have the output's shape.
    """
    x, w, _, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]

    dx, dw, db = None, None, None
    # TODO: walk over the same windows as in the forward pass. Ask of each output entry: how much
    # did every pixel of its window, and every entry of its filter, contribute to it? A pixel may
    # lie in many windows.
    raise NotImplementedError("conv_backward_naive")

    return dx, dw, db


def max_pool_forward_naive(x, pool_param):
    """Max pooling, written out as loops: of every window only the largest entry stays.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
        Not changed.
    pool_param : dict
        pool_height, pool_width : int, size of the window.
        stride : int, pixels between neighbouring windows, both ways. Windows may overlap, and
        may leave gaps.

    Returns
    -------
    out : ndarray, shape (N, C, H', W')
        H' = 1 + (H - pool_height) / stride and W' = 1 + (W - pool_width) / stride, both rounded
        down: a window never hangs over the edge. With the dtype of `x`.
    cache : tuple
        (x, pool_param), for `max_pool_backward_naive`.

    Raises
    ------
    ValueError, TypeError
        If there is no output at all, or `pool_param` has a wrong value or key.
    """
    check_pool(x, pool_param)
    pool_height, pool_width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]

    out = None
    # TODO: visit every window; each channel of each image is pooled for itself.
    raise NotImplementedError("max_pool_forward_naive")

    cache = (x, pool_param)
    return out, cache


def max_pool_backward_naive(dout, cache):
    """Gradient of max pooling, written out as loops.

    A window passes its gradient on to its largest entry. If several entries share the maximum,
    the window's gradient may go to any one of them or be divided among them, but no more than
    `dout` may come out in sum. An entry that wins in several windows gets all of their gradients.

    Parameters
    ----------
    dout : ndarray, shape (N, C, H', W')
        Gradient of the loss with respect to the layer's output; not changed.
    cache : tuple
        What `max_pool_forward_naive` returned.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
        With the dtype of the input; 0 wherever no window had its maximum.

    Raises
    ------
    ValueError
        If `dout` does not have the output's shape.
    """
    x, pool_param = cache
    pool_height, pool_width = pool_param["pool_height"], pool_param["pool_width"]
    stride = pool_param["stride"]

    dx = None
    # TODO: walk over the same windows as in the forward pass, and find in each where the maximum
    # lies. Slices of an array are views: what you write into them changes the array.
    raise NotImplementedError("max_pool_backward_naive")

    return dx


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalisation of images: one mean and one variance for each channel.

    The statistics of a channel are taken over all images and all pixels, because every pixel of
    a feature map was made by the same filter.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    gamma, beta : ndarray, shape (C,)
        Scale and shift of each channel.
    bn_param : dict
        As for `batchnorm_forward`, with running_mean and running_var of shape (C,).

    Returns
    -------
    out : ndarray, shape (N, C, H, W)
        With the dtype of `x`.
    cache : tuple
        What `spatial_batchnorm_backward` needs.

    `bn_param` is kept as by `batchnorm_forward`.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, or `bn_param` has a wrong mode or key.
    """
    check_batchnorm(x, gamma, beta, bn_param, spatial=True)

    out, cache = None, None
    # TODO: bring the images into a shape in which batchnorm_forward does the work, call it, and
    # bring its output back. A few lines; watch where the channels are.
    raise NotImplementedError("spatial_batchnorm_forward")

    return out, cache


def spatial_batchnorm_backward(dout, cache):
    """Gradients of batch normalisation of images, in train mode.

    Parameters
    ----------
    dout : ndarray, shape (N, C, H, W)
        Gradient of the loss with respect to the layer's output; not changed.
    cache : tuple
        What `spatial_batchnorm_forward` returned in train mode.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
    dgamma, dbeta : ndarray, shape (C,)
        All three keep the dtype of the inputs.

    Raises
    ------
    ValueError
        If `dout` does not have the output's shape.
    """
    check_shape("dout", dout, ("N", "C", "H", "W"))

    dx, dgamma, dbeta = None, None, None
    # TODO: as in the forward pass, let batchnorm_backward do the work.
    raise NotImplementedError("spatial_batchnorm_backward")

    return dx, dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    """Group normalisation: the channels of each image are normalised in G groups.

    A group is C / G neighbouring channels of one image; it gets mean 0 and variance 1 over its
    channels and pixels. Images do not mix, so training and test are the same.

    Parameters
    ----------
    x : ndarray, shape (N, C, H, W)
    gamma, beta : ndarray, shape (1, C, 1, 1)
        Scale and shift of each channel.
    G : int
        Number of groups; divides C.
    gn_param : dict
        eps : float, default 1e-5. Added to the variance before its root is taken.
        Not changed.

    Returns
    -------
    out : ndarray, shape (N, C, H, W)
        With the dtype of `x`.
    cache : tuple
        What `spatial_groupnorm_backward` needs.

    Raises
    ------
    ValueError, TypeError
        If the shapes do not fit, G does not divide C, or `gn_param` has an unknown key.

    References
    ----------
    Wu and He, "Group Normalization", 2018.
    """
    check_groupnorm(x, gamma, beta, G, gn_param)
    # As a Python float: a NumPy float64 here would turn float32 arrays into float64.
    eps = float(gn_param.get("eps", 1e-5))

    out, cache = None, None
    # TODO: give each group a row of its own, normalise the rows, bring them back into the shape
    # of the images, scale and shift.
    raise NotImplementedError("spatial_groupnorm_forward")

    return out, cache


def spatial_groupnorm_backward(dout, cache):
    """Gradients of group normalisation.

    Parameters
    ----------
    dout : ndarray, shape (N, C, H, W)
        Gradient of the loss with respect to the layer's output; not changed.
    cache : tuple
        What `spatial_groupnorm_forward` returned.

    Returns
    -------
    dx : ndarray, shape (N, C, H, W)
    dgamma, dbeta : ndarray, shape (1, C, 1, 1)
        Four axes, as gamma and beta have them. All three keep the dtype of the inputs.

    Raises
    ------
    ValueError
        If `dout` does not have the output's shape.
    """
    dx, dgamma, dbeta = None, None, None
    # TODO: gamma and beta belong to a channel, the statistics to a group: take each gradient in
    # the shape in which it is a plain sum.
    raise NotImplementedError("spatial_groupnorm_backward")

    return dx, dgamma, dbeta
