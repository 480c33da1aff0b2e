"""Plain data through a pipe: one frame a message, no pickle."""

import io
import json
import struct
import threading
from typing import Any, BinaryIO

import numpy as np

from workbook.training import storage

__all__ = ["MessageSender", "receive"]

_LENGTH = struct.Struct(">Q")
# Nothing that is sent comes near; a length beyond it means that the pipe is out of step.
_MOST = 1 << 32


class MessageSender:
    """Writes frames; several threads may share it."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def send(self, message: Any) -> None:
        """Write one message of plain data.

        Raises
        ------
        TypeError
            If it is not plain data.
        OSError
            If nobody reads any more.
        """
        document, arrays = storage.pack(message)
        text = json.dumps(document, allow_nan=False).encode("utf-8")
        body = io.BytesIO()
        body.write(_LENGTH.pack(len(text)))
        body.write(text)
        for array in arrays.values():
            np.lib.format.write_array(body, array, allow_pickle=False)
        content = body.getvalue()
        with self._lock:
            self._pipe.write(_LENGTH.pack(len(content)))
            self._pipe.write(content)
            self._pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """The next message.

    Raises
    ------
    EOFError
        If the other end is closed, in the middle of a message too.
    ValueError
        If what comes is no message.
    """
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > _MOST:
        raise ValueError("what came through the pipe is no message")
    body = io.BytesIO(_exactly(pipe, length))
    (size,) = _LENGTH.unpack(body.read(_LENGTH.size))
    document = json.loads(body.read(size))
    arrays: list[np.ndarray[Any, Any]] = []

    def array(name: str) -> np.ndarray[Any, Any]:
        while len(arrays) <= int(name):
            arrays.append(np.lib.format.read_array(body, allow_pickle=False))
        return arrays[int(name)]

    return storage.unpack(document, array)


def _exactly(pipe: BinaryIO, count: int) -> bytes:
    parts = []
    while count:
        part = pipe.read(count)
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
