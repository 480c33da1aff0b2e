"""What one child does: open the student's folder, run the cases of one exercise, and no more."""

import linecache
import marshal
import os
from collections.abc import Mapping
from pathlib import Path
from types import CodeType

from workbook import curriculum
from workbook.checks.worker import messages, open_implementation, run_cases, source_check
from workbook.checks.worker.import_watch import watched_imports
from workbook.grading.sandbox import given_layers
from workbook.grading.sandbox.shared_memory import SharedMemoryChannel
from workbook.student.implementation import load_implementation

__all__ = ["Compiled", "compile_exercises", "limits", "run_job"]

Compiled = dict[str, CodeType]


def limits(memory: int) -> dict[str, int]:
    """Return the limits of a child: see `worker.limits`.

    None on processor time: its end could not be told from a kill that comes from outside. The
    server, and who waits for the server, measure time by the clock.
    """
    return {
        "AS": memory * 2**20,
        "FSIZE": 32 * 2**20,
        "NOFILE": 128,
        "NPROC": 64,
    }


def run_job(
    sent: bytes,
    channel: SharedMemoryChannel,
    folder: Path,
    empty: Path,
    compiled: Mapping[str, CodeType],
) -> None:
    """Do one job and say what came of it; never returns.

    Parameters
    ----------
    sent : bytes
        A `CaseJob`.
    channel : SharedMemoryChannel
    folder : Path
        The student's files; resolved.
    empty : Path
        Empty folders laid out as an implementation; resolved.
    compiled : mapping of str to code
        The student's files that compile.
    """

    def say(event: messages.CheckEvent) -> None:
        channel.send(messages.EVENTS.encode(event))

    try:
        job = messages.JOBS.decode(sent)
        assert isinstance(job, messages.CaseJob)
        plan = curriculum.load().plan(job.exercise)
        if job.layers:
            given_layers.install(job.layers)
        reference = None
        if job.code:
            code = marshal.loads(job.code)
            reference = load_implementation(empty, sources=code, files=code, resolved=True)
        with watched_imports(lambda file: say(messages.Importing(file))):
            impl, opened = open_implementation.open_implementation(
                folder, job.skip, compiled, plan.files, resolved=True
            )
        say(opened)
        for record in run_cases.run_exercise(
            job.exercise,
            impl,
            seed=job.seed,
            folder=folder,
            reference=reference,
            replaced=job.replaced,
            only=job.only,
            on_case=lambda case: say(messages.CaseStarted(case)),
        ):
            say(messages.CaseRecord(record))
        say(messages.JobDone())
    except Exception as error:
        say(messages.JobFailed(type(error).__name__, str(error)[:500]))
    finally:
        # Not through `exit`: what student code has registered there is not run.
        os._exit(0)


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
