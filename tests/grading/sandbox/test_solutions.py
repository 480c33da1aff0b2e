"""Honest code notices nothing of the sandbox."""

import pytest

from workbook import curriculum
from workbook.grading.cache_key import unit_keys
from workbook.grading.judge_submission import judge_alone
from workbook.grading.sandbox import bubblewrap
from workbook.grading.units import Settings, Submission
from workbook.student.locations import solutions_folder


@pytest.mark.slow
@pytest.mark.skipif(not bubblewrap.available(), reason="there is no bubblewrap here")
def test_every_solution_passes_in_it():
    found = curriculum.load()
    files = {file: (solutions_folder() / file).read_bytes() for file in found.files()}
    submission = Submission("s", files)
    settings = Settings("c0ffee", tuple(found.ids()), timeout=60.0, sandbox="bwrap")
    units = {key: name for key, (_, name) in unit_keys(submission, settings).items()}
    outcomes = {u.subject: u.result["outcome"] for u in judge_alone(submission, settings, units)}
    assert outcomes == dict.fromkeys(found.ids(), "pass")
