"""The benchmark command runs; what it measures is for quiet machines, never for the tests."""

import importlib.util
import json
import re
import subprocess
import sys

import pytest


def run(root, *arguments):
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.slow
def test_one_small_case_from_race_to_table_and_file(pytestconfig, tmp_path):
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    file = tmp_path / "benchmarks.json"
    options = ["--threads", "1", "--seconds", "0", "--no-naive", "--json", str(file)]
    done = run(pytestconfig.rootpath, *options, "--only", "pool N1 C3")
    assert done.returncode == 0, done.stderr
    assert "pool N1 C3 32x32 2x2 s2 float32" in done.stdout
    (record,) = json.loads(file.read_text(encoding="utf-8"))["records"]
    assert record["threads"] == 1
    assert record["limit"] == 1.0
    assert isinstance(record["met"], bool)
    for part in record["times"].values():
        assert set(part) == {"torch", "ours", "numpy"}
        assert all(0 < rival["min"] <= rival["median"] for rival in part.values())


def test_the_processor_clock_sees_one_thread_only(pytestconfig):
    done = run(pytestconfig.rootpath, "--clock", "cpu", "--threads", "2")
    assert done.returncode == 2
    if importlib.util.find_spec("torch") is None:
        assert "PyTorch is missing" in done.stderr
    else:
        assert "--threads 1" in done.stderr


@pytest.mark.slow
def test_the_slider_of_a_panel_is_timed(pytestconfig):
    command = [sys.executable, "-m", "benchmarks.panels", "--part", "slider"]
    done = subprocess.run(
        command, cwd=pytestconfig.rootpath, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    for clock in ("clock", "kernel", "child"):
        assert re.search(rf"{clock} +best \d+\.\d+ s +median \d+\.\d+ s", done.stdout)


def test_the_graders_benchmark_says_what_it_takes(pytestconfig):
    command = [sys.executable, "-m", "benchmarks.grading", "--students", "many"]
    done = subprocess.run(
        command, cwd=pytestconfig.rootpath, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 2
    assert "--nbgrader" in done.stderr and "invalid int value: 'many'" in done.stderr
