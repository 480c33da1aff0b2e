"""Frames: the length of a message and its bytes. Bounded before anything of them is parsed."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["HEAD", "MAX_FRAME", "READY", "FrameError", "frame", "read", "split"]

HEAD = struct.Struct("<I")
MAX_FRAME = 32 * 2**20
"""Largest message accepted from a process that runs student code, in bytes."""
READY = b"ready"
"""Sent once, before the first job: from here on it is student code that may end the process."""


class FrameError(ValueError):
    """Bytes that are no frames, or a frame that is too large."""


def frame(message: bytes) -> bytes:
    """Return a message as it is written to a pipe."""
    return HEAD.pack(len(message)) + message


def read(stream: BinaryIO, largest: int = MAX_FRAME) -> bytes | None:
    """Read the next message from a buffered stream; None at its end, in a message too.

    Raises
    ------
    FrameError
        If it is larger than `largest`.
    """
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    (length,) = HEAD.unpack(head)
    if length > largest:
        raise FrameError(f"a message of {length} bytes is too large")
    message = stream.read(length)
    return message if len(message) == length else None


def split(data: bytes) -> Iterator[bytes]:
    """Cut bytes that hold frames, one after the other, into their messages.

    Raises
    ------
    FrameError
        If they are anything else.
    """
    at = 0
    while at < len(data):
        start = at + HEAD.size
        if start > len(data) or (at := start + HEAD.unpack_from(data, at)[0]) > len(data):
            raise FrameError("the last message is cut off")
        yield data[start:at]
