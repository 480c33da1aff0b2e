"""The end of a child, and what it leaves behind."""

import faulthandler
import os
import signal
import time

import pytest

from workbook.grading.sandbox import process_cleanup

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is forked here")


@pytest.fixture
def guard():
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)
    os.close(writing)


@pytest.fixture(params=["told", "asked"])
def way(request, monkeypatch):
    """As Linux tells of a child's end, and as others have to be asked."""
    if request.param == "asked":
        monkeypatch.delattr(os, "pidfd_open", raising=False)
    elif not hasattr(os, "pidfd_open"):
        pytest.skip("this system cannot tell")


def child(act):
    made = os.fork()
    if made == 0:
        try:
            act()
        finally:
            os._exit(9)
    return made


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: os._exit(5), 5),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), -9),
        (lambda: time.sleep(0.05), 9),
    ],
    ids=["exit", "signal", "later"],
)
def test_its_code(way, guard, act, code):
    made = child(act)
    assert process_cleanup.wait_for_exit(made, guard[0], 30.0) == code
    assert os.waitpid(made, os.WNOHANG)[0] == made, "its number was given away too early"


def test_time_that_is_over(way, guard):
    made = child(lambda: time.sleep(60))
    assert process_cleanup.wait_for_exit(made, guard[0], 0.05) is None
    process_cleanup.kill_remaining(made, exclusive=False)
    with pytest.raises(ChildProcessError):
        os.waitpid(made, 0)


def test_a_guard_that_speaks(way, guard):
    made = child(lambda: time.sleep(60))
    os.write(guard[1], b"!")
    assert process_cleanup.wait_for_exit(made, guard[0], 30.0) is False
    os.kill(made, signal.SIGKILL)
    os.waitpid(made, 0)


def test_a_session_ends_as_a_whole():
    reading, writing = os.pipe()

    def act():
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os.write(writing, b".")

    made = child(act)
    os.close(writing)
    assert os.read(reading, 1) == b"."
    process_cleanup.kill_remaining(made, exclusive=False)
    # Every process that had the other end is gone.
    assert os.read(reading, 1) == b""
    os.close(reading)


@pytest.mark.parametrize("wanted", ["asked", "forbidden"])
def test_a_child_says_where_it_is(tmp_path, wanted):
    trace = process_cleanup.open_trace(tmp_path)
    reading, writing = os.pipe()

    def act():
        if wanted == "forbidden":
            signal.signal(process_cleanup.TRACE_SIGNAL, signal.SIG_DFL)
        else:
            faulthandler.register(process_cleanup.TRACE_SIGNAL, file=trace)
        os.write(writing, b".")
        time.sleep(60)

    made = child(act)
    assert os.read(reading, 1) == b"."
    os.pwrite(trace, b"older" * 9999, 0)
    process_cleanup.request_trace(made, trace)
    deadline = time.monotonic() + 20
    while wanted != "forbidden" and b", line " not in os.pread(trace, 9999, 0):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert os.waitpid(made, os.WNOHANG) == (0, 0), "the question ended it"
    process_cleanup.kill_remaining(made, exclusive=False)
    said = os.pread(trace, 9999, 0).decode()
    assert "older" not in said
    assert (__file__ in said) == (wanted != "forbidden")
    assert list(tmp_path.iterdir()) == []
    for handle in (trace, reading, writing):
        os.close(handle)
