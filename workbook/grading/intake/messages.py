"""What the coordinator asks the process that reads submissions, and what that answers."""

import msgspec

from workbook.worker.codec import Codec
from workbook.worker.frames import MAX_FRAME

__all__ = [
    "ANSWERS",
    "JOBS",
    "Answer",
    "HandedIn",
    "Job",
    "ListJob",
    "Listed",
    "Part",
    "ReadJob",
    "Refused",
]


class ListJob(msgspec.Struct, frozen=True, tag=True):
    """List the attempts in a student's folder; its path as the system's bytes."""

    path: bytes


class ReadJob(msgspec.Struct, frozen=True, tag=True):
    """Read one attempt: a folder or an archive; its path as the system's bytes."""

    path: bytes


class Part(msgspec.Struct, frozen=True):
    """One attempt in a folder.

    Attributes
    ----------
    name : bytes
        Inside the folder; empty for the folder itself.
    number : int
        Larger is later; 0 if nothing says.
    at : float
        When its file, or the newest exercise file in it, was last written; seconds since 1970.
    """

    name: bytes
    number: int
    at: float


class Listed(msgspec.Struct, frozen=True, tag=True):
    """The attempts in a folder: never none."""

    parts: list[Part]


class HandedIn(msgspec.Struct, frozen=True, tag=True):
    """What is in one attempt.

    Attributes
    ----------
    files : dict of bytes by exercise file
    problems : dict of str by exercise file
        Why a file that was sent cannot be judged.
    notes : list of str
        What was passed over.
    receipt : str
        What `workbook submit` gave the student, if it is in there.
    invalid : str
        Why nothing in it can be judged; empty if something can.
    """

    files: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    notes: list[str] = []
    receipt: str = ""
    invalid: str = ""


class Refused(msgspec.Struct, frozen=True, tag=True):
    """It cannot be read.

    Attributes
    ----------
    reason : str
    out_of_memory : bool
        Whether a process that has done nothing else might get further.
    """

    reason: str
    out_of_memory: bool = False


Job = ListJob | ReadJob
Answer = Listed | HandedIn | Refused

JOBS: Codec[Job] = Codec(Job)
ANSWERS: Codec[Answer] = Codec(Answer, structure=MAX_FRAME)
