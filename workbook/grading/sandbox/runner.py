"""Where a submission's cases run: a fork server in a sandbox, or plain processes."""

import json
import os
import shutil
import signal
import site
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, closing
from pathlib import Path

import msgspec
import numpy as np

from workbook import curriculum
from workbook.checks.case_runner import CaseRunner, SpawnTransport, Transport
from workbook.checks.launcher import checks_launcher
from workbook.checks.worker.messages import (
    EVENTS,
    JOBS,
    CaseJob,
    CaseRecord,
    CheckEvent,
    CheckJob,
    JobDone,
    JobFailed,
)
from workbook.grading.sandbox import bubblewrap, cgroup, given_layers, package_subset, seccomp
from workbook.grading.sandbox.messages import ENDED, LIMITS, Limits
from workbook.grading.sandbox.reference_subset import compiled, references
from workbook.worker import frames
from workbook.worker.client import JobStopped, Worker, meaning
from workbook.worker.launch import THREADS
from workbook.worker.process import Command

__all__ = [
    "CutReferences",
    "ForkTransport",
    "SandboxLauncher",
    "can_fork",
    "environment",
    "make_runner",
]

_STUDENT, _PARTS, _EMPTY = "/student", "/workbook-parts", "/workbook-empty"
_TMP_SIZE = 64 * 2**20
# For the server, its memory in common with a child and the files of a child.
_BESIDE_CHILD = 256 * 2**20
_PROCESSES = 96
# What is imported stays: looking for garbage in it costs a tenth of the start.
_SERVE = "import gc; gc.disable(); from workbook.grading.sandbox.fork_server import main; main()"
_MAX_TEXT = 64 * 2**10
# What a late answer is waited for beyond the limit that the server inside keeps.
GRACE = 10.0


