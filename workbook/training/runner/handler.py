"""The handler of experiments: runs one at a time, says how far it is, and can be stopped.

It starts with nothing of the notebook's state, on the exercises that it imports itself.
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
from typing import Any, TextIO

from workbook.training.result_codec import to_plain
from workbook.training.results import ProgressUpdate
from workbook.training.runner import messages
from workbook.training.runner.failure import from_exception
from workbook.worker.channel import Channel

__all__ = ["serve"]

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


class ExperimentWorker:
    """One process's loop."""

    def __init__(self, channel: Channel, folder: Path) -> None:
        self._channel = channel
        self._folder = folder
        self._printed = CapturedOutput()
        self._pending: list[ProgressUpdate] = []
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[messages.ExperimentJob] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._impl: Any = None

    def serve(self) -> None:
        """Run what is asked for, one after the other."""
        sys.stdout = sys.stderr = self._printed
        self._channel.listen(self._take)
        threading.Thread(target=self._keep_flushing, daemon=True).start()
        threading.Thread(target=_stay_alive, daemon=True).start()
        while True:
            job = self._jobs.get()
            answer = self._run(job)
            self._flush()
            self._channel.send(answer)
            if job.once:
                os._exit(0)

    def _take(self, message: bytes) -> None:
        """Take a request; called by the thread that reads them."""
        request = messages.REQUESTS.decode(message)
        if isinstance(request, messages.ExperimentJob):
            # Here and not where it is run: a stop may come right behind it.
            self._stop.clear()
            self._jobs.put(request)
        else:
            self._stop.set()

    def _run(self, job: messages.ExperimentJob) -> bytes:
        """Return the answer, encoded."""
        from workbook.student import load_implementation
        from workbook.training.runner.registry import EXPERIMENTS

        try:
            if self._impl is None:
                self._impl = load_implementation(self._folder)
            experiment = EXPERIMENTS[job.experiment]
            result = experiment(self._impl, self._report, self._stop, **job.settings.value())
            # A TypeError if the student's code returned what is not plain data.
            return messages.ANSWERS.encode(
                messages.ExperimentDone(messages.Plain.of(to_plain(result)), self._stop.is_set())
            )
        except BaseException as error:  # SystemExit of a student's sys.exit() too.
            return messages.ANSWERS.encode(
                messages.ExperimentFailed(from_exception(error, self._folder))
            )

    def _report(self, update: ProgressUpdate) -> None:
        """What an experiment calls."""
        with self._lock:
            self._pending.append(update)

    def _flush(self) -> None:
        """Say what has happened since the last time."""
        with self._lock:
            pending, self._pending = self._pending, []
            text = self._printed.take()
            if pending or text:
                updates = [
                    messages.Update(u.series, u.done, u.total, messages.Plain.of(u.values))
                    for u in pending
                ]
                self._channel.send(
                    messages.ANSWERS.encode(messages.ExperimentUpdates(updates, text))
                )

    def _keep_flushing(self) -> None:
        """Say it a few times a second, until nobody listens: the work of a thread."""
        with contextlib.suppress(OSError):
            while True:
                time.sleep(_SECONDS_BETWEEN_UPDATES)
                self._flush()


def _stay_alive() -> None:
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        while True:
            faulthandler.dump_traceback_later(_SECONDS_WITHOUT_PYTHON, exit=True, file=nowhere)
            time.sleep(_SECONDS_WITHOUT_PYTHON / 10)


def serve(channel: Channel, traces: TextIO, folder: str) -> None:
    """Serve the exercises in `folder` until the parent is gone."""
    # Overflow in a net that diverges is told by its loss.
    warnings.simplefilter("ignore", RuntimeWarning)
    ExperimentWorker(channel, Path(folder).resolve()).serve()
