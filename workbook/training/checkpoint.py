"""Checkpoints of a run: write, read and compare them; put a model and `np.random` back."""

import copy
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from workbook.errors import WorkbookError
from workbook.training import storage
from workbook.training.inputs import ArgumentValueError, Array, Model

__all__ = [
    "check_same_data",
    "check_same_params",
    "copy_params",
    "fingerprint",
    "model_state",
    "path_of",
    "random_state",
    "read",
    "reported",
    "restore_model",
    "restore_random",
    "write",
]

_FORMAT = "workbook checkpoint 1"
_FIELDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("settings", "optim_config", "data", "params", "model"), (dict,)),
    **dict.fromkeys(("optim_configs", "best_params", "best_state", "random"), (dict,)),
    **dict.fromkeys(("loss_history", "train_acc_history", "val_acc_history"), (np.ndarray,)),
    **dict.fromkeys(("total_epochs", "epoch", "done"), (int,)),
    "best_val_acc": (int, float, np.number),
    "update_rule": (str, type(None)),
    "rng": (dict, type(None)),
}


def path_of(name: str | Path) -> Path:
    """The file of a checkpoint: `name` with `.npz` at its end."""
    path = Path(name)
    return path if path.suffix == ".npz" else path.with_name(path.name + ".npz")


def write(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint, all of it or nothing."""
    try:
        storage.save(path, {"format": _FORMAT, **state})
    except TypeError as error:
        raise ArgumentValueError(f"The run cannot be saved to {path}: {error}.") from error


def read(name: str | Path) -> dict[str, Any]:
    """Read a checkpoint; a file that is not one is a `WorkbookError`."""
    path = path_of(name)
    state = storage.load(path)
    if not isinstance(state, dict) or str(state.get("format")) != _FORMAT:
        raise WorkbookError(f"{path} is not a checkpoint of Solver.")
    wrong = [name for name, kind in _FIELDS.items() if not isinstance(state.get(name, ...), kind)]
    if wrong:
        raise WorkbookError(f"{path} is damaged: {', '.join(wrong)} is missing or no value.")
    return state


@contextmanager
def reported(name: str | Path) -> Iterator[None]:
    """Say in one line that a checkpoint is damaged where what it holds is not what it should be."""
    try:
        yield
    except WorkbookError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise WorkbookError(f"{path_of(name)} is damaged ({type(error).__name__}).") from error


def copy_params(params: dict[str, Array]) -> dict[str, Array]:
    """The parameters, in arrays of their own."""
    return {name: array.copy() for name, array in params.items()}


def model_state(model: Model) -> dict[str, Any]:
    """A copy of the model's plain attributes other than `params`.

    Running averages (`bn_params`), `dropout_param`, regularisation, counters: whatever
    is made of numbers, strings, arrays, lists and dictionaries.
    """
    attributes = getattr(model, "__dict__", {})
    return {
        name: copy.deepcopy(value)
        for name, value in attributes.items()
        if name != "params" and storage.is_plain(value)
    }


def restore_model(model: Model, params: dict[str, Array], state: dict[str, Any]) -> None:
    """Give the model copies of these parameters and plain attributes."""
    model.params = copy_params(params)
    for name, value in state.items():
        setattr(model, name, copy.deepcopy(value))


def random_state() -> dict[str, Any]:
    """The state of the global `np.random`, as plain data."""
    state: dict[str, Any] = np.random.get_state(legacy=False)
    return copy.deepcopy(state)


def restore_random(state: dict[str, Any]) -> None:
    """Put the global `np.random` back to a state that `random_state` gave."""
    np.random.set_state(state)


def fingerprint(data: dict[str, Array]) -> dict[str, Any]:
    """Return checksums that tell whether a run goes on with other data.

    All labels and about 64 inputs spread over the set: reading all of them would cost a
    second per gigabyte.
    """
    found: dict[str, Any] = {}
    for key, array in data.items():
        rows = array if array.ndim == 1 else array[:: max(1, len(array) // 64)]
        found[key] = {
            "shape": list(array.shape),
            "dtype": str(array.dtype),
            "crc32": zlib.crc32(np.ascontiguousarray(rows).tobytes()),
        }
    return found


def check_same_params(params: dict[str, Array], saved: dict[str, Array]) -> None:
    """Raise `ArgumentValueError` unless names, dtypes and shapes are those of the checkpoint."""

    def signature(arrays: dict[str, Array]) -> dict[str, str]:
        return {name: f"{w.dtype} {w.shape}" for name, w in arrays.items()}

    ours, theirs = signature(params), signature(saved)
    for name in {**theirs, **ours}:
        if ours.get(name) != theirs.get(name):
            raise ArgumentValueError(
                f"The model is not the run's: params[{name!r}] is {ours.get(name, 'missing')} "
                f"in the model, {theirs.get(name, 'missing')} in the checkpoint."
            )


def check_same_data(found: dict[str, Any], saved: dict[str, Any]) -> None:
    """Raise `ArgumentValueError` if two fingerprints of data differ."""

    def describe(one: dict[str, Any]) -> str:
        return f"{one['dtype']} of shape {tuple(one['shape'])}, checksum {one['crc32']:08x}"

    for key, now in found.items():
        if now != saved[key]:
            raise ArgumentValueError(
                f"data[{key!r}] is not what the run was trained with: "
                f"{describe(saved[key])} then, {describe(now)} now."
            )
