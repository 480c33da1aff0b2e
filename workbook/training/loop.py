"""The loop inside Solver: draw a batch, take a step, measure the accuracy, tell about it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbook.locale import text
from workbook.training import checkpoint, resume
from workbook.training.inputs import Array, Model, check_scores, split_loss
from workbook.training.progress import Progress
from workbook.training.stop_reasons import DivergedError, Stopped, likely_cause
from workbook.training.update import apply_rule

if TYPE_CHECKING:
    from workbook.training.solver import Solver

__all__ = ["Step", "accuracy", "run", "steps_per_epoch"]


@dataclass(frozen=True, slots=True)
class Step:
    """What a callback is told after each step.

    Attributes
    ----------
    step, steps : int
        Steps done (1 for the first) and in all.
    epoch, epochs : int
        Epochs done and in all.
    loss : float
        The loss of this step's batch, before its update.
    train_acc, val_acc : float or None
        Accuracies, where this step measured them.
    """

    step: int
    steps: int
    epoch: int
    epochs: int
    loss: float
    train_acc: float | None
    val_acc: float | None


def accuracy(
    model: Model, X: Array, y: Array, num_samples: int | None, batch_size: int, rng: Any
) -> float:
    """The share of inputs whose highest score is their class; see `Solver.check_accuracy`."""
    if num_samples is not None and len(X) > num_samples:
        mask = rng.choice(len(X), num_samples)
        X, y = X[mask], y[mask]
    right = 0
    for start in range(0, len(X), batch_size):
        batch = X[start : start + batch_size]
        scores = check_scores(model.loss(batch), len(batch))
        right += int(np.count_nonzero(scores.argmax(axis=1) == y[start : start + batch_size]))
    return right / len(X)


def steps_per_epoch(solver: "Solver") -> int:
    """How many batches make an epoch."""
    return max(len(solver._data["X_train"]) // solver.batch_size, 1)


def run(solver: "Solver", progress: Progress) -> Iterator[Step]:
    """Take the steps that are left, and tell of each."""
    per_epoch, steps = steps_per_epoch(solver), solver._total_steps()
    if solver._owes_accuracy:  # Interrupted while it was measured.
        _measure(solver, progress)
    while solver._done < steps:
        if solver.stop is not None and solver.stop.is_set():
            resume.save(solver)
            message = text("training.asked", step=solver._done, steps=steps)
            if solver.verbose:
                progress.print(message)
            resume.settle(solver, Stopped("asked", solver._done, message), exactly=True)
            return
        loss, X = _step(solver)
        if not math.isfinite(loss):
            _diverge(solver, X, steps, progress)
            return
        step = solver._done
        if solver.verbose and (step - 1) % solver.print_every == 0:
            progress.print(f"(Iteration {step} / {steps}) loss: {loss:f}")
        epoch_ends = step % per_epoch == 0
        if epoch_ends:
            solver.epoch += 1
            for config in solver.optim_configs.values():
                if "learning_rate" in config:
                    config["learning_rate"] *= solver.lr_decay
        train_acc = val_acc = None
        if step == 1 or epoch_ends:
            solver._owes_accuracy = True
            train_acc, val_acc = _measure(solver, progress)
            resume.save(solver)
        progress.step(loss)
        told = Step(step, steps, solver.epoch, solver._total_epochs, loss, train_acc, val_acc)
        if solver.callback is not None:
            solver.callback(told)
        yield told
    solver._finished = True
    resume.settle(solver, None)


def _step(solver: "Solver") -> tuple[float, Array]:
    """One update, or none if the loss is not finite; gives the loss and the batch's inputs.

    The parameters stay as they are if anything raises before its end.
    """
    X_train, y_train = solver._data["X_train"], solver._data["y_train"]
    batch = solver._rng.choice(len(X_train), solver.batch_size)
    X = X_train[batch]
    params = solver.model.params
    loss, grads = split_loss(solver.model.loss(X, y_train[batch]))
    if math.isfinite(loss):
        updated, configs = apply_rule(solver.update_rule, params, grads, solver.optim_configs)
        params.update(updated)
        solver.optim_configs = configs
        solver._done += 1
    solver.loss_history.append(loss)
    return loss, X


def _measure(solver: "Solver", progress: Progress) -> tuple[float, float]:
    data = solver._data
    train_acc = solver.check_accuracy(data["X_train"], data["y_train"], solver.num_train_samples)
    val_acc = solver.check_accuracy(data["X_val"], data["y_val"], solver.num_val_samples)
    solver.train_acc_history.append(train_acc)
    solver.val_acc_history.append(val_acc)
    solver._owes_accuracy = False
    if solver.verbose:
        progress.print(
            f"(Epoch {solver.epoch} / {solver._total_epochs}) "
            f"train acc: {train_acc:f}; val_acc: {val_acc:f}"
        )
    if not solver.best_params or val_acc > solver.best_val_acc:
        solver.best_val_acc = val_acc
        solver.best_params = checkpoint.copy_params(solver.model.params)
        solver._best_state = checkpoint.model_state(solver.model)
    return train_acc, val_acc


def _diverge(solver: "Solver", X: Array, steps: int, progress: Progress) -> None:
    step, value = len(solver.loss_history), solver.loss_history[-1]
    rate = next(iter(solver.optim_configs.values())).get("learning_rate")
    cause = likely_cause(solver.loss_history, solver.model.params, X, rate)
    if not solver.val_acc_history:
        # A sweep wants an accuracy from every run, from the one that never began too.
        _measure(solver, progress)
    message = text("training.diverged", step=step, steps=steps, value=value, cause=cause)
    solver._finished = True
    resume.settle(solver, Stopped("diverged", step, message))
    if solver.on_divergence == "raise":
        raise DivergedError(
            message,
            step=step,
            value=value,
            cause=cause,
            loss_history=solver.loss_history,
            train_acc_history=solver.train_acc_history,
            val_acc_history=solver.val_acc_history,
        )
    if solver.on_divergence == "stop":
        progress.print(message)
