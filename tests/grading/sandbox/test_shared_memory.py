"""What a child says is there whatever ends it, and is taken for what it may be: anything."""

import os
import sys

import pytest

from workbook.grading.sandbox.shared_memory import MAX_BYTES, SharedMemoryChannel
from workbook.worker.frames import MAX_FRAME, split

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")


def in_a_child(channel, act):
    """Have a child act; its exit code."""
    child = os.fork()
    if child == 0:
        try:
            channel.claim()
            act(channel)
        finally:
            os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_what_was_said_before_the_end_is_there():
    channel = SharedMemoryChannel()

    def act(channel):
        channel.send(b"a.py")
        channel.send(b"")
        channel.send(b"\0" * 1000)
        os._exit(3)

    assert in_a_child(channel, act) == 3
    assert list(split(channel.read())) == [b"a.py", b"", bytes(1000)]
    channel.close()


def test_more_than_it_may_say_is_an_error_and_the_end():
    channel = SharedMemoryChannel()

    def act(channel):
        for _ in range(MAX_BYTES // 2**20 + 2):
            channel.send(bytes(2**20))

    assert in_a_child(channel, act) == 1
    with pytest.raises(ValueError, match="too much"):
        channel.read()


def test_a_copy_of_the_child_says_nothing():
    channel = SharedMemoryChannel()

    def act(channel):
        copy = os.fork()
        if copy == 0:
            channel.send(b"mine")
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == 1
        channel.send(b"the child's")

    assert in_a_child(channel, act) == 7
    assert list(split(channel.read())) == [b"the child's"]


def test_it_holds_less_than_one_message_may():
    assert MAX_BYTES < MAX_FRAME
    assert sys.getsizeof(b"") < MAX_FRAME - MAX_BYTES
