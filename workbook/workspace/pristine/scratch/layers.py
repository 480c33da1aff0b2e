"""Layers as objects: each keeps in `forward` what its `backward` will need.

In every layer `forward` takes the layer's input and returns its output, and `backward`
takes the gradient of the loss with respect to that output and returns the gradient with
respect to the input. A layer with weights also leaves their gradients on itself.
The arrays of one network are all float32 or all float64, and what comes out of a layer has
the dtype that went in. No argument is changed: another part of the network may still need it.
"""

import numpy as np

from workbook.numerics.arguments import require_targets, require_whole, require_windows
from workbook.numerics.validate import check_shape

from .functions import cross_entropy_error, sigmoid, softmax


class Relu:
    """Passes positive numbers on and turns all others into 0."""

    def __init__(self):
        self.out_shape = (...,)

    def forward(self, x):
        """The larger of each entry and 0.

        Parameters
        ----------
        x : ndarray of floats, any shape
            Not changed.

        Returns
        -------
        ndarray, shape and dtype of `x`
            An array of its own.

        Raises
        ------
        TypeError
            If `x` is not an array of floats.
        """
        check_shape("x", x, (...,))
        self.out_shape = x.shape
        # TODO: Keep what backward will need, and return the output without writing into x.
        raise NotImplementedError("scratch.Relu")

    def backward(self, dout):
        """Gradient with respect to the input of the last `forward`.

        Parameters
        ----------
        dout : ndarray of floats, shape of the last `x`
            Gradient with respect to the output. Not changed.

        Returns
        -------
        ndarray, shape and dtype of `dout`
            An array of its own. Where the input was exactly 0 the derivative counts as 0.

        Raises
        ------
        TypeError, ValueError
            If `dout` is not an array of floats, or has another shape than the output.
        """
        check_shape("dout", dout, self.out_shape)
        # TODO: Through which entries did the input pass, and with which slope?
        # Return a new array and leave dout as it is.
        raise NotImplementedError("scratch.Relu")


class Sigmoid:
    """The sigmoid function as a layer."""

    def __init__(self):
        self.out_shape = (...,)

    def forward(self, x):
        """Sigmoid of every entry.

        Parameters
        ----------
        x : ndarray of floats, any shape
            Not changed. Values as far out as -1e4 and 1e4 are allowed.

        Returns
        -------
        ndarray, shape and dtype of `x`

        Raises
        ------
        TypeError
            If `x` is not an array of floats.
        """
        check_shape("x", x, (...,))
        self.out_shape = x.shape
        # TODO: Use the sigmoid that you have written. What does its derivative need: the
        # input, or the output?
        raise NotImplementedError("scratch.Sigmoid")

    def backward(self, dout):
        """Gradient with respect to the input of the last `forward`.

        Parameters
        ----------
        dout : ndarray of floats, shape of the last `x`
            Gradient with respect to the output. Not changed.

        Returns
        -------
        ndarray, shape and dtype of `dout`

        Raises
        ------
        TypeError, ValueError
            If `dout` is not an array of floats, or has another shape than the output.
        """
        check_shape("dout", dout, self.out_shape)
        # TODO: Differentiate the sigmoid. Its derivative can be written with the output
        # alone; multiply it by dout.
        raise NotImplementedError("scratch.Sigmoid")


