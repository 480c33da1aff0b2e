"""A job arrives as it was sent, in memory that can be given back."""

import marshal
import mmap
import os
import threading

import pytest

from workbook import curriculum
from workbook.checks.worker.messages import JOBS, CaseJob
from workbook.grading.sandbox.messages import LIMITS, Limits
from workbook.grading.sandbox.reference_subset import compiled
from workbook.student.locations import solutions_folder
from workbook.worker.frames import frame

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="only the fork server reads them")


def sent(data):
    """What the server reads of a pipe that holds less than one job, until no more comes."""
    from workbook.grading.sandbox.fork_server import Server

    server = Server.__new__(Server)
    server._jobs, writing = os.pipe()

    def write():
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    found = []
    try:
        while (message := server._receive()) is not None:
            assert isinstance(message, mmap.mmap)
            found.append(message[:])
            message.close()
    finally:
        thread.join()
        os.close(server._jobs)
    return found


def test_a_job_with_references():
    name = "FullyConnectedNet.batchnorm"
    code = compiled(name, curriculum.load().plan(name).replaced, solutions_folder())
    job = CaseJob(exercise=name, impl="", seed=3, skip={"ä": "x"}, code=code)
    limits, rest = sent(frame(LIMITS.encode(Limits(2.5))) + frame(JOBS.encode(job)))
    assert LIMITS.decode(limits) == Limits(2.5)
    assert JOBS.decode(rest) == job
    references = marshal.loads(JOBS.decode(rest).code)
    assert set(references) == {"layers.py"}
    assert references["layers.py"].co_filename == "<reference>"


@pytest.mark.parametrize("length", [0, 3, 4, 9])
def test_a_sender_that_is_gone_is_noticed(length):
    assert sent(frame(LIMITS.encode(Limits(1.0)))[:length]) == []
