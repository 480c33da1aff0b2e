"""Which of a submission's files are the exercises.

A file counts by the end of its path: `layers.py` in any folder, but not `scratch/layers.py`,
which is another exercise file. Never chosen between silently: a copy that a browser or Jupyter
made is passed over with a note, two real candidates that differ make the file `invalid`.
"""

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from workbook.curriculum import Curriculum
from workbook.grading.intake.archives import ArchiveContents

__all__ = ["SelectedFiles", "is_candidate", "select_files"]

_IGNORED = {
    "__MACOSX",
    "__pycache__",
    ".git",
    ".venv",
    ".workbook",
    "build",
    "misconceptions",
    "node_modules",
    "pristine",
    "site-packages",
    "solutions",
    "tests",
}
_CHECKPOINTS = ".ipynb_checkpoints"
_COPY = re.compile(
    r"^(?P<stem>.+?)(?:-checkpoint|[ _]?\(\d+\)|[ _-]copy\d*| - Copy(?: \(\d+\))?)\.py$"
)


@dataclass
class SelectedFiles:
    """The exercise files of one submission.

    Attributes
    ----------
    files : dict of bytes by exercise file
    problems : dict of str by exercise file
        Why a file that was sent cannot be judged.
    notes : list of str
        What was passed over, for the report.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def _plain(name: str) -> tuple[str, bool]:
    """The name that a copy was made of, and whether it is a copy."""
    path = PurePosixPath(name)
    folder = [part for part in path.parts[:-1] if part != _CHECKPOINTS]
    copied = _COPY.match(path.name)
    base = f"{copied['stem']}.py" if copied else path.name
    return "/".join([*folder, base]), copied is not None or _CHECKPOINTS in path.parts


def _is_ignored(name: str) -> bool:
    path = PurePosixPath(name)
    return path.name.startswith("._") or any(part in _IGNORED for part in path.parts[:-1])


def _file_of(name: str, files: list[str]) -> str | None:
    """The exercise file that a path ends with: the longest, so that scratch/ keeps its own."""
    fitting = [file for file in files if name == file or name.endswith(f"/{file}")]
    best = max(fitting, key=len, default=None)
    if best is None:
        return None
    # `scratch/optim.py` or `scratch/layer_utils.py` is no exercise, though its last part is one.
    above = PurePosixPath(name[: len(name) - len(best)]).name
    folders = {PurePosixPath(file).parts[0] for file in files if "/" in file}
    return None if above in folders else best


def is_candidate(name: str, curriculum: Curriculum) -> bool:
    """Whether a file is worth reading: an exercise, or a copy of one."""
    return not _is_ignored(name) and _file_of(_plain(name)[0], curriculum.files()) is not None


def select_files(contents: ArchiveContents, curriculum: Curriculum) -> SelectedFiles:
    """The exercise files among what was read."""
    selected = SelectedFiles(notes=list(contents.notes))
    files = curriculum.files()
    names = [*contents.files, *contents.too_large]
    # In a checkout only the exercise folder counts, whatever else it has copies of.
    if any("workbook/exercises/" in f"/{name}" for name in names):
        names = [name for name in names if "workbook/exercises/" in f"/{name}"]
    candidates: dict[str, list[str]] = {}
    copies: dict[str, list[str]] = {}
    for name in names:
        plain, is_copy = _plain(name)
        file = _file_of(plain, files)
        if file is not None:
            (copies if is_copy else candidates).setdefault(file, []).append(name)
    for file in files:
        real, copied = candidates.get(file, []), copies.get(file, [])
        if real and copied:
            selected.notes.append(f"{file}: {_listed(copied)} was passed over as a copy.")
        elif copied:
            real = copied
            selected.notes.append(f"{file} was read from {_listed(copied)}.")
        if real:
            _select_one(file, real, contents, selected)
    return selected


def _select_one(
    file: str, names: list[str], contents: ArchiveContents, selected: SelectedFiles
) -> None:
    large = [name for name in names if name in contents.too_large]
    if large:
        size = contents.too_large[large[0]]
        selected.problems[file] = f"{large[0]} is too large to be read ({size:,} bytes)."
        return
    different = {contents.files[name] for name in names}
    if len(different) > 1:
        selected.problems[file] = (
            f"There are {len(names)} different files for it: {_listed(names)}."
        )
        return
    selected.files[file] = different.pop()


def _listed(names: list[str]) -> str:
    return ", ".join(sorted(names))
