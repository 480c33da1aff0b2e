"""What a course shows its students: the policy that `workbook release` puts into a copy.

It lies in the package as `policy.toml`; without that file everything is shown:

    diagnosis = "full"          # or "located": what was seen, not what it looks like;
                                # or "outcome": right or not, and the points
    hints = true
    answers_from = 2027-01-31   # model answers to the questions open on that day
    hunts = ["plain/affine_forward/bias_summed"]    # by default all, without their code
"""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from workbook.errors import UsageError, WorkbookError

__all__ = ["DIAGNOSES", "FILE", "Policy", "current", "parse"]

DIAGNOSES = ("full", "located", "outcome")
FILE = "policy.toml"


@dataclass(frozen=True)
class Policy:
    """What students see.

    Attributes
    ----------
    diagnosis : str
        `full`, `located` or `outcome`.
    hints : bool
    answers_from : datetime or None
        When model answers open, in the reader's own time; None for at once.
    hunts : tuple of str or None
        The bug hunts that are played, as `network/exercise/misconception`; None for all.
    """

    diagnosis: str = "full"
    hints: bool = True
    answers_from: datetime | None = None
    hunts: tuple[str, ...] | None = None

    def answers_open(self, now: datetime | None = None) -> bool:
        """Whether model answers are shown."""
        now = now or datetime.now().astimezone()
        return self.answers_from is None or now >= self.answers_from


def _opening_time(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day).astimezone()
    raise ValueError("answers_from is a date such as 2027-01-31")


def _from_table(table: dict[str, Any]) -> Policy:
    unknown = set(table) - {"diagnosis", "hints", "answers_from", "hunts"}
    if unknown:
        raise ValueError(f"there is no setting {sorted(unknown)[0]!r}")
    diagnosis, hints = table.get("diagnosis", "full"), table.get("hints", True)
    if diagnosis not in DIAGNOSES:
        raise ValueError(f"diagnosis is {diagnosis!r}; it is one of {', '.join(DIAGNOSES)}")
    if not isinstance(hints, bool):
        raise ValueError("hints is true or false")
    hunts = table.get("hunts")
    if hunts is not None and not (
        isinstance(hunts, list) and all(isinstance(name, str) for name in hunts)
    ):
        raise ValueError('hunts is a list of names such as "plain/affine_forward/bias_summed"')
    opens = table.get("answers_from")
    return Policy(
        diagnosis,
        hints,
        None if opens is None else _opening_time(opens),
        None if hunts is None else tuple(hunts),
    )


def parse(text: str, source: str = FILE) -> Policy:
    """Read a policy.

    Raises
    ------
    UsageError
        For what is no policy; it names the setting.
    """
    try:
        return _from_table(tomllib.loads(text))
    except ValueError as error:
        raise UsageError(f"{source}: {error}.") from error


def current() -> Policy:
    """The policy of this copy.

    Raises
    ------
    WorkbookError
        If its file cannot be read.
    """
    return _read(Path(__file__).resolve().parents[1] / FILE)


@cache
def _read(path: Path) -> Policy:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Policy()
    except (OSError, UnicodeError) as error:
        raise WorkbookError(f"{path} cannot be read: {error}.") from error
    return parse(text, str(path))
