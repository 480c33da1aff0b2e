"""What `workbook check` said to an honest student is what grading says; `agree.py` holds all."""

import importlib.util
import sys
from pathlib import Path

import pytest

from workbook import curriculum
from workbook.student import locations

if locations.solutions_folder() is None:
    pytest.skip("this copy has no solutions/", allow_module_level=True)

_spec = importlib.util.spec_from_file_location(
    "workbook_class_agree", Path(__file__).with_name("agree.py")
)
assert _spec is not None and _spec.loader is not None
agree = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = agree
_spec.loader.exec_module(agree)

EXERCISES = ("relu_forward", "dropout_backward", "affine_bn_relu_forward", "scratch.AddLayer")


@pytest.mark.slow
@pytest.mark.parametrize("correct", [True, False])
def test_an_honest_submission_is_graded_as_it_was_checked(correct):
    student, changed = next(agree.honest(correct, EXERCISES))
    assert len(changed) >= 3
    assert not list(agree.differences(student, changed, list(EXERCISES)))


def test_a_difference_is_excused_only_by_what_an_exercise_requires(monkeypatch):
    student, changed = next(agree.honest(False, ["affine_forward"]))
    assert changed == ["affine_forward"]
    ids = ["affine_forward", "affine_bn_relu_forward", "adam"]
    assert "affine_forward" in curriculum.load().plan("affine_bn_relu_forward").replaced
    there = dict.fromkeys(ids, ("fail", None))
    monkeypatch.setattr(agree, "as_the_student", lambda *_: there)
    other_half = {"affine_backward": ("blocked", None)}
    right = {**dict.fromkeys(ids, ("pass", None)), **other_half}
    monkeypatch.setattr(agree, "graded", lambda *_: right)
    said = list(agree.differences(student, changed, ids))
    assert [line.split()[1] for line in said] == ["affine_forward:", "adam:"]
    wrong = {**there, **other_half, "adam": ("fail", "adam.other")}
    monkeypatch.setattr(agree, "graded", lambda *_: wrong)
    assert [line.split()[1] for line in agree.differences(student, changed, ids)] == ["adam:"]
    monkeypatch.setattr(agree, "as_the_student", lambda *_: dict.fromkeys(ids, ("pass", None)))
    [line] = agree.differences(student, changed, ["affine_bn_relu_forward"])
    assert "passes the check, but fail in grading" in line
