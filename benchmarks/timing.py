"""Time rivals side by side: one call of each in turn, so that a busy moment meets them all."""

import statistics
import time
from collections.abc import Callable
from typing import Any

__all__ = ["CLOCKS", "race", "ratio"]

# "cpu" is for one thread on a busy machine: time in which others ran does not count.
CLOCKS = {"wall": time.perf_counter, "cpu": time.thread_time}


def race(
    rivals: dict[str, Callable[[], Any]],
    *,
    clock: Callable[[], float],
    seconds: float,
    least: int = 7,
    most: int = 300,
    once: tuple[str, ...] = (),
    pause: float = 0.0,
) -> dict[str, dict[str, Any]]:
    """Milliseconds of each rival: smallest, median, and every sample in order.

    Parameters
    ----------
    rivals : dict
        Functions without arguments. Each is called once first, untimed.
    clock : function
        One of CLOCKS.
    seconds : float
        Stop starting new rounds after this long (but not before `least` rounds).
    least, most : int
        Bounds on the rounds.
    once : tuple of str
        Rivals too slow to repeat: timed in the first round only, and not warmed up.
    pause : float
        Seconds to wait before each rival's turn, which then begins with an untimed call. For
        several threads: OpenMP's and OpenBLAS's go on spinning for tens of milliseconds after
        their work, and would take a processor from whoever comes next.
    """
    samples: dict[str, list[float]] = {name: [] for name in rivals}
    for name, run in rivals.items():
        if name not in once:
            run()
    start = time.perf_counter()
    for count in range(most):
        if count >= least and time.perf_counter() - start > seconds:
            break
        for name, run in rivals.items():
            if name in once and count:
                continue
            if pause:
                time.sleep(pause)
                run()
            for _ in range(3 if pause else 1):
                before = clock()
                run()
                samples[name].append((clock() - before) * 1e3)
    return {
        name: {"min": min(values), "median": statistics.median(values), "samples": values}
        for name, values in samples.items()
    }


def ratio(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> dict[str, float]:
    """Our time over theirs, summed over the parts (forward, backward): by minimum and median."""
    rounds = [
        sum(a) / sum(b)
        for a, b in zip(
            zip(*(part["samples"] for part in ours), strict=False),
            zip(*(part["samples"] for part in theirs), strict=False),
            strict=False,
        )
    ]
    return {
        "min": sum(part["min"] for part in ours) / sum(part["min"] for part in theirs),
        "median": statistics.median(rounds),
    }
