"""What runs of nbval say: the plugin about each cell, and what runs in the sandbox about it all."""

import msgspec

from workbook.worker.codec import Codec

__all__ = [
    "ANSWERS",
    "EVENTS",
    "CellEnded",
    "CellJudged",
    "CellStarted",
    "Finished",
    "KernelStarted",
    "NotebookAnswer",
    "NotebookEvent",
    "RunEnded",
]

_MOST = 8 * 2**20


class NotebookEvent(msgspec.Struct, frozen=True, tag=True, tag_field="event"):
    """What the plugin writes to its file."""


class KernelStarted(NotebookEvent, frozen=True):
    """A notebook's kernel has started."""

    pid: int | None


class CellStarted(NotebookEvent, frozen=True):
    """A cell is about to run; -1 where it has no number."""

    notebook: str
    cell: int


class CellEnded(CellStarted, frozen=True):
    """A cell has run, or (without a `kernel`) could not.

    Attributes
    ----------
    error, detail : str
        What nbval says and what the cell said; empty for a cell that passed.
    """

    kernel: bool
    seconds: float
    skipped: bool
    error: str
    detail: str


class RunEnded(NotebookEvent, frozen=True):
    """All notebooks of a run are through."""

    peak_megabytes: float


class NotebookAnswer(msgspec.Struct, frozen=True, tag=True, tag_field="answer"):
    """What comes out of the sandbox."""


class CellJudged(NotebookAnswer, frozen=True):
    """What became of one cell; see `results.CellResult`."""

    notebook: str
    exercise: str
    outcome: str
    line: str
    cell: int
    seconds: float


class Finished(NotebookAnswer, frozen=True):
    """The end: why notebooks could not be run, by name."""

    problems: dict[str, str]


EVENTS: Codec[NotebookEvent] = Codec(
    KernelStarted | CellStarted | CellEnded | RunEnded, largest=_MOST, structure=_MOST
)
ANSWERS: Codec[NotebookAnswer] = Codec(CellJudged | Finished, largest=_MOST, structure=_MOST)
