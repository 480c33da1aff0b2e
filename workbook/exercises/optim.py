"""Update rules: how a parameter moves, given its gradient.

Every rule is called as `next_w, config = rule(w, dw, config)`: once a step for each parameter,
always with the same dictionary `config`, in which it finds its settings and keeps what it must
remember until the next step. No rule changes `w` or `dw`; `next_w` is a new array with the
shape and dtype of `w`.
"""

import numpy as np

from workbook.numerics.owned import own_array
from workbook.numerics.validate import check_update

__all__ = ["adam", "rmsprop", "sgd", "sgd_momentum"]


def _with_defaults(w, dw, config, state, **defaults):
    """The dictionary to work with: checked, its settings filled in, as plain Python floats.

    A NumPy float64 among the settings would turn a float32 parameter into float64.
    """
    config = {} if config is None else config
    check_update(w, dw, config, (*defaults, *state), state)
    for key, default in defaults.items():
        config[key] = float(config.get(key, default))
    return config


def sgd(w, dw, config=None):
    """Plain stochastic gradient descent (given).

    Parameters
    ----------
    w : ndarray, any shape
        The parameter.
    dw : ndarray, shape of w
        Gradient of the loss with respect to `w`.
    config : dict, optional
        learning_rate (default 1e-2).

    Returns
    -------
    next_w : ndarray, shape and dtype of w
    config : dict

    Raises
    ------
    ValueError, TypeError
        For shapes that do not fit, or a key that the rule does not know.
    """
    config = _with_defaults(w, dw, config, (), learning_rate=1e-2)
    next_w = w - config["learning_rate"] * dw
    return next_w, config


def sgd_momentum(w, dw, config=None):
    """Stochastic gradient descent with momentum.

    The velocity is what gets added to the parameter. It already holds the learning rate and the
    sign, and its momentum is a friction: the share of the old velocity that survives a step. The
    new gradient enters with the learning rate alone, whatever the momentum.

    Parameters
    ----------
    w : ndarray, any shape
        The parameter; not changed.
    dw : ndarray, shape of w
        Gradient of the loss with respect to `w`; not changed.
    config : dict, optional
        learning_rate (default 1e-2), momentum (default 0.9; 0 gives plain gradient descent) and
        velocity, shape of `w` (zeros at the first step).

    Returns
    -------
    next_w : ndarray, shape and dtype of w
        The parameter after a step with the *new* velocity.
    config : dict
        The same dictionary; its velocity is the new one, with the shape and dtype of `w`.

    Raises
    ------
    ValueError, TypeError
        For shapes that do not fit, or a key that the rule does not know.

    References
    ----------
    CS231n notes, "Neural Networks Part 3", section "SGD and bells and whistles".
    """
    state = ("velocity",)
    config = _with_defaults(w, dw, config, state, learning_rate=1e-2, momentum=0.9)
    # This array belongs to config alone: you may change it in place, or put another there.
    v = own_array(config, "velocity", w)

    next_w = None
    # TODO: update the velocity and store it in config, then compute the parameter after the
    # step, next_w, without changing w.
    raise NotImplementedError("sgd_momentum")

    return next_w, config


def rmsprop(w, dw, config=None):
    """RMSProp: each entry's step is divided by a moving average of its gradient's size.

    Parameters
    ----------
    w : ndarray, any shape
        The parameter; not changed.
    dw : ndarray, shape of w
        Gradient of the loss with respect to `w`; not changed.
    config : dict, optional
        learning_rate (default 1e-2); decay_rate (default 0.99), the weight of the *old* average;
        epsilon (default 1e-8), which keeps the divisor from being 0 and is added after the root
        is taken; cache, shape of `w`, the moving average of the squared gradients (zeros at the
        first step).

    Returns
    -------
    next_w : ndarray, shape and dtype of w
        The parameter after a step with the *new* average.
    config : dict
        The same dictionary; its cache is the new average, with the shape and dtype of `w`.

    Raises
    ------
    ValueError, TypeError
        For shapes that do not fit, or a key that the rule does not know.

    References
    ----------
    Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012.
    """
    state = ("cache",)
    config = _with_defaults(w, dw, config, state, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8)
    # This array belongs to config alone: you may change it in place, or put another there.
    cache = own_array(config, "cache", w)

    next_w = None
    # TODO: update the moving average of the squared gradients and store it in config, then
    # compute the parameter after the step, next_w, without changing w.
    raise NotImplementedError("rmsprop")

    return next_w, config


def adam(w, dw, config=None):
    """Adam: moving averages of gradient and squared gradient, corrected for their cold start.

    Parameters
    ----------
    w : ndarray, any shape
        The parameter; not changed.
    dw : ndarray, shape of w
        Gradient of the loss with respect to `w`; not changed.
    config : dict, optional
        learning_rate (default 1e-3); beta1 (default 0.9) and beta2 (default 0.999), the weights
        of the *old* averages; epsilon (default 1e-8), added after the root is taken; m and v,
        shape of `w`, the moving averages of the gradient and of its square (zeros at the first
        step); t, the number of steps taken so far (0 at first).

    Returns
    -------
    next_w : ndarray, shape and dtype of w
        The parameter after a step with the *new*, bias-corrected averages. The first step
        corrects with t = 1.
    config : dict
        The same dictionary; t is one more than before, and m and v are the new averages
        *before* the correction, with the shape and dtype of `w`.

    Raises
    ------
    ValueError, TypeError
        For shapes that do not fit, or a key that the rule does not know.

    References
    ----------
    Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1.
    """
    state = ("m", "v", "t")
    config = _with_defaults(
        w, dw, config, state, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8
    )
    config.setdefault("t", 0)
    # These arrays belong to config alone: you may change them in place, or put others there.
    m, v = own_array(config, "m", w), own_array(config, "v", w)

    next_w = None
    # TODO: count the step, update both averages, and store all three in config. Then compute the
    # parameter after the step, next_w, from the corrected averages, without changing w.
    raise NotImplementedError("adam")

    return next_w, config
