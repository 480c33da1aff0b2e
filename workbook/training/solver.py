"""Solver: the training loop, with the course's printed lines and histories."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from workbook.locale import text
from workbook.training import loop, resume
from workbook.training.inputs import (
    Array,
    BadType,
    BadValue,
    Config,
    Model,
    StopSignal,
    UpdateRule,
    check_config,
    check_data,
    check_model,
    find_rule,
    optional_integer,
    positive_integer,
    positive_number,
)
from workbook.training.loop import Step
from workbook.training.progress import Progress
from workbook.training.stop_reasons import DivergedError, Stopped, TrainingInterrupted

__all__ = ["Solver"]

_KEYWORDS = (
    "update_rule, optim_config, lr_decay, batch_size, num_epochs, num_train_samples, "
    "num_val_samples, print_every, verbose, checkpoint_name, callback, stop, progress, "
    "on_divergence, rng"
)


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
            raise BadType(f"Solver has no argument {name!r}.{hint} Allowed: {_KEYWORDS}.")
        check_model(model)
        self.model = model
        self._data = check_data(data)
        self._rule_name = update_rule
        self.update_rule = find_rule(update_rule)
        self.optim_config = check_config(optim_config, update_rule)
        if on_divergence not in ("stop", "quiet", "raise"):
            raise BadValue(
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
        self._done = 0
        self._total_epochs = self.num_epochs
        self._finished = False
        self._owes_accuracy = False
        # Where an unfinished run stands, while the model itself holds the best parameters.
        self._here: dict[str, Any] | None = None
        self._fingerprint: dict[str, Any] | None = None

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
        """The share of inputs whose highest score is their class.

        Parameters
        ----------
        X : ndarray, shape (N, ...)
        y : ndarray, shape (N,)
        num_samples : int, optional
            If N is larger, that many inputs are drawn, with repetition.
        batch_size : int, optional
            Inputs are scored so many at a time, to save memory.
        """
        return loop.accuracy(self.model, X, y, num_samples, batch_size, self._rng)

    @classmethod
    def resume(
        cls, path: str | Path, model: Model, data: Mapping[str, Any], **replaced: Any
    ) -> Self:
        """A solver that goes on from a checkpoint, as if the run had never ended.

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
        return resume.resume(cls, path, model, data, replaced)

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
        with self._ending():
            for _ in self._steps():
                pass

    def iterate(self) -> Generator[Step, None, None]:
        """Train as `train` does, one step at a time, for whoever drives several runs at once.

        The run ends as if it was asked to when the iterator is closed before its last step.
        """
        with self._ending():
            yield from self._steps()

    def _steps(self) -> Iterator[Step]:
        # By name: the rule as last saved, which the student may have mended meanwhile.
        self.update_rule = find_rule(self._rule_name)
        if self._finished:
            self._finished = False
            self._total_epochs = self.epoch + self.num_epochs
        resume.go_on(self)
        self.stopped = None
        with Progress(self._total_steps(), self._done, shown=self.progress) as progress:
            yield from loop.run(self, progress)

    def _total_steps(self) -> int:
        return self._total_epochs * loop.steps_per_epoch(self)

    @contextlib.contextmanager
    def _ending(self) -> Iterator[None]:
        """Keep what was computed, whatever ends the run."""
        try:
            yield
        except KeyboardInterrupt as interrupt:
            step, steps = self._done + 1, self._total_steps()
            message = text("training.interrupted", step=step, steps=steps)
            resume.settle(self, Stopped("interrupted", step, message))
            raise TrainingInterrupted(message) from interrupt
        except GeneratorExit:
            message = text("training.asked", step=self._done, steps=self._total_steps())
            resume.settle(self, Stopped("asked", self._done, message), exactly=True)
            raise
        except DivergedError:
            raise
        except BaseException as error:
            message = f"{type(error).__name__}: {error}"
            resume.settle(self, Stopped("error", self._done + 1, message))
            raise
