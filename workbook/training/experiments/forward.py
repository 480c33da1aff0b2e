"""A fully connected net's hidden layers, one by one, with the student's own layer functions."""

from typing import Any, Protocol

import numpy as np

from workbook.training.inputs import Array

__all__ = ["LayerFunctions", "hidden_layers"]


class LayerFunctions(Protocol):
    """The layer functions that are looked into; an implementation has them, and so has a module."""

    @property
    def affine_forward(self) -> Any:
        """x, w, b to (out, cache)."""

    @property
    def relu_forward(self) -> Any:
        """x to (out, cache)."""

    @property
    def batchnorm_forward(self) -> Any:
        """x, gamma, beta, bn_param to (out, cache)."""

    @property
    def layernorm_forward(self) -> Any:
        """x, gamma, beta, ln_param to (out, cache)."""


def hidden_layers(
    layers: LayerFunctions, params: dict[str, Array], X: Array, normalization: str | None = None
) -> list[dict[str, Array]]:
    """What each hidden layer computes from a batch, in training mode.

    Parameters
    ----------
    layers : object
        Has the layer functions.
    params : dict of ndarray
        Of a FullyConnectedNet: W1, b1, ..., and gamma1, beta1, ... if it is normalised.
    X : ndarray, shape (N, ...)
    normalization : {None, "batchnorm", "layernorm"}, optional

    Returns
    -------
    list of dict
        For each hidden layer `affine`, `norm` (with normalisation) and `relu`, of shape
        (N, units).
    """
    hidden = sum(1 for name in params if name.startswith("W")) - 1
    x, found = np.asarray(X), []
    for number in range(1, hidden + 1):
        x, _ = layers.affine_forward(x, params[f"W{number}"], params[f"b{number}"])
        kept = {"affine": x}
        if normalization is not None:
            gamma, beta = params[f"gamma{number}"], params[f"beta{number}"]
            if normalization == "batchnorm":
                x, _ = layers.batchnorm_forward(x, gamma, beta, {"mode": "train"})
            else:
                x, _ = layers.layernorm_forward(x, gamma, beta, {})
            kept["norm"] = x
        x, _ = layers.relu_forward(x)
        kept["relu"] = x
        found.append(kept)
    return found