class Affine:
    """Weighted sums of all features of a sample, plus a bias.

    Parameters
    ----------
    W : ndarray of floats, shape (D, M)
        Weights. The layer holds this very array, so that a step of training that writes into
        it is seen by the layer.
    b : ndarray of floats, shape (M,)
        Biases, held likewise.

    Attributes
    ----------
    dW : ndarray, shape (D, M)
    db : ndarray, shape (M,)
        Gradients of the loss with respect to `W` and `b`, after each `backward`.

    Raises
    ------
    TypeError, ValueError
        If `W` and `b` are not arrays of floats, or their shapes do not fit together.
    """

    def __init__(self, W, b):
        check_shape("W", W, ("D", "M"))
        check_shape("b", b, W.shape[1:], fits=f"W of shape {W.shape}")
        self.W = W
        self.b = b
        self.dW = None
        self.db = None
        self.out_shape = (...,)

    def forward(self, x):
        """The layer's output.

        Parameters
        ----------
        x : ndarray of floats, shape (N, d_1, ..., d_k)
            N samples, such as images (N, C, H, W); d_1 * ... * d_k equals D. Not changed.

        Returns
        -------
        ndarray, shape (N, M), dtype of `x`

        Raises
        ------
        TypeError, ValueError
            If `x` is not an array of floats, or a sample does not have D features.
        """
        check_shape("x", x, ("N", "d_1", ...))
        features = int(np.prod(x.shape[1:]))
        if features != self.W.shape[0]:
            raise ValueError(
                f"x has shape {x.shape}, {features} features a sample; "
                f"W of shape {self.W.shape} takes {self.W.shape[0]}."
            )
        self.out_shape = (x.shape[0], self.W.shape[1])
        # TODO: Lay out each sample as one row, whatever its shape; keep what backward will
        # need (the original shape of x too); return the weighted sums plus the bias.
        raise NotImplementedError("scratch.Affine")

    def backward(self, dout):
        """Gradients with respect to the input, the weights and the bias.

        Parameters
        ----------
        dout : ndarray of floats, shape (N, M)
            Gradient with respect to the output. Not changed.

        Returns
        -------
        ndarray, shape and dtype of the last `x`
            Gradient with respect to the input. The gradients of `W` and `b` are left in
            `self.dW`, shape (D, M), and `self.db`, shape (M,) and not (1, M).

        Raises
        ------
        TypeError, ValueError
            If `dout` is not an array of floats, or has another shape than the output.
        """
        check_shape("dout", dout, self.out_shape)
        # TODO: Store self.dW and self.db, and return the gradient of x in the shape of x.
        # The shapes decide most of it: which product of two of the arrays has which shape?
        raise NotImplementedError("scratch.Affine")


class SoftmaxWithLoss:
    """Softmax and cross-entropy error in one layer, the last of a classifier.

    Attributes
    ----------
    loss : float
    y : ndarray, shape (N, C)
        Probabilities, as softmax gave them; `backward` leaves them as they are.
    t : ndarray, shape (N,) or (N, C)
        The right classes, as they were given.
    """

    def __init__(self):
        self.loss = None
        self.y = None
        self.t = None

    def forward(self, x, t):
        """Loss of a batch of scores; also sets `self.loss`, `self.y` and `self.t`.

        Parameters
        ----------
        x : ndarray of floats, shape (N, C)
            Scores. Not changed. Scores of 1e4 are allowed: the loss stays finite.
        t : ndarray, shape (N,) or (N, C)
            Class indices, or one-hot rows. N may equal C. Not changed.

        Returns
        -------
        float
            The cross-entropy error, averaged over the N samples.

        Raises
        ------
        TypeError, ValueError
            If `x` is not a matrix of floats, or `t` does not fit it.
        """
        check_shape("x", x, ("N", "C"))
        t = np.asarray(t)
        require_targets(t, "t", x.shape)
        # TODO: Use the softmax and the cross_entropy_error that you have written. Keep the
        # loss, the probabilities and the right classes as self.loss, self.y and self.t.
        raise NotImplementedError("scratch.SoftmaxWithLoss")

    def backward(self, dout=1):
        """Gradient with respect to the scores of the last `forward`.

        Parameters
        ----------
        dout : float
            Gradient with respect to the loss; the result is proportional to it.

        Returns
        -------
        ndarray, shape (N, C), dtype of the scores
            Right for class indices and for one-hot rows; an array of its own.
        """
        # TODO: Differentiate the loss with respect to the scores: most of it cancels.
        # Remember that the loss is a mean, that dout multiplies, and that self.y must
        # survive a second call.
        raise NotImplementedError("scratch.SoftmaxWithLoss")


