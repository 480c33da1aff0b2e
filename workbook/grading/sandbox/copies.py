"""Copies of the parts of this package that a sandbox may see: no key, no comparison, no cards."""

import atexit
import compileall
import py_compile
import shutil
import tempfile
from functools import cache
from pathlib import Path

from workbook import curriculum

__all__ = ["for_judge", "for_notebooks", "stand_in"]

_PACKAGE = Path(__file__).resolve().parents[2]
# What `checks.judging.run_exercise` and opening a room need.
_JUDGE = (
    *("__init__.py", "version.py", "errors.py", "curriculum.py", "curriculum.toml"),
    # The sentences of files that cannot be read; those about mistakes are not for a sandbox.
    *("locale/__init__.py", "locale/en/findings.toml", "locale/en/workspace.toml", "numerics"),
    *("workspace/__init__.py", "workspace/choice.py", "workspace/files.py", "workspace/loader.py"),
    *("workspace/rooms.py", "workspace/sections.py", "workspace/pristine"),
    *("checks/__init__.py", "checks/probe.py", "checks/record.py", "checks/requirements.py"),
    *("checks/probes", "checks/child"),
    *("grading/__init__.py", "grading/sandbox/__init__.py", "grading/sandbox/server.py"),
    *(f"grading/sandbox/{name}.py" for name in ("channel", "ending", "homes", "jobs")),
    *("grading/sandbox/seccomp.py", "grading/sandbox/task.py"),
)
# Notebooks may ask for anything but what knows the answers.
_NOT_FOR_NOTEBOOKS = ("key.npz", "key.json", "__pycache__")


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="workbook-parts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _no_key(_: str, names: list[str]) -> set[str]:
    return {name for name in names if name in _NOT_FOR_NOTEBOOKS}


@cache
def for_judge() -> Path:
    """A folder for `PYTHONPATH` with what runs probes."""
    folder = _folder()
    for part in _JUDGE:
        source, target = _PACKAGE / part, folder / "workbook" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=_no_key)
        else:
            shutil.copyfile(source, target)
    _readable(folder)
    return folder


@cache
def for_notebooks() -> Path:
    """A folder for `PYTHONPATH` with what notebooks import."""
    folder = _folder()
    shutil.copytree(_PACKAGE, folder / "workbook", ignore=_no_key)
    _readable(folder)
    return folder


@cache
def stand_in() -> Path:
    """Empty folders laid out as a room, for files that are sent as text."""
    folder = _folder()
    for file in curriculum.load().files():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
    _readable(folder)
    return folder


def _readable(folder: Path) -> None:
    """Compile what is in a copy, and open it to the sandbox's user, whatever our umask is."""
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(folder, quiet=2, invalidation_mode=unchecked, workers=1)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
