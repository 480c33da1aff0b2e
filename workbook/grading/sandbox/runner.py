"""Runners for one submission, with the interface of `CaseRunner` and a child per exercise."""

import json
import os
import shutil
import site
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workbook import curriculum
from workbook.checks.case_runner import THREADS, CaseRun, CaseRunner
from workbook.checks.worker.protocol import HEAD, READY
from workbook.grading.sandbox import bubblewrap, job_codec, package_subset
from workbook.grading.sandbox.reference_subset import compiled, references
from workbook.grading.sandbox.shared_memory import frames
from workbook.records import WireError

__all__ = ["ForkRunner", "SpawnRunner", "environment", "make_runner"]

_STUDENT, _PARTS, _EMPTY = "/student", "/workbook-parts", "/workbook-empty"
_TMP_SIZE = 64 * 2**20
# What is imported stays: looking for garbage in it costs a tenth of the start.
_SERVE = "import gc; gc.disable(); from workbook.grading.sandbox.fork_server import main; main()"
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
    installed = [Path(np.__file__).parents[1], *map(Path, site.getsitepackages())]
    return os.pathsep.join([parts, *dict.fromkeys(str(one) for one in installed)])


class ForkRunner(CaseRunner):
    """A fork server, in a bubblewrap sandbox or (`sandbox="none"`) without one.

    Parameters
    ----------
    folder : Path
        The student's files.
    sandbox : str
        `bwrap` or `none`.
    timeout, memory : float, int
        As for `Runner`.
    """

    def __init__(
        self, folder: Path, *, sandbox: str, timeout: float = 30.0, memory: int = 2048
    ) -> None:
        super().__init__(timeout=timeout, memory=memory)
        self.folder = folder
        self._path_prefixes = _path_prefixes(folder)
        self.sandbox = sandbox
        self.grace = GRACE
        self._finished = False
        self._last_trace = ""
        # The run that was integrated, which came along with the last one.
        self._second_runs: dict[tuple[str, str], CaseRun] = {}
        self._second = CaseRun()
        self._current: CaseRun | None = None

    def _start_command(self) -> tuple[list[str], dict[str, str]]:
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
        if not sandboxed:
            env = environment(_import_path(str(parts)))
            home = tempfile.gettempdir()
            return arguments, env | {"HOME": home, "TMPDIR": home, "PATH": os.defpath}
        line = bubblewrap.command(
            arguments,
            binds={parts: _PARTS, empty: _EMPTY, self.folder: _STUDENT},
            environment=environment(_import_path(_PARTS)),
            tmp_size=_TMP_SIZE,
            hidden=bubblewrap.hidden_folders(),
            first=True,
        )
        return line, {"PATH": os.defpath}

    def _message(self, job: Mapping[str, Any], limit: float) -> bytes:
        self._finished, self._last_trace = False, ""
        self.grace = GRACE + (limit if job.get("integrated") else 0.0)
        reference = job.get("reference")
        code = compiled(job["exercise"], Path(reference)) if reference else b""
        sent = {key: value for key, value in job.items() if key not in ("impl", "reference")}
        return job_codec.pack(sent, code, limit)

    def run(self, job: Mapping[str, Any], *, timeout: float | None = None) -> CaseRun:
        """Do one job; an integrated run that came along is kept for the next call."""
        key = (str(job["exercise"]), json.dumps(job.get("skip", {}), sort_keys=True))
        known = self._second_runs.pop(key, None)
        if known is not None and not job.get("reference"):
            return known
        self._second, self._current = CaseRun(), None
        run = super().run(job, timeout=timeout)
        if self._current is not None and run.outcome:
            # The sandbox itself ended, during the integrated run.
            self._second.outcome, self._second.detail = run.outcome, run.detail
            run.outcome = run.detail = ""
        if job.get("integrated") and not run.importing and run.outcome != "infra":
            integrated = self._second
            if self._current is None:
                # It did not come to that: what ended the first would have ended this too.
                integrated = CaseRun(run.outcome, file=run.file, line=run.line, detail=run.detail)
            self._second_runs = {key: integrated}
        return run

    def _handle_frame(self, frame: bytes, run: CaseRun, exercise: str) -> bool:
        """Take all that came of one job: how its child ended, and what that said before."""
        if frame == READY:
            return super()._handle_frame(frame, run, exercise)
        (length,) = HEAD.unpack_from(frame, 1)
        start = 1 + HEAD.size
        ended = json.loads(frame[start : start + length])
        self._last_trace = str(ended["trace"])
        try:
            for one in frames(frame[start + length :]):
                self._finished = (
                    super()._handle_frame(one, self._current or run, exercise) or self._finished
                )
        except (
            WireError,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
        ) as error:
            # The rest of what it sent is not worth reading.
            now = self._current or run
            now.outcome, now.detail = "crashed", f"it answered nonsense: {error}"
            return True
        self._handle_child_exit(ended, self._current or run)
        return True

    def _handle_event(self, event: dict[str, Any], run: CaseRun) -> bool:
        if event["event"] == "integrated":
            self._current = self._second
            return False
        if event["event"] == "impl":
            run.importing = ""
            self.impl = _merged(self.impl, _without_paths(event, self._path_prefixes))
            return False
        return super()._handle_event(event, run)

    def _handle_child_exit(self, event: dict[str, Any], run: CaseRun) -> None:
        """Take in how the child ended; what it said itself cannot make a failure a success."""
        if event.get("timeout"):
            run.outcome = "timeout"
        elif event.get("nonsense"):
            run.outcome, run.detail = "crashed", str(event["nonsense"])
        elif not self._finished:
            code = int(event["code"])
            run.outcome = self._signal_outcome(code) or "crashed"
            run.detail = f"the process ended with code {code}"
        if run is self._second and run.outcome:
            self._locate_error(run, self.folder)

    def _traceback_text(self) -> str:
        return self._last_trace.replace(_STUDENT + "/", f"{self.folder}{os.sep}")

    def _stop_if_unusable(self, run: CaseRun) -> None:
        """The child is gone already, with all that it held."""