def environment(parts: str) -> dict[str, str]:
    """All that student code finds in its environment."""
    found = {name: "1" for name in THREADS}
    found |= {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1"}
    found |= {"PYTHONPATH": parts, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return found | {"HOME": bubblewrap.private_folder(), "TMPDIR": bubblewrap.private_folder()}


def _import_path(parts: str) -> str:
    """Where the server and student code import from: the copies, and what is installed."""
    packages = (np.__file__, msgspec.__file__)
    installed = [*(Path(file).parents[1] for file in packages), *map(Path, site.getsitepackages())]
    return os.pathsep.join([parts, *dict.fromkeys(str(one) for one in installed)])


class SandboxLauncher:
    """Starts a fork server, in a bubblewrap sandbox or (`sandbox="none"`) without one.

    Parameters
    ----------
    folder : Path
        The student's files.
    sandbox : str
        `bwrap` or `none`.
    timeout, memory : float, int
        As for `make_runner`.
    """

    def __init__(self, folder: Path, *, sandbox: str, timeout: float, memory: int) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.timeout, self.memory = timeout, memory
        self._temp_dir = tempfile.TemporaryDirectory(prefix="workbook-", ignore_cleanup_errors=True)
        self._group = ExitStack()
        self.group: cgroup.Group | None = None
        """What holds the sandbox that was started last, where a budget can be set."""

    def command(self) -> Command:
        """Return what to start."""
        sandboxed = self.sandbox == "bwrap"
        parts, empty = package_subset.for_judge(), package_subset.empty_layout()
        settings = {
            "impl": _STUDENT if sandboxed else str(self.folder),
            "empty": _EMPTY if sandboxed else str(empty),
            "temp_dir": bubblewrap.private_folder() if sandboxed else self._temp_dir.name,
            "memory": self.memory,
            "seconds": self.timeout,
            "exclusive": sandboxed,
            "user": bubblewrap.sandbox_user() if sandboxed else 0,
        }
        # Without a look for what is installed: the folders are known.
        arguments = [sys.executable, "-P", "-S", "-X", "utf8", "-c", _SERVE, json.dumps(settings)]
        here = Path(self._temp_dir.name)
        self._group.close()
        budget = cgroup.Budget(self.memory * 2**20 + _BESIDE_CHILD, _PROCESSES, cores=1.0)
        self.group = self._group.enter_context(cgroup.group(budget))
        if not sandboxed:
            env = environment(_import_path(str(parts)))
            home = tempfile.gettempdir()
            env |= {"HOME": home, "TMPDIR": home, "PATH": os.defpath}
            return Command(cgroup.enter(arguments, self.group), env, here)
        line = bubblewrap.command(
            arguments,
            binds={parts: _PARTS, empty: _EMPTY, self.folder: _STUDENT},
            environment=environment(_import_path(_PARTS)),
            tmp_size=_TMP_SIZE,
            hidden=bubblewrap.hidden_folders(),
            first=True,
        )
        return Command(cgroup.enter(line, self.group), {"PATH": os.defpath}, here)

    def close(self) -> None:
        """Remove the temporary directory and what the sandbox was held by."""
        self._group.close()
        self._temp_dir.cleanup()


class ForkTransport:
    """A fork server that does each job in a child of its own.

    Parameters
    ----------
    worker : Worker
        Of a `SandboxLauncher`; closed with this.
    """

    def __init__(self, worker: Worker[SandboxLauncher]) -> None:
        self._worker = worker
        self._folder = worker.launcher.folder
        self._trace = ""
        self.start, self.close = worker.start, worker.close

    def run(self, job: CheckJob) -> Generator[CheckEvent]:
        """Do one job: what its child said, then how it ended."""
        assert isinstance(job, CaseJob)
        self._trace = ""
        code = b""
        if job.replaced:
            code = compiled(job.exercise, job.replaced, Path(job.reference))
        refused = curriculum.FAST_LAYERS in curriculum.load()[job.exercise].refuses
        layers = b"" if refused else given_layers.compiled()
        sent = msgspec.structs.replace(job, impl="", reference="", code=code, layers=layers)
        messages = LIMITS.encode(Limits(job.seconds)), JOBS.encode(sent)
        # The limit is kept by the server inside.
        try:
            with closing(self._worker.ask(*messages, seconds=job.seconds, late=GRACE)) as answer:
                ended, said = ENDED.decode(next(answer)), next(answer)
        except JobStopped as stopped:
            # Nothing inside a sandbox can end its first process.
            if self._worker.launcher.sandbox == "bwrap" and stopped.outcome != "timeout":
                raise self._killed(f"the sandbox is gone: {stopped.detail}") from stopped
            raise
        self._trace = ended.trace.replace(_STUDENT + "/", f"{self._folder}{os.sep}")
        finished = False
        for message in frames.split(said):
            event = EVENTS.decode(message)
            # Text is kept for every exercise of a file; a record holds arrays and bounds its own.
            if len(message) > _MAX_TEXT and not isinstance(event, CaseRecord):
                raise JobStopped("crashed", "it sent too much text")
            yield event
            finished = finished or isinstance(event, JobDone | JobFailed)
        # What it said itself cannot make a failure a success.
        if ended.code is None:
            raise JobStopped("timeout")
        if ended.nonsense:
            raise JobStopped("crashed", ended.nonsense)
        if not finished:
            why = f"the process ended with code {ended.code}"
            # Where there is no filter of calls, student code may have sent that itself.
            if ended.code == -signal.SIGKILL and seccomp.is_known():
                raise self._killed(why)
            raise JobStopped(meaning(ended.code, ended.trace_requested), why)

    def _killed(self, why: str) -> JobStopped:
        """Return what a kill comes to that neither we nor student code sent.

        It is the submission's own doing if its own budget was used up. If the machine or a group
        around the sandbox had no memory left, or somebody ended a process, there is no verdict.
        """
        group = self._worker.launcher.group
        if group is not None and group.overran():
            return JobStopped("memory", f"the sandbox used up its memory; {why}")
        return JobStopped("infra", f"it was ended from outside, perhaps for want of memory; {why}")

    def trace(self) -> str:
        """Return where the child was when it ended, as faulthandler writes it."""
        return self._trace

    def recycle(self, failed: bool) -> None:
        """The child is gone already, with all that it held."""


class CutReferences:
    """A plain process for each job, which finds no more of the solutions than it needs.

    Parameters
    ----------
    transport : SpawnTransport
        Closed with this.
    """

    def __init__(self, transport: SpawnTransport) -> None:
        self._transport = transport
        self.start, self.trace, self.close = transport.start, transport.trace, transport.close

    def run(self, job: CheckJob) -> Generator[CheckEvent]:
        """Do one job."""
        with tempfile.TemporaryDirectory(
            prefix="workbook-refs-", ignore_cleanup_errors=True
        ) as name:
            if isinstance(job, CaseJob) and job.replaced:
                shutil.copytree(package_subset.empty_layout(), name, dirs_exist_ok=True)
                for file, text in references(
                    job.exercise, job.replaced, Path(job.reference)
                ).items():
                    (Path(name) / file).write_text(text, encoding="utf-8")
                job = msgspec.structs.replace(job, reference=name)
            yield from self._transport.run(job)

    def recycle(self, failed: bool) -> None:
        """End the process, whatever came of its job."""
        self._transport.recycle(failed=True)


def can_fork() -> bool:
    """Return whether a process can be forked here; Apple's libraries do not survive it."""
    return hasattr(os, "fork") and sys.platform != "darwin"


def make_runner(
    folder: Path, *, sandbox: str, timeout: float = 30.0, memory: int = 2048
) -> CaseRunner:
    """Return what runs the cases of one submission on this system.

    Parameters
    ----------
    folder : Path
        The student's files.
    sandbox : str
        `bwrap` or `none`.
    timeout : float
        Seconds for one exercise.
    memory : int
        Megabytes of address space.
    """
    transport: Transport
    if can_fork():
        launcher = SandboxLauncher(folder, sandbox=sandbox, timeout=timeout, memory=memory)
        transport = ForkTransport(Worker(launcher))
    else:
        transport = CutReferences(SpawnTransport(Worker(checks_launcher(memory))))
    return CaseRunner(
        transport, timeout=timeout, path_prefixes=_path_prefixes(folder), believed=False
    )


def _path_prefixes(folder: Path) -> tuple[str, ...]:
    """How paths into a folder begin, where it lies and as the sandbox shows it."""
    whole = folder.resolve()
    # As paths are shown where they are written with the other slash, too.
    found = (f"{_STUDENT}/", f"{whole}{os.sep}", f"{folder}{os.sep}", f"{whole.as_posix()}/")
    return tuple(dict.fromkeys(found))
