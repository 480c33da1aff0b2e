"""Grades a class whose true outcomes are known, and says whether every one of them was met.

    python tests/grading/class/run.py --students 250 --jobs 2 --store FOLDER

It hands in as students do (folders, .zip and .tar.gz), runs `workbook grade`, and reads what that
wrote to FOLDER/results; a second call goes on where the first was. `--kill-at 900` kills the run
when 900 units are done and starts it again; `--same-as OTHER` says what differs from the results
in another FOLDER.
"""

import argparse
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import make  # noqa: E402

# The same for everybody, as the pages show it.
HANDED_IN = (2026, 11, 20, 12, 0, 0)


def hand_in(students: list[make.Student], folder: Path) -> None:
    """Write what the students send: a third each as folders, .zip and .tar.gz."""
    folder.mkdir(parents=True)
    when = time.mktime((*HANDED_IN, 0, 0, -1))
    for number, student in enumerate(students):
        files = {f"exercises/{name}": data for name, data in student.submission.files.items()}
        for name in student.submission.problems:
            files[f"exercises/{name}"] = b"#" * 50_000_000
        path = folder / student.submission.name
        if number % 3 == 0 or student.submission.problems:
            for name, data in files.items():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                (path / name).write_bytes(data)
                os.utime(path / name, (when, when))
        elif number % 3 == 1:
            path = path.with_suffix(".zip")
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in files.items():
                    archive.writestr(zipfile.ZipInfo(name, HANDED_IN), data)
        else:
            path = path.with_suffix(".tar.gz")
            with tarfile.open(path, "w:gz") as packed:
                for name, data in files.items():
                    entry = tarfile.TarInfo(name)
                    entry.size = len(data)
                    packed.addfile(entry, io.BytesIO(data))
        os.utime(path, (when, when))


def _query(results: Path, question: str) -> list[tuple[object, ...]]:
    try:
        with sqlite3.connect(f"file:{results / 'gradebook.sqlite'}?mode=ro", uri=True) as database:
            return database.execute(question).fetchall()
    except sqlite3.OperationalError:
        return []  # Not made yet.


def units(results: Path) -> int:
    """How many are finished."""
    return int(str(sum(row[0] for row in _query(results, "SELECT count(*) FROM units"))))  # type: ignore[misc]


def grade(command: list[str], results: Path, kill_at: int) -> tuple[int, int]:
    """Run it to its end, after having killed it once if asked to; how many units were done then.

    What was done then must not be done again.
    """
    before: list[tuple[object, ...]] = []
    kept = "SELECT id, key, made FROM units ORDER BY id"
    if kill_at:
        process = subprocess.Popen(command)
        while process.poll() is None and units(results) < kill_at:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        before = _query(results, kept)
        print(f"killed with {len(before)} units done", file=sys.stderr, flush=True)
    code = subprocess.run(command, check=False).returncode
    after = _query(results, kept)
    assert after[: len(before)] == before, "what was kept has changed"
    keys = [row[1] for row in after]
    assert not before or len(keys) == len(set(keys)), "a finished unit was run again"
    return code, len(before)


