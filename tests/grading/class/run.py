"""Grades a class whose true outcomes are known, and says whether every one of them was met.

    python tests/grading/class/run.py --students 200 --jobs 2 --store FOLDER

Results are kept in FOLDER, a file a unit, so that a run that was killed goes on where it was.
"""

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import make  # noqa: E402

from workbook import curriculum  # noqa: E402
from workbook.grading import engine  # noqa: E402
from workbook.grading.work import Settings, Submission, UnitResult, unit_keys  # noqa: E402
from workbook.workspace.files import write_text  # noqa: E402


class Store:
    """Finished units as files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def done(self, key: str) -> UnitResult | None:
        path = self.folder / f"{key}.json"
        if not path.is_file():
            return None
        return UnitResult(**json.loads(path.read_text(encoding="utf-8")))

    def heard(self, _: Submission, results: list[UnitResult]) -> None:
        for result in results:
            path = self.folder / f"{result.key}.json"
            if not path.is_file():
                write_text(path, json.dumps(asdict(result)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--timeout", type=float, default=5.0)
    parser.add_argument("--exercises", nargs="*")
    options = parser.parse_args()
    store = Store(options.store)
    students = list(make.make(options.students))
    exercises = tuple(options.exercises or curriculum.load().ids())
    settings = Settings("c1a55", exercises, timeout=options.timeout, memory=1024)
    began, last = time.monotonic(), [0.0]
    count: Counter[str] = Counter()

    def heard(submission: Submission, results: list[UnitResult]) -> None:
        store.heard(submission, results)
        count.update(result.result["outcome"] for result in results)
        if time.monotonic() - last[0] > 10:
            last[0] = time.monotonic()
            print(f"{last[0] - began:.0f} s {dict(count)}", file=sys.stderr, flush=True)

    submissions = [student.submission for student in students]
    engine.run(submissions, settings, jobs=options.jobs, done=store.done, heard=heard)
    seconds = time.monotonic() - began
    bad: list[str] = []
    named = verdicts = 0
    table = {}
    for student in students:
        results = {}
        for key, (_, exercise_id) in unit_keys(student.submission, settings).items():
            unit = store.done(key)
            assert unit is not None, f"{student.submission.name} has no verdict on {exercise_id}"
            results[exercise_id] = unit.result
        found = {name: r["outcome"] for name, r in results.items()}
        lines = student.wrong(results)
        judged = set(make.hostile.JUDGED)
        if student.case is not None and judged <= set(found):
            attacked = {name: found[name] for name in make.hostile.JUDGED}
            if not make.hostile.judged_right(student.case, attacked):
                lines.append(f"{student.case.name}: {attacked}")
        bad += [f"{student.submission.name} ({student.kind}) {line}" for line in lines]
        named += sum(name in results for name in student.mistakes)
        verdicts += len(results)
        table[student.submission.name] = {
            name: [r["outcome"], r["points"], r["misconception"]] for name, r in results.items()
        }
    write_text(options.store.with_suffix(".table.json"), json.dumps(table, sort_keys=True))
    for line in bad:
        print(line)
    kinds = Counter(student.kind for student in students)
    print(
        json.dumps(
            {
                "students": dict(kinds),
                "verdicts": verdicts,
                "mistakes planted": named,
                "not as expected": len(bad),
                "seconds": round(seconds, 1),
                "infra": sum(v[0] == "infra" for row in table.values() for v in row.values()),
            }
        )
    )
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
