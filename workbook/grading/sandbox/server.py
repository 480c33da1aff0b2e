"""A fork server inside the sandbox: NumPy and the probes, no student code and no reference.

For each job it forks a child, hands on what the child sends, and ends the child and every
process that it has left behind before the next one. What the child writes can never be taken
for what the server says: its frames are checked for their kind.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import marshal
import os
import pkgutil
import select
import shutil
import signal
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import IO, Any

import numpy

from workbook import curriculum, numerics
from workbook.checks import probe as probes
from workbook.checks.child import judging, libraries
from workbook.checks.child.__main__ import RECORD, Output
from workbook.checks.record import encode
from workbook.grading.sandbox.task import compile_room, files_of, limit, perform
from workbook.workspace import sections
from workbook.workspace.rooms import load_room

SERVER = b"S"
# What one child may send, in bytes, and what is read of its traceback.
MOST = 48 * 2**20
TRACE = 65536
_HEAD = struct.Struct("<I")
_DUMPABLE, _DEATH_SIGNAL = 4, 1  # PR_SET_DUMPABLE and PR_SET_PDEATHSIG of Linux.


class Frames:
    """Cuts what a child sends into frames; raises ValueError for what is none."""

    def __init__(self) -> None:
        self._rest = b""
        self._total = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._total += len(data)
        if self._total > MOST:
            raise ValueError("it sent too much")
        self._rest += data
        while len(self._rest) >= _HEAD.size + 1:
            (length,) = _HEAD.unpack_from(self._rest)
            if length > MOST or self._rest[4:5] not in (b"E", b"R"):
                raise ValueError("it sent what is no result")
            if len(self._rest) < length + 5:
                return
            yield self._rest[: length + 5]
            self._rest = self._rest[length + 5 :]


class Server:
    """One job after another, each in a child of its own.

    Parameters
    ----------
    empty : Path
        Empty folders laid out as a room, for the references.
    memory : int
        Megabytes for a child.
    alone : bool
        Whether no process here is anybody else's: all of them may be ended, and all of the
        temporary folder is the child's.
    """

    def __init__(self, empty: Path, memory: int, alone: bool) -> None:
        self.empty = empty
        self.memory = memory
        self.alone = alone
        # Nothing that student code prints can come between: these are ours, and not inherited.
        self._jobs, self._answers = os.dup(0), os.dup(1)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for handle in (0, 1, 2):
            os.dup2(nowhere, handle)
        self._read = b""
        self._compiled: dict[str, CodeType] | None = None

    def serve(self) -> None:
        while (job := self._next()) is not None:
            self._run(job)

    def _next(self) -> dict[str, Any] | None:
        while b"\n" not in self._read:
            data = os.read(self._jobs, 1 << 20)
            if not data:
                return None
            self._read += data
        line, _, self._read = self._read.partition(b"\n")
        job: dict[str, Any] = json.loads(line)
        return job

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._answers, view) :]

    def _compile(self, job: dict[str, Any]) -> dict[str, CodeType]:
        """Compile the student's files once, in a child: the parser may not survive them."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                limit(float(job["limit"]), self.memory)
                with os.fdopen(writing, "wb") as pipe:
                    pipe.write(compile_room(Path(job["room"])))
            finally:
                os._exit(0)
        os.close(writing)
        data, deadline = b"", time.monotonic() + float(job["limit"])
        while (left := deadline - time.monotonic()) > 0 and len(data) < MOST:
            if not select.select([reading], [], [], left)[0]:
                break
            more = os.read(reading, 1 << 20)
            if not more:
                break
            data += more
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        try:
            found: dict[str, CodeType] = marshal.loads(data)
        except (EOFError, ValueError, TypeError):
            return {}  # Each exercise's own child then finds out why.
        return found

    def _run(self, job: dict[str, Any]) -> None:
        if self._compiled is None:
            self._compiled = self._compile(job)
        home = Path(tempfile.gettempdir())
        if not self.alone:
            home = Path(tempfile.mkdtemp(prefix="workbook-one-"))
        trace = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives the child
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                self._become(job, home, trace.fileno(), writing)
            finally:
                os._exit(1)
        os.close(writing)
        event = self._follow(child, reading, float(job["limit"]), bool(job.get("stack")))
        os.close(reading)
        self._sweep(child, home)
        trace.seek(0)
        said = trace.read(TRACE).decode("utf-8", "replace")
        trace.close()
        payload = json.dumps({"event": "ended", "trace": said, **event}).encode("ascii")
        self._write(_HEAD.pack(len(payload)) + SERVER + payload)

    def _become(self, job: dict[str, Any], home: Path, trace: int, writing: int) -> None:
        """Turn this fork into the child."""
        import faulthandler

        os.close(self._jobs)
        os.close(self._answers)
        os.setsid()
        os.chdir(home)
        os.environ["TMPDIR"] = tempfile.tempdir = str(home)
        limit(float(job["limit"]), self.memory)
        faulthandler.enable(trace)

        def arm() -> None:
            # No thread is left for it where student code has taken them all.
            with contextlib.suppress(RuntimeError):
                faulthandler.dump_traceback_later(float(job["limit"]) * 0.9, file=trace)

        arm()
        # A copy that student code makes of itself ends at once, or when it has something to say.
        os.register_at_fork(after_in_child=lambda: os._exit(1))
        output = _Own(os.fdopen(writing, "wb"))
        perform(job, output, self.empty, self._compiled or {}, arm)

    def _follow(self, child: int, reading: int, seconds: float, stack: bool) -> dict[str, Any]:
        """Hand on what the child sends until it ends, or must be ended."""
        frames = Frames()
        deadline = time.monotonic() + seconds
        ended = _Ended(child)
        # Its end shows at once; where a system cannot tell, it is asked for.
        try:
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    return {"timeout": True}
                ready, _, _ = select.select([reading, self._jobs], [], [], min(left, ended.wait))
                if self._jobs in ready:
                    # Nobody sends a job before the answer: the other side is gone.
                    os.kill(child, signal.SIGKILL)
                    self._sweep(child, None)
                    os._exit(0)
                if reading in ready:
                    data = os.read(reading, 1 << 18)
                    found: list[bytes] = []
                    try:
                        found.extend(frames.feed(data))
                    finally:
                        self._write(b"".join(found))
                    if stack and any(f[4:].startswith(b'E{"event": "stack"') for f in found):
                        # Once: the second run has the whole time again.
                        stack, deadline = False, time.monotonic() + seconds
                    if data:
                        continue
                    ended.closed = True
                if ended.code() is not None:
                    # What it wrote before its end is still in the pipe.
                    while select.select([reading], [], [], 0)[0]:
                        data = os.read(reading, 1 << 18)
                        if not data:
                            break
                        for frame in frames.feed(data):
                            self._write(frame)
                    return {"code": ended.code()}
                if ended.closed:
                    time.sleep(0.002)
        except ValueError as error:
            return {"nonsense": str(error)}

    def _sweep(self, child: int, home: Path | None) -> None:
        """End everything that the child has left, and empty its folder."""
        if self.alone:
            # Every process of this sandbox but its first and this one; new ones as they come.
            for _ in range(1000):
                try:
                    os.kill(-1, signal.SIGKILL)
                except ProcessLookupError:
                    break
                with contextlib.suppress(ChildProcessError):
                    while os.waitpid(-1, os.WNOHANG)[0]:
                        pass
                time.sleep(0.001)
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)
        if home is not None and self.alone:
            for path in home.iterdir():
                _remove(path)
        elif home is not None:
            _remove(home)


