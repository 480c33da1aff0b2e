"""A small run of benchmarks/accuracy_cifar10.py: that it works, not what it reaches."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
SCRIPT = CHECKOUT / "benchmarks" / "accuracy_cifar10.py"


@pytest.mark.slow
@pytest.mark.skipif(not (CHECKOUT / "solutions").is_dir(), reason="needs the solutions")
def test_it_trains_both_networks_and_writes_what_it_prints(tmp_path, tiny):
    tiny.batches(tmp_path)
    record = tmp_path / "figures.json"
    options = ["--images", "12", "--seeds", "3", "--conv-seeds", "4", "--quiet"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--root", str(tmp_path), *options, "--json", str(record)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    written = json.loads(record.read_text(encoding="utf-8"))
    assert written["images"] == {"train": 12, "val": 5, "test": 4}
    assert [(run["seed"], run["epochs"]) for run in written["runs"]] == [(3, 10), (4, 1)]
    assert [run["target"] for run in written["runs"]] == [0.48, 0.45]
    for run, each in zip(written["runs"], written["summary"], strict=True):
        assert each["mean"] == each["least"] == each["greatest"] == run["validation"]
        assert each["reached"] == (run["validation"] > run["target"])
        assert f"{run['network']:<42} {run['seed']:>4}" in done.stdout
        assert 0 <= run["validation"] <= 1
