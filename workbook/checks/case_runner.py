"""Starts, feeds, watches and kills the process that runs student code."""

import contextlib
import json
import os
import queue
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.checks.worker.protocol import CASE, IMPORTING, READY, RECORD, TRACE_AT

# Records hold arrays. NumPy is imported with the first of them, while the child does the same.
if TYPE_CHECKING:
    from workbook.records import Record

__all__ = ["THREADS", "CaseRun", "CaseRunner"]

_MAX_FRAMES = 2000
_MAX_BYTES = 1024 * 2**20
# Seconds that a child may take to start, beyond those of a job: NumPy is read from a slow disk.
START_TIMEOUT = 60.0
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_TRACE_LINE = re.compile(r'^\s*File "(.+)", line (\d+) in (.+)$')


@dataclass
class CaseRun:
    """What came of one job.

    Attributes
    ----------
    outcome : str
        Empty if it ran to its end; else `timeout`, `crashed`, `memory` or `infra`.
    records : list of Record
        Of the cases that ran to their end.
    case : str
        The case during which it ended; empty if that was before the first.
    importing : str
        The student's file that was being imported when it ended; else empty.
    catalogue : list of dict
        The misconceptions, if they were asked for: `id, message, row, correct`.
    measured : dict
        What a network of the bug hunt did, if that was asked for.
    file, line : str, int
        Where the student's code was when it ended, if known.
    detail : str
        Why, for a log.
    """

    outcome: str = ""
    records: "list[Record]" = field(default_factory=list)
    case: str = ""
    importing: str = ""
    catalogue: list[dict[str, Any]] = field(default_factory=list)
    measured: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    line: int = 0
    detail: str = ""
    seconds: float = 0.0


