"""What the experiments share: the same start for all, and several runs driven together."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from workbook.training import checkpoint
from workbook.training.inputs import Array, Config, Model, StopSignal, UpdateRule
from workbook.training.results import ProgressUpdate, Report, TrainingCurves
from workbook.training.solver import Solver, Step

__all__ = [
    "TrainingRun",
    "net_sizes",
    "stop_requested",
    "subset",
    "temporary_seed",
    "train_together",
]

# Accuracies of a comparison are measured on this many training images.
TRAIN_SAMPLES = 1000


@contextlib.contextmanager
def temporary_seed(seed: int) -> Iterator[None]:
    """The global `np.random` started at `seed`, and afterwards as it was before."""
    before = checkpoint.random_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        checkpoint.restore_random(before)


def stop_requested(stop: StopSignal | None) -> bool:
    """Whether the experiment is to end now."""
    return stop is not None and stop.is_set()


def subset(data: Mapping[str, Any], num_train: int | None, num_val: int | None) -> dict[str, Array]:
    """The first images of a data set; None: all."""
    return {
        "X_train": data["X_train"][:num_train],
        "y_train": data["y_train"][:num_train],
        "X_val": data["X_val"][:num_val],
        "y_val": data["y_val"][:num_val],
    }


def net_sizes(data: Mapping[str, Any]) -> dict[str, int]:
    """`input_dim` and `num_classes` of a fully connected net for these data."""
    return {
        "input_dim": int(np.prod(data["X_train"].shape[1:])),
        "num_classes": int(data["y_train"].max()) + 1,
    }


class TrainingRun:
    """One run of a comparison: its model, its solver, and its own stream of random numbers.

    Parameters
    ----------
    build : callable
        Makes the model; it runs with `np.random` at `seed`, so that models of the same
        shape start with the same weights.
    seed : int
        Also that of the batches, which are the same in every run with it.
    """

    def __init__(
        self,
        build: Callable[[], Model],
        data: Mapping[str, Any],
        rule: str | UpdateRule,
        config: Config,
        *,
        epochs: int,
        batch_size: int,
        seed: int,
        lr_decay: float = 1.0,
    ) -> None:
        with temporary_seed(seed):
            self.model = build()
            self._random = checkpoint.random_state()
        self.solver = Solver(
            self.model,
            data,
            update_rule=rule,
            optim_config=config,
            lr_decay=lr_decay,
            num_epochs=epochs,
            batch_size=batch_size,
            num_train_samples=TRAIN_SAMPLES,
            verbose=False,
            on_divergence="quiet",
            rng=np.random.RandomState(seed),
        )
        self._steps = self.solver.iterate()
        self.steps_per_epoch = max(len(data["X_train"]) // batch_size, 1)
        self.total = epochs * self.steps_per_epoch

    def step(self) -> Step | None:
        """One step with this run's own `np.random`; None when there is none left."""
        outside = checkpoint.random_state()
        checkpoint.restore_random(self._random)
        try:
            return next(self._steps, None)
        finally:
            self._random = checkpoint.random_state()
            checkpoint.restore_random(outside)

    def close(self) -> TrainingCurves:
        """End the run where it stands and give what it recorded."""
        self._steps.close()
        solver, stopped = self.solver, self.solver.stopped
        return TrainingCurves(
            loss_history=tuple(solver.loss_history),
            train_acc_history=tuple(solver.train_acc_history),
            val_acc_history=tuple(solver.val_acc_history),
            steps_per_epoch=self.steps_per_epoch,
            diverged_at=stopped.step if stopped and stopped.reason == "diverged" else None,
            complete=solver.diverged or len(solver.loss_history) == self.total,
        )


def train_together(
    training_runs: Mapping[str, TrainingRun],
    report: Report | None = None,
    stop: StopSignal | None = None,
    on_step: Callable[[str, Step], dict[str, Any]] | None = None,
) -> dict[str, TrainingCurves]:
    """Drive runs side by side, a step of each in turn, and give what they recorded.

    Parameters
    ----------
    training_runs : dict of TrainingRun
    report : callable, optional
        Told of each step: a `ProgressUpdate` with step, loss and, where they were measured,
        train_acc and val_acc.
    stop : optional
        When it is set, all runs end where they stand.
    on_step : callable, optional
        Called with a run's name and its step; what it returns is reported too.
    """
    total = sum(training_run.total for training_run in training_runs.values())
    done = dict.fromkeys(training_runs, 0)
    running = dict(training_runs)
    while running and not stop_requested(stop):
        for name, training_run in list(running.items()):
            step = training_run.step()
            if step is None:
                del running[name]
                done[name] = training_run.total
                values: dict[str, Any] = {"ended": True, "diverged": training_run.solver.diverged}
            else:
                done[name] += 1
                values = {"step": step.step, "epoch": step.epoch, "loss": step.loss}
                if step.val_acc is not None:
                    values |= {"train_acc": step.train_acc, "val_acc": step.val_acc}
                if on_step is not None:
                    values |= on_step(name, step)
            if report is not None:
                report(ProgressUpdate(name, sum(done.values()), total, values))
    return {name: training_run.close() for name, training_run in training_runs.items()}
