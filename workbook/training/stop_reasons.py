"""Why a run ended before its last step, in words."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from workbook.errors import WorkbookError
from workbook.locale import text
from workbook.training.inputs import Array

__all__ = ["DivergedError", "Stopped", "TrainingInterrupted", "likely_cause"]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why and where a run ended early.

    Attributes
    ----------
    reason : "diverged", "interrupted", "asked" or "error"
        The loss became NaN or infinite; Ctrl-C; the stop event; an exception.
    step : int
        Steps begun when it ended (1 for the first).
    message : str
        The same in one line.
    """

    reason: Literal["diverged", "interrupted", "asked", "error"]
    step: int
    message: str

    def __str__(self) -> str:
        return self.message


class DivergedError(WorkbookError):
    """The loss became NaN or infinite.

    Attributes
    ----------
    step : int
        The step (1 for the first) whose loss it was.
    value : float
        NaN, inf or -inf.
    cause : str
        What probably led to it.
    loss_history, train_acc_history, val_acc_history : list of float
        What was recorded until then.
    """

    def __init__(
        self,
        message: str,
        *,
        step: int,
        value: float,
        cause: str,
        loss_history: list[float],
        train_acc_history: list[float],
        val_acc_history: list[float],
    ) -> None:
        super().__init__(message)
        self.step = step
        self.value = value
        self.cause = cause
        self.loss_history = loss_history
        self.train_acc_history = train_acc_history
        self.val_acc_history = val_acc_history


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C during training. A notebook shows one line, and the rest of the cell is not run."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def likely_cause(
    losses: list[float], params: dict[str, Array], X: Array, learning_rate: object
) -> str:
    """What probably made the last of `losses` NaN or infinite.

    Parameters
    ----------
    losses : list of float
        All losses so far.
    params : dict of ndarray
        The parameters that gave the last one.
    X : ndarray
        The batch that gave it.
    learning_rate : object
        The one in use, if it is known.
    """
    if np.issubdtype(X.dtype, np.floating) and not np.isfinite(X).all():
        return text("training.cause.data")
    broken = [name for name, w in params.items() if not np.isfinite(w).all()]
    earlier = losses[:-1]
    rate = f" {learning_rate:g}" if isinstance(learning_rate, (int, float)) else ""
    if not earlier:
        return (
            text("training.cause.start_params", names=", ".join(broken))
            if broken
            else text("training.cause.start")
        )
    rising = earlier[-1] > 2 * float(np.median(earlier[-20:])) or earlier[-1] > 1.2 * earlier[0]
    if rising or len(earlier) == 1:
        rose = text("training.cause.rose", low=f"{min(earlier):.3g}", high=f"{earlier[-1]:.3g}")
        return text("training.cause.rate", rate=rate, rose=rose if len(earlier) > 1 else "").strip()
    if broken:
        return text("training.cause.gradient", names=", ".join(broken))
    return text("training.cause.scores", last=f"{earlier[-1]:.3g}", rate=rate)
