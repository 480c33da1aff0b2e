"""A fork server inside the sandbox: NumPy and the cases, no student code and no reference.

For each job it forks a child, waits for its end, ends every process that it has left behind,
and passes on what it said, before the next one. Nothing that a child says can be taken for what
the server says.
"""

import contextlib
import ctypes
import faulthandler
import gc
import importlib
import inspect
import json
import linecache
import marshal
import mmap
import os
import select
import signal
import sys
import time
from pathlib import Path
from types import CodeType

import numpy

from workbook import curriculum, numerics
from workbook.checks.worker import blocked_imports
from workbook.course import cases_of
from workbook.grading.sandbox import seccomp
from workbook.grading.sandbox.child import Compiled, compile_exercises, limits, run_job
from workbook.grading.sandbox.messages import ENDED, LIMITS, Ended, Limits
from workbook.grading.sandbox.process_cleanup import (
    TRACE_SIGNAL,
    kill_remaining,
    open_trace,
    request_trace,
    wait_for_exit,
)
from workbook.grading.sandbox.shared_memory import SharedMemoryChannel
from workbook.grading.sandbox.temp_dirs import TempDirs
from workbook.worker import exceptions, frames
from workbook.worker.channel import private_descriptors
from workbook.worker.limits import limit
from workbook.worker.trace import TRACE_AT

# What is read of a child's traceback, and of what compiling came to, in bytes.
MAX_TRACE, MAX_CODE = 65536, 64 * 2**20
_DUMPABLE, _DEATH_SIGNAL = 4, 1  # PR_SET_DUMPABLE and PR_SET_PDEATHSIG of Linux.
# Objects between two looks of the garbage collector: a child is gone before it pays.
_GC_THRESHOLD = 20_000


