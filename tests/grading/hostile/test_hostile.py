"""Whatever a submission does: the expected outcome, and a neighbour graded as if nothing was."""

import importlib.util
import sys
from pathlib import Path

import pytest

from workbook.grading.cache_key import unit_keys
from workbook.grading.judge_submission import judge_alone
from workbook.grading.sandbox import bubblewrap, runner
from workbook.grading.units import Settings, Submission, message_of

HERE = Path(__file__).parent
SOLUTIONS = HERE.parents[2] / "solutions"
_spec = importlib.util.spec_from_file_location("workbook_hostile_cases", HERE / "cases.py")
assert _spec is not None and _spec.loader is not None
cases = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = cases
_spec.loader.exec_module(cases)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the cases are written for POSIX"),
]


# Where the time limit is waited for: once, not again for the other half of the pair.
STOPPED = (tuple(name for name in cases.JUDGED if name != "affine_backward"), 3.0)

HARMLESS = [c for c in cases.CASES if c.harmless and "timeout" not in c.expected]


def outcomes(case, sandbox, exercises=cases.JUDGED, timeout=5.0):
    submission = Submission("s", case.files(SOLUTIONS), case.problems)
    settings = Settings("c0ffee", exercises, timeout=timeout, memory=1024, sandbox=sandbox)
    units = {key: name for key, (_, name) in unit_keys(submission, settings).items()}
    return {unit.subject: unit.result for unit in judge_alone(submission, settings, units)}


def neighbour(sandbox):
    plain = cases.Case("neighbour", ("pass",))
    return {name: r["outcome"] for name, r in outcomes(plain, sandbox).items()}


@pytest.mark.skipif(not bubblewrap.available(), reason="no bubblewrap here")
@pytest.mark.parametrize("case", cases.CASES, ids=lambda case: case.name)
def test_in_the_sandbox(case):
    found = outcomes(case, "bwrap", *(STOPPED if "timeout" in case.expected else ()))
    words = {name: message_of(result) for name, result in found.items()}
    seen = {name: message.seen if message else "" for name, message in words.items()}
    said = {name: (r["outcome"], seen[name]) for name, r in found.items()}
    assert cases.judged_right(case, {name: r["outcome"] for name, r in found.items()}), said
    for name, result in found.items():
        assert "/student" not in seen[name] and "/student" not in str(result["message"])
        if result["outcome"] != "pass":
            assert seen[name]


@pytest.mark.skipif(not bubblewrap.available(), reason="no bubblewrap here")
def test_a_neighbour_after_all_of_them_is_graded_as_if_nothing_had_happened():
    names = ("fork_bomb_that_goes_on", "background_process", "deletes_and_rewrites_files")
    for case in cases.CASES:
        if case.name in names:
            outcomes(case, "bwrap", ("affine_forward",), timeout=2.0)
    assert set(neighbour("bwrap").values()) == {"pass"}


@pytest.mark.parametrize("case", HARMLESS, ids=lambda case: case.name)
def test_where_no_process_can_be_forked(case, monkeypatch):
    monkeypatch.setattr(runner, "can_fork", lambda: False)
    found = outcomes(case, "none", ("affine_forward",), timeout=20.0)
    assert found["affine_forward"]["outcome"] in case.expected


@pytest.mark.parametrize("case", HARMLESS, ids=lambda case: case.name)
def test_without_a_sandbox(case):
    found = outcomes(case, "none", ("affine_forward",))
    assert found["affine_forward"]["outcome"] in case.expected
