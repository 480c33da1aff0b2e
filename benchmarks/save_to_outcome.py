"""Time from a saved file to its outcome: in a notebook, with `watch`, and with a new process.

    python -m benchmarks.save_to_outcome [--rounds N]

In each round every exercise is saved and judged in three ways, one after the other: by a warm
checker, as a notebook's `check` has one; by `workbook watch`, from the save to the printed line;
and by `workbook check` in a new process, which is the peer. Medians over the rounds count.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from workbook import curriculum
from workbook.checks.warm_checker import WarmChecker

EXERCISES = ("affine_forward", "conv_backward_naive", "FullyConnectedNet.loss", "adam")
ROOT = Path(__file__).resolve().parents[1]
GOAL = 0.3
"""Seconds from a save to an outcome."""
_PAUSE = 1.5  # Seconds in which the next worker gets ready, as it does while somebody types.


def _save(folder: Path, exercise_id: str, number: int) -> None:
    """Change the exercise's file as an editor does."""
    path = folder / curriculum.load()[exercise_id].file
    path.write_text(f"{path.read_text(encoding='utf-8')}\n# {number}\n", encoding="utf-8")


def warm(checker: WarmChecker, folder: Path, exercise_id: str, number: int) -> float:
    """Return the seconds that a warm checker takes."""
    time.sleep(_PAUSE)
    _save(folder, exercise_id, number)
    began = time.perf_counter()
    checker.report(exercise_id)
    return time.perf_counter() - began


def watched(lines: IO[str], folder: Path, exercise_id: str, number: int) -> float:
    """Return the seconds from a save to a line of `workbook watch`."""
    time.sleep(_PAUSE)
    exercise = curriculum.load()[exercise_id]
    path = folder / exercise.file
    text = path.read_text(encoding="utf-8")
    # A statement behind the docstring of the exercise itself, so that it is what was touched.
    at = text.index(f"class {exercise.qualname}") if exercise.part else 0
    at = text.index(f"def {exercise.part or exercise.qualname}(", at)
    at = text.index("\n", text.index('"""', text.index('"""', at) + 3))
    indent = " " * (8 if exercise.part else 4)
    changed = f"{text[:at]}\n{indent}number = {number}{text[at:]}"
    began = time.perf_counter()
    path.write_text(changed, encoding="utf-8")
    for line in lines:
        if exercise_id in line:
            return time.perf_counter() - began
    raise SystemExit("workbook watch has ended")


def cold(folder: Path, exercise_id: str) -> float:
    """Return the seconds of `workbook check` in a new process."""
    line = [sys.executable, "-m", "workbook", "check", exercise_id, "--exercises", str(folder)]
    began = time.perf_counter()
    subprocess.run(line, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
    return time.perf_counter() - began


def main() -> None:
    """Print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "exercises"
        ignored = shutil.ignore_patterns("misconceptions", "__pycache__")
        shutil.copytree(ROOT / "solutions", folder, ignore=ignored)
        line = [sys.executable, "-u", "-m", "workbook", "watch", "--exercises", str(folder)]
        found: dict[str, dict[str, list[float]]] = {}
        with (
            WarmChecker(folder) as checker,
            subprocess.Popen(line, stdout=subprocess.PIPE, text=True, cwd=ROOT) as watch,
        ):
            assert watch.stdout is not None
            try:
                checker.prepare()
                next(line for line in watch.stdout if "Everything is done" in line)
                for number in range(rounds):
                    for exercise_id in EXERCISES:
                        times = found.setdefault(exercise_id, {"warm": [], "watch": [], "cold": []})
                        times["watch"].append(watched(watch.stdout, folder, exercise_id, number))
                        times["warm"].append(warm(checker, folder, exercise_id, number))
                        times["cold"].append(cold(folder, exercise_id))
            finally:
                watch.terminate()
    for exercise_id, times in found.items():
        middle = {way: round(statistics.median(each), 3) for way, each in times.items()}
        print(
            f"{exercise_id:24}" + "  ".join(f"{way} {each:.3f} s" for way, each in middle.items())
        )
    every = {way: [s for times in found.values() for s in times[way]] for way in ("warm", "watch")}
    middle = {way: round(statistics.median(each), 3) for way, each in every.items()}
    print(json.dumps({**middle, "goal": GOAL, "met": max(middle.values()) <= GOAL}))


if __name__ == "__main__":
    main()