def im2col(input_data, filter_h, filter_w, stride=1, pad=0):
    """Copy every window of a batch of images into a row of a matrix.

    Parameters
    ----------
    input_data : ndarray of floats, shape (N, C, H, W)
        Images. Not changed.
    filter_h, filter_w : int
        Height and width of the window; they may differ.
    stride : int
        Steps between neighbouring windows, in both directions. Where the last step does not
        fit, the pixels that are left over belong to no window.
    pad : int
        Rows and columns of zeros on each side of the image.

    Returns
    -------
    ndarray, shape (N * out_h * out_w, C * filter_h * filter_w), dtype of `input_data`
        One row for each window, out_h x out_w of them in each image: image by image, and in
        an image from left to right, then from top to bottom. In a row channel by channel,
        and in a channel row by row of the window. An array of its own.

    Raises
    ------
    TypeError, ValueError
        If `input_data` is not an array of floats with four axes, `stride` or a window size is
        not a whole number above 0, `pad` is negative, or the window does not fit into the
        padded image.
    """
    check_shape("input_data", input_data, ("N", "C", "H", "W"))
    require_windows(input_data.shape, filter_h, filter_w, stride, pad)
    # TODO: Pad the images. Work out how many windows fit down and across. Visit each
    # position of the window, take that window out of all images at once, and write it where
    # its rows belong.
    raise NotImplementedError("scratch.im2col")


def col2im(col, input_shape, filter_h, filter_w, stride=1, pad=0):
    """Add every row of a matrix back into the window of the images that it came from.

    It turns gradients with respect to the output of `im2col` into gradients with respect to
    its input: a pixel that lies in several windows gets the sum of what they hold for it.

    Parameters
    ----------
    col : ndarray of floats, shape (N * out_h * out_w, C * filter_h * filter_w)
        Rows in the order of `im2col`. Not changed.
    input_shape : tuple
        (N, C, H, W), the shape of the images without padding.
    filter_h, filter_w, stride, pad : int
        As given to `im2col`.

    Returns
    -------
    ndarray, shape `input_shape`, dtype of `col`
        Pixels that lie in no window are 0; what falls on the padding is left out.

    Raises
    ------
    TypeError, ValueError
        If `col` is not a matrix of floats with one row for each window, or an argument is
        one that `im2col` would refuse.
    """
    windows = require_windows(input_shape, filter_h, filter_w, stride, pad)
    per_window = input_shape[1] * filter_h * filter_w
    check_shape("col", col, (windows, per_window), fits=f"images of shape {tuple(input_shape)}")
    # TODO: Go the way of im2col backwards: start from padded images full of zeros, visit each
    # position of the window, and bring its rows home to all images at once. Windows may
    # overlap. Cut the padding off at the end.
    raise NotImplementedError("scratch.col2im")


class Convolution:
    """Filters that slide over images, computed as one product of matrices.

    As everywhere in deep learning the filters are not flipped (cross-correlation).

    Parameters
    ----------
    W : ndarray of floats, shape (FN, C, FH, FW)
        FN filters; held by the layer, as in `Affine`.
    b : ndarray of floats, shape (FN,)
        One bias for each filter, held likewise.
    stride : int
        Steps between neighbouring windows.
    pad : int
        Rows and columns of zeros on each side of the image.

    Attributes
    ----------
    dW : ndarray, shape (FN, C, FH, FW)
    db : ndarray, shape (FN,)
        Gradients of the loss with respect to `W` and `b`, after each `backward`.

    Raises
    ------
    TypeError, ValueError
        If `W` and `b` are not arrays of floats, their shapes do not fit together, or `stride`
        or `pad` is not a whole number of at least 1 or 0.
    """

    def __init__(self, W, b, stride=1, pad=0):
        check_shape("W", W, ("FN", "C", "FH", "FW"))
        check_shape("b", b, W.shape[:1], fits=f"W of shape {W.shape}")
        require_whole(stride, "stride")
        require_whole(pad, "pad", at_least=0)
        self.W = W
        self.b = b
        self.stride = stride
        self.pad = pad
        self.dW = None
        self.db = None
        self.out_shape = (...,)

    def forward(self, x):
        """Response of each filter at each position.

        Parameters
        ----------
        x : ndarray of floats, shape (N, C, H, W)
            Images; H and W may differ. Not changed.

        Returns
        -------
        ndarray, shape (N, FN, out_h, out_w), dtype of `x`
            out_h and out_w are the numbers of windows that `im2col` finds down and across.

        Raises
        ------
        TypeError, ValueError
            If `x` is not an array of floats with four axes and the filters' channels, or a
            filter does not fit into the padded image.
        """
        FN, C, FH, FW = self.W.shape
        check_shape("x", x, ("N", C, "H", "W"), fits=f"W of shape {self.W.shape}")
        require_windows(x.shape, FH, FW, self.stride, self.pad)
        out = None
        # TODO: Get all windows with im2col, multiply them by the filters laid out as a matrix,
        # add the biases, and bring the result into the shape (N, FN, out_h, out_w): the
        # filters come last in the product, so a reshape alone is not enough. Keep what backward
        # will need.
        raise NotImplementedError("scratch.Convolution")
        self.out_shape = np.shape(out)
        return out

    def backward(self, dout):
        """Gradients with respect to the images, the filters and the biases.

        Parameters
        ----------
        dout : ndarray of floats, shape (N, FN, out_h, out_w)
            Gradient with respect to the output. Not changed.

        Returns
        -------
        ndarray, shape (N, C, H, W), dtype of the last `x`
            Gradient with respect to the images. The gradients of `W` and `b` are left in
            `self.dW`, shape (FN, C, FH, FW), and `self.db`, shape (FN,).

        Raises
        ------
        TypeError, ValueError
            If `dout` is not an array of floats, or has another shape than the output.
        """
        check_shape("dout", dout, self.out_shape)
        # TODO: Lay dout out like the product in forward, one row for each window. Then this is
        # an affine layer's backward; bring self.dW into the shape of W, and the gradient of
        # the windows back to images with col2im.
        raise NotImplementedError("scratch.Convolution")


