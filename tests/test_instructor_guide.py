"""The commands of the instructor's guide are run, and its exercise of one's own is tried."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from workbook.student import locations

ROOT = Path(__file__).resolve().parents[1]

# Commands that open something and stay, or need a whole class: run by the tests named here.
ELSEWHERE = {
    "python start.py": "tests/release/test_release_checks.py, tests/test_start.py",
    "workbook release nets --zip": "tests/cli/test_release.py, tests/release/test_round_trip.py",
    "workbook grade submissions --out results": "tests/release/test_round_trip.py",
    "workbook grade --self-test --no-nbval": "tests/cli/test_grade.py",
    "workbook doctor": "tests/cli/test_doctor.py",
}


# What is asked of every exercise, and of the course as a whole.
CONTENT_TESTS = (
    "tests/course tests/checks/test_misconceptions.py"
    " tests/checks/test_answer_key.py tests/student/test_stub_calls.py tests/student/test_stubs.py"
    " tests/cli/test_hint.py tests/locale tests/test_curriculum.py"
    " -k 'gelu or every_message or no_message or every_row or row_that_there_is_not"
    " or belongs_to_nothing or test_sentences or test_curriculum or test_stubs'"
)


def commands(page):
    """The command lines of a page, in order: what is indented by four spaces or more."""
    text = re.sub(r"```.*?```", "", (ROOT / "docs" / page).read_text(encoding="utf-8"), flags=re.S)
    found = re.findall(r"^ {4,}((?:workbook|python) .+)$", text, flags=re.M)
    assert found, page
    return found


def blocks(page):
    """The files that a page writes out, by name."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.findall(r"```(?:python|toml)\n# (\S+\.\w+)\n(.*?)```", text, flags=re.S)
    return dict(found)


def fill_check_cell(path):
    """Write the check of the guide into its cell."""
    text = (ROOT / "docs" / "instructor.md").read_text(encoding="utf-8")
    [(cell_id, source)] = re.findall(r"```python\n# (\S+-check)\n(.*?)\n```", text, flags=re.S)
    notebook = nbformat.read(path, as_version=4)
    [cell] = [cell for cell in notebook.cells if cell.id == cell_id]
    cell.source = source
    nbformat.write(notebook, path)


def run(line, cwd, where):
    env = {n: v for n, v in os.environ.items() if not n.startswith(("WORKBOOK_", "PYTEST"))}
    return subprocess.run(
        [sys.executable, "-m", *shlex.split(line)],
        cwd=cwd,
        env={**env, "PYTHONPATH": str(where)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


def test_what_is_run_elsewhere_stands_in_the_guide():
    assert set(ELSEWHERE) <= set(commands("instructor.md"))


@pytest.mark.skipif(locations.solutions_folder() is None, reason="this copy has no solutions/")
def test_the_policy_of_the_guide_is_one():
    from workbook.checks.bughunt import planted_code
    from workbook.student import course_policy

    read = course_policy.parse(blocks("instructor.md")["course.toml"])
    assert read.diagnosis == "located" and set(read.hunts) <= set(planted_code.names())


@pytest.mark.slow
@pytest.mark.skipif(locations.solutions_folder() is None, reason="this copy has no solutions/")
def test_every_command_for_instructors_and_the_exercise_of_ones_own(tmp_path):
    skip = shutil.ignore_patterns("__pycache__", "*.so", ".workbook")
    for name in ("workbook", "solutions", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=skip)
    for name in ("pyproject.toml", "start.py"):
        shutil.copy(ROOT / name, tmp_path)
    written = blocks("instructor.md")
    assert len(written) == 6
    outputs = {}
    for line in commands("instructor.md"):
        if line in ELSEWHERE:
            continue
        done = run(line, tmp_path, tmp_path)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        outputs[line.split()[1]] = done.stdout
        if line.startswith("workbook new-exercise"):
            for name, text in written.items():
                assert name == "course.toml" or (tmp_path / name).is_file(), name
                (tmp_path / name).write_text(text, encoding="utf-8")
            fill_check_cell(tmp_path / "notebooks" / "FullyConnectedNet.ipynb")
    assert "gelu_forward: Right" in outputs["check"] and "2 of 2 points" in outputs["check"]
    assert run("workbook check gelu_forward", tmp_path, tmp_path).returncode == 1

    path = tmp_path / "workbook" / "exercises" / "activations.py"
    pristine = path.read_text(encoding="utf-8")
    assert "NotImplementedError" in pristine
    wrong = written["solutions/activations.py"].replace("x / math.sqrt(2)", "x")
    path.write_text(wrong, encoding="utf-8")
    said = run("workbook check gelu_forward", tmp_path, tmp_path)
    assert said.returncode == 1 and "bends too sharply" in said.stdout
    loop = written["solutions/misconceptions/gelu/gelu_forward.py"]
    body = loop[loop.index("def gelu_forward") : loop.index('@right("gelu_forward.complement")')]
    path.write_text(f"import math\nimport numpy as np\n\n{body}", encoding="utf-8")
    assert run("workbook check gelu_forward", tmp_path, tmp_path).returncode == 0

    # Nothing but the content itself had to be written: the tests of the content pass with it.
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=skip)
    path.write_text(pristine, encoding="utf-8")
    done = run(f"pytest -q -n 0 -p no:cacheprovider {CONTENT_TESTS}", tmp_path, tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
