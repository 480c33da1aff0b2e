"""What a process that runs an experiment is asked, and what it says."""

from typing import Any

import msgspec
from numpy.typing import NDArray

from workbook.training import storage
from workbook.training.runner.failure import Failure
from workbook.worker.codec import Codec, CodecError

__all__ = [
    "ANSWERS",
    "REQUESTS",
    "ExperimentAnswer",
    "ExperimentDone",
    "ExperimentFailed",
    "ExperimentJob",
    "ExperimentRequest",
    "ExperimentUpdates",
    "Plain",
    "StopExperiment",
    "Update",
]


class Plain(msgspec.Struct, frozen=True):
    """Plain data as `storage.pack` splits it."""

    document: Any
    arrays: dict[str, NDArray[Any]]

    @classmethod
    def of(cls, value: object) -> "Plain":
        """Split a value; a TypeError if it is not plain data."""
        return cls(*storage.pack(value))

    def value(self) -> Any:
        """Put it together again; a CodecError if that cannot be done."""
        try:
            return storage.unpack(self.document, self.arrays.__getitem__)
        except (LookupError, TypeError, ValueError, RecursionError) as error:
            raise CodecError(f"not plain data: {error}") from None


class ExperimentRequest(msgspec.Struct, frozen=True, tag=True, tag_field="request"):
    """What the parent says."""


class ExperimentJob(ExperimentRequest, frozen=True):
    """Run an experiment of `registry.EXPERIMENTS`; the last one of its process if `once`."""

    experiment: str
    settings: Plain
    once: bool


class StopExperiment(ExperimentRequest, frozen=True):
    """End the experiment with what it has."""


class ExperimentAnswer(msgspec.Struct, frozen=True, tag=True, tag_field="answer"):
    """What the process says."""


class Update(msgspec.Struct, frozen=True):
    """A `ProgressUpdate`."""

    series: str
    done: int
    total: int
    values: Plain


class ExperimentUpdates(ExperimentAnswer, frozen=True):
    """What has happened since the last one, and what the student's code has printed."""

    updates: list[Update]
    printed: str


class ExperimentDone(ExperimentAnswer, frozen=True):
    """The experiment's result."""

    result: Plain
    asked_to_stop: bool


class ExperimentFailed(ExperimentAnswer, frozen=True):
    """It raised."""

    failure: Failure


# Some hundred megabytes of pictures and parameters, and an array for each number that is drawn.
_SIZES = {"largest": 2**30, "structure": 64 * 2**20, "arrays": 2**20}
REQUESTS: Codec[ExperimentRequest] = Codec(ExperimentJob | StopExperiment, **_SIZES)
ANSWERS: Codec[ExperimentAnswer] = Codec(
    ExperimentUpdates | ExperimentDone | ExperimentFailed, **_SIZES
)