class Pooling:
    """The largest number of each window, channel by channel (max pooling).

    Parameters
    ----------
    pool_h, pool_w : int
        Height and width of the window; they may differ.
    stride : int
        Steps between neighbouring windows; windows overlap where it is smaller than they are.
    pad : int
        Rows and columns around the image that windows may reach into; smaller than `pool_h`
        and `pool_w`, so that each window holds at least one pixel. Padding is never the
        maximum, also where all pixels of a window are negative, and gets no gradient.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number of at least 1 (`pad`: 0), or `pad` is too large.
    """

    def __init__(self, pool_h, pool_w, stride=1, pad=0):
        require_whole(pool_h, "pool_h")
        require_whole(pool_w, "pool_w")
        require_whole(stride, "stride")
        require_whole(pad, "pad", at_least=0)
        if pad >= min(pool_h, pool_w):
            raise ValueError(
                f"pad must be smaller than the window, which is {pool_h} x {pool_w}, got {pad}."
            )
        self.pool_h = pool_h
        self.pool_w = pool_w
        self.stride = stride
        self.pad = pad
        self.out_shape = (...,)

    def forward(self, x):
        """Maximum of each window.

        Parameters
        ----------
        x : ndarray of floats, shape (N, C, H, W)
            Images; H and W may differ. Not changed.

        Returns
        -------
        ndarray, shape (N, C, out_h, out_w), dtype of `x`
            out_h and out_w are the numbers of windows that `im2col` finds down and across in
            images of H and W with this `stride` and `pad`.

        Raises
        ------
        TypeError, ValueError
            If `x` is not an array of floats with four axes, or the window does not fit.
        """
        check_shape("x", x, ("N", "C", "H", "W"))
        require_windows(x.shape, self.pool_h, self.pool_w, self.stride, self.pad)
        out = None
        # TODO: Pad the images with a number that can never be a maximum (im2col would pad with
        # zeros), get the windows, and make one row for each window and channel. Keep where in
        # each row the maximum stands. Bring the maxima into the shape (N, C, out_h, out_w).
        raise NotImplementedError("scratch.Pooling")
        self.out_shape = np.shape(out)
        return out

    def backward(self, dout):
        """Gradient with respect to the images of the last `forward`.

        Parameters
        ----------
        dout : ndarray of floats, shape (N, C, out_h, out_w)
            Gradient with respect to the output. Not changed.

        Returns
        -------
        ndarray, shape (N, C, H, W), dtype of `dout`
            What a window got lies on its maxima and nowhere else, and sums to what it got:
            where several pixels tie, one may have it all, or they may share it. Where windows
            overlap, a pixel gets the sum of what they bring.

        Raises
        ------
        TypeError, ValueError
            If `dout` is not an array of floats, or has another shape than the output.
        """
        check_shape("dout", dout, self.out_shape)
        # TODO: Make rows like those of forward, all zeros; put each entry of dout where its
        # window's maximum stood; let col2im bring the rows back to images.
        raise NotImplementedError("scratch.Pooling")


