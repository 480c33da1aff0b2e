"""The worker's side: messages in and out that student code cannot mix with what it prints."""

import os
import threading
from collections.abc import Callable
from typing import BinaryIO

from workbook.worker import frames

__all__ = ["Channel", "private_descriptors"]


def private_descriptors() -> tuple[int, int]:
    """Take standard input and output for this process's own use and leave nothing behind them.

    A flood of prints, even one written past Python, goes nowhere.
    """
    mine = os.dup(0), os.dup(1)
    for descriptor in mine:
        os.set_inheritable(descriptor, False)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return mine


class Channel:
    """Messages to and from the parent.

    Parameters
    ----------
    incoming, outgoing : BinaryIO
    """

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._lock = threading.Lock()

    def send(self, message: bytes) -> None:
        """Send one message; several threads may do so."""
        with self._lock:
            self._outgoing.write(frames.frame(message))
            self._outgoing.flush()

    def listen(self, on_message: Callable[[bytes], object]) -> None:
        """Have a thread pass on each message, and end this process when no more can come."""
        threading.Thread(target=self._listen, args=(on_message,), daemon=True).start()

    def _listen(self, on_message: Callable[[bytes], object]) -> None:
        try:
            while (message := frames.read(self._incoming, 2**32)) is not None:
                on_message(message)
        finally:
            os._exit(0)  # Whatever student code is doing.
