"""Single keys from a terminal, on every system; nothing where there is no terminal."""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator

__all__ = ["can_read_keys", "key_presses"]

_POLL_SECONDS = 0.1


def can_read_keys() -> bool:
    """Whether somebody can press keys that reach this process."""
    try:
        if not sys.stdin.isatty():
            return False
        if sys.platform == "win32":
            return True
        # In the background, touching the terminal would stop the process.
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False


@contextlib.contextmanager
def key_presses(on_key: Callable[[str], object]) -> Iterator[bool]:
    """Call `on_key` with each key, from a thread, as long as the context lasts.

    Yields
    ------
    bool
        Whether keys can be read at all. The terminal is as before when the context ends.
    """
    if not can_read_keys():
        yield False
        return
    stop = threading.Event()
    with _single_keys():
        reader = threading.Thread(target=_read, args=(on_key, stop), daemon=True)
        reader.start()
        try:
            yield True
        finally:
            stop.set()
            reader.join(5 * _POLL_SECONDS)


if sys.platform == "win32":
    import msvcrt

    @contextlib.contextmanager
    def _single_keys() -> Iterator[None]:
        yield

    def _read(on_key: Callable[[str], object], stop: threading.Event) -> None:
        while not stop.wait(_POLL_SECONDS / 2):
            while msvcrt.kbhit():
                key = msvcrt.getwch()
                if key in "\x00\xe0":
                    msvcrt.getwch()  # An arrow or function key comes as two.
                    continue
                on_key(key)

else:
    import select
    import termios
    import tty

    @contextlib.contextmanager
    def _single_keys() -> Iterator[None]:
        handle = sys.stdin.fileno()
        before = termios.tcgetattr(handle)
        try:
            # Not raw: Ctrl-C goes on to stop the process, and a line still begins at the left.
            tty.setcbreak(handle)
            yield
        finally:
            termios.tcsetattr(handle, termios.TCSADRAIN, before)

    def _read(on_key: Callable[[str], object], stop: threading.Event) -> None:
        handle = sys.stdin.fileno()
        while not stop.is_set():
            try:
                ready, _, _ = select.select([handle], [], [], _POLL_SECONDS)
                data = os.read(handle, 64) if ready else None
            except (OSError, ValueError):
                return
            if data == b"":
                return  # The terminal is gone.
            if data and not data.startswith(b"\x1b"):  # Arrow keys are none of ours.
                for key in data.decode("utf-8", "ignore"):
                    on_key(key)
