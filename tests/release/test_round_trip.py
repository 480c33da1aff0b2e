"""The whole round: release, a student's work, submit, and what the instructor sees of it."""

import ast
import json
import os
import shutil
import subprocess
import sys

import pytest

from workbook import curriculum
from workbook.checks.misconceptions import Catalogue, source_file
from workbook.grading.intake import archives
from workbook.grading.intake.receipt import receipt
from workbook.grading.intake.select_files import is_candidate, select_files
from workbook.release.presolved import stubs
from workbook.student import load_implementation, locations

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(locations.solutions_folder() is None, reason="this copy has no solutions/"),
]

RIGHT = ("affine_forward", "relu_forward", "softmax_loss")
# Two misconceptions, as the catalogue has them, and what they lead to.
WRONG = {
    "affine_backward": "affine_backward.db_keepdims",
    "relu_backward": "relu_backward.local_gradient",
}
OUTCOMES = {"affine_backward": "almost", "relu_backward": "fail"}


def _with_mistakes(source):
    """A file in which two functions are those of the catalogue of mistakes."""
    solutions = locations.solutions_folder()
    lines = source.split("\n")
    with load_implementation(solutions) as impl:
        for name, misconception in WRONG.items():
            assert misconception in Catalogue.read(name, impl).misconceptions
            path = source_file(name, solutions)
            declared = ast.parse(path.read_text(encoding="utf-8")).body
            [wrong] = [
                n
                for n in declared
                if isinstance(n, ast.FunctionDef)
                and misconception
                in (d.args[0].value for d in n.decorator_list if isinstance(d, ast.Call))
            ]
            wrong.decorator_list = []
            wrong.name = name
            [old] = [n for n in ast.parse("\n".join(lines)).body if getattr(n, "name", "") == name]
            lines[old.lineno - 1 : old.end_lineno] = ast.unparse(wrong).split("\n")
    return "\n".join(lines)


@pytest.fixture
def student(copy):
    """The copy in a student's hands: three exercises right, two wrong, the others untouched."""
    source = stubs(RIGHT)["layers.py"]
    path = copy / "workbook" / "exercises" / "layers.py"
    path.write_text(_with_mistakes(source), encoding="utf-8")

    def run(*arguments):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("WORKBOOK_", "PYTEST"))}
        return subprocess.run(
            [sys.executable, "-m", "workbook", *arguments],
            cwd=copy,
            env={**env, "PYTHONPATH": str(copy)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )

    run.folder = copy
    return run


def _verdicts(results):
    return {r["exercise"]: (r["outcome"], r["misconception"]) for r in results}


def test_the_instructor_sees_what_the_student_was_told(student, tmp_path):
    assert not (student.folder / "solutions").exists()
    checked = student("check", *RIGHT, *WRONG, "--json")
    assert checked.returncode == 1, checked.stderr
    told = _verdicts(json.loads(checked.stdout)["results"])
    assert {name: told[name] for name in RIGHT} == dict.fromkeys(RIGHT, ("pass", None))
    for name, misconception in WRONG.items():
        assert told[name] == (OUTCOMES[name], misconception)

    handed_in = student("submit", "--id", "jd7")
    assert handed_in.returncode == 0, handed_in.stderr
    assert "almost right, counted as done: affine_backward" in handed_in.stdout
    assert "relu_backward (fail)" in handed_in.stdout
    path = student.folder / "jd7.zip"
    contents = archives.read_archive(path, lambda name: True)
    manifest = json.loads(contents.files["manifest.json"])

    # Back as the instructor: what grading reads is what was packed.
    known = curriculum.load()
    chosen = select_files(
        archives.read_archive(path, lambda name: is_candidate(name, known)), known
    )
    assert not chosen.problems
    assert f"Receipt: {receipt(chosen.files)}" in handed_in.stdout
    submitted = {r["exercise"]: r["points"] for r in manifest["results"]}
    graded, page = _graded(path, tmp_path)
    for name in (*RIGHT, *WRONG):
        assert (graded[name]["outcome"], graded[name]["misconception"]) == told[name]
        assert graded[name]["points"] == submitted[name]
    assert receipt(chosen.files) in page
    for name in WRONG:
        assert name in page


def _graded(path, tmp_path):
    """What `workbook grade` makes of a submission: results by exercise, and the student's page."""
    pytest.importorskip("sqlalchemy")
    (tmp_path / "class").mkdir()
    shutil.copy(path, tmp_path / "class")
    scheme = tmp_path / "scheme.toml"
    others = [e.id for e in curriculum.load().in_notebook("FullyConnectedNet")]
    others = [name for name in others if name not in (*RIGHT, *WRONG)]
    scheme.write_text(
        f'[count]\nnotebooks = ["FullyConnectedNet"]\nleave_out = {json.dumps(others)}\n',
        encoding="utf-8",
    )
    out = tmp_path / "results"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "workbook", "grade", str(tmp_path / "class")),
            *("--out", str(out), "--scheme", str(scheme), "--no-nbval", "--jobs", "1"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    [student] = json.loads((out / "grades.json").read_text(encoding="utf-8"))["students"]
    results = {result["exercise"]: result for result in student["exercises"]}
    return results, (out / "feedback" / "jd7.html").read_text(encoding="utf-8")
