"""The functions between scores and loss: sigmoid, softmax, cross-entropy."""

import numpy as np

from workbook.numerics.arguments import as_floats, require_targets


def sigmoid(x):
    """Sigmoid of every entry: 1 / (1 + exp(-x)).

    Parameters
    ----------
    x : ndarray of floats, any shape, or a number
        Not changed. Values as far out as -1e4 and 1e4 are allowed.

    Returns
    -------
    ndarray, shape and dtype of `x`
        Between 0 and 1, never NaN, and without an overflow warning.

    Raises
    ------
    TypeError
        If `x` does not hold numbers.
    """
    x = as_floats(x, "x")
    # TODO: Compute the sigmoid so that np.exp is never given a large positive number.
    # The formula above is safe on one half of the number line; multiply its numerator and
    # denominator by the same thing to get one that is safe on the other half.
    raise NotImplementedError("scratch.sigmoid")


def softmax(x):
    """Scores into probabilities: exp(x) divided by its sum, row by row.

    Parameters
    ----------
    x : ndarray of floats, shape (C,) or (N, C)
        Scores of one sample, or one row for each of N samples. Not changed. Scores of 1e4
        are allowed, and rows may lie far apart (one near 1e4, another near -1e4).

    Returns
    -------
    ndarray, shape and dtype of `x`
        Not negative, never NaN; each row sums to 1.

    Raises
    ------
    TypeError
        If `x` does not hold numbers.
    ValueError
        If `x` has neither one nor two axes.
    """
    x = as_floats(x, "x", axes=(1, 2))
    # TODO: Divide the exponentials by their sum, for one row and for many alike.
    # exp overflows near 89 in float32 and near 710 in float64: which number can be
    # subtracted from all scores of a row without changing the row's result?
    raise NotImplementedError("scratch.softmax")


def cross_entropy_error(y, t):
    """Mean of -log(probability of the right class).

    Parameters
    ----------
    y : ndarray of floats, shape (C,) or (N, C)
        Probabilities of one sample, or one row for each of N samples. Not changed.
    t : ndarray
        The right classes: either one-hot, of the shape of `y`, or class indices, shape (N,)
        (one whole number for a `y` of shape (C,)). N may equal C, so the length of `t`
        cannot tell the two apart. Not changed.

    Returns
    -------
    float
        The loss, averaged over the N samples. Where the right class has probability 0 the
        loss is large, but finite and not NaN.

    Raises
    ------
    TypeError
        If `y` does not hold numbers, or class indices are not whole numbers.
    ValueError
        If the shape of `t` fits neither form, a row is not one-hot, or an index is not
        a class.
    """
    y = as_floats(y, "y", axes=(1, 2))
    t = np.asarray(t)
    if y.ndim == 1:
        # One sample is a batch of one.
        y, t = y[np.newaxis], t[np.newaxis]
    require_targets(t, "t", y.shape)
    # TODO: Here y has shape (N, C), and t has shape (N, C) or (N,).
    # Pick the probability of each sample's right class, keep the logarithm finite, and
    # return the mean over the samples of what is left.
    raise NotImplementedError("scratch.cross_entropy_error")
