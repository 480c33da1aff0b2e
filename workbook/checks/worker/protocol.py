"""What a process that runs student code says: frames `<I length> kind payload`."""

import json
import struct
from abc import ABC, abstractmethod
from typing import IO, Any

__all__ = [
    "CASE",
    "EVENT",
    "HEAD",
    "IMPORTING",
    "KINDS",
    "READY",
    "RECORD",
    "TRACE_AT",
    "MessageSink",
    "StreamSink",
]

EVENT, RECORD, CASE, IMPORTING = b"E", b"R", b"P", b"I"
KINDS = frozenset({EVENT, RECORD, CASE, IMPORTING})
READY = b"Y"
"""Said once, before the first job: from here on it is student code that may end the process."""
TRACE_AT = 0.9
"""After which share of its time a child says where it is; running code may not survive it."""
HEAD = struct.Struct("<I")


class MessageSink(ABC):
    """Takes frames."""

    @abstractmethod
    def send(self, kind: bytes, payload: bytes) -> None:
        """Say one thing; it is known even if the process ends right after it."""

    def event(self, event: str, **values: Any) -> None:
        """Say what has happened."""
        self.send(EVENT, json.dumps({"event": event, **values}).encode("ascii"))

    def case(self, name: str) -> None:
        """Say which case is about to run."""
        self.send(CASE, name.encode("utf-8"))

    def importing(self, file: str) -> None:
        """Say which of the student's files is about to be imported; "" when none is any more."""
        self.send(IMPORTING, file.encode("utf-8", "backslashreplace"))


class StreamSink(MessageSink):
    """Frames on one descriptor."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def send(self, kind: bytes, payload: bytes) -> None:
        self._stream.write(HEAD.pack(len(payload)) + kind + payload)
        self._stream.flush()