class _Own(Output):
    """Says nothing for a copy of the process that it was made in."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self._process = os.getpid()

    def send(self, kind: bytes, payload: bytes) -> None:
        if os.getpid() != self._process:
            os._exit(1)
        self._stream.write(_HEAD.pack(len(payload)) + kind + payload)
        # An event always follows a record, before any more of the student's code is run.
        if kind != RECORD:
            self._stream.flush()


class _Ended:
    """Whether a child has ended, asked without waiting and without taking its number away."""

    def __init__(self, child: int) -> None:
        self._child = child
        self._code: int | None = None
        self.closed = False
        self.wait = 0.02

    def code(self) -> int | None:
        if self._code is None:
            found = os.waitid(os.P_PID, self._child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if found is not None:
                killed = found.si_code in (os.CLD_KILLED, os.CLD_DUMPED)
                self._code = -found.si_status if killed else found.si_status
        return self._code


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        for folder, _, _ in os.walk(path):
            with contextlib.suppress(OSError):
                os.chmod(folder, 0o700)
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def rehearse(empty: Path) -> None:
    """Do with the stubs what children will do, so that what is done once is done here."""
    files = {file: sections.pristine_source(file) for file in curriculum.load().files()}
    compiled = {
        file: compile(text, str(empty / file), "exec", dont_inherit=True)
        for file, text in files.items()
    }
    for exercise in curriculum.load():
        files_of(exercise.id)
    first = next(iter(curriculum.load()))
    with load_room(empty, sources=compiled) as room, load_room(empty, sources=compiled) as other:
        for record in judging.run_exercise(first.id, room, seed=0, folder=empty, reference=other):
            encode(record)


def drop(user: int) -> None:
    """Become nobody for good."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def keep_to_itself() -> None:
    """Let no process of the same user look into this one or write to it; end with its parent."""
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        prctl(_DUMPABLE, 0, 0, 0, 0)
        # Becoming another user has undone what bubblewrap had set.
        prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def main() -> None:
    """Serve until no more jobs come.

    Arguments: the folder for references, megabytes, whether the sandbox is this server's
    alone, and the user to become (0 for none).
    """
    empty, memory, alone, user = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    if user:
        drop(user)
    keep_to_itself()
    server = Server(empty, memory, alone == "alone")
    libraries.install()
    numpy.random.default_rng(0).normal(size=(2, 2)) @ numpy.ones((2, 2))
    # Given tools that exercises import, so that no child has to compile them.
    for module in pkgutil.iter_modules(numerics.__path__, "workbook.numerics."):
        with contextlib.suppress(Exception):
            importlib.import_module(module.name)
    for exercise in curriculum.load():
        probes.for_exercise(exercise.id)
    rehearse(empty)
    with contextlib.suppress(ImportError):
        importlib.import_module("resource")  # Children set their limits with it.
    gc.collect()
    gc.freeze()
    server.serve()


if __name__ == "__main__":
    main()