class BatchNormalization:
    """Gives each feature of a batch mean 0 and variance 1, then scales and shifts it.

    A feature is a column of a matrix (N, D), or a channel of images (N, C, H, W): one mean and
    one variance for each channel, taken over all samples and all positions. (Some books flatten
    the images first, which gives each pixel a mean of its own; here a channel is one feature,
    because its filter is the same everywhere.)

    Parameters
    ----------
    gamma, beta : ndarray of floats, shape (D,) or (C,)
        Scale and shift of each feature; held by the layer, as in `Affine`.
    momentum : float
        How much of the old running average a training pass keeps (0 to 1).
    running_mean, running_var : ndarray of floats, shape of `gamma`, optional
        Averages to start from; without them both start at 0. These arrays are not changed.

    Attributes
    ----------
    running_mean, running_var : ndarray, shape of `gamma`
        After a training pass: momentum * old + (1 - momentum) * what this batch had.
    dgamma, dbeta : ndarray, shape of `gamma`
        Gradients of the loss with respect to `gamma` and `beta`, after each `backward`.

    Raises
    ------
    TypeError, ValueError
        If an array is not one of floats or has another shape than `gamma`, or `momentum` does
        not lie between 0 and 1.

    References
    ----------
    Ioffe & Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by Reducing
    Internal Covariate Shift".
    """

    eps = 1e-5

    def __init__(self, gamma, beta, momentum=0.9, running_mean=None, running_var=None):
        check_shape("gamma", gamma, ("D",))
        if running_mean is None:
            running_mean = np.zeros_like(gamma)
        if running_var is None:
            running_var = np.zeros_like(gamma)
        fits = f"gamma of shape {gamma.shape}"
        check_shape("beta", beta, gamma.shape, fits)
        check_shape("running_mean", running_mean, gamma.shape, fits)
        check_shape("running_var", running_var, gamma.shape, fits)
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum must lie between 0 and 1, got {momentum}.")
        self.gamma = gamma
        self.beta = beta
        self.momentum = momentum
        self.running_mean = running_mean
        self.running_var = running_var
        self.dgamma = None
        self.dbeta = None
        self.out_shape = (...,)

    def forward(self, x, train_flg=True):
        """Normalise, then scale by gamma and shift by beta.

        Parameters
        ----------
        x : ndarray of floats, shape (N, D) or (N, C, H, W)
            Not changed.
        train_flg : bool
            True: normalise with the mean and the variance of this batch (the mean squared
            distance from the mean, without Bessel's correction), and update the running
            averages. False: normalise with the running averages, and leave them alone; a
            sample's output then does not depend on the others, and one sample will do.

        Returns
        -------
        ndarray, shape and dtype of `x`
            The distance from the mean is divided by sqrt(variance + eps) with eps = 1e-5, so
            that a feature that never changes gives beta and not NaN.

        Raises
        ------
        TypeError, ValueError
            If `x` is not an array of floats, has neither two nor four axes, or has not as many
            features as `gamma`.
        """
        check_shape("x", x, ("N", self.gamma.size, ...), fits=f"gamma of {self.gamma.shape}")
        if x.ndim not in (2, 4):
            raise ValueError(f"x must have shape (N, D) or (N, C, H, W), got {x.shape}.")
        if train_flg:
            self.out_shape = x.shape
        # TODO: Find out over which axes a feature is averaged, for two axes and for four, and
        # how an array of one number a feature is shaped to broadcast against x. Then write
        # both modes: in training keep what backward will need, and update the running averages
        # (they keep the shape of gamma).
        raise NotImplementedError("scratch.BatchNormalization")

    def backward(self, dout):
        """Gradients for the last training pass.

        Parameters
        ----------
        dout : ndarray of floats, shape of the last `x`
            Gradient with respect to the output. Not changed.

        Returns
        -------
        ndarray, shape and dtype of `dout`
            Gradient with respect to `x`. Every entry of `x` also moves its feature's mean and
            variance, and this is counted. The gradients of `gamma` and `beta` are left in
            `self.dgamma` and `self.dbeta`, of their shape.

        Raises
        ------
        TypeError, ValueError
            If `dout` is not an array of floats, or has another shape than the output.
        """
        check_shape("dout", dout, self.out_shape)
        # TODO: Store self.dgamma and self.dbeta. Then follow the graph of forward backwards, node
        # by node: x reaches the output directly, through the mean, and through the variance.
        raise NotImplementedError("scratch.BatchNormalization")
