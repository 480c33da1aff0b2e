"""Messages come back as they were; anything else ends in one line, with little memory."""

import pickle
import struct
import threading
import tracemalloc
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbook.cases import Case, exact
from workbook.checks.worker.messages import (
    EVENTS,
    JOBS,
    CaseJob,
    CaseRecord,
    CatalogueJob,
    CheckEvent,
    Curves,
    HuntJob,
    Importing,
    ImportProblem,
    JobDone,
    JobFailed,
    ListedMisconception,
    Measured,
    Misconceptions,
    Opened,
)
from workbook.checks.worker.recorder import record_case
from workbook.locale.sentence import Sentence
from workbook.records import Call, Changed, Printed, Raised, Record, Value
from workbook.student.source_blocks import Replacement
from workbook.worker.codec import Codec, CodecError

RECORDS: Codec[Record] = Codec(Record)
MOST_MEMORY = 200 * 2**20


def _record() -> Record:
    return Record(
        exercise="affine_forward",
        case="images",
        arrays={
            "out": Value("array", "ndarray", np.arange(6, dtype=np.float32).reshape(2, 3)),
            "loss": Value("scalar", "float", np.array(np.nan)),
            "mask": Value("array", "ndarray", np.array([True, False])),
            "empty": Value("array", "ndarray", np.empty((0, 3))),
            "big_endian": Value("array", "ndarray", np.arange(3, dtype=">i4")),
            "nothing": Value("none", "NoneType"),
        },
        inputs={"x": np.arange(24.0).reshape(2, 3, 4).transpose(2, 0, 1)},
        options={"conv_param": {"stride": 2, "pad": [1, None]}, "rate": float("inf"), "mode": "a"},
        calls=(Call("affine_forward", ("x", "w"), "tuple of 2"),),
        changed=(Changed(0, 0, "x"),),
        aliases=(("affine_forward[0]", "x"),),
        printed=Printed(3, "hello\n\x1b[31m"),
        raised=Raised("ValueError", "wrong ü", "layers.py", 12, "x = 1", "affine_forward", ""),
        size=24,
        seconds=0.25,
    )


def _assert_equal(got: Record, sent: Record) -> None:
    for name, value in sent.arrays.items():
        other = got.arrays[name]
        assert (other.kind, other.type) == (value.kind, value.type)
        if value.array is None:
            assert other.array is None
        else:
            assert other.array is not None
            assert other.array.dtype == value.array.dtype.newbyteorder("=")
            np.testing.assert_array_equal(other.array, value.array)
    np.testing.assert_array_equal(got.inputs["x"], sent.inputs["x"])
    for name in ("calls", "changed", "aliases", "printed", "raised", "size", "seconds", "options"):
        assert getattr(got, name) == getattr(sent, name)


def test_a_record_comes_back_as_it_was() -> None:
    _assert_equal(RECORDS.decode(RECORDS.encode(_record())), _record())


def test_decoded_arrays_can_be_changed_and_own_their_memory() -> None:
    array = RECORDS.decode(RECORDS.encode(_record())).arrays["out"].array
    assert array is not None and type(array) is np.ndarray
    assert array.flags.owndata or array.base is None or type(array.base) is np.ndarray
    array[0, 0] = 5.0


SENTENCE = Sentence("a", {"b": Sentence("c", {"d": "e"}), "f": ["g", "h"]})
EVENT_SAMPLES: list[CheckEvent] = [
    Importing("layers.py"),
    Opened(
        {
            "optim.py": ImportProblem("error", "1 / 0", "ZeroDivisionError", 3),
            "layers.py": ImportProblem("invalid", "no", sentence=SENTENCE),
        },
        {"layers.py": [Replacement("f", 1, 2, "no", True)]},
        ["adam"],
        ["layers.py"],
    ),
    CaseRecord(_record()),
    Misconceptions([ListedMisconception("a", "b", "c", correct=False)]),
    Measured(Curves((1.0, float("inf")), ()), Curves((), ()), {"W1": 0.5}),
    JobFailed("MemoryError", ""),
    JobDone(),
]


@pytest.mark.parametrize("event", EVENT_SAMPLES, ids=lambda event: type(event).__name__)
def test_every_event_comes_back_as_its_own_kind(event: CheckEvent) -> None:
    found = EVENTS.decode(EVENTS.encode(event))
    assert type(found) is type(event)
    if isinstance(event, CaseRecord) and isinstance(found, CaseRecord):
        _assert_equal(found.record, event.record)
    else:
        assert found == event


def test_every_job_comes_back_as_its_own_kind() -> None:
    for job in (
        CaseJob(exercise="a", impl="b", seed=2, skip={"c": "d"}, only=["e"], code=b"\0"),
        CatalogueJob(exercise="a", impl="b"),
        HuntJob(exercise="a", impl="b", network="c", code="d", names=["e"]),
    ):
        assert JOBS.decode(JOBS.encode(job)) == job


