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
    "CheckEvent",
    "CheckJob",
    "Curves",
    "HuntJob",
    "ImportProblem",
    "Importing",
    "JobDone",
    "JobFailed",
    "ListedMisconception",
    "Measured",
    "Misconceptions",
    "Opened",
]


class CheckJob(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="job"):
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


class CaseJob(CheckJob, frozen=True, kw_only=True):
    """Run an exercise's cases.

    Attributes
    ----------
    skip : dict of str to str
        Files that must not be imported, and the outcome that their exercises get.
    only : list of str, optional
        Names of the cases to run; all by default.
    replaced : tuple of str
        Ids of the requirements that references stand in for: an isolated run; else integrated.
    reference : str
        The folder of these references.
    code : bytes
        The same as code by file, marshalled, in the place of a folder: trusted, and never sent
        by a process that ran student code.
    layers : bytes
        The given fast layers as code by module, marshalled, for a process whose package lacks
        them; empty if the exercise must not use them.
    trusted : bool
        Whether these are the solutions, which are imported as they are.
    misconception : str
        The id of one that is planted in the solutions.
    """

    seed: int
    skip: dict[str, str] = {}
    only: list[str] | None = None
    replaced: tuple[str, ...] = ()
    reference: str = ""
    code: bytes = b""
    layers: bytes = b""
    trusted: bool = False
    misconception: str = ""


class CatalogueJob(CheckJob, frozen=True):
    """List the misconceptions of an exercise of the solutions."""


class HuntJob(CheckJob, frozen=True, kw_only=True):
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


class CheckEvent(msgspec.Struct, frozen=True, tag=True, tag_field="event"):
    """Something that happened."""


class Importing(CheckEvent, frozen=True):
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


class Opened(CheckEvent, frozen=True):
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


class CaseStarted(CheckEvent, frozen=True):
    """A case is about to run."""

    case: str


class CaseRecord(CheckEvent, frozen=True):
    """A case has run."""

    record: Record


class ListedMisconception(msgspec.Struct, frozen=True):
    """One misconception of an exercise, or (`correct`) another right way of writing it."""

    id: str
    row: str
    message: str = ""
    outcome: str = ""
    correct: bool = False


class Misconceptions(CheckEvent, frozen=True):
    """The catalogue that was asked for."""

    rows: list[ListedMisconception]


class Curves(msgspec.Struct, frozen=True):
    """Training and validation loss by step."""

    loss: tuple[float, ...]
    val_loss: tuple[float, ...]


class Measured(CheckEvent, frozen=True):
    """What a planted mistake does to a network."""

    right: Curves
    wrong: Curves
    gradients: dict[str, float]


class JobFailed(CheckEvent, frozen=True):
    """Our own code raised: the end of the job."""

    type: str
    message: str


class JobDone(CheckEvent, frozen=True):
    """The end of the job."""


JOBS: Codec[CheckJob] = Codec(CaseJob | CatalogueJob | HuntJob)
EVENTS: Codec[CheckEvent] = Codec(
    Importing | Opened | CaseStarted | CaseRecord | Misconceptions | Measured | JobFailed | JobDone
)
