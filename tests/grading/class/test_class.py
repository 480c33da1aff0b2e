"""A small class with known outcomes, in one run; then killed half-way and taken up again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workbook.grading.sandbox import bubblewrap

RUN = Path(__file__).parent / "run.py"
EXERCISES = ("affine_forward", "affine_backward", "relu_forward", "affine_bn_relu_forward", "adam")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not bubblewrap.available(), reason="its hostile part needs bubblewrap"),
]


def grade(store: Path, *options: str) -> dict[str, object]:
    done = subprocess.run(
        [
            *(sys.executable, str(RUN), "--students", "8", "--jobs", "1"),
            *("--store", str(store), *options, "--exercises", *EXERCISES),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not options or "killed with" in done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_every_outcome_is_right_and_a_killed_run_comes_to_the_same(tmp_path: Path) -> None:
    whole = grade(tmp_path / "whole")
    assert whole["not as expected"] == 0
    assert whole["verdicts"] == 8 * len(EXERCISES)
    assert int(str(whole["mistakes planted"])) >= 4

    killed = grade(
        *(tmp_path / "killed", "--kill-at", str(len(EXERCISES))),
        *("--same-as", str(tmp_path / "whole")),
    )
    assert killed["not as expected"] == 0
    assert int(str(killed["done before"])) < 8 * len(EXERCISES)
