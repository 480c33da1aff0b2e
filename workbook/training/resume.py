"""Where a run of Solver stands: kept when it ends early, written out, and taken up again."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from workbook.training import checkpoint
from workbook.training.inputs import BadType, BadValue, Model
from workbook.training.stop_reasons import Stopped

if TYPE_CHECKING:
    from workbook.training.solver import Solver

__all__ = ["go_on", "resume", "save", "settle"]

S = TypeVar("S", bound="Solver")

_SETTINGS = (
    "lr_decay",
    "batch_size",
    "num_epochs",
    "num_train_samples",
    "num_val_samples",
    "print_every",
)
_REPLACEABLE = (
    "update_rule",
    "num_epochs",
    "print_every",
    "verbose",
    "checkpoint_name",
    "callback",
    "stop",
    "progress",
    "on_divergence",
)


def settle(solver: "Solver", stopped: Stopped | None, *, exactly: bool = False) -> None:
    """End a run: the model gets the best parameters; an unfinished run can go on.

    `exactly` also keeps the state of `np.random`: the run ended between two steps.
    """
    solver.stopped = stopped
    model = solver.model
    if not solver._finished:
        solver._here = {
            "params": model.params,
            "model": checkpoint.model_state(model),
            "random": checkpoint.random_state() if exactly else None,
        }
    if solver.best_params:
        checkpoint.restore_model(model, solver.best_params, solver._best_state)


def go_on(solver: "Solver") -> None:
    """Put model and `np.random` back to where an unfinished run stands."""
    if solver._here is None:
        return
    checkpoint.restore_model(solver.model, solver._here["params"], solver._here["model"])
    if solver._here["random"] is not None:
        checkpoint.restore_random(solver._here["random"])
    solver._here = None


def save(solver: "Solver") -> None:
    """Write the run's checkpoint, if it has one."""
    if solver.checkpoint_name is None:
        return
    if solver._fingerprint is None:
        solver._fingerprint = checkpoint.fingerprint(solver._data)
    rule = solver._rule_name
    state = {
        "settings": {name: getattr(solver, name) for name in _SETTINGS},
        "optim_config": solver.optim_config,
        "update_rule": rule if isinstance(rule, str) else None,
        "data": solver._fingerprint,
        "total_epochs": solver._total_epochs,
        "epoch": solver.epoch,
        "done": solver._done,
        "params": solver.model.params,
        "model": checkpoint.model_state(solver.model),
        "optim_configs": solver.optim_configs,
        "best_val_acc": solver.best_val_acc,
        "best_params": solver.best_params,
        "best_state": solver._best_state,
        "loss_history": np.array(solver.loss_history),
        "train_acc_history": np.array(solver.train_acc_history),
        "val_acc_history": np.array(solver.val_acc_history),
        "random": checkpoint.random_state(),
        "rng": None if solver._rng is np.random else solver._rng.get_state(legacy=False),
    }
    checkpoint.write(checkpoint.path_of(solver.checkpoint_name), state)


def resume(
    cls: type[S],
    path: str | Path,
    model: Model,
    data: Mapping[str, Any],
    replaced: dict[str, Any],
) -> S:
    """Make the solver of `Solver.resume`."""
    for name in replaced:
        if name not in _REPLACEABLE:
            raise BadType(
                f"Solver.resume cannot replace {name!r}; allowed: {', '.join(_REPLACEABLE)}."
            )
    state = checkpoint.read(path)
    arguments = {**state["settings"], "update_rule": state["update_rule"], "checkpoint_name": path}
    arguments.update(replaced)
    if state["rng"] is not None:
        arguments["rng"] = np.random.RandomState()
        arguments["rng"].set_state(state["rng"])
    if arguments["update_rule"] is None:
        raise BadValue(
            "The update rule of this run was a function: give it again, "
            "Solver.resume(..., update_rule=f)."
        )
    solver = cls(model, data, **arguments)
    _check_model(model, state["params"])
    solver._fingerprint = checkpoint.fingerprint(solver._data)
    for key, found in solver._fingerprint.items():
        if found != state["data"][key]:
            raise BadValue(
                f"data[{key!r}] is not what the run was trained with: "
                f"{_words(state['data'][key])} then, {_words(found)} now."
            )
    solver._total_epochs = replaced.get("num_epochs", state["total_epochs"])
    solver.optim_config = state["optim_config"]
    solver.epoch, solver._done = state["epoch"], state["done"]
    solver.optim_configs = state["optim_configs"]
    solver.best_val_acc = state["best_val_acc"]
    solver.best_params, solver._best_state = state["best_params"], state["best_state"]
    for name in ("loss_history", "train_acc_history", "val_acc_history"):
        setattr(solver, name, state[name].tolist())
    solver._here = {key: state[key] for key in ("params", "model", "random")}
    checkpoint.restore_model(model, solver._here["params"], solver._here["model"])
    return solver


def _check_model(model: Model, saved: dict[str, Any]) -> None:
    def signature(params: dict[str, Any]) -> dict[str, str]:
        return {name: f"{w.dtype} {w.shape}" for name, w in params.items()}

    ours, theirs = signature(model.params), signature(saved)
    for name in {**theirs, **ours}:
        if ours.get(name) != theirs.get(name):
            raise BadValue(
                f"The model is not the run's: params[{name!r}] is {ours.get(name, 'missing')} "
                f"in the model, {theirs.get(name, 'missing')} in the checkpoint."
            )


def _words(found: dict[str, Any]) -> str:
    return f"{found['dtype']} of shape {tuple(found['shape'])}, checksum {found['crc32']:08x}"