def test_what_is_no_unicode_is_escaped() -> None:
    found = EVENTS.decode(EVENTS.encode(JobFailed("\ud800", "ü\udfff")))
    assert found == JobFailed("\\ud800", "ü\\udfff")
    sent = Record("a", "b", options={"\ud800": ["\ud801"]}, raised=Raised("A", "\ud802"))
    got = RECORDS.decode(RECORDS.encode(sent))
    assert got.options == {"\\ud800": ["\\ud801"]}
    assert got.raised == Raised("A", "\\ud802")


@pytest.mark.parametrize(
    "value",
    [np.array([object()]), np.array(["text"]), object(), 2**70, np.array(1, dtype="M8[s]")],
    ids=["array of objects", "array of texts", "object", "number", "date"],
)
def test_what_no_message_can_hold_is_an_error_where_it_is_sent(value: object) -> None:
    anything: Codec[object] = Codec(dict[str, object])
    with pytest.raises(TypeError, match="message cannot hold"):
        anything.encode({"a": value})


def test_threads_may_share_a_codec() -> None:
    messages = [RECORDS.encode(_record()) for _ in range(50)]
    failed: list[Exception] = []

    def decode() -> None:
        try:
            for message in messages:
                _assert_equal(RECORDS.decode(message), _record())
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=decode) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


# What is refused


def _message(structure: bytes, body: bytes = b"") -> bytes:
    return struct.pack("<I", len(structure)) + structure + body


def _packed(structure: object, body: bytes = b"") -> bytes:
    return _message(msgspec.msgpack.encode(structure), body)


def _with(**changes: object) -> bytes:
    return _packed({"exercise": "a", "case": "b", **changes}, bytes(64))


def _array(number: int, *shape: int, axes: int | None = None) -> msgspec.msgpack.Ext:
    axes = len(shape) if axes is None else axes
    return msgspec.msgpack.Ext(1, struct.pack(f"<BB{len(shape)}Q", number, axes, *shape))


def _bomb(innermost: bytes, times: int) -> bytes:
    """A record whose option takes as much memory as its bytes can."""
    head = b"\x83\xa8exercise\xa1a\xa4case\xa1b\xa7options\x81\xa1a"
    return head + struct.pack(">BI", 0xDD, times) + innermost * times


NONSENSE = {
    "nothing": b"",
    "cut_head": b"\0\0",
    "no_structure": _message(b""),
    "declared_too_long": b"\xff\xff\xff\xff",
    "declared_past_the_end": struct.pack("<I", 100) + b"\x80",
    "too_large": _packed({"exercise": "a", "case": "b" * 3 * 2**20}),
    "pickle": pickle.dumps({"exercise": "affine_forward"}),
    "json": b'{"exercise": "a", "case": "b"}',
    "nested_lists": _message(b"\x91" * 200_000),
    "nested_in_an_unknown_field": _message(b"\x81\xa1q" + b"\x91" * 200_000),
    "a_list_of_four_billion": _message(b"\xdd\xff\xff\xff\xff"),
    "a_map_of_four_billion": _message(b"\xdf\xff\xff\xff\xff"),
    "a_text_of_four_gigabytes": _message(b"\x82\xa4case\xdb\xff\xff\xff\xff"),
    "an_extension_of_four_gigabytes": _message(b"\xc9\xff\xff\xff\xff\x01"),
    "no_utf8": _packed({"exercise": "a", "case": "b"}).replace(b"\xa1b", b"\xa1\xff"),
    "missing_field": _packed({"exercise": "a"}),
    "number_for_text": _with(exercise=3),
    "text_for_calls": _with(calls=[["f", "abc"]]),
    "list_for_mapping": _with(arrays=[]),
    "raised_cut": _with(raised={"type": "ValueError"}),
    "long_text": _with(raised={"type": "ValueError", "message": "x" * 10_000}),
    "deep_options": _with(options={"a": [[[1]]]}),
    "time_for_option": _with(options={"a": msgspec.msgpack.Ext(-1, bytes(4))}),
    "array_for_option": _with(options={"a": _array(11, 8)}),
    "number_for_array": _with(inputs={"x": 3}),
    "bytes_for_array": _with(inputs={"x": b"abc"}),
    "other_extension": _with(inputs={"x": msgspec.msgpack.Ext(7, bytes(2))}),
    "empty_extension": _with(inputs={"x": msgspec.msgpack.Ext(1, b"")}),
    "unknown_dtype": _with(inputs={"x": _array(99, 8)}),
    "too_many_axes": _with(inputs={"x": _array(11, *(1,) * 17)}),
    "shape_cut": _with(inputs={"x": _array(11, 2, axes=3)}),
    "shape_too_long": _with(inputs={"x": _array(11, 2, 4, axes=1)}),
    "array_past_the_end": _with(inputs={"x": _array(11, 9)}),
    "array_of_exabytes": _with(inputs={"x": _array(11, 2**62, 2**62)}),
    "no_numbers_in_exabytes": _with(inputs={"x": _array(11, 0, 2**62, 2**62)}),
    "bytes_left_over": _with(inputs={"x": _array(11, 7)}),
    "same_bytes_twice": _with(inputs={"x": _array(11, 8), "y": _array(11, 8)}),
    "too_many_arrays": _with(inputs={f"a{i}": _array(11, 0) for i in range(1000)}),
    "sixteen_million_lists": _message(_bomb(b"\x90", 2**24)),
    "two_messages": _with() + _with(),
}


