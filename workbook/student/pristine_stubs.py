"""The pristine stubs of a checkout: generated from its solutions, once for each state of them.

They lie in a folder named after a hash of the solutions and of the generator, so they are
always up to date. A copy without solutions was built with such a folder in its package.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from workbook import locale
from workbook.errors import WorkbookError

__all__ = ["folder", "generate", "generations", "modules", "sources"]

_GENERATOR = ("stubs.py", "solution_markers.py")
_SECONDS_KEPT = 30 * 24 * 3600.0


def modules(folder: Path) -> list[Path]:
    """Return the Python files of an implementation, in order."""
    found: list[Path] = []
    for above, folders, files in os.walk(folder):
        # Misconceptions are wrong on purpose; editors keep things of their own in hidden folders.
        folders[:] = [f for f in folders if not f.startswith(".") and f != "misconceptions"]
        found += [Path(above, file) for file in files if file.endswith(".py")]
    return sorted(found)


def sources(solutions: Path) -> dict[str, str]:
    """Return the source of every solution by its name inside the implementation."""
    return {
        path.relative_to(solutions).as_posix(): path.read_text(encoding="utf-8")
        for path in modules(solutions)
    }


def generate(sources: dict[str, str]) -> dict[str, str]:
    """Return the stubs of solutions, both by their names inside the implementation.

    Raises
    ------
    MarkerError
        If no stub can be made of one of them.
    """
    from workbook.student.stubs import make_stub  # Slow to import, for those who find the folder.

    return {name: make_stub(source, name) for name, source in sources.items()}


def _stores(solutions: Path) -> Iterator[Path]:
    """Yield where generated stubs may lie: the checkout's state, or the user's cache."""
    yield solutions.parent / ".workbook" / "pristine"
    import platformdirs  # Only where the checkout cannot be written to.

    yield Path(platformdirs.user_cache_path("workbook", appauthor=False)) / "pristine"


def generations(solutions: Path) -> list[Path]:
    """Return the folders of stubs made from these solutions now and at earlier times."""
    return [path for store in _stores(solutions) for path in store.glob("[!.]*")]


def folder(solutions: Path) -> Path:
    """Return the folder of stubs that these solutions generate, made if it is not there.

    Raises
    ------
    WorkbookError
        If a solution has faulty markers, or if there is no place to write to.
    """
    found = sources(solutions)
    key = _key(found)
    for store in _stores(solutions):
        if (store / key).is_dir():
            return store / key
    files = generate(found)
    for store in _stores(solutions):
        with contextlib.suppress(OSError):
            return _write(store / key, files)
    raise WorkbookError(locale.text("student.stubs.not_kept", folder=store))


def _key(sources: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for file in _GENERATOR:
        digest.update(Path(__file__).with_name(file).read_bytes())
    for name, source in sources.items():
        digest.update(f"\0{name}\0{source}".encode())
    return digest.hexdigest()[:16]


def _write(target: Path, files: dict[str, str]) -> Path:
    """Write a folder whole or not at all; another process may do the same at the same time."""
    import shutil
    import tempfile

    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_old(target.parent)
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix=".part-"))
    try:
        for name, text in files.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_text(text, encoding="utf-8", newline="\n")
        made.chmod(0o755)
        made.rename(target)
    except OSError:
        if not target.is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return target


def _remove_old(store: Path) -> None:
    import shutil

    for path in store.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process may remove it, too
            if time.time() - path.stat().st_mtime > _SECONDS_KEPT:
                shutil.rmtree(path, ignore_errors=True)
