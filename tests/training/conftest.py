"""A small net of our own, so that these tests need no exercise, and a problem it can learn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest


class TinyNet:
    """affine - [batch norm] - relu - [dropout] - affine - softmax, named as the course names it."""

    def __init__(
        self,
        inputs: int = 12,
        hidden: int = 16,
        classes: int = 4,
        *,
        batchnorm: bool = False,
        dropout: float = 0.0,
        scale: float = 0.1,
        dtype: Any = np.float32,
        seed: int = 0,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.params = {
            "W1": (scale * rng.standard_normal((inputs, hidden))).astype(dtype),
            "b1": np.zeros(hidden, dtype),
            "W2": (scale * rng.standard_normal((hidden, classes))).astype(dtype),
            "b2": np.zeros(classes, dtype),
        }
        self.reg = 0.0
        self.dtype = dtype
        self.bn_params: list[dict[str, Any]] = []
        self.dropout_param = {"mode": "train", "p": dropout} if dropout else {}
        if batchnorm:
            self.bn_params = [{"mode": "train"}]
            self.params["gamma1"] = np.ones(hidden, dtype)
            self.params["beta1"] = np.zeros(hidden, dtype)

    def loss(self, X: np.ndarray, y: np.ndarray | None = None) -> Any:
        p, train = self.params, y is not None
        X = X.reshape(len(X), -1).astype(self.dtype)
        a = X @ p["W1"] + p["b1"]
        if self.bn_params:
            bn = self.bn_params[0]
            bn["mode"] = "train" if train else "test"
            bn.setdefault("running_mean", np.zeros(a.shape[1], a.dtype))
            bn.setdefault("running_var", np.zeros(a.shape[1], a.dtype))
            if train:
                mean, var = a.mean(axis=0), a.var(axis=0)
                bn["running_mean"] = 0.9 * bn["running_mean"] + 0.1 * mean
                bn["running_var"] = 0.9 * bn["running_var"] + 0.1 * var
            else:
                mean, var = bn["running_mean"], bn["running_var"]
            std = np.sqrt(var + 1e-5)
            normed = (a - mean) / std
            a = p["gamma1"] * normed + p["beta1"]
        h = np.maximum(0, a)
        mask = np.ones((), h.dtype)
        if self.dropout_param:
            self.dropout_param["mode"] = "train" if train else "test"
            if train:
                keep = 1 - self.dropout_param["p"]
                mask = ((np.random.rand(*h.shape) < keep) / keep).astype(h.dtype)
        hidden = h * mask
        scores = hidden @ p["W2"] + p["b2"]
        if y is None:
            return scores
        scores = scores - scores.max(axis=1, keepdims=True)
        probs = np.exp(scores)
        probs /= probs.sum(axis=1, keepdims=True)
        rows = np.arange(len(X))
        loss = -np.log(probs[rows, y]).mean()
        dscores = probs
        dscores[rows, y] -= 1
        dscores /= len(X)
        grads = {"W2": hidden.T @ dscores, "b2": dscores.sum(axis=0)}
        da = dscores @ p["W2"].T * mask * (a > 0)
        if self.bn_params:
            grads["gamma1"] = (da * normed).sum(axis=0)
            grads["beta1"] = da.sum(axis=0)
            dn = da * p["gamma1"]
            da = (dn - dn.mean(axis=0) - normed * (dn * normed).mean(axis=0)) / std
        grads["W1"], grads["b1"] = X.T @ da, da.sum(axis=0)
        return loss, grads


def sgd(w: np.ndarray, dw: np.ndarray, config: dict[str, Any]) -> Any:
    config.setdefault("learning_rate", 1e-2)
    return w - config["learning_rate"] * dw, config


def adam(w: np.ndarray, dw: np.ndarray, config: dict[str, Any]) -> Any:
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config["t"] = config.get("t", 0) + 1
    config["m"] = 0.9 * config["m"] + 0.1 * dw
    config["v"] = 0.999 * config["v"] + 0.001 * dw * dw
    m = config["m"] / (1 - 0.9 ** config["t"])
    v = config["v"] / (1 - 0.999 ** config["t"])
    return w - config["learning_rate"] * m / (np.sqrt(v) + 1e-8), config


def make_data(train: int = 200, val: int = 60, inputs: int = 12, classes: int = 4) -> Any:
    rng = np.random.default_rng(7)
    X = rng.standard_normal((train + val, inputs)).astype(np.float32)
    y = X[:, :classes].argmax(axis=1)
    return {
        "X_train": X[:train],
        "y_train": y[:train],
        "X_val": X[train:],
        "y_val": y[train:],
    }


@pytest.fixture
def data() -> dict[str, np.ndarray]:
    """200 training and 60 validation inputs that a small net learns quickly."""
    return make_data()


@pytest.fixture
def tiny() -> type[TinyNet]:
    """The net class."""
    return TinyNet


@pytest.fixture
def rules() -> dict[str, Callable[..., Any]]:
    """Update rules written here."""
    return {"sgd": sgd, "adam": adam}
