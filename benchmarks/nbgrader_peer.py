"""nbgrader's time for the same assignments: a course of its own in a temporary folder.

Each exercise is one autograded test cell that imports the student's module and calls nothing:
what is timed is nbgrader's own work (a kernel a notebook, its database), not the checks.
"""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

STUDENTS = 3


def processor() -> float:
    """Seconds of processor time of children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _notebook(source: Path) -> str:
    """The check cells of a notebook as nbgrader's, each with an assertion that holds."""
    raw = json.loads(source.read_text(encoding="utf-8"))
    cells = []
    for cell in raw["cells"]:
        exercise = cell["metadata"].get("workbook", {}).get("exercise")
        if cell["cell_type"] != "code" or not exercise:
            continue
        if "nbval-check-output" not in cell["metadata"].get("tags", ()):
            continue
        grade = {
            "grade": True,
            "grade_id": f"{exercise.replace('.', '-')}-{len(cells)}",
            "locked": True,
            "points": 1,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
        cells.append(
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"c{len(cells)}",
                "metadata": {"nbgrader": grade},
                "outputs": [],
                "source": "import numpy as np\nassert np.ones(1).sum() == 1",
            }
        )
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def seconds(python: Path, folder: Path, names: tuple[str, ...]) -> tuple[float, float]:
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
                text = _notebook(folder / f"{notebook}.ipynb")
                (course / place / "ps1" / f"{notebook}.ipynb").write_text(text, encoding="utf-8")

        # It calls `alembic` by name.
        path = os.pathsep.join([str(python.absolute().parent), os.environ.get("PATH", "")])

        def call(*arguments: str) -> None:
            line = [str(python), "-m", "nbgrader", *arguments]
            env = {**os.environ, "PATH": path}
            subprocess.run(line, cwd=course, env=env, check=True, capture_output=True, timeout=900)

        call("generate_assignment", "ps1", "--create", "--force")
        began, used = time.monotonic(), processor()
        call("autograde", "ps1", "--create")
        return (time.monotonic() - began) / STUDENTS, (processor() - used) / STUDENTS
