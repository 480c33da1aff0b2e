"""Does grading say what `workbook check` said to the student?

    python tests/grading/class/agree.py [--exercises ID...]

Honest submissions, with every misconception and everything right in other words, are judged twice:
as the student's copy does it, without solutions and at the key's seed, and as a class is graded.
What passes there must pass here, and the same mistake must be named; the two may differ only where
something that the exercise requires is wrong, which the student's copy cannot replace.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import make  # noqa: E402

from workbook import curriculum  # noqa: E402
from workbook.checks.checker import Checker  # noqa: E402
from workbook.grading.cache_key import unit_keys  # noqa: E402
from workbook.grading.judge_submission import judge_alone  # noqa: E402
from workbook.grading.units import Settings  # noqa: E402

SECRET = "a9ee"
# No whole submission: its other half leaves out the lines for the seed, which a student is given.
HALVES = {"dropout_backward.boolean_mask_in_the_cache"}


def honest(correct: bool, exercises: Iterable[str]) -> Iterator[tuple[make.Student, list[str]]]:
    """Submissions with every misconception of some exercises, and where those are."""
    rows, alike = make.every_misconception(correct=correct, exercises=exercises)
    for number, row in enumerate(rows):
        chosen = [misconception for misconception in row if misconception.id not in HALVES]
        name = f"{'right' if correct else 'wrong'}{number}"
        yield (
            make.mistaken(name, chosen, alike),
            [misconception.exercise for misconception in chosen],
        )


def as_the_student(student: make.Student, ids: list[str]) -> dict[str, tuple[str, str | None]]:
    """Outcome and mistake, as `workbook check` has them in a copy without solutions."""
    with tempfile.TemporaryDirectory() as name:
        for file, data in student.submission.files.items():
            (Path(name) / file).parent.mkdir(exist_ok=True)
            (Path(name) / file).write_bytes(data)
        with Checker(name, solutions=None) as session:
            results = [report.result for report in session.judge(ids)]
    return {result.exercise: (result.outcome, result.misconception) for result in results}


def graded(student: make.Student, ids: list[str]) -> dict[str, tuple[str, str | None]]:
    """The same, as a class is graded."""
    settings = Settings(SECRET, tuple(ids))
    units = {key: name for key, (_, name) in unit_keys(student.submission, settings).items()}
    results = judge_alone(student.submission, settings, units)
    return {r.subject: (r.result["outcome"], r.result["misconception"]) for r in results}


def differences(student: make.Student, changed: list[str], ids: list[str]) -> Iterator[str]:
    """Where the two say different things and nothing excuses it, a line each."""
    # The other half of a pair, or another part of a class, may be wrong on the way.
    touched = {other for name in changed for other in curriculum.load().plan(name).own}
    there = as_the_student(student, ids)
    here = graded(student, list({**dict.fromkeys(ids), **dict.fromkeys(sorted(touched))}))
    wrong = {name for name in touched if here[name][0] != "pass"}
    for name in ids:
        (outcome, mistake), (other, named) = there[name], here[name]
        same = mistake == named or mistake in student.alike.get(str(named), ())
        wrong_below = wrong & set(curriculum.load().plan(name).replaced)
        if outcome == "pass" and other != "pass":
            yield f"{student.submission.name} {name}: passes the check, but {other} in grading"
        elif not wrong_below and (outcome != other or not same):
            said = f"{outcome} ({mistake}) in the check, {other} ({named}) in grading"
            yield f"{student.submission.name} {name}: {said}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--exercises", nargs="*")
    options = parser.parse_args()
    wanted = options.exercises or curriculum.load().ids()
    began, bad, count = time.monotonic(), 0, Counter[str]()
    for correct in (True, False):
        for student, changed in honest(correct, wanted):
            for line in differences(student, changed, changed):
                print(line, flush=True)
                bad += 1
            count.update({"right" if correct else "wrong": len(changed), "submissions": 1})
            print(f"{time.monotonic() - began:.0f} s {dict(count)}", file=sys.stderr, flush=True)
    print(json.dumps({**count, "differences": bad}))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
