"""A small class with known outcomes, in one run; then killed half-way and taken up again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbook.grading.sandbox import bubble

RUN = Path(__file__).parent / "run.py"
EXERCISES = ("affine_forward", "affine_backward", "relu_forward", "affine_bn_relu_forward", "adam")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not bubble.available(), reason="its hostile part needs bubblewrap"),
]


def start(store: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [
            *(sys.executable, str(RUN), "--students", "8", "--jobs", "1"),
            *("--store", str(store), "--exercises", *EXERCISES),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> dict[str, object]:
    said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said
    return dict(json.loads(said.splitlines()[-1]))


def table(store: Path) -> object:
    return json.loads(store.with_suffix(".table.json").read_text(encoding="utf-8"))


def test_every_outcome_is_right_and_a_killed_run_comes_to_the_same(tmp_path: Path) -> None:
    whole = finish(start(tmp_path / "whole"))
    assert whole["not as expected"] == 0 and whole["infra"] == 0
    assert whole["verdicts"] == 8 * len(EXERCISES)
    assert int(str(whole["mistakes planted"])) >= 4

    store = tmp_path / "killed"
    process = start(store)
    deadline = time.monotonic() + 300
    while len(list(store.glob("*.json"))) < len(EXERCISES) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    before = {path.name: path.stat().st_mtime_ns for path in store.glob("*.json")}
    assert 0 < len(before) < 8 * len(EXERCISES)
    finish(start(store))
    assert table(store) == table(tmp_path / "whole")
    # What was finished was not run again.
    assert {name: (store / name).stat().st_mtime_ns for name in before} == before
