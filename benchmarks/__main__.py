"""Time the fast layers and whole training steps beside their peers.

    python -m benchmarks                    # everything, at one and at two threads
    python -m benchmarks --only steps       # a group (layers, scaling, steps) or part of a name
    python -m benchmarks --threads 1 --clock cpu    # on a busy machine

Prints a table and writes results/benchmarks.json. Needs the group `bench` (PyTorch).
"""

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.published import CS231N_TO_TORCH, STEP

ROOT = Path(__file__).resolve().parents[1]


def run(threads: int, options: argparse.Namespace) -> list[dict[str, Any]]:
    """One child process: libraries read their thread counts when they are loaded."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    env = {**os.environ, **dict.fromkeys(names, str(threads))}
    env.pop("WORKBOOK_NO_EXTENSION", None)
    command = [sys.executable, "-m", "benchmarks.child", "--threads", str(threads)]
    command += ["--seconds", str(options.seconds), "--clock", options.clock]
    command += ["--only", options.only, *(["--no-naive"] if options.no_naive else [])]
    records = []
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            record = json.loads(line)
            if "about" in record:
                about = record["about"]
                print(f"\n{threads} thread(s), PyTorch {about['torch']}, {about['backend']}")
                print(HEAD)
                continue
            record["threads"] = threads
            judge(record)
            records.append(record)
            print(row(record), flush=True)
    if child.returncode:
        raise SystemExit(child.returncode)
    return records


def judge(record: dict[str, Any]) -> None:
    """Hold a record against its goal and against the published figures."""
    name, threads = record["case"], record["threads"]
    ours = record["ratios"]["torch"]["min"]
    judged = max([ours, *(each["min"] for each in record.get("each", []))])
    if record["limit"] is not None:
        record["met"] = judged <= record["limit"]
    published = CS231N_TO_TORCH.get(name)
    if name.startswith("step ThreeLayerConvNet") and threads in STEP:
        published = STEP[threads][0] / STEP[threads][1]
    if published is not None and (threads == 1 or name.startswith("step")):
        record["times_as_fast_as_cs231n"] = published / ours
        if "numpy" in record["ratios"]:
            # The NumPy path is itself to be no slower than CS231n's compiled layers.
            to_torch = ours / record["ratios"]["numpy"]["min"]
            record["numpy_times_as_fast_as_cs231n"] = published / to_torch


HEAD = (
    f"{'case':<58} {'ours':>17} {'PyTorch':>17} {'NumPy path':>17}"
    f" {'ours/PyTorch':>14} {'goal':<8} {'x CS231n':>8} {'x naive':>12}"
)


def row(record: dict[str, Any]) -> str:
    """One line: milliseconds forward / backward, and the ratio by minimum (by median)."""

    def spell(who: str) -> str:
        found = [part[who]["min"] for part in record["times"].values() if who in part]
        return " / ".join(f"{value:.3g}" for value in found)

    ratio = record["ratios"]["torch"]
    goal = ""
    if record["limit"] is not None:
        goal = f"{record['limit']:.2f} " + ("ok" if record["met"] else "NO")
    faster = record.get("times_as_fast_as_cs231n")
    naive = ""
    if "naive" in record["times"].get("forward", {}):
        parts = record["times"].values()
        naive = " / ".join(f"{p['naive']['min'] / p['ours']['min']:.0f}" for p in parts)
    return (
        f"{record['case']:<58} {spell('ours'):>17} {spell('torch'):>17} {spell('numpy'):>17}"
        f" {ratio['min']:>7.2f} ({ratio['median']:.2f}) {goal:<8}"
        f" {f'{faster:.1f}' if faster else '':>8} {naive:>12}"
    ).rstrip()


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", default="", help="cases whose group or name contains this")
    parser.add_argument(
        "--seconds", type=float, default=2.0, help="for each race, at least 7 rounds"
    )
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--no-naive", action="store_true", help="skip the naive layers (a minute)")
    parser.add_argument("--json", type=Path, default=ROOT / "results" / "benchmarks.json")
    options = parser.parse_args()
    if importlib.util.find_spec("torch") is None:
        parser.error("PyTorch is missing: pip install 'workbook[bench]'")
    if options.clock == "cpu" and options.threads != [1]:
        parser.error("--clock cpu sees one thread only: add --threads 1")
    machine = {
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        "when": time.strftime("%Y-%m-%d %H:%M:%S"),
        "clock": options.clock,
    }
    print(f"{machine['processor']}, {machine['cores']} cores, load {machine['load']}")
    print("Milliseconds forward / backward, smallest of many rounds taken in turn;")
    print("ours/PyTorch: by the smallest (by the median of the rounds).")
    records = [record for threads in options.threads for record in run(threads, options)]
    options.json.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": machine, "records": records}
    options.json.write_text(json.dumps(report, indent=1), encoding="utf-8", newline="\n")
    missed = [f"{r['case']} ({r['threads']} thread(s))" for r in records if r.get("met") is False]
    missed += [
        f"{r['case']}: the NumPy path is slower than CS231n's compiled layers"
        for r in records
        if r.get("numpy_times_as_fast_as_cs231n", 1) < 1
    ]
    print(f"\nWritten: {options.json}. Goals missed: {len(missed)}.")
    for name in missed:
        print(f"  {name}")
    return 0


def processor() -> str:
    """The processor's own name for itself, where the system tells it."""
    file = Path("/proc/cpuinfo")
    if file.is_file():
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    raise SystemExit(main())
