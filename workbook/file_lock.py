"""A lock between processes, which the system gives back when its holder ends, however it ends."""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["locked"]


@contextlib.contextmanager
def locked(path: Path, on_wait: Callable[[], object]) -> Iterator[None]:
    """Hold the lock that the file `path` stands for.

    Parameters
    ----------
    path : Path
        Made if need be; nothing is written to it.
    on_wait : callable
        Called once if another holds the lock; what it raises is raised, and otherwise this waits.
    """
    # SQLite's lock is the one in the standard library that is the same on every system.
    with contextlib.closing(sqlite3.connect(path, timeout=0)) as lock:
        waiting = False
        while not lock.in_transaction:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
                    break  # A network folder without locks: better a race than no work at all.
                if not waiting:
                    waiting = True
                    on_wait()
                time.sleep(0.2)
        yield
