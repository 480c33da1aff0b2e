"""nbgrader's time for the same assignments: a course of its own in a temporary folder.

Each exercise is one autograded test cell, in the notebooks that our own nbval run uses. What
is timed is nbgrader's own work (a kernel a notebook, its database), not the checks. Once it is
kept as small as can be, with cells that import NumPy and no more; once it has what a notebook
cannot do without: its own first cell, which imports the student's modules, and test cells that
look the function up.
"""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from workbook import curriculum
from workbook.grading.nbval.submission import stripped

STUDENTS = 3
_BARE = "import numpy as np\nassert np.ones(1).sum() == 1"


def processor() -> float:
    """Seconds of processor time of children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _notebook(source: Path, imports: bool) -> str:
    """The check cells of a notebook as nbgrader's, each with an assertion that holds."""
    cells: list[dict[str, Any]] = []
    for cell in json.loads(stripped(source))["cells"]:
        if cell["cell_type"] != "code":
            continue
        exercise = cell["metadata"].get("workbook", {}).get("exercise")
        if imports and not cells:
            cells.append(_cell("imports", "".join(cell["source"])))
        if not exercise or "nbval-check-output" not in cell["metadata"].get("tags", ()):
            continue
        name = curriculum.load()[exercise].qualname
        test = f"assert callable({name})" if imports else _BARE
        cells.append(_cell(f"{exercise.replace('.', '-')}-{len(cells)}", test, points=1))
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def _cell(name: str, source: str, points: int = 0) -> dict[str, Any]:
    grade = {"grade": True, "grade_id": name, "locked": True, "points": points}
    grade |= {"schema_version": 3, "solution": False, "task": False}
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": name[:60]}
    cell |= {"metadata": {"nbgrader": grade} if points else {}, "outputs": [], "source": source}
    return cell


def _all_points(python: Path, course: Path) -> bool:
    """Whether nbgrader gave every submission everything: its test cells ran."""
    asked = (
        "from nbgrader.api import Gradebook\n"
        f"with Gradebook('sqlite:///{(course / 'gradebook.db').as_posix()}') as book:\n"
        "    found = book.assignment_submissions('ps1')\n"
        "    print(bool(found) and all(one.score == one.max_score > 0 for one in found))\n"
    )
    done = subprocess.run([str(python), "-c", asked], capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def seconds(
    python: Path, folder: Path, names: tuple[str, ...], *, imports: bool
) -> tuple[float, float]:
    """Seconds of `nbgrader autograde` a submission: by the clock, and of processor time."""
    with tempfile.TemporaryDirectory(prefix="workbook-nbgrader-") as name:
        course = Path(name)
        (course / "nbgrader_config.py").write_text(
            f"c = get_config()\nc.CourseDirectory.root = {name!r}\n"
            "c.CourseDirectory.course_id = 'workbook'\n",
            encoding="utf-8",
        )
        students = [f"s{n}" for n in range(STUDENTS)]
        for place in ("source", *(f"submitted/{student}" for student in students)):
            (course / place / "ps1").mkdir(parents=True)
            for notebook in names:
                text = _notebook(folder / f"{notebook}.ipynb", imports)
                (course / place / "ps1" / f"{notebook}.ipynb").write_text(text, encoding="utf-8")

        # It calls `alembic` by name.
        path = os.pathsep.join([str(python.absolute().parent), os.environ.get("PATH", "")])

        def call(*arguments: str) -> None:
            line = [str(python), "-m", "nbgrader", *arguments]
            env = {**os.environ, "PATH": path, "WORKBOOK_STATIC": "1"}
            subprocess.run(line, cwd=course, env=env, check=True, capture_output=True, timeout=900)

        call("generate_assignment", "ps1", "--create", "--force")
        began, used = time.monotonic(), processor()
        call("autograde", "ps1", "--create")
        clock, work = time.monotonic() - began, processor() - used
        if not _all_points(python, course):
            raise SystemExit("nbgrader's test cells did not run: does its Python have workbook?")
        return clock / STUDENTS, work / STUDENTS
