"""The child process: reads requests from its standard input, answers on its standard output.

It starts with nothing of the notebook's state, runs one experiment at a time on the
exercises that it imports itself, and ends when its parent does, whatever the student's code is
doing: a thread of its own notices that the pipe is closed.
"""

import contextlib
import faulthandler
import io
import os
import queue
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any, BinaryIO

from workbook.training.result_codec import to_plain
from workbook.training.results import ProgressUpdate
from workbook.training.runner.failure import describe
from workbook.training.runner.protocol import MessageSender, receive

__all__ = ["main"]

_SECONDS_BETWEEN_UPDATES = 0.1
_MOST_PRINTED = 20_000
# A call that never gives Python's lock back would keep the thread from noticing the parent's
# end; a timer outside of Python ends the process if it was not renewed for so long.
_SECONDS_WITHOUT_PYTHON = 120.0


class CapturedOutput(io.TextIOBase):
    """Takes what the student's code prints; a flood is cut off and costs no memory."""

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._characters_left = _MOST_PRINTED
        self._lock = threading.Lock()

    def writable(self) -> bool:
        """True: it is a stream to print to."""
        return True

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        if self._characters_left > 0:
            with self._lock:
                self._kept.append(text[: self._characters_left])
                self._characters_left -= len(text)
                if self._characters_left <= 0:
                    self._kept.append("\n[more was printed]\n")
        return len(text)

    def take(self) -> str:
        """What was printed since the last call."""
        with self._lock:
            text = "".join(self._kept)
            self._kept.clear()
            return text


class UpdateQueue:
    """Gathers updates and sends them a few times a second."""

    def __init__(self, sender: MessageSender, printed: CapturedOutput) -> None:
        self._sender = sender
        self._printed = printed
        self._pending: list[ProgressUpdate] = []
        self._lock = threading.Lock()

    def add(self, update: ProgressUpdate) -> None:
        """What an experiment calls."""
        with self._lock:
            self._pending.append(update)

    def flush(self) -> None:
        """Send what is there."""
        with self._lock:
            pending, self._pending = self._pending, []
            text = self._printed.take()
            if pending or text:
                updates = [[u.series, u.done, u.total, u.values] for u in pending]
                self._sender.send({"event": "updates", "updates": updates, "printed": text})

    def keep_flushing(self) -> None:
        """The work of a thread, until nobody listens."""
        with contextlib.suppress(OSError):
            while True:
                time.sleep(_SECONDS_BETWEEN_UPDATES)
                self.flush()


class ExperimentWorker:
    """One process's loop."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO, folder: Path) -> None:
        self._requests = requests
        self._sender = MessageSender(answers)
        self._printed = CapturedOutput()
        self._reports = UpdateQueue(self._sender, self._printed)
        self._folder = folder
        self._waiting: queue.Queue[dict[str, Any]] = queue.Queue()
        self._stop = threading.Event()
        self._impl: Any = None

    def listen(self) -> None:
        """The work of a thread: take requests, and end the process when there can be no more."""
        try:
            while True:
                message = receive(self._requests)
                if message["do"] == "stop":
                    self._stop.set()
                else:
                    # Here and not where it is run: a stop may come right behind it.
                    self._stop.clear()
                    self._waiting.put(message)
        finally:
            os._exit(0)

    def serve(self) -> None:
        """Run what is asked for, one after the other."""
        sys.stdout = sys.stderr = self._printed
        threading.Thread(target=self.listen, daemon=True).start()
        threading.Thread(target=self._reports.keep_flushing, daemon=True).start()
        threading.Thread(target=_stay_alive, daemon=True).start()
        while True:
            request = self._waiting.get()
            answer = self._run(request)
            self._reports.flush()
            try:
                self._sender.send(answer)
            except TypeError as error:  # The student's code returned what is not plain data.
                self._sender.send(_failed(error, self._folder))
            if request["once"]:
                os._exit(0)

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        from workbook.student import load_implementation
        from workbook.training.runner.registry import EXPERIMENTS

        try:
            if self._impl is None:
                self._impl = load_implementation(self._folder)
            experiment = EXPERIMENTS[request["experiment"]]
            result = experiment(self._impl, self._reports.add, self._stop, **request["settings"])
            return {
                "event": "done",
                "result": to_plain(result),
                "asked_to_stop": self._stop.is_set(),
            }
        except BaseException as error:  # SystemExit of a student's sys.exit() too.
            return _failed(error, self._folder)


def _failed(error: BaseException, folder: Path) -> dict[str, Any]:
    return {"event": "failed", "failure": describe(error, folder).to_dict()}


def _stay_alive() -> None:
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        while True:
            faulthandler.dump_traceback_later(_SECONDS_WITHOUT_PYTHON, exit=True, file=nowhere)
            time.sleep(_SECONDS_WITHOUT_PYTHON / 10)


def main(folder: str) -> None:
    """Serve the exercises in `folder` until the parent closes the pipe."""
    # Keep the two pipes to ourselves: what the student's code or a process that it starts
    # reads and prints must not get in between.
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    # Overflow in a net that diverges is told by its loss.
    warnings.simplefilter("ignore", RuntimeWarning)
    ExperimentWorker(requests, answers, Path(folder).resolve()).serve()
