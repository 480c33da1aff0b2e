"""The zip that Gradescope takes as an autograder."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import workbook
from workbook.errors import UsageError
from workbook.grading.instructor_files import notebook, solutions
from workbook.grading.intake.scheme import Scheme
from workbook.student.zip_archive import zip_files

__all__ = ["SETTINGS", "pack"]

SETTINGS = "settings.json"
"""The file of settings beside the course in the autograder's folder."""

_COURSE = "course"
_PACKED = {".py", ".toml", ".json", ".npz", ".bin", ".html", ".txt", ".md", ".jpg"}
# The day that every file carries, so that the same course makes the same zip.
_DAY = (2026, 1, 1, 0, 0, 0)

_SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, when the autograder is built.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
root="${WORKBOOK_AUTOGRADER:-/autograder}"
apt-get update -q
apt-get install -y -q bubblewrap || echo "no bubblewrap: submissions run without a sandbox"
python=""
for version in 3.13 3.12 3.11; do
    if apt-get install -y -q "python$version" "python$version-venv"; then
        python="python$version"
        break
    fi
done
[ -n "$python" ] || { echo "Python 3.11 or newer is needed: choose a newer base image."; exit 1; }
"$python" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install -q -r "$root/source/requirements.txt"
"""

_RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for each submission.
set -euo pipefail
root="${WORKBOOK_AUTOGRADER:-/autograder}"
python="${WORKBOOK_PYTHON:-$root/venv/bin/python}"
export PYTHONPATH="$root/source/course" PYTHONDONTWRITEBYTECODE=1
cd "$root/source"
exec "$python" -m workbook.grading.exports.gradescope_run "$root"
"""


def pack(scheme: Scheme, secret: str, *, with_notebooks: bool = True) -> bytes:
    """The zip: `setup.sh`, `run_autograder`, and the course with its solutions.

    Parameters
    ----------
    secret : str
        The random inputs of all submissions derive from it.

    Raises
    ------
    UsageError
        If this is no whole copy of the course.
    """
    root = Path(workbook.__file__).resolve().parents[1]
    if not (root / "pyproject.toml").is_file():
        raise UsageError("An autograder is made in the instructor's copy of the whole course.")
    notebooks = [notebook(name) for name in scheme.notebooks] if with_notebooks else []
    settings: dict[str, Any] = {
        "scheme": scheme.as_json(),
        "secret": secret,
        "notebooks": [path.stem for path in notebooks],
    }
    files: dict[str, bytes] = {
        "setup.sh": _SETUP.encode(),
        "run_autograder": _RUN.encode(),
        SETTINGS: (json.dumps(settings, indent=2) + "\n").encode(),
        "requirements.txt": _requirements(root).encode(),
    }
    for path in (root / "pyproject.toml", root / "LICENSE", *notebooks):
        files[f"{_COURSE}/{path.relative_to(root).as_posix()}"] = path.read_bytes()
    for name, folder in (("workbook", root / "workbook"), ("solutions", solutions())):
        for path in _sources(folder):
            files[f"{_COURSE}/{name}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    return zip_files(files, executable=("setup.sh", "run_autograder"), date_time=_DAY)


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(p.startswith(".") or p == "__pycache__" for p in path.parts[-4:])
        if path.is_file() and path.suffix in _PACKED and not hidden:
            yield path


def _requirements(root: Path) -> str:
    """What the course needs, in the versions that it was tested with."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tested: dict[str, str] = {}
    constraints = root / "constraints.txt"
    if constraints.is_file():
        for line in constraints.read_text(encoding="utf-8").splitlines():
            name, equal, version = line.partition("==")
            if equal:
                tested[name.strip().lower()] = version.strip()
    lines = []
    for wanted in project["dependencies"]:
        name = wanted.partition(">")[0].strip()
        lines.append(f"{name}=={tested[name.lower()]}" if name.lower() in tested else wanted)
    return "\n".join(lines) + "\n"