def differences(one: Path, other: Path, but: set[str]) -> Iterator[str]:
    """What is not the same in two folders of results, but for times and for some students."""
    pages = sorted(path.relative_to(other) for path in other.glob("feedback/*.html"))
    pages = [page for page in pages if page.stem not in but]
    for name in (Path("grades.csv"), Path("canvas.csv"), *pages):
        if not (one / name).is_file() or (one / name).read_bytes() != (other / name).read_bytes():
            yield f"{name} differs"
    tables = [json.loads((each / "grades.json").read_text("utf-8")) for each in (one, other)]
    for table in tables:
        del table["run"]["started"]
    if tables[0] != tables[1]:
        yield "grades.json differs"
    questions = (
        "SELECT state, secret, scheme, settings, versions, notes FROM runs ORDER BY id",
        "SELECT * FROM students ORDER BY id",
        "SELECT * FROM exercises ORDER BY id",
        "SELECT run_id, student_id, place, source, digest, status, reason, handed_in, late, notes"
        " FROM submissions ORDER BY 1, 2, 3",
        "SELECT s.student_id, o.kind, o.subject, o.outcome, o.points, o.maximum, o.seed, u.key,"
        " u.infra, json_remove(u.result, '$.seconds') FROM outcomes o JOIN units u"
        " ON u.id = o.unit_id JOIN submissions s ON s.id = o.submission_id ORDER BY 1, 2, 3",
    )
    for question in questions:
        rows = [_query(each, question) for each in (one, other)]
        if len(rows[0]) != len(rows[1]):
            yield f"{len(rows[0])} rows, not {len(rows[1])}: {question}"
        for row, right in zip(*rows, strict=False):
            if row != right and row[0] not in but:
                found = [
                    f"{a!s:.300} / {b!s:.300}" for a, b in zip(row, right, strict=True) if a != b
                ]
                yield f"{row[:3]}: {'; '.join(found)}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--students", type=int, default=250)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--timeout", type=float, default=5.0)
    parser.add_argument("--exercises", nargs="*", default=[])
    parser.add_argument("--nbval", action="store_true")
    parser.add_argument("--kill-at", type=int, default=0, metavar="UNITS")
    parser.add_argument("--same-as", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    students = list(make.make(options.students))
    sent, results = options.store / "submissions", options.store / "results"
    if not sent.is_dir():
        hand_in(students, sent)
    scheme = options.store / "scheme.toml"
    scheme.write_text(f"[count]\nexercises = {json.dumps(options.exercises)}\n", encoding="utf-8")
    command = [
        *(sys.executable, "-m", "workbook", "grade", str(sent), "--out", str(results)),
        *("--scheme", str(scheme), "--seed", "1", "--jobs", str(options.jobs)),
        *("--timeout", f"{options.timeout:g}", "--memory", "1024"),
        *(["--cell-timeout", f"{options.timeout:g}"] if options.nbval else ["--no-nbval"]),
    ]
    began = time.monotonic()
    code, before = grade(command, results, options.kill_at)
    seconds = time.monotonic() - began

    table = json.loads((results / "grades.json").read_text(encoding="utf-8"))
    graded = {entry["id"]: entry for entry in table["students"]}
    bad = [] if code == 0 else [f"workbook grade ended with {code}"]
    named = verdicts = 0
    flags: Counter[str] = Counter()
    for student in students:
        entry = graded[student.submission.name]
        found = {each["exercise"]: each for each in entry["exercises"]}
        lines = student.wrong(found)
        judged = set(make.hostile.JUDGED)
        if student.case is not None and judged <= set(found):
            attacked = {name: found[name]["outcome"] for name in make.hostile.JUDGED}
            if not make.hostile.judged_right(student.case, attacked):
                lines.append(f"{student.case.name}: {attacked}")
        if entry["status"] != "graded":
            lines.append(f"{entry['status']}: {entry['reason']}")
        # The notebooks must never doubt who is right.
        if options.nbval and student.kind == "solution":
            lines += [
                f"{name}: the notebook says {each['nbval']}"
                for name, each in found.items()
                if each["nbval"] not in ("pass", None)
            ]
        bad += [f"{student.submission.name} ({student.kind}) {line}" for line in lines]
        flags.update(student.kind for flag in entry["flags"] if "the notebook says" in flag)
        named += sum(name in found for name in student.mistakes)
        verdicts += len(found)
    if options.same_as:
        # How far a fork bomb comes is another story each time; its marks are the same.
        bombs = {s.submission.name for s in students if s.case and len(s.case.expected) > 1}  # type: ignore[attr-defined]
        bad += differences(results, options.same_as / "results", bombs)
    for line in bad:
        print(line)
    print(
        json.dumps(
            {
                "students": dict(Counter(student.kind for student in students)),
                "verdicts": verdicts,
                "mistakes planted": named,
                "not as expected": len(bad),
                "the notebook doubts": dict(flags),
                "done before": before,
                "seconds": round(seconds, 1),
            }
        )
    )
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
