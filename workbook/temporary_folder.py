"""Temporary folders of which none is left behind for long.

A process that is killed cannot remove its own. The name says which process it was, and whoever
makes the next one beside it removes those whose process is gone.
"""

import contextlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["temporary_folder"]

# Where a process cannot be asked for, or its number was given to another one meanwhile.
_SECONDS_UNTIL_OLD = 24 * 3600.0


@contextmanager
def temporary_folder(parent: Path, purpose: str) -> Iterator[Path]:
    """An empty hidden folder in `parent`, which is gone afterwards.

    Parameters
    ----------
    parent : Path
    purpose : str
        What it is for, such as "release".

    Raises
    ------
    OSError
        If it cannot be made.
    """
    prefix = f".workbook-{purpose}-"
    _remove_abandoned(parent, prefix)
    made = Path(tempfile.mkdtemp(dir=parent, prefix=f"{prefix}{os.getpid()}-"))
    try:
        yield made
    finally:
        _remove(made)


def _remove(folder: Path) -> None:
    """Remove a folder and all in it, also what has no rights left."""
    with contextlib.suppress(OSError):
        shutil.rmtree(folder)
        return
    for above, names, _ in os.walk(folder):
        for name in names:
            path = os.path.join(above, name)
            if not os.path.islink(path):
                with contextlib.suppress(OSError):
                    os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(parent: Path, prefix: str) -> None:
    for path in parent.glob(f"{prefix}*"):
        if path.is_dir() and not path.is_symlink() and _is_abandoned(path, prefix):
            _remove(path)


def _is_abandoned(path: Path, prefix: str) -> bool:
    try:
        about = path.stat()
    except OSError:
        return False
    if hasattr(os, "geteuid") and about.st_uid != os.geteuid():
        return False
    old = time.time() - about.st_mtime > _SECONDS_UNTIL_OLD
    found = re.match(r"(\d+)-", path.name[len(prefix) :])
    # On Windows, to ask for a process in this way would end it.
    if old or found is None or os.name != "posix":
        return old
    try:
        os.kill(int(found[1]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False  # It is somebody else's, and alive.
    return False