class CaseRunner:
    """One child process; it is started when it is needed and replaced when it dies.

    Parameters
    ----------
    timeout : float
        Seconds for one job.
    memory : int
        Megabytes of address space for the child (POSIX only); 0 for no limit.
    """

    def __init__(self, *, timeout: float = 30.0, memory: int = 4096) -> None:
        self.timeout = timeout
        self.memory = memory
        self.impl: dict[str, Any] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._frames: queue.Queue[bytes | None] = queue.Queue()
        self._ready = False
        # What an answer may come late by; for runners that keep the limit on the other side.
        self.grace = 0.0
        # From when on the child looks where it is, which running code may not survive.
        self._trace_at = 0.0
        self._temp_dir = tempfile.TemporaryDirectory(prefix="workbook-", ignore_cleanup_errors=True)

    def __enter__(self) -> "CaseRunner":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _trace(self) -> Path:
        return Path(self._temp_dir.name) / "trace.txt"

    def start(self) -> None:
        """Start the child now, so that it is ready when the first job comes."""
        if self._process is not None and self._process.poll() is None:
            return
        command, environment = self._start_command()
        cwd = Path(self._temp_dir.name) / "work"
        cwd.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=cwd,
            env=environment,
            start_new_session=True,
        )
        self.impl = None
        self._frames, self._ready = queue.Queue(), False
        threading.Thread(
            target=_cut_frames,
            args=(self._process, self._frames),
            daemon=True,
            name="workbook-reader",
        ).start()

    def _start_command(self) -> tuple[list[str], dict[str, str]]:
        """The child's command line and its environment."""
        environment = dict(os.environ)
        # One thread: the same sums in the same order, and no fight for cores.
        environment |= {name: "1" for name in THREADS}
        environment["PYTHONHASHSEED"] = "0"
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
        root = str(Path(__file__).resolve().parents[2])
        environment["PYTHONPATH"] = os.pathsep.join(
            [root, *filter(None, [environment.get("PYTHONPATH")])]
        )
        module = [sys.executable, "-P", "-X", "utf8", "-m", "workbook.checks.worker"]
        return [*module, str(self.memory), str(self._trace)], environment

    def _message(self, job: Mapping[str, Any], limit: float) -> bytes:
        """What the child is sent for a job."""
        return (json.dumps({**job, "trace_after": max(0.1, limit * TRACE_AT)}) + "\n").encode(
            "ascii"
        )

    def run(self, job: Mapping[str, Any], *, timeout: float | None = None) -> CaseRun:
        """Do one job; never raises because of what student code did.

        Parameters
        ----------
        job : mapping
            `exercise`, `seed`, `impl` (a folder); optionally `reference` (a folder of solutions
            that stand in for requirements), `only` (case names), `skip` (files not to import),
            `trusted`, `misconception` and `catalogue` (for our own solutions), `hunt` (a network
            and code to plant in it).
        """
        limit = self.timeout if timeout is None else timeout
        run = CaseRun()
        began = time.monotonic()
        if self._has_stray_output():
            self.kill()  # It must not count here.
        try:
            self.start()
            assert self._process is not None and self._process.stdin is not None
            self._process.stdin.write(self._message(job, limit))
            self._process.stdin.flush()
        except OSError as error:
            self.kill()
            run.outcome, run.detail = "infra", f"the child could not be started: {error}"
            return run
        self._read_frames(run, limit, str(job["exercise"]))
        if run.outcome:
            self._locate_error(run, Path(str(job["impl"])))
        self._stop_if_unusable(run)
        run.seconds = time.monotonic() - began
        return run

    def _has_stray_output(self) -> bool:
        """Whether something was sent that nobody asked for."""
        if not self._ready and not self._frames.empty():
            self._ready = self._frames.get_nowait() == READY
            return not self._ready
        return not self._frames.empty()

    def _stop_if_unusable(self, run: CaseRun) -> None:
        """Have the next job find a child as good as new."""
        if run.outcome or any(r.raised and r.raised.type == "MemoryError" for r in run.records):
            # What student code still holds there must not cost the next exercise its memory.
            self.kill()

    def _read_frames(self, run: CaseRun, limit: float, exercise: str) -> None:
        deadline = self._new_deadline(limit)
        starting = not self._ready
        for _ in range(_MAX_FRAMES):
            if starting and self._ready:
                deadline, starting = self._new_deadline(limit), False
            try:
                frame = self._frames.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                run.outcome = "timeout"
                break
            if frame is None:
                run.outcome = "crashed"
                break
            try:
                if self._handle_frame(frame, run, exercise):
                    return
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                run.outcome, run.detail = "crashed", f"it answered nonsense: {error}"
                break
        else:
            run.outcome, run.detail = "crashed", "it answered without end"
        self._handle_exit(run)

    def _new_deadline(self, limit: float) -> float:
        """Until when an answer is waited for; the time of a job begins when the child is ready."""
        now = time.monotonic()
        self._trace_at = now + limit * TRACE_AT
        return now + limit + (self.grace if self._ready else START_TIMEOUT)

    def _handle_frame(self, frame: bytes, run: CaseRun, exercise: str) -> bool:
        """Take one frame; True if it was the last of its job."""
        if not self._ready and frame == READY:
            self._ready = True
            return False
        from workbook.records import WireError, decode

        kind, payload = frame[:1], frame[1:]
        if kind == RECORD:
            record = decode(payload)
            if record.exercise != exercise or record.case != run.case:
                raise WireError(f"a record of {record.exercise}/{record.case}")
            run.records.append(record)
        elif kind == CASE:
            run.case = payload.decode("utf-8")
        elif kind == IMPORTING:
            run.importing = payload.decode("utf-8")
        else:
            return self._handle_event(json.loads(payload), run)
        return False

    def _handle_event(self, event: dict[str, Any], run: CaseRun) -> bool:
        """Take what has happened; True if it was the last of its job."""
        what = event["event"]
        if what == "impl":
            run.importing = ""
            self.impl = event
        elif what == "catalogue":
            run.catalogue = list(event["misconceptions"])
        elif what == "measured":
            run.measured = dict(event["measured"])
        elif what == "failed":
            # Memory that student code still holds can fail our own lines.
            run.outcome = "memory" if event["type"] == "MemoryError" else "infra"
            run.detail = f"{event['type']}: {event['message']}"
            return True
        return bool(what == "done")

    def _handle_exit(self, run: CaseRun) -> None:
        process = self._process
        if not self._ready and run.outcome == "timeout":
            run.outcome, run.detail = "infra", "the process did not start in time"
        if process is not None and run.outcome == "crashed":
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)
            code = process.returncode
            run.detail = run.detail or f"the process ended with code {code}"
            if not self._ready:
                run.outcome = "infra"  # No student code has run.
            elif code is not None:
                run.outcome = self._signal_outcome(code) or run.outcome
        self.kill()

    def _signal_outcome(self, code: int) -> str:
        """What a signal that ended the child means, if it is not its own doing."""
        if code == -getattr(signal, "SIGKILL", 9):
            return "memory"  # Nobody here killed it: the system ran out of memory.
        if code == -signal.SIGSEGV and time.monotonic() >= self._trace_at:
            return "timeout"
        return ""

    def _locate_error(self, run: CaseRun, folder: Path) -> None:
        with contextlib.suppress(OSError):
            # The innermost line comes first, and the student's thread may not be the only one.
            for line in self._traceback_text().splitlines():
                found = _TRACE_LINE.match(line)
                if found and Path(found[1]).is_relative_to(folder):
                    run.file = Path(found[1]).relative_to(folder).as_posix()
                    run.line = int(found[2])
                    return

    def _traceback_text(self) -> str:
        """Where the child was when it ended, as faulthandler writes it."""
        return self._trace.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End the child and everything that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError, ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)

    def close(self) -> None:
        """End the child and remove its folder."""
        self.kill()
        self._temp_dir.cleanup()


def _cut_frames(process: subprocess.Popen[bytes], frames: "queue.Queue[bytes | None]") -> None:
    """Cut the child's output into frames; a thread, because Windows cannot wait on pipes."""
    stream = process.stdout
    assert stream is not None
    total = 0
    with contextlib.suppress(OSError, ValueError):
        while len(head := stream.read(4)) == 4:
            from workbook.records import MAX_FRAME

            (length,) = struct.unpack("<I", head)
            total += length
            if length > MAX_FRAME or total > _MAX_BYTES:
                break
            frame = stream.read(length + 1)
            if len(frame) < length + 1:
                break
            frames.put(frame)
    frames.put(None)
    # Closed here and not by whoever kills the child: closing a stream waits for its reader.
    with contextlib.suppress(OSError):
        stream.close()