class Server:
    """One job after another, each in a child of its own.

    Parameters
    ----------
    impl : Path
        The student's files.
    empty : Path
        Empty folders laid out as an implementation, for the references.
    temp_dir : Path
        Where a child may write, or (not `exclusive`) gets a folder to write to.
    memory : int
        Megabytes for a child.
    exclusive : bool
        Whether no process here is anybody else's: all of them may be ended, and all of the
        temporary folder is the child's.
    """

    def __init__(
        self, impl: Path, empty: Path, temp_dir: Path, memory: int, exclusive: bool
    ) -> None:
        self.impl = impl
        self.empty = empty
        self.memory = memory
        self.exclusive = exclusive
        self._compiled: Compiled = {}
        self._temp_dirs = TempDirs(temp_dir, exclusive)
        self._jobs, self._answers = private_descriptors()

    def serve(self) -> None:
        """Do jobs until no more come."""
        self._write(frames.READY)
        while (message := self._receive()) is not None and (job := self._receive()) is not None:
            limits = LIMITS.decode(message[:])
            message.close()
            self._run_job(job, limits)

    def _write(self, *messages: bytes) -> None:
        view = memoryview(b"".join(map(frames.frame, messages)))
        while view:
            view = view[os.write(self._answers, view) :]

    def _receive(self) -> mmap.mmap | None:
        """Return the next message, in memory that can be given back; None if no more come."""
        head = self._read(frames.HEAD.size)
        return None if head is None else self._read(frames.HEAD.unpack(head)[0])

    def _read(self, length: int) -> mmap.mmap | None:
        found = mmap.mmap(-1, max(length, 1))
        with memoryview(found) as view:
            at = 0
            while at < length:
                count = os.readv(self._jobs, [view[at:length]])
                if not count:
                    return None
                at += count
        return found

    def compile(self, seconds: float) -> None:
        """Compile the student's files once, in a child: the parser may not survive them."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.close(reading)
                limit(limits(self.memory))
                with os.fdopen(writing, "wb") as pipe:
                    pipe.write(compile_exercises(self.impl))
            finally:
                os._exit(0)
        os.close(writing)
        pieces: list[bytes] = []
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and sum(map(len, pieces)) < MAX_CODE:
            if not select.select([reading], [], [], left)[0]:
                break
            pieces.append(os.read(reading, 1 << 20))
            if not pieces[-1]:
                break
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        # Of what is missing here, each exercise's own child finds out why.
        with contextlib.suppress(EOFError, ValueError, TypeError):
            self._store_compiled(marshal.loads(b"".join(pieces)))

    def _store_compiled(self, compiled: dict[str, tuple[CodeType, list[str]]]) -> None:
        """Have the code and its lines at hand for every child."""
        for file, (code, lines) in compiled.items():
            path = self.impl / file
            self._compiled[file] = code
            about = path.stat()
            linecache.cache[str(path)] = (about.st_size, about.st_mtime, lines, str(path))
            exceptions.inside(str(path), str(self.impl))

    def _run_job(self, job: mmap.mmap, limits: Limits) -> None:
        trace = open_trace(self._temp_dirs.next())
        channel = SharedMemoryChannel()
        child = os.fork()
        if child == 0:
            try:
                self._run_child(job, trace, channel)
            finally:
                os._exit(1)
        job.close()
        code, trace_requested = self._wait_for_child(child, limits.seconds, trace)
        kill_remaining(child, exclusive=self.exclusive)
        self._temp_dirs.clear()
        output, nonsense = b"", ""
        try:
            output = channel.read()
        except ValueError as error:
            nonsense = str(error)
        channel.close()
        traceback = os.pread(trace, MAX_TRACE, 0).decode("utf-8", "replace")
        os.close(trace)
        self._write(ENDED.encode(Ended(code, trace_requested, nonsense, traceback)), output)

    def _run_child(self, job: mmap.mmap, trace: int, channel: SharedMemoryChannel) -> None:
        """Turn this fork into the child."""
        os.close(self._jobs)
        os.close(self._answers)
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        gc.set_threshold(_GC_THRESHOLD)
        limit(limits(self.memory))
        faulthandler.enable(trace)
        faulthandler.register(TRACE_SIGNAL, file=trace)
        # A copy that student code makes of itself ends at once, or when it has something to say.
        os.register_at_fork(after_in_child=lambda: os._exit(1))
        seccomp.refuse_kill()
        channel.claim()
        sent = job[:]
        job.close()
        run_job(sent, channel, self.impl, self.empty, self._compiled)

    def _wait_for_child(self, child: int, seconds: float, trace: int) -> tuple[int | None, bool]:
        """Wait for the child to end or time out.

        Return its exit code, None if its time is up, and whether it was asked for its trace.
        """
        deadline = time.monotonic() + seconds
        code = wait_for_exit(child, self._jobs, seconds * TRACE_AT)
        trace_requested = code is None
        if trace_requested:
            request_trace(child, trace)
            code = wait_for_exit(child, self._jobs, deadline - time.monotonic())
        if code is False:
            # Nobody sends a job before the answer: the other side is gone.
            os.kill(child, signal.SIGKILL)
            kill_remaining(child, exclusive=self.exclusive)
            os._exit(0)
        return code, trace_requested


def drop_privileges(user: int) -> None:
    """Become nobody for good."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def harden_process(*, sandboxed: bool, sockets: bool = False) -> None:
    """Let no process of the same user look into this one; end with its parent; filter its calls.

    Parameters
    ----------
    sandboxed : bool
        Whether to end rather than go on without a filter, where there is one for this machine.
    sockets : bool
        As for `seccomp.install`.
    """
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        prctl(_DUMPABLE, 0, 0, 0, 0)
        # Becoming another user has undone what bubblewrap had set.
        prctl(_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if not seccomp.install(sockets=sockets) and sandboxed and seccomp.is_known():
            raise SystemExit("the filter of system calls could not be set")


def add_site_builtins() -> None:
    """Give student code the names that Python starts with (`exit`, say), without its search."""
    import site

    site.setquit()
    site.setcopyright()
    site.sethelper()


def main() -> None:
    """Serve until no more jobs come.

    Its one argument is JSON: the `impl`, an `empty` one and `temp_dir` (folders), `memory` in
    megabytes, `seconds` for compiling, whether the sandbox is this server's `exclusive`, and the
    `user` to become (0 for none).
    """
    settings = json.loads(sys.argv[1])
    # The first process of a sandbox gets only those signals from inside that it handles.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if settings["user"]:
        drop_privileges(settings["user"])
    harden_process(sandboxed=settings["exclusive"])
    impl, empty, temp_dir = (
        Path(settings[name]).resolve() for name in ("impl", "empty", "temp_dir")
    )
    server = Server(impl, empty, temp_dir, settings["memory"], settings["exclusive"])
    add_site_builtins()
    blocked_imports.install()
    numpy.random.default_rng(0).normal(size=(2, 2)) @ numpy.ones((2, 2))
    # Given tools that exercises import, so that no child has to compile them.
    found = {inspect.getmodulename(name) for name in os.listdir(numerics.__path__[0])}
    for name in sorted(filter(None, found - {"__init__"})):
        with contextlib.suppress(Exception):
            importlib.import_module(f"workbook.numerics.{name}")
    for exercise in curriculum.load():
        cases_of(exercise.id)
    with contextlib.suppress(ImportError):
        importlib.import_module("resource")  # Children set their limits with it.
    server.compile(settings["seconds"])
    gc.freeze()
    gc.enable()
    server.serve()
