"""What a child says is there whatever ends it, and is taken for what it may be: anything."""

import os
import sys

import pytest

from workbook.checks.worker.protocol import HEAD
from workbook.grading.sandbox.shared_memory import MAX_BYTES, SharedMemorySink, frames

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
    channel = SharedMemorySink()

    def act(channel):
        channel.importing("a.py")
        channel.case("one")
        channel.event("done")
        channel.send(b"R", b"\0" * 1000)
        os._exit(3)

    assert in_a_child(channel, act) == 3
    data = [b"Ia.py", b"Pone", b'E{"event": "done"}', b"R" + bytes(1000)]
    assert list(frames(channel.read())) == data
    assert channel.restarted() == 0.0
    channel.close()


def test_more_than_it_may_say_is_an_error_and_the_end():
    channel = SharedMemorySink()

    def act(channel):
        for _ in range(MAX_BYTES // 2**20 + 2):
            channel.send(b"R", bytes(2**20))

    assert in_a_child(channel, act) == 1
    with pytest.raises(ValueError, match="too much"):
        channel.read()


def test_a_copy_of_the_child_says_nothing():
    channel = SharedMemorySink()

    def act(channel):
        copy = os.fork()
        if copy == 0:
            channel.send(b"R", b"mine")
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == 1
        channel.send(b"E", b"the child's")

    assert in_a_child(channel, act) == 7
    assert list(frames(channel.read())) == [b"Ethe child's"]


def test_the_clock_starts_again_by_the_childs_account():
    channel = SharedMemorySink()
    in_a_child(channel, lambda channel: channel.restart())
    assert channel.restarted() > 0
    assert channel.read() == b""


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 40,
        HEAD.pack(3) + b"Sabc",
        HEAD.pack(4) + b"Eabc",
        HEAD.pack(3) + b"Eabc" + b"\1",
        HEAD.pack(0),
        b"E",
    ],
)
def test_what_is_no_frame_is_refused(data):
    with pytest.raises(ValueError, match="no result"):
        list(frames(data))


def test_it_holds_less_than_one_message_may():
    from workbook.records import MAX_FRAME

    assert MAX_BYTES < MAX_FRAME
    assert sys.getsizeof(b"") < MAX_FRAME - MAX_BYTES
