"""What one child does: open the student's folder, run the cases of one exercise, and no more."""

import linecache
import marshal
import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from workbook import curriculum
from workbook.checks.worker import open_implementation, run_cases, source_check
from workbook.checks.worker.import_watch import watched_imports
from workbook.checks.worker.protocol import RECORD, MessageSink
from workbook.records import encode
from workbook.student.implementation import Implementation, load_implementation

__all__ = ["Compiled", "compile_exercises", "files_of", "run_job", "set_limits"]

Compiled = dict[str, CodeType]

# Bytes of one file, and how many files may be open.
FILE_SIZE = 32 * 2**20
OPEN_FILES = 128
PROCESSES = 64


def set_limits(seconds: float, memory: int) -> None:
    """Bound this process and whatever it starts; what the system does not know is left out."""
    if sys.platform == "win32":
        return
    import resource

    # Twice the time that is waited for: this ends what the waiting side should miss.
    cpu = int(seconds * 2) + 5
    for name, value in (
        ("RLIMIT_AS", memory * 2**20),
        ("RLIMIT_CPU", cpu),
        ("RLIMIT_FSIZE", FILE_SIZE),
        ("RLIMIT_NOFILE", OPEN_FILES),
        ("RLIMIT_NPROC", PROCESSES),
        ("RLIMIT_CORE", 0),
    ):
        number = getattr(resource, name, None)
        if number is None or (value == 0 and name == "RLIMIT_AS"):
            continue
        try:
            resource.setrlimit(number, (value, value))
        except (ValueError, OSError):  # macOS refuses some.
            continue


def run_job(
    job: Mapping[str, Any],
    references: Mapping[str, CodeType],
    output: MessageSink,
    folder: Path,
    empty: Path,
    compiled: Mapping[str, CodeType],
    on_restart: Callable[[], None],
) -> None:
    """Do one job and say what came of it; never returns.

    Parameters
    ----------
    job : mapping
        As `checks.runner.Runner.run` takes it.
    references : mapping of str to code
        By file: what stands in for the requirements.
    output : Output
    folder : Path
        The student's files; resolved.
    empty : Path
        Empty folders laid out as an implementation; resolved.
    compiled : mapping of str to code
        The student's files that compile.
    on_restart : callable
        Called when the time limit starts anew.
    """
    try:
        reference = None
        if references:
            reference = load_implementation(
                empty, sources=references, files=references, resolved=True
            )
        with watched_imports(output.importing):
            wanted = files_of(job["exercise"])
            skip = job.get("skip", {})
            opened = open_implementation.open_implementation(
                folder, skip, compiled, wanted, resolved=True
            )
        output.event(
            "impl",
            problems=opened.problems,
            mended=opened.mended,
            absent=opened.absent,
            files=opened.files,
        )
        _run_cases(job, output, opened.impl, folder, reference)
        if reference is not None and job.get("integrated"):
            on_restart()
            output.event("integrated")
            _run_cases(job, output, opened.impl, folder, None)
        output.event("done")
    except Exception as error:
        output.event("failed", type=type(error).__name__, message=str(error)[:500])
    finally:
        # Not through `exit`: what student code has registered there is not run.
        os._exit(0)


@cache
def files_of(exercise_id: str) -> frozenset[str]:
    """The files that hold an exercise and what it requires."""
    known = curriculum.load()
    names = (*curriculum.own(exercise_id), *curriculum.closure(exercise_id))
    return frozenset(known[name].file for name in (*names, *curriculum.replaced(exercise_id)))


def _run_cases(
    job: Mapping[str, Any],
    output: MessageSink,
    impl: Implementation,
    folder: Path,
    reference: Implementation | None,
) -> None:
    for record in run_cases.run_exercise(
        job["exercise"],
        impl,
        seed=job["seed"],
        folder=folder,
        reference=reference,
        only=job.get("only"),
        on_case=output.case,
    ):
        output.send(RECORD, encode(record))


def compile_exercises(folder: Path) -> bytes:
    """Code and lines of the files that compile as they are, marshalled; nothing of them is run."""
    found = {}
    for file in curriculum.load().files():
        path = folder / file
        try:
            source = path.read_bytes()
            # An absolute import would have to be turned to the implementation's own name.
            absolute = b"workbook.exercises" in source or b"workbook import" in source
            if not absolute and not source_check.not_python_reason(file, source):
                code = compile(source, str(path), "exec", dont_inherit=True)
                found[file] = (code, linecache.getlines(str(path)))
        except Exception:  # Opening the implementation says what is wrong with it.
            continue
    return marshal.dumps(found)