def _refused(data: bytes) -> None:
    """One line, and never more memory than a message and its structure can take."""
    tracemalloc.start()
    try:
        for codec in (RECORDS, EVENTS, JOBS):
            with pytest.raises(CodecError) as caught:
                codec.decode(data)  # type: ignore[attr-defined]
            assert "\n" not in str(caught.value) and len(str(caught.value)) < 300
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused(name: str) -> None:
    _refused(NONSENSE[name])


def test_the_largest_structure_takes_bounded_memory() -> None:
    data = _message(_bomb(b"\x90", 2**21 - 99))
    tracemalloc.start()
    RECORDS.decode(data)
    assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    tracemalloc.stop()


@given(st.binary(max_size=300))
@example(b"\0\0\0\0\xc0")
def test_random_bytes_are_refused(data: bytes) -> None:
    _refused(data)
    _refused(_message(data))


ENCODED = [EVENTS.encode(event) for event in EVENT_SAMPLES]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A valid message with bytes changed, cut, doubled, swapped or put in between."""
    data = bytearray(draw(st.sampled_from(ENCODED)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        length = draw(st.integers(1, 8))
        kind = draw(st.sampled_from(["change", "cut", "drop", "double", "insert", "length"]))
        if kind == "change" and at < len(data):
            data[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[at:]
        elif kind == "drop":
            del data[at : at + length]
        elif kind == "double":
            data[at:at] = data[at : at + length] * draw(st.integers(1, 50))
        elif kind == "insert":
            data[at:at] = draw(st.binary(max_size=16))
        else:
            data[at:at] = b"\xdd" + draw(st.binary(min_size=4, max_size=4))
    return bytes(data)


@given(damaged())
def test_a_damaged_message_is_a_message_or_refused(data: bytes) -> None:
    tracemalloc.start()
    try:
        found = EVENTS.decode(data)
    except CodecError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(found, CheckEvent)
        EVENTS.decode(EVENTS.encode(found))
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MOST_MEMORY


@given(st.recursive(st.none() | st.integers(-(2**63), 2**63) | st.text() | st.floats(), st.lists))
def test_a_message_of_another_type_is_refused(structure: object) -> None:
    _refused(_packed(structure))


@pytest.mark.parametrize(
    "sentence", [["student.file.missing"], {"id": 3}, {"id": "student.file.missing", "values": 3}]
)
def test_what_is_no_sentence_is_refused(sentence: object) -> None:
    problem = {"outcome": "invalid", "message": "m", "sentence": sentence}
    with pytest.raises(CodecError, match="sentence"):
        EVENTS.decode(_packed({"event": "Opened", "problems": {"layers.py": problem}}))


def test_bytes_of_a_boolean_array_are_truth_values() -> None:
    flags: Codec[object] = Codec(np.ndarray)
    message = bytearray(flags.encode(np.array([True, False, True])))
    message[-3:] = b"\x02\x00\xff"
    found = flags.decode(bytes(message))
    assert found.tolist() == [True, False, True] and found.sum() == 2  # type: ignore[attr-defined]


def test_a_subclass_with_a_cheating_comparison_is_just_its_numbers() -> None:
    class Cheat(np.ndarray):
        def __eq__(self, other: object) -> object:
            return True

        def __array_finalize__(self, other: object) -> None:
            return None

        def tobytes(self, order: object = None) -> bytes:
            return b"\x00" * 100

    class Implementation:
        def affine_forward(self) -> object:
            return np.ones((2, 2)).view(Cheat)

    case = Case(
        "affine_forward",
        "p",
        lambda impl, rng: {"out": impl.affine_forward()},
        "",
        {"*": exact("")},
    )
    record = record_case(case, Implementation(), 1, Path("."))
    got = RECORDS.decode(RECORDS.encode(record)).arrays["out"].array
    assert type(got) is np.ndarray
    np.testing.assert_array_equal(got, np.ones((2, 2)))
