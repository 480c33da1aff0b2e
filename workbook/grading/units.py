"""What is graded, and what comes of it: submissions, settings and units of work.

A unit is one exercise of one submission, or the notebooks' run over it. Its key (`cache_key`) is
a hash of everything that its result depends on, so that a finished unit is never run again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workbook.checks.messages import Message
from workbook.locale.sentence import Sentence

__all__ = [
    "Pending",
    "Settings",
    "Submission",
    "UnitResult",
    "derived_seed",
    "message_of",
    "notes_of",
]


@dataclass(frozen=True)
class Submission:
    """What one student handed in: content only.

    Attributes
    ----------
    name : str
        The student's id, for logs. Student code never sees it, and no key depends on it.
    files : mapping of str to bytes
        By exercise file, as the curriculum names it.
    problems : mapping of str to str
        By exercise file: why it cannot be judged.
    """

    name: str
    files: Mapping[str, bytes]
    problems: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over files and problems."""
        listed = {file: hashlib.sha256(data).hexdigest() for file, data in self.files.items()}
        text = json.dumps([listed, dict(self.problems)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Settings:
    """What one run is made with.

    Attributes
    ----------
    secret : str
        Hexadecimal; the seed of each exercise derives from it.
    exercises : tuple of str
        Ids that count.
    notebooks : tuple of str
        Names of the notebooks that nbval runs; () for none.
    timeout : float
        Seconds for one exercise.
    memory : int
        Megabytes for one exercise.
    cell_timeout : float
        Seconds for one cell of a notebook.
    sandbox : str
        `auto` (the best that this machine has), `bwrap` or `none`.
    """

    secret: str
    exercises: tuple[str, ...]
    notebooks: tuple[str, ...] = ()
    timeout: float = 30.0
    memory: int = 2048
    cell_timeout: float = 30.0
    sandbox: str = "auto"


def derived_seed(secret: str, exercise_id: str) -> int:
    """Return the seed of one exercise: 31 bits, so that any database and JSON reader holds it."""
    digest = hashlib.sha256(f"{secret}/{exercise_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


@dataclass(frozen=True)
class Pending:
    """Why a unit is not finished: a requirement may be the reason that the exercise fails.

    Attributes
    ----------
    level : int
        When it is judged with references: after every unit of a lower level.
    wrong : tuple of str
        The requirements that are not right.
    message : Message or None
        What there is to say if the mistake is the exercise's own.
    """

    level: int
    wrong: tuple[str, ...]
    message: Message | None = None


@dataclass(frozen=True)
class UnitResult:
    """What came of one unit.

    Attributes
    ----------
    key : str
        Content hash of the unit.
    kind : str
        `judge` or `nbval`.
    subject : str
        Exercise id, or the notebook's name.
    result : dict
        `judge`: an `ExerciseResult` as JSON without its words, and `message` (a `Message` as
        JSON, or None), `notes` (sentences as JSON) and `printed`. `nbval`: `exercises` (by id:
        `outcome`, `line`), `problem` and `seconds`. It holds no words of the locale, only ids and
        values: what reads it finds the words of its own version.
    log : str
        What else the submission's log shows.
    pending : Pending or None
        Set only between the two runs of a judge's unit; such a result is never stored.
    """

    key: str
    kind: str
    subject: str
    result: dict[str, Any]
    log: str = ""
    pending: Pending | None = None

    @property
    def infra(self) -> bool:
        """Whether it is our fault that there is no verdict."""
        if self.kind == "nbval":
            return bool(self.result.get("problem"))
        return self.result.get("outcome") == "infra"

    @property
    def reason(self) -> str:
        """Why there is no verdict, in words; empty if nothing says it."""
        if self.kind == "nbval":
            return str(self.result.get("problem") or "")
        message = message_of(self.result)
        return message.seen if message is not None else ""


def message_of(result: Mapping[str, Any]) -> Message | None:
    """Return the message in the judge's result on an exercise."""
    found = result.get("message")
    return Message.from_json(found) if found else None


def notes_of(result: Mapping[str, Any]) -> list[str]:
    """Return the notes in the judge's result on an exercise, in words."""
    return [str(Sentence.from_json(note)) for note in result.get("notes", ())]
