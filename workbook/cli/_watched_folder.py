"""What `workbook watch` does between a saved file and a printed line."""

import queue
import threading
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from workbook import curriculum
from workbook.checks.warm_checker import WarmChecker
from workbook.student import changed_exercises, source_blocks

if TYPE_CHECKING:
    from workbook.checks.results import Report

__all__ = ["WatchedChecks", "WatchedFiles", "dependants"]

# A check that takes longer than this is not waited for when the file was saved again.
_MAX_WAIT = 1.0


def dependants(ids: list[str]) -> list[str]:
    """Other exercises that run the code of some, and the other halves of their pairs."""
    known = curriculum.load()
    mine = set(ids)
    pairs = {known[name].pair for name in ids}
    return [
        e.id
        for e in known
        if e.id not in mine and (e.pair in pairs or mine & set(known.plan(e.id).requirements))
    ]


class WatchedFiles:
    """The exercise files of a folder as they were last seen.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen = {file: self._read(file) for file in curriculum.load().files()}

    def _read(self, file: str) -> tuple[bytes, str | None] | None:
        path = self.folder / file
        try:
            return path.read_bytes(), source_blocks.read_source(path)
        except OSError:
            return None

    def changed(self) -> dict[str, list[str]]:
        """Files that hold something else than at the last call, and what that touches."""
        found: dict[str, list[str]] = {}
        for file, before in self._seen.items():
            now = self._read(file)
            if now is None and before is not None:
                # Some editors put a new file in the place of the old one.
                time.sleep(0.1)
                now = self._read(file)
            if (now and now[0]) == (before and before[0]):
                continue
            self._seen[file] = now
            touched = changed_exercises.touched(file, before and before[1], now and now[1])
            if now is None or before is None or (now[1] is None and before[1] is None):
                touched = [e.id for e in curriculum.load().in_file(file)]
            found[file] = touched
        return found


class WatchedChecks:
    """Judges exercises one after another in a thread, and can be called off.

    Parameters
    ----------
    folder : Path
    events : queue
        Gets `("report", (id, report or error, turn))` for each; see `turn`.

    Attributes
    ----------
    turn : int
        Counts the calls of `check_first`: a result of an earlier turn may be of files as they were.
    """

    def __init__(self, folder: Path, events: "queue.Queue[tuple[str, object]]") -> None:
        self.folder = folder
        self._events = events
        self._waiting: deque[str] = deque()
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._running: tuple[str, float] | None = None
        self.turn = 0
        self._checker = WarmChecker(folder)
        self._round = 0
        self._start_thread()

    def _start_thread(self) -> None:
        self._round += 1
        threading.Thread(
            target=self._run_checks,
            args=(self._checker, self._round),
            daemon=True,
            name="workbook-judge",
        ).start()

    def _run_checks(self, checker: WarmChecker, number: int) -> None:
        while True:
            self._wake.wait()
            with self._lock:
                if number != self._round:
                    return
                if not self._waiting:
                    self._wake.clear()
                    continue
                name = self._waiting.popleft()
                self._running = name, time.monotonic()
                turn = self.turn
            result: Report | Exception
            try:
                result = checker.report(name)
            except Exception as error:
                result = error
            with self._lock:
                if number != self._round:
                    return  # Called off: whatever came of it is out of date.
                self._running = None
            self._events.put(("report", (name, result, turn)))

    @property
    def idle(self) -> bool:
        """Whether nothing is being judged, and nothing waits."""
        with self._lock:
            return self._running is None and not self._waiting

    def check_first(self, ids: list[str]) -> None:
        """Judge these next, and once more what is being judged if it is among them."""
        with self._lock:
            rest = [name for name in self._waiting if name not in ids]
            self._waiting = deque([*ids, *rest])
            self.turn += 1
            running = self._running
        if running is not None and time.monotonic() - running[1] > _MAX_WAIT:
            # It may never end. What it was at comes last, unless it was just saved.
            self._abandon()
            if running[0] not in ids:
                self.check_later([running[0]])
        self._wake.set()

    def check_later(self, ids: list[str]) -> None:
        """Judge these when nothing else waits."""
        with self._lock:
            self._waiting.extend(name for name in ids if name not in self._waiting)
        self._wake.set()

    def _abandon(self) -> None:
        with self._lock:
            old, self._checker = self._checker, WarmChecker(self.folder)
            self._running = None
            self._start_thread()
        old.close()

    def close(self) -> None:
        """End the thread and its processes."""
        with self._lock:
            self._round += 1
            self._waiting.clear()
        self._wake.set()
        self._checker.close()
