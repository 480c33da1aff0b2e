"""What a trained ThreeLayerConvNet makes of a picture, layer by layer, and what it confuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from workbook.training.inputs import Array

__all__ = [
    "ConfusionMatrix",
    "ConvLayerFunctions",
    "FeatureMaps",
    "LayerOutputs",
    "confusion_matrix",
    "layer_outputs",
    "net_from_params",
]


class ConvLayerFunctions(Protocol):
    """The student's layer functions; an implementation has them."""

    conv_forward_naive: Any
    relu_forward: Any
    max_pool_forward_naive: Any
    affine_forward: Any


@dataclass(frozen=True)
class LayerOutputs:
    """One picture on its way through the net.

    Attributes
    ----------
    picture : ndarray, shape (C, H, W)
    conv, relu : ndarray, shape (F, H, W)
    pooled : ndarray, shape (F, H // 2, W // 2)
    hidden : ndarray, shape (units,)
    scores, probabilities : ndarray, shape (classes,)
    """

    picture: Array
    conv: Array
    relu: Array
    pooled: Array
    hidden: Array
    scores: Array
    probabilities: Array


@dataclass(frozen=True)
class ConfusionMatrix:
    """Attributes
    ----------
    counts : ndarray of int, shape (classes, classes)
        How many pictures of the class of the row were taken for the class of the column.
    pairs : tuple of (right, said)
        Two different classes, the most frequent mistake first.
    examples : tuple of tuple of int
        For each pair the numbers of some pictures, as they are numbered in `X`.
    """

    counts: Array
    pairs: tuple[tuple[int, int], ...]
    examples: tuple[tuple[int, ...], ...]

    @property
    def accuracy(self) -> float:
        """Share of the pictures that were right."""
        return float(np.trace(self.counts) / max(self.counts.sum(), 1))

    def with_examples_from(self, X: Array) -> tuple["ConfusionMatrix", Array]:
        """Return the example pictures alone, and this matrix with their numbers among them.

        Parameters
        ----------
        X : ndarray, shape (N, C, H, W)

        Returns
        -------
        matrix : ConfusionMatrix
        pictures : ndarray, shape (K, C, H, W)
        """
        indices = [index for pair in self.examples for index in pair]
        numbers = iter(range(len(indices)))
        examples = tuple(tuple(next(numbers) for _ in pair) for pair in self.examples)
        return replace(self, examples=examples), X[indices]


@dataclass(frozen=True)
class FeatureMaps:
    """What a net makes of one picture, and how good it is at all.

    Attributes
    ----------
    outputs : LayerOutputs
    confusion : ConfusionMatrix
    pictures : ndarray, shape (K, C, H, W)
        What the examples in `confusion` are the numbers of.
    filters : ndarray, shape (F, C, HH, WW)
    predicted, label : str
        The class that the net names, and the right one; empty if there is none.
    """

    outputs: LayerOutputs
    confusion: ConfusionMatrix
    pictures: Array
    filters: Array
    predicted: str
    label: str


def layer_outputs(
    layers: ConvLayerFunctions, params: Mapping[str, Array], picture: Array
) -> LayerOutputs:
    """Pass one picture through the layers of a ThreeLayerConvNet.

    Parameters
    ----------
    layers : object
        Has the layer functions.
    params : dict of ndarray
        W1, b1, ..., W3, b3 of a trained net.
    picture : ndarray, shape (C, H, W)
        Prepared as the training images were.
    """
    X = np.asarray(picture, dtype=params["W1"].dtype)[None]
    conv_param = {"stride": 1, "pad": (params["W1"].shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    conv, _ = layers.conv_forward_naive(X, params["W1"], params["b1"], conv_param)
    relu, _ = layers.relu_forward(conv)
    pooled, _ = layers.max_pool_forward_naive(relu, pool_param)
    affine, _ = layers.affine_forward(pooled, params["W2"], params["b2"])
    hidden, _ = layers.relu_forward(affine)
    scores, _ = layers.affine_forward(hidden, params["W3"], params["b3"])
    odds = np.exp(scores[0] - np.max(scores[0]))
    return LayerOutputs(X[0], conv[0], relu[0], pooled[0], hidden[0], scores[0], odds / odds.sum())


def net_from_params(
    model_class: Callable[..., Any], params: Mapping[str, Array], shape: Any
) -> Any:
    """A ThreeLayerConvNet with these parameters, for images of shape (C, H, W)."""
    net = model_class(
        input_dim=tuple(shape),
        num_filters=params["W1"].shape[0],
        filter_size=params["W1"].shape[2],
        hidden_dim=params["W2"].shape[1],
        num_classes=params["W3"].shape[1],
        dtype=params["W1"].dtype.type,
    )
    for name, value in params.items():
        net.params[name] = value.copy()
    return net


def confusion_matrix(
    net: Any, X: Array, y: Array, *, pairs: int = 3, examples: int = 6, batch_size: int = 100
) -> ConfusionMatrix:
    """The mistakes of a trained net, the most frequent ones with examples.

    Parameters
    ----------
    net : object
        `loss(X)` gives scores.
    X : ndarray, shape (N, C, H, W)
    y : ndarray of int, shape (N,)
    pairs, examples : int, optional
        How many pairs of classes, and how many pictures of each, at most.
    """
    parts = [net.loss(X[at : at + batch_size]) for at in range(0, len(X), batch_size)]
    scores = np.concatenate(parts)
    predicted, classes = scores.argmax(axis=1), scores.shape[1]
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (y, predicted), 1)
    wrong = counts * (1 - np.eye(classes, dtype=int))
    order = np.argsort(-wrong, axis=None, kind="stable")[:pairs]
    found = [(int(n // classes), int(n % classes)) for n in order if wrong.flat[n]]
    places = [
        tuple(np.flatnonzero((y == right) & (predicted == other))[:examples].tolist())
        for right, other in found
    ]
    return ConfusionMatrix(counts, tuple(found), tuple(places))
