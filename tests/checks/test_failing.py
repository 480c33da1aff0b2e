"""`failing`: the smallest failing case as arrays."""

import copy

import numpy as np
import pytest

from workbook.checks.checker import Checker
from workbook.checks.failing_case import FailingCase, smallest_failing_case


@pytest.fixture
def report(student):
    def make(exercise, file="layers.py", *edits):
        with Checker(student(file, *edits)) as session:
            return session.report(exercise)

    return make


WRONG = (
    "    db = dout.sum(axis=0)\n    ### END SOLUTION\n\n    return dx, dw, db",
    "    db = dout.sum()\n    ### END SOLUTION\n\n    return dx, dw, db",
)


def test_the_smallest_case_with_the_students_own_arrays(report):
    whole = report("affine_backward", "layers.py", WRONG)
    found = smallest_failing_case(whole)
    assert found
    least = min(p.record.size for p in whole.cases if p.outcome != "pass")
    assert sum(a.size for a in found.inputs.values()) == least
    assert {"x", "w", "b", "dout"} <= set(found.inputs)
    assert set(found.outputs) == {"dx", "dw", "db"}
    assert found.wrong == ("db",)
    # The student's wrong number, and inputs that give it again.
    assert found.db.shape == ()
    np.testing.assert_allclose(found.db, found.inputs["dout"].sum())
    assert found.calls == ("affine_forward(x, w, b)", "affine_backward(dout, cache)")


def test_arrays_are_at_hand_by_name_and_a_wrong_name_says_which_there_are(report):
    found = smallest_failing_case(report("affine_backward", "layers.py", WRONG))
    assert found.x is found.inputs["x"]
    assert "dx" in dir(found) and "x" in dir(found)
    with pytest.raises(AttributeError, match=r"no 'dz'\. It has: x, w, b, dout, dx, dw, db"):
        found.dz  # noqa: B018
    assert copy.copy(found).x is found.x


def test_it_shows_what_it_holds(report):
    shown = repr(smallest_failing_case(report("affine_backward", "layers.py", WRONG)))
    assert "affine_backward(dout, cache)" in shown
    assert "dx: shape" in shown and ", ok" in shown
    assert "db: shape (), float64, NOT ok" in shown


def test_options_and_an_exception_are_there_too(report):
    raising = ("        window = x[:, :, top", "        window = y[:, :, top")
    found = smallest_failing_case(report("max_pool_forward_naive", "layers.py", raising))
    assert set(found.options["pool_param"]) == {"pool_height", "pool_width", "stride"}
    assert found.error.startswith("NameError") and "layers.py line" in found.error
    assert found.outputs == {} and found.x.ndim == 4
    assert "it ended with NameError" in repr(found)


def test_a_pass_has_nothing_to_show(report):
    found = smallest_failing_case(report("relu_forward"))
    assert not found
    assert (found.case, found.inputs, found.outputs) == ("", {}, {})
    assert "no case fails" in repr(found)


def test_a_folder_that_cannot_be_imported_has_nothing_to_show(untouched):
    (untouched / "layers.py").write_text("(", encoding="utf-8")
    with Checker(untouched) as session:
        found = smallest_failing_case(session.report("relu_forward"))
    assert isinstance(found, FailingCase) and not found
