"""A job arrives as it was sent, and memory that held it can be given back."""

import os
import threading

import pytest

from workbook.grading.sandbox import job_codec
from workbook.grading.sandbox.reference_subset import compiled
from workbook.student.locations import solutions_folder

pytestmark = pytest.mark.skipif(not hasattr(os, "readv"), reason="only the fork server reads them")


def sent(data):
    """The two parts of a job, read from a pipe that holds less than one job."""
    reading, writing = os.pipe()

    def write():
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        head = job_codec.read(reading, job_codec.HEAD.size)
        if head is None:
            return None, None
        seconds, integrated, length = job_codec.HEAD.unpack(head)
        return (seconds, integrated), job_codec.read(reading, length)
    finally:
        thread.join()
        os.close(reading)


def test_a_job_with_references():
    job = {
        "exercise": "FullyConnectedNet.batchnorm",
        "seed": 3,
        "integrated": True,
        "skip": {"ä": "x"},
    }
    code = compiled("FullyConnectedNet.batchnorm", solutions_folder())
    head, rest = sent(job_codec.pack(job, code, 2.5))
    assert head == (2.5, True)
    found, references = job_codec.unpack(rest[:])
    assert found == job
    assert set(references) == {"layers.py"}
    assert references["layers.py"].co_filename == "<reference>"
    rest.close()


def test_a_job_without_references():
    head, rest = sent(job_codec.pack({"exercise": "relu_forward"}, b"", 1.0))
    assert head == (1.0, False)
    assert job_codec.unpack(rest[:]) == ({"exercise": "relu_forward"}, {})


@pytest.mark.parametrize("length", [0, 5, job_codec.HEAD.size + 3])
def test_a_sender_that_is_gone_is_noticed(length):
    _, rest = sent(job_codec.pack({"exercise": "relu_forward"}, b"", 1.0)[:length])
    assert rest is None
