"""What Solver accepts: its arguments, the data, the model's answers. Errors in one line."""

import difflib
import importlib
import math
import numbers
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from workbook.errors import WorkbookError

__all__ = [
    "ArgumentTypeError",
    "ArgumentValueError",
    "Array",
    "Config",
    "Model",
    "StopSignal",
    "UpdateRule",
    "check_config",
    "check_data",
    "check_model",
    "check_scores",
    "describe_value",
    "find_rule",
    "optional_integer",
    "positive_integer",
    "positive_number",
    "split_loss",
]

Array = NDArray[Any]
Config = dict[str, Any]
UpdateRule = Callable[[Array, Array, Config], tuple[Array, Config]]

_DATA_KEYS = ("X_train", "y_train", "X_val", "y_val")
# What the course's rules read from their configuration and keep in it.
_RULE_KEYS = {
    "sgd": ("learning_rate",),
    "sgd_momentum": ("learning_rate", "momentum", "velocity"),
    "rmsprop": ("learning_rate", "decay_rate", "epsilon", "cache"),
    "adam": ("learning_rate", "beta1", "beta2", "epsilon", "m", "v", "t"),
}


class ArgumentValueError(WorkbookError, ValueError):
    """A ValueError that a notebook shows as its one line."""


class ArgumentTypeError(WorkbookError, TypeError):
    """A TypeError that a notebook shows as its one line."""


class Model(Protocol):
    """What Solver trains: parameters by name, and a loss."""

    params: dict[str, Array]

    def loss(self, X: Array, y: Array | None = None) -> Any:
        """Scores (N, C) without `y`; otherwise the loss and the gradients by name."""


class StopSignal(Protocol):
    """What asks a run to stop: a `threading.Event`, or anything else with `is_set`."""

    def is_set(self) -> bool:
        """Whether the run is to stop."""


