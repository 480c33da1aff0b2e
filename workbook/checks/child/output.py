"""What a process that runs student code says: frames `<I length> kind payload`."""

import json
import struct
from abc import ABC, abstractmethod
from typing import IO, Any

__all__ = ["EVENT", "HEAD", "RECORD", "Output", "Stream"]

EVENT, RECORD = b"E", b"R"
HEAD = struct.Struct("<I")


class Output(ABC):
    """Takes frames."""

    @abstractmethod
    def send(self, kind: bytes, payload: bytes) -> None:
        """Say one thing; it is known even if the process ends right after it."""

    def event(self, event: str, **values: Any) -> None:
        """Say what is about to happen, or has happened."""
        self.send(EVENT, json.dumps({"event": event, **values}).encode("ascii"))


class Stream(Output):
    """Frames on one descriptor."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def send(self, kind: bytes, payload: bytes) -> None:
        self._stream.write(HEAD.pack(len(payload)) + kind + payload)
        self._stream.flush()
