import os
import pickle
import pickletools
from collections import OrderedDict
from datetime import date

import numpy as np
import pytest

from workbook.data.base import DataSetError
from workbook.data.pickles import read_pickle


class Hostile:
    """Runs a command when an ordinary unpickler reads it."""

    def __init__(self, call, *args):
        self.call, self.args = call, args

    def __reduce__(self):
        return self.call, self.args


def written(tmp_path, content, protocol=2):
    file = tmp_path / "data_batch_1"
    raw = content if isinstance(content, bytes) else pickle.dumps(content, protocol=protocol)
    file.write_bytes(raw)
    return file


def refused(tmp_path, content, names):
    file = written(tmp_path, content)
    with pytest.raises(DataSetError) as raised:
        read_pickle(file)
    message = str(raised.value)
    assert "data_batch_1 was refused" in message
    assert names in message
    assert len(message.splitlines()) == 2


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_and_containers_come_back_from_every_protocol(tmp_path, protocol):
    content = {
        b"data": np.arange(24, dtype=np.uint8).reshape(2, 12),
        b"big": np.array([[1, 2], [3, 4]], dtype=">i4"),
        b"columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        b"words": np.array(["ab", "c"]),
        b"empty": np.zeros((0, 3)),
        b"labels": [3, 1],
        b"more": (1.5, None, True, {"x"}, frozenset((2,)), b"", b"bytes", "text"),
    }
    back = read_pickle(written(tmp_path, content, protocol))
    assert list(back) == list(content)
    for key, value in content.items():
        if isinstance(value, np.ndarray):
            assert isinstance(back[key], np.ndarray)
            assert back[key].dtype == value.dtype
            assert np.array_equal(back[key], value)
            assert back[key].flags.writeable
        else:
            assert back[key] == value


@pytest.mark.parametrize("core", [b"numpy.core", b"numpy._core"])
def test_names_of_old_and_new_numpy_are_known(tmp_path, core):
    raw = pickle.dumps({b"data": np.arange(3)}, protocol=2)
    assert b"numpy._core.multiarray" in raw or b"numpy.core.multiarray" in raw
    raw = raw.replace(b"numpy._core.", b"numpy.core.").replace(b"numpy.core.", core + b".")
    assert read_pickle(written(tmp_path, raw))[b"data"].tolist() == [0, 1, 2]


def test_a_batch_as_python_2_wrote_it(tmp_path):
    # {'data': array([[7, 8]], dtype=uint8), 'labels': [6]}, in the opcodes of Python 2's
    # cPickle with protocol 2, whose texts are byte strings.
    raw = (
        b"\x80\x02}q\x01(U\x04dataq\x02cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\n"
        b"ndarray\nq\x04K\x00\x85U\x01b\x87Rq\x05(K\x01K\x01K\x02\x86cnumpy\ndtype\nq\x06"
        b"U\x02u1K\x00K\x01\x87Rq\x07(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t"
        b"b\x89U\x02\x07\x08tbU\x06labelsq\x08]q\tK\x06au."
    )
    back = read_pickle(written(tmp_path, raw))
    assert back[b"data"].tolist() == [[7, 8]]
    assert back[b"data"].dtype == np.uint8
    assert back[b"labels"] == [6]


def test_a_hostile_pickle_is_refused_by_name_and_nothing_is_run(tmp_path):
    trace = tmp_path / "trace"
    command = Hostile(os.system, f"echo hit > {trace}")
    refused(tmp_path, {b"data": command}, f"{os.name if os.name == 'nt' else 'posix'}.system")
    assert not trace.exists()


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (Hostile(eval, "1"), ".eval"),
        (Hostile(getattr, "", "join"), ".getattr"),
        (OrderedDict(a=1), "collections.OrderedDict"),
        (date(2020, 1, 1), "datetime.date"),
        (np.float64(1.0), "multiarray.scalar"),
        (np.array([1, "a"], dtype=object), "arrays of 'O"),
        (np.zeros(2, dtype="u1,u1"), "arrays of 'V"),
        (np.ma.masked_array([1, 2]), "numpy.ma"),
        (np.random.default_rng, "numpy.random"),
        (b"cnumpy\nndarray\n.", "a function or a type"),
        (b"cnumpy\ndtype\n(S'u1'\ntR.", "a function or a type"),
        (b"c_codecs\nencode\n(Va\nVrot13\ntR.", "_codecs.encode to 'rot13'"),
        # State set on a function that the pickle may call.
        (b"cnumpy.core.multiarray\n_reconstruct\n}S'_call'\nNsb.", "a changed function"),
        (b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\nNNtR.", "a subclass"),
        # An array that never got its content.
        (
            b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR.",
            "an array without content",
        ),
    ],
)
def test_everything_else_is_refused_by_name(tmp_path, content, names):
    refused(tmp_path, content, names)


def test_raw_bytes_cannot_be_passed_off_as_objects(tmp_path):
    # A dtype whose restored state says "fields" could make NumPy follow bytes as pointers.
    raw = pickle.dumps(np.zeros(1, dtype="u8"), protocol=2)
    opcodes = [name.name for name, _, _ in pickletools.genops(raw)]
    assert "BUILD" in opcodes
    state = raw.index(b"NNN", raw.index(b"dtype"))
    refused(tmp_path, raw[:state] + b"N]N" + raw[state + 3 :], "arrays of records")


def test_a_list_that_is_referred_to_over_and_over_costs_nothing(tmp_path):
    nested: list[object] = [1]
    for _ in range(60):
        nested = [nested, nested]
    back = read_pickle(written(tmp_path, {b"data": nested}))
    assert back[b"data"][0] is back[b"data"][1]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no pickle at all",
        pickle.dumps({b"data": np.arange(50)}, protocol=2)[:-20],
        # An array that is announced larger than its bytes.
        pickle.dumps(np.arange(5, dtype="u1"), protocol=2).replace(b"K\x05\x85", b"K\x09\x85"),
        # A list that holds itself.
        b"]q\x00h\x00a.",
    ],
    ids=["empty", "text", "cut short", "too few bytes", "endless"],
)
def test_a_damaged_file_is_told_in_two_lines(tmp_path, raw):
    with pytest.raises(DataSetError, match="data_batch_1 is damaged or no batch") as raised:
        read_pickle(written(tmp_path, raw))
    assert len(str(raised.value).splitlines()) == 2


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(DataSetError, match="cannot be read: No such file"):
        read_pickle(tmp_path / "absent")
