"""Trains the small networks of the bug hunt and checks their gradients; knows no mistakes."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.checks.bughunt import model as bughunt

__all__ = ["gradients", "train"]

Array = NDArray[Any]

DIM, CLASSES, TRAIN, VAL, BATCH, EPOCHS = 10, 4, 160, 80, 20, 16
# Enough digits to draw and to compare; few enough that another machine's last bits do not show.
DIGITS = 4


def _dataset() -> tuple[Array, Array]:
    """Overlapping clouds: hard enough that a network does not end at a loss of 0."""
    rng = np.random.default_rng(7)
    centres = rng.normal(0, 1.1, (CLASSES, DIM))
    y = np.arange(TRAIN + VAL) % CLASSES
    # An offset and unequal scales: a mistake in a normalisation must have something to spoil.
    X = (centres[y] + rng.normal(0, 1, (len(y), DIM))) * np.linspace(0.4, 1.6, DIM) + 0.3
    return X, y


def _network(impl: Any, network: bughunt.HuntNetwork) -> Any:
    np.random.seed(3)
    return impl.FullyConnectedNet(
        list(network.hidden),
        input_dim=DIM,
        num_classes=CLASSES,
        reg=network.reg,
        dropout=network.dropout,
        normalization=network.normalization or None,
        weight_scale=network.weight_scale,
        dtype=np.float64,
    )


def _val_loss(model: Any, X: Array, y: Array) -> float:
    """Cross-entropy of a test pass, by code that no mistake can reach."""
    scores = model.loss(X)
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-logs[np.arange(len(y)), y].mean())


def train(impl: Any, network: bughunt.HuntNetwork) -> bughunt.HuntCurves:
    """Train a network of the implementation, with whatever is planted in it.

    Returns
    -------
    hunt.Curves
        Mean loss of each epoch, and validation loss after it; not-a-number from where the
        network diverges.
    """
    X, y = _dataset()
    model = _network(impl, network)
    rule = getattr(impl, network.rule)
    configs: dict[str, Any] = {k: {"learning_rate": network.rate} for k in model.params}
    batches = np.random.default_rng(5)
    np.random.seed(11)
    losses, vals = [], []
    for _ in range(EPOCHS):
        order = batches.permutation(TRAIN).reshape(-1, BATCH)
        losses_of_epoch = []
        for rows in order:
            loss, grads = model.loss(X[rows].copy(), y[rows].copy())
            losses_of_epoch.append(float(loss))
            for name in model.params:
                stepped, configs[name] = rule(model.params[name], grads[name], configs[name])
                if stepped.shape != model.params[name].shape:
                    raise ValueError(f"{name} changed its shape")
                model.params[name] = stepped
        losses.append(round(float(np.mean(losses_of_epoch)), DIGITS))
        vals.append(round(_val_loss(model, X[TRAIN:].copy(), y[TRAIN:]), DIGITS))
    return bughunt.HuntCurves(tuple(losses), tuple(vals))


def gradients(impl: Any, network: bughunt.HuntNetwork) -> dict[str, float]:
    """How far each parameter's gradient is from the numerical one, as a share of both norms."""
    X, y = _dataset()
    X, y = X[:12], y[:12]
    model = _network(impl, network)
    if network.dropout:
        model.dropout_param["seed"] = 9

    def loss() -> float:
        return float(model.loss(X.copy(), y)[0])

    analytic = {k: np.array(v) for k, v in model.loss(X.copy(), y)[1].items()}
    found = {}
    for name, values in model.params.items():
        numeric = np.zeros_like(values)
        for index in np.ndindex(values.shape):
            original = values[index]
            values[index] = original + 1e-5
            up = loss()
            values[index] = original - 1e-5
            numeric[index] = (up - loss()) / 2e-5
            values[index] = original
        got = analytic[name]
        size = float(np.linalg.norm(got) + np.linalg.norm(numeric))
        # The bias under a batch normalisation has no gradient: both norms are rounding alone.
        error = float(np.linalg.norm(got - numeric)) / size if size > 1e-6 else 0.0
        found[name] = float(f"{error:.1e}") if math.isfinite(error) else math.nan
    return found
