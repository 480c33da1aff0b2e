"""What a process that runs cases is asked, and what it says: typed, and nothing beside it."""

import msgspec

from workbook.locale.sentence import Sentence
from workbook.records import Record
from workbook.student.source_blocks import Replacement
from workbook.worker.codec import Codec

__all__ = [
    "EVENTS",
    "JOBS",
    "CaseJob",
    "CaseRecord",
    "CaseStarted",
    "CatalogueJob",
    "Curves",
    "Done",
    "Event",
    "Failed",
    "HuntJob",
    "ImportProblem",
    "Importing",
    "IntegratedStarted",
    "Job",
    "ListedMisconception",
    "Measured",
    "Misconceptions",
    "Opened",
]


class Job(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="job"):
    """Something to do with one exercise.

    Attributes
    ----------
    impl : str
        The folder of the implementation.
    seconds : float
        Limit; set by who sends it.
    """

    exercise: str
    impl: str
    seconds: float = 0.0


class CaseJob(Job, frozen=True, kw_only=True):
    """Run an exercise's cases.

    Attributes
    ----------
    skip : dict of str to str
        Files that must not be imported, and the outcome that their exercises get.
    only : list of str, optional
        Names of the cases to run; all by default.
    reference : str
        A folder whose exercises stand in for the requirements; the student's own if it is empty.
    code : bytes
        The same as code by file, marshalled, in the place of a folder: trusted, and never sent
        by a process that ran student code.
    integrated : bool
        Whether the cases may be run again with the student's own requirements.
    trusted : bool
        Whether these are the solutions, which are imported as they are.
    misconception : str
        The id of one that is planted in the solutions.
    """

    seed: int
    skip: dict[str, str] = {}
    only: list[str] | None = None
    reference: str = ""
    code: bytes = b""
    integrated: bool = False
    trusted: bool = False
    misconception: str = ""


class CatalogueJob(Job, frozen=True):
    """List the misconceptions of an exercise of the solutions."""


class HuntJob(Job, frozen=True, kw_only=True):
    """Train the learner's network with and without a planted mistake.

    Attributes
    ----------
    network : str
        Its name in `hunts.toml`.
    code : str
        Python source that defines what is planted.
    names : list of str
        The functions that it takes the place of.
    """

    network: str
    code: str
    names: list[str]


class Event(msgspec.Struct, frozen=True, tag=True, tag_field="event"):
    """Something that happened."""


class Importing(Event, frozen=True):
    """A student's file is about to be imported; an empty name when none is any more."""

    file: str


class ImportProblem(msgspec.Struct, frozen=True):
    """Why a file cannot be judged: what its exercises come to, and what was raised where.

    Attributes
    ----------
    sentence : Sentence, optional
        What `message` words.
    """

    outcome: str
    message: str = ""
    type: str = ""
    line: int = 0
    sentence: Sentence | None = None


class Opened(Event, frozen=True):
    """What importing the student's files has shown.

    Attributes
    ----------
    problems : dict
        By file.
    mended : dict
        By file: blocks that do not parse, replaced by their stubs.
    absent : list of str
        Ids of exercises whose function or class is not in its file.
    files : list of str
        What this says something about: the files that were imported, or could not be.
    """

    problems: dict[str, ImportProblem] = {}
    mended: dict[str, list[Replacement]] = {}
    absent: list[str] = []
    files: list[str] = []


class CaseStarted(Event, frozen=True):
    """A case is about to run."""

    case: str


class CaseRecord(Event, frozen=True):
    """A case has run."""

    record: Record


class IntegratedStarted(Event, frozen=True):
    """The cases run again, with the student's own requirements; their time begins anew."""


class ListedMisconception(msgspec.Struct, frozen=True):
    """One misconception of an exercise, or (`correct`) another right way of writing it."""

    id: str
    row: str
    message: str = ""
    outcome: str = ""
    correct: bool = False


class Misconceptions(Event, frozen=True):
    """The catalogue that was asked for."""

    rows: list[ListedMisconception]


class Curves(msgspec.Struct, frozen=True):
    """Training and validation loss by step."""

    loss: tuple[float, ...]
    val_loss: tuple[float, ...]


class Measured(Event, frozen=True):
    """What a planted mistake does to a network."""

    right: Curves
    wrong: Curves
    gradients: dict[str, float]


class Failed(Event, frozen=True):
    """Our own code raised: the end of the job."""

    type: str
    message: str


class Done(Event, frozen=True):
    """The end of the job."""


JOBS: Codec[Job] = Codec(CaseJob | CatalogueJob | HuntJob)
EVENTS: Codec[Event] = Codec(
    Importing
    | Opened
    | CaseStarted
    | CaseRecord
    | IntegratedStarted
    | Misconceptions
    | Measured
    | Failed
    | Done
)
