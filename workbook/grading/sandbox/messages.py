"""What the fork server is told beside a job, and what it says about the child that did it."""

import msgspec

from workbook.worker.codec import Codec

__all__ = ["ENDED", "LIMITS", "Ended", "Limits"]


class Limits(msgspec.Struct, frozen=True):
    """All of a job that the server reads; the job itself is for the child only."""

    seconds: float


class Ended(msgspec.Struct, frozen=True):
    """How a child ended. What it said itself comes in one message behind this, unread.

    Attributes
    ----------
    code : int or None
        Its exit code, negative for a signal; None if its time was up.
    trace_requested : bool
        Whether it was asked where it is.
    nonsense : str
        Why nothing of what it said can be read; else empty.
    trace : str
        Where it was, as faulthandler writes it.
    """

    code: int | None
    trace_requested: bool
    nonsense: str
    trace: str


LIMITS: Codec[Limits] = Codec(Limits)
ENDED: Codec[Ended] = Codec(Ended)