def find_rule(update_rule: object) -> UpdateRule:
    """The update rule: a function as it is, a name from the exercises as last saved.

    Raises
    ------
    ValueError
        If `update_rule` is neither a function nor the name of one in `optim.py`.
    """
    if callable(update_rule):
        return update_rule
    if not isinstance(update_rule, str):
        raise ArgumentValueError(
            f"update_rule must be a name or a function (w, dw, config) -> (w, config); "
            f"got {type(update_rule).__name__}."
        )
    optim = importlib.import_module("workbook.exercises.optim")
    allowed = sorted(
        name
        for name, item in vars(optim).items()
        if callable(item)
        and not name.startswith("_")
        and getattr(item, "__module__", None) == optim.__name__
    )
    if update_rule not in allowed:
        near = difflib.get_close_matches(update_rule, allowed, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ArgumentValueError(
            f"update_rule {update_rule!r} is not in optim.py; "
            f"allowed: {', '.join(allowed)}, or a function.{hint}"
        )
    rule: UpdateRule = getattr(optim, update_rule)
    return rule


def check_config(optim_config: object, update_rule: object) -> Config:
    """A copy of `optim_config` whose numbers are Python's own.

    A NumPy float64 as learning rate would turn float32 parameters into float64 ones.
    """
    if optim_config is None:
        return {}
    if not isinstance(optim_config, Mapping):
        raise ArgumentValueError(
            f"optim_config must be a dictionary such as {{'learning_rate': 1e-3}}; "
            f"got {type(optim_config).__name__}."
        )
    allowed = _RULE_KEYS.get(update_rule) if isinstance(update_rule, str) else None
    if allowed is not None:
        for key in optim_config:
            if key not in allowed:
                raise ArgumentValueError(
                    f"optim_config has no key {key!r} for {update_rule}; "
                    f"allowed: {', '.join(allowed)}."
                )
    config = {k: v.item() if isinstance(v, np.generic) else v for k, v in optim_config.items()}
    rate = config.get("learning_rate", 1.0)
    if isinstance(rate, bool) or not isinstance(rate, numbers.Real) or not math.isfinite(rate):
        raise ArgumentValueError(
            f"optim_config['learning_rate'] must be a finite number; got {rate!r}."
        )
    return config


def positive_integer(name: str, value: object) -> int:
    """`value` as an int of at least 1."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ArgumentValueError(f"{name} must be an integer of at least 1; got {value!r}.")
    return int(value)


def positive_number(name: str, value: object) -> float:
    """`value` as a finite float above 0."""
    number = float(value) if isinstance(value, numbers.Real) else math.nan
    if isinstance(value, bool) or not 0 < number < math.inf:
        raise ArgumentValueError(f"{name} must be a number above 0; got {value!r}.")
    return number


def optional_integer(name: str, value: object) -> int | None:
    """None, or `value` as an int of at least 1."""
    return None if value is None else positive_integer(name, value)


def check_data(data: object) -> dict[str, Array]:
    """The four arrays that training needs, looked over."""
    if not isinstance(data, Mapping):
        raise ArgumentValueError(
            f"data must be a dictionary with {', '.join(_DATA_KEYS)}; got {type(data).__name__}."
        )
    missing = [key for key in _DATA_KEYS if key not in data]
    if missing:
        raise ArgumentValueError(
            f"data lacks {', '.join(missing)}; it has {', '.join(map(str, data)) or 'no keys'}."
        )
    arrays = {key: np.asarray(data[key]) for key in _DATA_KEYS}
    for part in ("train", "val"):
        X, y = arrays[f"X_{part}"], arrays[f"y_{part}"]
        if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
            raise ArgumentValueError(
                f"data['y_{part}'] must be class indices, integers of shape (N,); "
                f"got {y.dtype} of shape {y.shape}."
            )
        if X.ndim == 0 or len(X) != len(y) or len(y) == 0:
            raise ArgumentValueError(
                f"data['X_{part}'] and data['y_{part}'] must hold the same N, at least 1; "
                f"got shapes {X.shape} and {y.shape}."
            )
        if not (np.issubdtype(X.dtype, np.number) or X.dtype == bool):
            raise ArgumentValueError(f"data['X_{part}'] must hold numbers; got dtype {X.dtype}.")
    if arrays["X_train"].shape[1:] != arrays["X_val"].shape[1:]:
        raise ArgumentValueError(
            f"data['X_train'] and data['X_val'] must hold inputs of one shape; "
            f"got {arrays['X_train'].shape[1:]} and {arrays['X_val'].shape[1:]}."
        )
    return arrays


def check_model(model: object) -> None:
    """Refuse what has no parameters or no loss."""
    name = type(model).__name__
    params = getattr(model, "params", None)
    if not callable(getattr(model, "loss", None)) or not isinstance(params, dict):
        raise ArgumentValueError(
            f"model must have params, a dictionary of arrays, and a method loss(X, y); "
            f"got {name} without {'loss' if isinstance(params, dict) else 'params'}."
        )
    if not params:
        raise ArgumentValueError(f"model.params of {name} is empty: there is nothing to train.")
    for key, value in params.items():
        if not isinstance(value, np.ndarray) or not np.issubdtype(value.dtype, np.floating):
            kind = value.dtype if isinstance(value, np.ndarray) else type(value).__name__
            raise ArgumentValueError(
                f"model.params[{key!r}] must be an array of floats; got {kind}."
            )


def split_loss(answer: object) -> tuple[float, dict[str, Array]]:
    """The loss as a float and the gradients, from what `model.loss(X, y)` returned."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise ArgumentValueError(
            f"model.loss(X, y) must return (loss, grads); got {describe_value(answer)}."
        )
    loss, grads = answer
    if np.ndim(loss) != 0 or not isinstance(loss, (numbers.Real, np.ndarray, np.generic)):
        raise ArgumentValueError(
            f"model.loss(X, y) must return the loss as one number; got {describe_value(loss)}."
        )
    if not isinstance(grads, dict):
        raise ArgumentValueError(
            "model.loss(X, y) must return the gradients as a dictionary; "
            f"got {describe_value(grads)}."
        )
    return float(loss), grads


def check_scores(scores: object, n: int) -> Array:
    """The class scores, from what `model.loss(X)` returned."""
    if not isinstance(scores, np.ndarray) or scores.ndim != 2 or len(scores) != n:
        raise ArgumentValueError(
            f"model.loss(X) without y must return scores of shape ({n}, C); "
            f"got {describe_value(scores)}."
        )
    return scores


def describe_value(value: object) -> str:
    """Return a short description of a value for an error message."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    return f"{type(value).__name__}"
