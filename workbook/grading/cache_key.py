"""Keys of units: hashes of everything that a result depends on."""

import hashlib
import json
import os
import platform
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import workbook
from workbook.grading.instructor_files import notebook, solutions
from workbook.grading.sandbox import bubblewrap
from workbook.grading.units import Settings, Submission, derived_seed
from workbook.version import __version__

__all__ = ["package_hash", "tree_hash", "unit_keys"]

FORMAT = 2
_PACKAGE = Path(workbook.__file__).resolve().parent
_BYTECODE = (".pyc", ".pyo")

_Stamp = tuple[tuple[str, int, int], ...]


def package_hash(package: Path = _PACKAGE) -> str:
    """Return the hash of this package without the student's `exercises/`.

    It is the same in a checkout and in an installed copy, but for compiled kernels: what a
    compiler makes of the same sources differs from machine to machine, and so may the numbers.
    """
    return tree_hash(package, without="exercises")


def tree_hash(folder: Path, *, without: str = "") -> str:
    """Return a hash of the files below a folder: of their relative paths and their contents.

    Neither the place of the folder nor line endings of text files change it. Bytecode and hidden
    files and folders are left out, and the folder `without` at the top.

    The contents are read again only if the time or the size of a file has changed.
    """
    return _hash_of_contents(folder, tuple(_listed(str(folder), without)))


def _listed(folder: str, without: str, above: str = "") -> Iterator[tuple[str, int, int]]:
    """Yield the relative path, the time and the size of each file, in a fixed order."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        path = above + entry.name
        if entry.name.startswith(".") or entry.name == "__pycache__" or path == without:
            continue
        if entry.is_dir():
            yield from _listed(entry.path, without, f"{path}/")
        elif not entry.name.endswith(_BYTECODE):
            about = entry.stat()
            yield path, about.st_mtime_ns, about.st_size


@lru_cache(maxsize=4)
def _hash_of_contents(folder: Path, stamp: _Stamp) -> str:
    whole = hashlib.sha256()
    for name, _, _ in stamp:
        whole.update(f"{name}\0{_file_hash(folder / name)}\n".encode())
    return whole.hexdigest()


def _file_hash(path: Path) -> str:
    data = path.read_bytes()
    if b"\0" not in data:  # Text, of which Git may have changed the line endings.
        data = data.replace(b"\r\n", b"\n")
    return hashlib.sha256(data).hexdigest()


@cache
def _version(distribution: str) -> str:
    return metadata.version(distribution)


def _environment() -> dict[str, str]:
    """Return what numbers may depend on besides the code under judgement."""
    return {
        "format": str(FORMAT),
        "workbook": __version__,
        "package": package_hash(_PACKAGE),
        "python": platform.python_version(),
        "numpy": _version("numpy"),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _hash(parts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def unit_keys(submission: Submission, settings: Settings) -> dict[str, tuple[str, str]]:
    """Return the units of a submission: (kind, subject) by key."""
    limits: dict[str, Any] = {"timeout": settings.timeout, "memory": settings.memory}
    limits["sandbox"] = bubblewrap.selected_sandbox(settings.sandbox)
    shared = {"submission": submission.digest, "environment": _environment()}
    judge = {"kind": "judge", "limits": limits, "solutions": tree_hash(solutions())}
    nbval = {"kind": "nbval", "limits": {**limits, "cell_timeout": settings.cell_timeout}}
    nbval["nbval"] = _version("nbval")
    keys = {}
    for name in settings.exercises:
        seed = derived_seed(settings.secret, name)
        keys[_hash({**shared, **judge, "subject": name, "seed": seed})] = ("judge", name)
    for name in settings.notebooks:
        about = {"subject": name, "notebook": _file_hash(notebook(name))}
        keys[_hash({**shared, **nbval, **about})] = ("nbval", name)
    return keys
