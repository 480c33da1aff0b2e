"""Solver: the training loop, with the course's printed lines and histories."""

import contextlib
import math
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from workbook.locale import text
from workbook.training import checkpoint
from workbook.training.inputs import (
    ArgumentTypeError,
    ArgumentValueError,
    Array,
    Config,
    Model,
    StopSignal,
    UpdateRule,
    check_config,
    check_data,
    check_model,
    check_scores,
    find_rule,
    optional_integer,
    positive_integer,
    positive_number,
    split_loss,
)
from workbook.training.progress import Progress
from workbook.training.stop_reasons import (
    DivergedError,
    Stopped,
    TrainingInterrupted,
    likely_cause,
)
from workbook.training.update import apply_rule

__all__ = ["Solver", "Step"]

_KEYWORDS = (
    "update_rule, optim_config, lr_decay, batch_size, num_epochs, num_train_samples, "
    "num_val_samples, print_every, verbose, checkpoint_name, callback, stop, progress, "
    "on_divergence, rng"
)
# Arguments that a checkpoint stores, and those that may differ when a run is resumed.
_SAVED = (
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


@dataclass(frozen=True, slots=True)
class Step:
    """One finished training step, as callbacks receive it.

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


class Solver:
    """Train a model by stochastic gradient descent, watching its accuracy.

    Parameters
    ----------
    model : object
        Has `params`, a dictionary of float arrays, and `loss(X, y)`: scores (N, C) when y
        is None, otherwise (loss, grads) with grads named as `params`.
    data : dict
        X_train (N, ...), y_train (N,), X_val (M, ...), y_val (M,).
    update_rule : str or callable, optional
        A name in the exercises' `optim.py`, or a function (w, dw, config) -> (w, config).
    optim_config : dict, optional
        Settings of the rule, such as learning_rate; each parameter gets its own copy.
    lr_decay : float, optional
        The learning rate is multiplied by this after each epoch.
    batch_size, num_epochs : int, optional
    num_train_samples, num_val_samples : int or None, optional
        How many images the accuracies are measured on (drawn anew each time); None: all.
    print_every : int, optional
        Steps between two printed losses.
    verbose : bool, optional
        Whether to print at all (a loss that diverges is told in any case).
    checkpoint_name : str or Path, optional
        After each epoch the run is saved to this file (`.npz` is added); see `resume`.
    callback : callable, optional
        Called with a `Step` after each step.
    stop : threading.Event, optional
        When it is set, training ends after the current step.
    progress : bool, optional
        Whether to show a progress bar; by default as `verbose`.
    on_divergence : {"stop", "quiet", "raise"}, optional
        When the loss becomes NaN or infinite: end the run and print why, the same without
        the line, or raise `DivergedError`.
    rng : numpy.random.RandomState, optional
        Where batches and the images for accuracies are drawn from, so that runs whose
        models draw differently (dropout) see the same batches; by default the global
        `np.random`, as in the course.

    Attributes
    ----------
    loss_history : list of float
        One a step.
    train_acc_history, val_acc_history : list of float
        One at the first step and one after each epoch, between 0 and 1.
    best_val_acc : float
    best_params : dict of ndarray
        The parameters that reached it; the model holds them when `train` is over.
    epoch : int
        Epochs done.
    stopped : Stopped or None
        Why the run ended early, if it did.

    Raises
    ------
    ValueError, TypeError
        If an argument cannot be used; one line says which and what is allowed.
    """

    def __init__(
        self,
        model: Model,
        data: Mapping[str, Any],
        *,
        update_rule: str | UpdateRule = "sgd",
        optim_config: Config | None = None,
        lr_decay: float = 1.0,
        batch_size: int = 100,
        num_epochs: int = 10,
        num_train_samples: int | None = 1000,
        num_val_samples: int | None = None,
        print_every: int = 10,
        verbose: bool = True,
        checkpoint_name: str | Path | None = None,
        callback: Callable[[Step], object] | None = None,
        stop: StopSignal | None = None,
        progress: bool | None = None,
        on_divergence: Literal["stop", "quiet", "raise"] = "stop",
        rng: np.random.RandomState | None = None,
        **unknown: object,
    ) -> None:
        if unknown:
            name = next(iter(unknown))
            hint = " It belongs in optim_config." if name in ("learning_rate", "momentum") else ""
            raise ArgumentTypeError(f"Solver has no argument {name!r}.{hint} Allowed: {_KEYWORDS}.")
        check_model(model)
        self.model = model
        self._data = check_data(data)
        self._rule_name = update_rule
        self.update_rule = find_rule(update_rule)
        self.optim_config = check_config(optim_config, update_rule)
        if on_divergence not in ("stop", "quiet", "raise"):
            raise ArgumentValueError(
                f"on_divergence must be 'stop', 'quiet' or 'raise'; got {on_divergence!r}."
            )
        self.lr_decay = positive_number("lr_decay", lr_decay)
        self.batch_size = positive_integer("batch_size", batch_size)
        self.num_epochs = positive_integer("num_epochs", num_epochs)
        self.num_train_samples = optional_integer("num_train_samples", num_train_samples)
        self.num_val_samples = optional_integer("num_val_samples", num_val_samples)
        self.print_every = positive_integer("print_every", print_every)
        self.verbose = verbose
        self.checkpoint_name = checkpoint_name
        self.callback = callback
        self.stop = stop
        self.progress = verbose if progress is None else progress
        self.on_divergence = on_divergence
        self._rng: Any = np.random if rng is None else rng

        self.epoch = 0
        self.loss_history: list[float] = []
        self.train_acc_history: list[float] = []
        self.val_acc_history: list[float] = []
        self.best_val_acc = 0.0
        self.best_params: dict[str, Array] = {}
        self.stopped: Stopped | None = None
        self.optim_configs = {name: dict(self.optim_config) for name in model.params}
        self._best_state: dict[str, Any] = {}
        self._steps_done = 0
        self._total_epochs = self.num_epochs
        self._finished = False
        self._accuracy_is_due = False
        # The last state of an unfinished run, while the model itself holds the best parameters.
        self._unfinished: dict[str, Any] | None = None
        self._data_fingerprint: dict[str, Any] | None = None

    @property
    def params(self) -> dict[str, Array]:
        """The model's parameters."""
        return self.model.params

    @property
    def diverged(self) -> bool:
        """Whether the run ended because its loss became NaN or infinite."""
        return self.stopped is not None and self.stopped.reason == "diverged"

    def check_accuracy(
        self, X: Array, y: Array, num_samples: int | None = None, batch_size: int = 100
    ) -> float:
        """Return the share of inputs whose highest score is their class.

        Parameters
        ----------
        X : ndarray, shape (N, ...)
        y : ndarray, shape (N,)
        num_samples : int, optional
            If N is larger, that many inputs are drawn, with repetition.
        batch_size : int, optional
            Inputs are scored so many at a time, to save memory.

        Returns
        -------
        float
            Between 0 and 1.
        """
        if num_samples is not None and len(X) > num_samples:
            mask = self._rng.choice(len(X), num_samples)
            X, y = X[mask], y[mask]
        right = 0
        for start in range(0, len(X), batch_size):
            batch = X[start : start + batch_size]
            scores = check_scores(self.model.loss(batch), len(batch))
            right += int(np.count_nonzero(scores.argmax(axis=1) == y[start : start + batch_size]))
        return right / len(X)

    def train(self) -> None:
        """Run to the last epoch; afterwards the model holds the best parameters.

        A run that ended early goes on where it stood. A finished one trains for another
        `num_epochs`.

        Raises
        ------
        TrainingInterrupted
            After Ctrl-C (it is a KeyboardInterrupt).
        DivergedError
            If the loss became NaN or infinite and `on_divergence` is "raise".
        """
        with self._keep_state_on_exit():
            for _ in self._run():
                pass

    def iterate(self) -> Generator[Step, None, None]:
        """Train as `train` does, one step at a time, so that several runs can be interleaved.

        Closing the iterator before its last step ends the run as the `stop` event does.
        """
        with self._keep_state_on_exit():
            yield from self._run()

    @classmethod
    def resume(
        cls, path: str | Path, model: Model, data: Mapping[str, Any], **replaced: Any
    ) -> Self:
        """Return a solver that goes on from a checkpoint, as if the run had never ended.

        `train()` then ends with the same parameters, running averages and histories as
        the uninterrupted run; it puts the global `np.random` back to where that run was.

        Parameters
        ----------
        path : str or Path
            The `checkpoint_name` of the run.
        model : object
            A new model of the same architecture. Its parameters and its plain attributes
            (`bn_params`, `dropout_param`, `reg`, ...) are set to the checkpoint's.
        data : dict
            The same data.
        **replaced
            Arguments of `Solver` that may differ: update_rule (needed if it was a
            function), num_epochs, print_every, verbose, checkpoint_name, callback, stop,
            progress, on_divergence.

        Raises
        ------
        WorkbookError
            If the file cannot be read or is not a checkpoint.
        ValueError
            If the model or the data are not those of the run.
        """
        for name in replaced:
            if name not in _REPLACEABLE:
                raise ArgumentTypeError(
                    f"Solver.resume cannot replace {name!r}; allowed: {', '.join(_REPLACEABLE)}."
                )
        state = checkpoint.read(path)
        arguments = {
            **state["settings"],
            "update_rule": state["update_rule"],
            "checkpoint_name": path,
            **replaced,
        }
        if state["rng"] is not None:
            arguments["rng"] = np.random.RandomState()
            with checkpoint.reported(path):
                arguments["rng"].set_state(state["rng"])
        if arguments["update_rule"] is None:
            raise ArgumentValueError(
                "The update rule of this run was a function: give it again, "
                "Solver.resume(..., update_rule=f)."
            )
        solver = cls(model, data, **arguments)
        with checkpoint.reported(path):
            checkpoint.check_same_params(model.params, state["params"])
            solver._data_fingerprint = checkpoint.fingerprint(solver._data)
            checkpoint.check_same_data(solver._data_fingerprint, state["data"])
        solver._total_epochs = replaced.get("num_epochs", state["total_epochs"])
        solver.optim_config = state["optim_config"]
        solver.epoch, solver._steps_done = state["epoch"], state["done"]
        solver.optim_configs = state["optim_configs"]
        solver.best_val_acc = state["best_val_acc"]
        solver.best_params, solver._best_state = state["best_params"], state["best_state"]
        for name in ("loss_history", "train_acc_history", "val_acc_history"):
            setattr(solver, name, state[name].tolist())
        solver._unfinished = {key: state[key] for key in ("params", "model", "random")}
        checkpoint.restore_model(model, state["params"], state["model"])
        return solver

    @property
    def _steps_per_epoch(self) -> int:
        return max(len(self._data["X_train"]) // self.batch_size, 1)

    @property
    def _total_steps(self) -> int:
        return self._total_epochs * self._steps_per_epoch

    def _run(self) -> Iterator[Step]:
        """Take the steps that are left and yield each."""
        # By name: the rule as last saved, which the student may have mended meanwhile.
        self.update_rule = find_rule(self._rule_name)
        if self._finished:
            self._finished = False
            self._total_epochs = self.epoch + self.num_epochs
        self._restore_unfinished()
        self.stopped = None
        with Progress(self._total_steps, self._steps_done, shown=self.progress) as progress:
            if self._accuracy_is_due:  # The run was interrupted while it was measured.
                self._measure_accuracy(progress)
            while self._steps_done < self._total_steps:
                if self.stop is not None and self.stop.is_set():
                    self._save_checkpoint()
                    message = self._stopped_on_request()
                    if self.verbose:
                        progress.print(message)
                    return
                loss, X = self._update()
                if not math.isfinite(loss):
                    self._diverge(X, progress)
                    return
                step = self._record_step(loss, progress)
                if self.callback is not None:
                    self.callback(step)
                yield step
        self._finished = True
        self._end(None)

    def _update(self) -> tuple[float, Array]:
        """Draw a batch and update the parameters, unless the loss is not finite.

        The parameters stay as they are if anything raises before the update is complete.

        Returns
        -------
        loss : float
            Of the batch, before the update.
        X : ndarray, shape (batch_size, ...)
            The batch's inputs.
        """
        X_train, y_train = self._data["X_train"], self._data["y_train"]
        batch = self._rng.choice(len(X_train), self.batch_size)
        X = X_train[batch]
        params = self.model.params
        loss, grads = split_loss(self.model.loss(X, y_train[batch]))
        if math.isfinite(loss):
            updated, configs = apply_rule(self.update_rule, params, grads, self.optim_configs)
            params.update(updated)
            self.optim_configs = configs
            self._steps_done += 1
        self.loss_history.append(loss)
        return loss, X

    def _record_step(self, loss: float, progress: Progress) -> Step:
        """Print the loss; at the end of an epoch decay the rates, measure and save."""
        step, steps = self._steps_done, self._total_steps
        if self.verbose and (step - 1) % self.print_every == 0:
            progress.print(f"(Iteration {step} / {steps}) loss: {loss:f}")
        epoch_ends = step % self._steps_per_epoch == 0
        if epoch_ends:
            self.epoch += 1
            for config in self.optim_configs.values():
                if "learning_rate" in config:
                    config["learning_rate"] *= self.lr_decay
        train_acc = val_acc = None
        if step == 1 or epoch_ends:
            self._accuracy_is_due = True
            train_acc, val_acc = self._measure_accuracy(progress)
            self._save_checkpoint()
        progress.step(loss)
        return Step(step, steps, self.epoch, self._total_epochs, loss, train_acc, val_acc)

    def _measure_accuracy(self, progress: Progress) -> tuple[float, float]:
        """Append both accuracies to the histories and keep the parameters if they are the best."""
        data = self._data
        train_acc = self.check_accuracy(data["X_train"], data["y_train"], self.num_train_samples)
        val_acc = self.check_accuracy(data["X_val"], data["y_val"], self.num_val_samples)
        self.train_acc_history.append(train_acc)
        self.val_acc_history.append(val_acc)
        self._accuracy_is_due = False
        if self.verbose:
            progress.print(
                f"(Epoch {self.epoch} / {self._total_epochs}) "
                f"train acc: {train_acc:f}; val_acc: {val_acc:f}"
            )
        if not self.best_params or val_acc > self.best_val_acc:
            self.best_val_acc = val_acc
            self.best_params = checkpoint.copy_params(self.model.params)
            self._best_state = checkpoint.model_state(self.model)
        return train_acc, val_acc

    def _diverge(self, X: Array, progress: Progress) -> None:
        """End the run after a loss that is NaN or infinite; `X` is the batch that gave it."""
        step, value = len(self.loss_history), self.loss_history[-1]
        rate = next(iter(self.optim_configs.values())).get("learning_rate")
        cause = likely_cause(self.loss_history, self.model.params, X, rate)
        if not self.val_acc_history:
            # A sweep needs an accuracy from every run, even if the first step diverged.
            self._measure_accuracy(progress)
        steps = self._total_steps
        message = text("training.diverged", step=step, steps=steps, value=value, cause=cause)
        self._finished = True
        self._end(Stopped("diverged", step, message))
        if self.on_divergence == "raise":
            raise DivergedError(
                message,
                step=step,
                value=value,
                cause=cause,
                loss_history=self.loss_history,
                train_acc_history=self.train_acc_history,
                val_acc_history=self.val_acc_history,
            )
        if self.on_divergence == "stop":
            progress.print(message)

    @contextlib.contextmanager
    def _keep_state_on_exit(self) -> Iterator[None]:
        """Keep what was computed, whatever ends the run."""
        try:
            yield
        except KeyboardInterrupt as interrupt:
            step = self._steps_done + 1
            message = text("training.interrupted", step=step, steps=self._total_steps)
            self._end(Stopped("interrupted", step, message))
            raise TrainingInterrupted(message) from interrupt
        except GeneratorExit:
            self._stopped_on_request()
            raise
        except DivergedError:
            raise
        except BaseException as error:
            message = f"{type(error).__name__}: {error}"
            self._end(Stopped("error", self._steps_done + 1, message))
            raise

    def _stopped_on_request(self) -> str:
        """End the run between two steps and return the message that says so."""
        message = text("training.asked", step=self._steps_done, steps=self._total_steps)
        self._end(Stopped("asked", self._steps_done, message), between_steps=True)
        return message

    def _end(self, stopped: Stopped | None, *, between_steps: bool = False) -> None:
        """Give the model the best parameters, and keep the state of an unfinished run.

        `np.random` is part of that state only if the run ended between two steps.
        """
        self.stopped = stopped
        if not self._finished:
            self._unfinished = {
                "params": self.model.params,
                "model": checkpoint.model_state(self.model),
                "random": checkpoint.random_state() if between_steps else None,
            }
        if self.best_params:
            checkpoint.restore_model(self.model, self.best_params, self._best_state)

    def _restore_unfinished(self) -> None:
        """Put the model and `np.random` back to the last state of an unfinished run."""
        if self._unfinished is None:
            return
        checkpoint.restore_model(self.model, self._unfinished["params"], self._unfinished["model"])
        if self._unfinished["random"] is not None:
            checkpoint.restore_random(self._unfinished["random"])
        self._unfinished = None

    def _save_checkpoint(self) -> None:
        """Write the run's checkpoint, if it has one."""
        if self.checkpoint_name is None:
            return
        if self._data_fingerprint is None:
            self._data_fingerprint = checkpoint.fingerprint(self._data)
        rule = self._rule_name
        state = {
            "settings": {name: getattr(self, name) for name in _SAVED},
            "optim_config": self.optim_config,
            "update_rule": rule if isinstance(rule, str) else None,
            "data": self._data_fingerprint,
            "total_epochs": self._total_epochs,
            "epoch": self.epoch,
            "done": self._steps_done,
            "params": self.model.params,
            "model": checkpoint.model_state(self.model),
            "optim_configs": self.optim_configs,
            "best_val_acc": self.best_val_acc,
            "best_params": self.best_params,
            "best_state": self._best_state,
            "loss_history": np.array(self.loss_history),
            "train_acc_history": np.array(self.train_acc_history),
            "val_acc_history": np.array(self.val_acc_history),
            "random": checkpoint.random_state(),
            "rng": None if self._rng is np.random else self._rng.get_state(legacy=False),
        }
        checkpoint.write(checkpoint.path_of(self.checkpoint_name), state)