def _path_prefixes(folder: Path) -> tuple[str, ...]:
    """How paths into a folder begin, where it lies and as the sandbox shows it."""
    whole = folder.resolve()
    # As paths are shown where they are written with the other slash, too.
    found = (f"{_STUDENT}/", f"{whole}{os.sep}", f"{folder}{os.sep}", f"{whole.as_posix()}/")
    return tuple(dict.fromkeys(found))


def _without_paths(impl: Any, prefixes: tuple[str, ...]) -> Any:
    """What opening the implementation showed, without where it lies."""
    if isinstance(impl, dict):
        return {key: _without_paths(inner, prefixes) for key, inner in impl.items()}
    if isinstance(impl, list):
        return [_without_paths(inner, prefixes) for inner in impl]
    if isinstance(impl, str):
        for place in prefixes:
            impl = impl.replace(place, "")
    return impl


def _merged(known: dict[str, Any] | None, event: dict[str, Any]) -> dict[str, Any]:
    """What is known of the student's files after one more child, which opened some of them."""
    files = set(event["files"])
    known = known or {"problems": {}, "mended": {}, "absent": []}
    exercises = {e.id for e in curriculum.load() if e.file in files}
    found: dict[str, Any] = {
        part: {f: v for f, v in known[part].items() if f not in files} | event[part]
        for part in ("problems", "mended")
    }
    found["absent"] = [name for name in known["absent"] if name not in exercises] + event["absent"]
    return found


class SpawnRunner(CaseRunner):
    """A fresh process for each exercise, where a process cannot be forked.

    Parameters as for `ForkRunner`.
    """

    def __init__(self, folder: Path, *, timeout: float = 30.0, memory: int = 2048) -> None:
        super().__init__(timeout=timeout, memory=memory)
        self.folder = folder

    def run(self, job: Mapping[str, Any], *, timeout: float | None = None) -> CaseRun:
        """Do one job in a process of its own; as `Runner.run`."""
        sent = dict(job)
        try:
            with tempfile.TemporaryDirectory(
                prefix="workbook-refs-", ignore_cleanup_errors=True
            ) as name:
                if job.get("reference"):
                    sent["reference"] = name
                    shutil.copytree(package_subset.empty_layout(), name, dirs_exist_ok=True)
                    cut = references(job["exercise"], Path(job["reference"]))
                    for file, text in cut.items():
                        (Path(name) / file).write_text(text, encoding="utf-8")
                return super().run(sent, timeout=timeout)
        finally:
            impl = self.impl
            self.kill()
            self.impl = _without_paths(impl, _path_prefixes(self.folder))


def make_runner(folder: Path, *, sandbox: str, timeout: float, memory: int) -> CaseRunner:
    """The runner for this system; `sandbox` is `bwrap` or `none`."""
    # Apple's libraries do not survive a fork.
    if sys.platform in ("win32", "darwin") or not hasattr(os, "fork"):
        return SpawnRunner(folder, timeout=timeout, memory=memory)
    return ForkRunner(folder, sandbox=sandbox, timeout=timeout, memory=memory)
