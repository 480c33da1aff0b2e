"""Is everything here that the workbook needs? What can be told at once, without importing much.

Each diagnosis is a function that gives one `Finding`. `quick` runs those that a notebook's
first cell can afford; `workbook doctor` adds what takes longer.
"""

import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from workbook import curriculum
from workbook.locale import text
from workbook.student import locations

__all__ = [
    "QUICK",
    "Diagnostic",
    "copy",
    "diagnostic",
    "disk",
    "installed",
    "packages",
    "pip",
    "python",
    "quick",
    "writable",
]

OLDEST = (3, 11)
# Megabytes: below the first a notebook cannot be saved with certainty; the second is a warning.
DISK_BROKEN_MB, DISK_WARNING_MB = 50, 500


@dataclass(frozen=True)
class Diagnostic:
    """What one diagnosis found.

    Attributes
    ----------
    name : str
        What was looked at, in a few words.
    state : str
        `ok`, `warning` (it works, but not as it should) or `broken`.
    message : str
    repair : str
        The command that mends it; empty if all is well.
    """

    name: str
    state: str
    message: str
    repair: str = ""

    def as_json(self) -> dict[str, str]:
        """As plain data."""
        return asdict(self)


def diagnostic(
    what: str, state: str, message: str = "", repair: str = "", **values: object
) -> Diagnostic:
    """A finding in the words of `doctor.<what>.<state>`, or of another sentence in `message`."""
    words = text(f"doctor.{what}.{message or state}", **values)
    return Diagnostic(text(f"doctor.{what}.name"), state, words, repair)


def pip(*words: str) -> str:
    """The command that installs something for the Python that runs."""
    quoted = [f'"{word}"' if set(word) & set("<>= ") else word for word in words]
    program = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return " ".join([program, "-m pip install --upgrade", *quoted])


def installed(name: str) -> tuple[int, ...] | None:
    """The version of a distribution as numbers; None if it is not there."""
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    numbers = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)


def python() -> Diagnostic:
    """The Python that runs is new enough."""
    this = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        return diagnostic("python", "broken", version=this, oldest=oldest, repair="python start.py")
    return diagnostic("python", "ok", version=this, program=sys.executable)


def _required() -> dict[str, tuple[int, ...]]:
    """What the package asks for, and the oldest version that will do."""
    found = {}
    try:
        lines = importlib.metadata.requires("workbook") or []
    except importlib.metadata.PackageNotFoundError:
        lines = []  # run from its folder, installed nowhere
    for line in lines:
        wanted, _, condition = line.partition(";")
        if "extra" in condition:
            continue
        name, _, oldest = wanted.strip().partition(">=")
        parts = [part for part in oldest.split(",")[0].split(".") if part.isdigit()]
        found[name.strip()] = tuple(int(part) for part in parts)
    return found


def packages() -> Diagnostic:
    """Every package that the workbook needs is there, and new enough."""
    wrong = []
    required = _required()
    for name, oldest in required.items():
        version = installed(name)
        if version is None or version < oldest:
            wrong.append(f"{name}>={'.'.join(map(str, oldest))}" if oldest else name)
    if wrong:
        return diagnostic("packages", "broken", names=", ".join(wrong), repair=pip(*wrong))
    return diagnostic("packages", "ok", count=len(required))


def _working_folder() -> Path:
    home = locations.state_folder()
    return home.parent if home.name == ".workbook" else home


def _is_writable(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def writable() -> Diagnostic:
    """Exercises, notebooks and what is remembered can be written."""
    folders = [locations.own_folder(), _working_folder() / "notebooks", locations.state_folder()]
    for folder in folders:
        if not _is_writable(folder):
            repair = f'chmod -R u+w "{folder}"'
            if os.name == "nt":
                repair = f'icacls "{folder}" /grant "%USERNAME%":F /T'
            return diagnostic("writable", "broken", folder=folder, repair=repair)
    return diagnostic("writable", "ok", folder=_working_folder())


def disk() -> Diagnostic:
    """There is room to save a notebook and to keep what training has reached."""
    place = _working_folder()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free // 1_000_000
    state = "broken" if free < DISK_BROKEN_MB else "warning" if free < DISK_WARNING_MB else "ok"
    repair = "" if state == "ok" else f"{sys.executable} -m pip cache purge"
    return diagnostic("disk", state, megabytes=free, repair=repair)


def copy() -> Diagnostic:
    """The workbook that runs is the one of the folder that one works in, not another copy's."""
    here, own = Path.cwd().resolve(), Path(__file__).resolve().parents[1]
    for folder in (here, *here.parents):
        if (folder / "workbook" / "course" / "curriculum.toml").is_file():
            if (folder / "workbook").resolve() == own:
                break
            repair = f'cd "{folder}" && python start.py'
            return diagnostic("copy", "broken", here=folder, other=own.parent, repair=repair)
        if (folder / locations.MARKER).is_file():
            break
    folder = locations.own_folder()
    lacking = [name for name in curriculum.load().files() if not (folder / name).is_file()]
    if lacking:
        names = ", ".join(lacking)
        repair = f"workbook reset {lacking[0]}"
        return diagnostic("copy", "broken", "lacking", names=names, folder=folder, repair=repair)
    return diagnostic("copy", "ok", folder=folder)


QUICK: tuple[Callable[[], Diagnostic], ...] = (python, packages, copy, writable, disk)


def quick(diagnoses: Iterable[Callable[[], Diagnostic]] = QUICK) -> list[Diagnostic]:
    """What is not well among the quick diagnoses; one that fails itself says nothing."""
    found = []
    for diagnosis in diagnoses:
        try:
            found.append(diagnosis())
        except Exception:
            # A notebook starts whatever becomes of this; the doctor shows it in full.
            continue
    return [each for each in found if each.state != "ok"]
