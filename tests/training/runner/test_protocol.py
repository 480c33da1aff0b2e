"""Messages through a pipe."""

import io

import numpy as np
import pytest

from workbook.training.runner.protocol import MessageSender, receive


def test_messages_come_back_in_order():
    pipe = io.BytesIO()
    sender = MessageSender(pipe)
    array = np.arange(6.0).reshape(2, 3)
    messages = [{"a": [1, (2.5, None)], "b": array, "c": array[0]}, {"text": "练习\n"}, []]
    for message in messages:
        sender.send(message)
    pipe.seek(0)
    for message in messages:
        np.testing.assert_equal(receive(pipe), message)
    with pytest.raises(EOFError):
        receive(pipe)


def test_a_cut_message_is_the_end():
    pipe = io.BytesIO()
    MessageSender(pipe).send({"a": np.zeros(100)})
    with pytest.raises(EOFError):
        receive(io.BytesIO(pipe.getvalue()[:-1]))


def test_garbage_is_refused():
    with pytest.raises(ValueError, match="no message"):
        receive(io.BytesIO(b"\xff" * 100))


def test_a_pickle_is_refused():
    pipe = io.BytesIO()
    with pytest.raises(TypeError, match="only plain data"):
        MessageSender(pipe).send({"a": np.array([object()])})
    assert pipe.getvalue() == b""
