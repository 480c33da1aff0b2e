"""One update of all parameters by a rule that somebody wrote."""

from collections.abc import Mapping

import numpy as np

from workbook.training.inputs import ArgumentValueError, Array, Config, UpdateRule, describe_value

__all__ = ["apply_rule"]


def apply_rule(
    rule: UpdateRule,
    params: Mapping[str, Array],
    grads: Mapping[str, Array],
    configs: Mapping[str, Config],
) -> tuple[dict[str, Array], dict[str, Config]]:
    """The next parameters and the next configurations; those given are left alone.

    Parameters
    ----------
    rule : callable
        (w, dw, config) -> (next_w, config).
    params, grads : dict of ndarray
        Parameters and their gradients, by name.
    configs : dict of dict
        What the rule keeps for each parameter.

    Raises
    ------
    ValueError
        If a gradient is missing, or a shape is not its parameter's.
    """
    updated: dict[str, Array] = {}
    kept: dict[str, Config] = {}
    for name, w in params.items():
        dw = grads.get(name)
        if dw is None or np.shape(dw) != w.shape:
            raise ArgumentValueError(_bad_gradient(name, params, grads))
        answer = rule(w, dw, dict(configs[name]))
        if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[1], dict):
            raise ArgumentValueError(
                f"{_name(rule)}(w, dw, config) must return (next_w, config); "
                f"got {describe_value(answer)} for {name}."
            )
        next_w, kept[name] = answer
        if not isinstance(next_w, np.ndarray) or next_w.shape != w.shape:
            raise ArgumentValueError(
                f"{_name(rule)} returned {describe_value(next_w)} for {name}, "
                f"which has shape {w.shape}."
            )
        # A float64 in the rule's state must not turn a float32 model into a float64 one.
        updated[name] = next_w.astype(w.dtype, copy=False)
    return updated, kept


def _bad_gradient(name: str, params: Mapping[str, Array], grads: Mapping[str, Array]) -> str:
    if name not in grads:
        missing = ", ".join(key for key in params if key not in grads)
        return (
            f"model.loss(X, y) returned no gradient for {missing}; "
            f"grads has {', '.join(map(str, grads)) or 'no keys'}."
        )
    return (
        f"model.loss(X, y) returned {describe_value(grads[name])} as grads[{name!r}]; "
        f"params[{name!r}] has shape {params[name].shape}."
    )


def _name(rule: UpdateRule) -> str:
    return getattr(rule, "__name__", "update_rule")
