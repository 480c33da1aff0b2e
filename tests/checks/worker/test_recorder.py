"""What a case's record holds: values, changes of arguments, aliases, prints, exceptions."""

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbook.cases import Case, exact
from workbook.checks.worker.recorder import record_case
from workbook.records import Record
from workbook.student.placeholder import Placeholder  # any class of ours: not a student's


class Implementation:
    """An implementation with one function."""

    def __init__(self, **functions: Callable[..., object]) -> None:
        self.__dict__.update(functions)


def run(
    body: Callable[[Any, np.random.Generator], dict[str, object]],
    folder: Path = Path("."),
    **f: Any,
) -> Record:
    case = Case("affine_forward", "p", body, "", {"*": exact("")})
    return record_case(case, Implementation(**f), 1, folder)


def one_call(impl: Any, rng: np.random.Generator) -> dict[str, object]:
    out, _ = impl.affine_forward(rng.standard_normal((2, 3)), np.ones(3), {"mode": "train"})
    return {"out": out}


def test_inputs_and_options_are_kept_as_they_were_before_the_call() -> None:
    def change(x: Any, w: Any, param: Any) -> object:
        out = x.copy()
        x += 1
        param["running"] = w
        return out, None

    record = run(one_call, affine_forward=change)
    np.testing.assert_array_equal(record.inputs["x"], record.arrays["out"].array)
    assert record.options == {"param": {"mode": "train"}}
    assert [(c.call, c.argument) for c in record.changed] == [(0, "x")]
    assert record.size == 9


def test_a_changed_setting_in_a_dictionary_is_noted() -> None:
    def body(impl: Any, rng: np.random.Generator) -> dict[str, object]:
        param = {"pad": 1, "stride": 2, "eps": 0.5, "mean": np.ones(2)}
        impl.affine_forward(np.ones((2, 3)), param)
        return {"out": impl.affine_forward(np.ones((2, 3)), param)}

    def change(x: Any, param: Any) -> object:
        if "height" not in param:
            param["pad"] = 0
            param["height"] = 3
            param["mean"] = np.zeros(2)
            param["stride"] = 2.0
            del param["eps"]
        return x

    changed = run(body, affine_forward=change).changed
    found = [(c.call, c.owner, c.argument) for c in changed]
    assert found == [(0, 0, "param[pad]"), (0, 0, "param[eps]"), (0, 0, "param[height]")]


def test_a_change_through_the_cache_is_traced_to_the_argument_of_forward() -> None:
    def body(impl: Any, rng: np.random.Generator) -> dict[str, object]:
        _, cache = impl.forward(rng.standard_normal((2, 3)))
        return {"dx": impl.backward(np.ones((2, 3)), cache)}

    def backward(dout: Any, cache: Any) -> Any:
        cache[0][0, 0] = 9.0
        return dout

    record = run(body, forward=lambda x: (x * 2, (x,)), backward=backward)
    change = record.changed[0]
    assert record.calls[change.call].function == "backward"
    assert record.calls[change.owner].function == "forward"
    assert change.argument == "x"
    assert record.aliases == (("backward[0]", "dout"),)


def test_cases_may_change_their_own_arrays_between_calls() -> None:
    def body(impl: Any, rng: np.random.Generator) -> dict[str, object]:
        x = np.ones(2)
        impl.f(x)
        x += 1
        return {"out": impl.f(x)}

    record = run(body, f=lambda x: x * 1)
    assert record.changed == ()


def test_instances_are_watched_and_their_attributes_pass_through() -> None:
    class Net:
        def __init__(self, size: int) -> None:
            self.params = {"W": np.zeros(size)}

        def loss(self, X: Any) -> float:
            X[0] = 7.0
            return float(self.params["W"].sum())

    def body(impl: Any, rng: np.random.Generator) -> dict[str, object]:
        net = impl.Net(size=2)
        net.params = {"W": np.full(2, 3.0)}
        return {"loss": net.loss(np.ones(2))}

    record = run(body, Net=Net)
    assert record.arrays["loss"].array == 6.0
    assert [call.function for call in record.calls] == ["Net", "Net.loss"]
    assert record.changed[0].argument == "X"


@pytest.mark.parametrize(
    ("returned", "kind", "shape"),
    [
        (3.5, "scalar", ()),
        (np.float32(2), "scalar", ()),
        (np.array(1.0), "scalar", ()),
        (True, "scalar", ()),
        (np.ones((1, 2)), "array", (1, 2)),
        ([[1.0, 2.0]], "list", (1, 2)),
        (["a"], "list", None),
        (None, "none", None),
        ("text", "other", None),
        (np.array(["a"]), "other", None),
        (np.array([object()]), "other", None),
        (np.zeros(10**6), "other", None),
        (Placeholder, "other", None),
    ],
)
def test_what_comes_back_is_plain_numbers_or_a_type(
    returned: object, kind: str, shape: object
) -> None:
    value = run(lambda impl, rng: {"out": returned}).arrays["out"]
    assert value.kind == kind
    assert (None if value.array is None else value.array.shape) == shape


def test_prints_are_counted_and_cut() -> None:
    def loud(*_: object) -> object:
        for _i in range(5000):
            print("x" * 50)
        print("oops", file=sys.stderr)
        return 1, 2

    record = run(one_call, affine_forward=loud)
    assert record.printed.lines == 5001
    assert len(record.printed.head) == 2000


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), RecursionError("deep")])
def test_every_exception_is_caught(error: BaseException) -> None:
    def stop(*_: object) -> object:
        raise error

    record = run(one_call, affine_forward=stop)
    assert record.raised is not None and record.raised.type == type(error).__name__
    assert record.calls[0].returned == "raised"


def test_an_exception_names_the_students_line_and_loses_addresses_and_paths(
    tmp_path: Path,
) -> None:
    file = tmp_path / "layers.py"
    file.write_text(
        "def affine_forward(x, w, b):\n    raise ValueError(f'{object()} in /home/me/layers.py')\n"
    )
    scope: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), scope)
    record = run(one_call, tmp_path, affine_forward=scope["affine_forward"])
    raised = record.raised
    assert raised is not None
    assert (raised.file, raised.line, raised.function) == ("layers.py", 2, "affine_forward")
    assert raised.message == "<object object at 0x...> in layers.py"
    assert "raise ValueError" in raised.source


def test_a_stub_is_known_by_its_id() -> None:
    def stub(*_: object) -> object:
        raise NotImplementedError("scratch.im2col")

    record = run(one_call, affine_forward=stub)
    assert record.raised is not None and record.raised.unwritten == "scratch.im2col"


def test_a_missing_name_is_missing() -> None:
    record = run(one_call)
    assert record.raised is not None
    assert (record.raised.type, record.raised.message) == ("Missing", "affine_forward")


def test_a_message_that_cannot_be_shown_does_no_harm() -> None:
    class Nasty(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def stop(*_: object) -> object:
        raise Nasty

    record = run(one_call, affine_forward=stop)
    assert record.raised is not None and record.raised.type == "Nasty"


def test_random_streams_start_anew_for_every_case() -> None:
    def body(impl: Any, rng: np.random.Generator) -> dict[str, object]:
        return {"np": np.random.rand(), "py": random.random(), "rng": rng.random()}

    first = run(body)
    np.random.rand(10)
    second = run(body)
    for name in ("np", "py", "rng"):
        assert first.arrays[name].array == second.arrays[name].array
