"""Messages of experiments: plain data as it was, and nothing else."""

import numpy as np
import pytest

from workbook.training.runner.failure import Failure
from workbook.training.runner.messages import (
    ANSWERS,
    REQUESTS,
    ExperimentDone,
    ExperimentFailed,
    ExperimentJob,
    ExperimentUpdates,
    Plain,
    StopExperiment,
    Update,
)
from workbook.worker.codec import CodecError

ARRAY = np.arange(6.0).reshape(2, 3)
VALUES = [
    {"a": [1, (2.5, None)], "b": ARRAY, "c": ARRAY[0], "d": np.float32(2)},
    {"text": "练习\n", "nan": float("inf"), 3: {7: [()]}},
    [],
]


@pytest.mark.parametrize("value", VALUES, ids=["arrays", "texts", "nothing"])
def test_plain_data_come_back_as_they_were(value):
    sent = ExperimentJob("descend", Plain.of(value), True)
    found = REQUESTS.decode(REQUESTS.encode(sent))
    assert (found.experiment, found.once) == ("descend", True)
    got = found.settings.value()
    np.testing.assert_equal(got, value)
    assert type(got) is type(value)
    if "d" in value:
        assert type(got["d"]) is np.float32 and type(got["a"][1]) is tuple


def test_each_message_comes_back_as_its_own_kind():
    update = Update("sgd", 1, 4, Plain.of({"loss": 0.5}))
    for answer in (
        ExperimentUpdates([update], "printed"),
        ExperimentDone(Plain.of(None), False),
        ExperimentFailed(Failure("KeyError", "'a'", "optim.py", 3, "x", "sgd", True)),
    ):
        assert ANSWERS.decode(ANSWERS.encode(answer)) == answer
    assert REQUESTS.decode(REQUESTS.encode(StopExperiment())) == StopExperiment()


def test_what_is_no_plain_data_is_refused():
    with pytest.raises(TypeError, match="only plain data"):
        Plain.of({"a": np.array([object()])})
    for document in ({"$array": "7"}, {"$float": "one"}, {"$items": [[1]]}, {"$tuple": 3}):
        with pytest.raises(CodecError):
            Plain(document, {}).value()
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(CodecError):
        Plain(deep, {}).value()


@pytest.mark.parametrize("data", [b"", b"\xff" * 100, b"\x01\0\0\0\x80"])
def test_garbage_is_refused(data):
    for codec in (ANSWERS, REQUESTS):
        with pytest.raises(CodecError):
            codec.decode(data)
