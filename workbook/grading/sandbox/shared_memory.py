"""What one child says, in memory that it shares with the fork server.

Saying something costs no system call, and what was said is there whatever ends the child. The
server passes it on unread: whoever compares takes it for what student code may have written.
"""

import mmap
import os
import struct

from workbook.worker import frames

__all__ = ["MAX_BYTES", "SharedMemoryChannel"]

MAX_BYTES = 28 * 2**20
"""What one child may say, in bytes; the frame that holds it must be below `MAX_FRAME`."""

_LENGTH = struct.Struct("<Q")  # How many bytes were said.


class SharedMemoryChannel:
    """One for each child, made before the fork, so that nothing is left of the child before."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _LENGTH.size + MAX_BYTES)
        self._length = self._process = 0

    # In the child

    def claim(self) -> None:
        """From now on only this process says something: not a copy that student code makes."""
        self._process = os.getpid()

    def send(self, message: bytes) -> None:
        """Say one thing; it is known even if the process ends right after it."""
        if os.getpid() != self._process:
            os._exit(1)
        framed = frames.frame(message)
        start = _LENGTH.size + self._length
        self._length += len(framed)
        if self._length <= MAX_BYTES:
            self._memory[start : start + len(framed)] = framed
        # After what it counts: half a frame is none.
        _LENGTH.pack_into(self._memory, 0, self._length)
        if self._length > MAX_BYTES:
            os._exit(1)

    # In the server

    def read(self) -> bytes:
        """All that was said; a ValueError if it is too much."""
        (length,) = _LENGTH.unpack_from(self._memory)
        if length > MAX_BYTES:
            raise ValueError("it sent too much")
        return self._memory[_LENGTH.size : _LENGTH.size + length]

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()
