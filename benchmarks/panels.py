"""How soon the panels answer, and what fifty runs leave in memory.

    python -m benchmarks.panels                      # everything
    python -m benchmarks.panels --part slider        # or cells, memory

The panels run here as in a notebook's kernel, on the solutions, without a browser: from the moment
when a control was let go to the new picture's bytes. Beside the time on the clock stands the
processors' time of this process and of the panel's child: on a busy machine that is what counts.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
# Seconds that a cell may take before any training, and a slider's answer.
CELL, SLIDER = 2.0, 0.2
RUNS = 50
_CELL = """
import time
from workbook.widgets import panel
from workbook.widgets.open_widgets import open_panels
clock, work = time.perf_counter(), time.process_time()
panel({name!r})
print(time.perf_counter() - clock, time.process_time() - work)
open_panels.get({name!r}).close()
"""


def environment() -> dict[str, str]:
    """As in a notebook that runs the solutions."""
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    kept = {name: value for name, value in os.environ.items() if name != "WORKBOOK_STATIC"}
    return {**kept, **dict.fromkeys(threads, "1"), "WORKBOOK_EXERCISES": "solutions"}


def cells(rounds: int) -> None:
    """Each panel's cell in fresh processes, after the notebook's imports: the quickest."""
    from workbook.widgets.panels.registry import PANELS

    print(f"\nA panel's cell, until it has answered (goal: {CELL:.0f} s)")
    for name in PANELS:
        lots = []
        for _ in range(rounds):
            command = [sys.executable, "-c", _CELL.format(name=name)]
            done = subprocess.run(
                command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True
            )
            lots.append([float(word) for word in done.stdout.split()[-2:]])
        clock, work = (min(lot) for lot in zip(*lots, strict=True))
        print(f"  {name:<16} {clock:6.2f} s   processor {work:6.2f} s   {verdict(clock, CELL)}")


def opened(name: str, **start: Any) -> Any:
    """A panel that has computed once."""
    from workbook.widgets.panels.registry import find

    panel = find(name)(**start)
    panel.run()
    if not panel.wait(120) or panel.job.state != "done":
        raise SystemExit(f"{name}: {panel.job.failure or 'it took too long'}")
    return panel


def slider(count: int = 20) -> None:
    """The weight scale is moved from place to place, and its picture waited for."""
    panel = opened("weight_scale")
    child = psutil.Process(panel._runner.pid)
    clocks, mine, theirs = [], [], []
    for number in range(count + 3):
        before, picture = child.cpu_times(), panel.picture.value
        clock, work = time.perf_counter(), time.process_time()
        panel.controls["scale"].value = 10 ** (-4 + 4 * (number % 17) / 17)
        panel.wait(60)
        if number >= 3:
            clocks.append(time.perf_counter() - clock)
            mine.append(time.process_time() - work)
            after = child.cpu_times()
            theirs.append(max(0.0, after.user + after.system - before.user - before.system))
        assert panel.picture.value != picture
    panel.close()
    print(f"\nThe weight scale's slider, from its release to the new picture (goal: {SLIDER} s)")
    for words, lot in (("clock", clocks), ("kernel", mine), ("child", theirs)):
        told = f"  {words:<16} best {min(lot):.3f} s   median {statistics.median(lot):.3f} s"
        print(told + (f"   {verdict(statistics.median(lot), SLIDER)}" if lot is clocks else ""))


def memory(name: str) -> None:
    """Resident memory of this process while one panel runs again and again."""
    panel, me = opened(name), psutil.Process()
    print(f"\nResident memory over {RUNS} runs of {name}")
    for number in range(1, RUNS + 1):
        panel.run()
        panel.wait(120)
        if number in (1, 10, 20, 30, 40, 50):
            print(f"  after run {number:>2}     {me.memory_info().rss / 2**20:.1f} MiB")
    panel.close()


def verdict(value: float, goal: float) -> str:
    """Whether the goal was met."""
    return "ok" if value < goal else "NO"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.panels",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--part", choices=("cells", "slider", "memory"), help="only this part")
    parser.add_argument("--panel", default="surfaces", help="whose memory to watch")
    parser.add_argument("--rounds", type=int, default=3, help="processes for each cell")
    options = parser.parse_args()
    os.environ.update(environment())
    os.environ.pop("WORKBOOK_STATIC", None)
    if hasattr(os, "getloadavg"):
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if options.part in (None, "slider"):
        slider()
    if options.part in (None, "memory"):
        memory(options.panel)
    if options.part in (None, "cells"):
        cells(options.rounds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
