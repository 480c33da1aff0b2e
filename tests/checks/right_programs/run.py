"""Judge every right program: each style as a whole folder, and each alternative of the catalogue.

    python tests/checks/right_programs/run.py [STYLE...]

Each must pass, from the answer key alone and with the solutions. The exit code is 1 if one is
rejected.
"""

import sys
import tempfile
from pathlib import Path

import folders

from workbook.checks.checker import Checker
from workbook.student.locations import solutions_folder


def rejected(style: str, solutions: Path, *, with_solutions: bool) -> list[str]:
    """Return what is said of each exercise of a style that does not pass."""
    with tempfile.TemporaryDirectory() as base:
        folder = folders.write(style, solutions, Path(base) / "exercises")
        chosen = solutions if with_solutions else None
        with Checker(folder, solutions=chosen, timeout=120.0) as checker:
            return [
                f"{r.result.exercise}: {r.result.outcome} ({r.result.seen})"
                for r in checker.judge(folders.written(style))
                if r.result.outcome != "pass"
            ]


def main(styles: list[str]) -> int:
    """Judge the styles, all by default; return the exit code."""
    solutions = solutions_folder()
    if solutions is None:
        print("The right programs need the solutions.")
        return 2
    count, bad = 0, 0
    for style in styles or folders.names():
        count += len(folders.written(style))
        for kind in (False, True):
            for line in rejected(style, solutions, with_solutions=kind):
                bad += 1
                print(f"{style}, {'with solutions' if kind else 'key alone'}: {line}")
    print(f"{count} right programs in {len(styles or folders.names())} styles, {bad} rejections")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
