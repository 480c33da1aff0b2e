"""Finds the compiled kernels, or says in one line why NumPy takes their place."""

import os
import sys
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from workbook.numerics.kernels_fingerprint import fingerprint

__all__ = ["Found", "default_threads", "load", "switched_off"]

SWITCH = "WORKBOOK_NO_EXTENSION"
LEVEL = "WORKBOOK_KERNELS"
MODULE = "workbook.numerics._kernels"
REBUILD = "`python setup_ext.py build_ext --inplace` builds them."


class Found(NamedTuple):
    """The extension module, or None; and the reason in either case."""

    module: ModuleType | None
    reason: str


def switched_off() -> bool:
    """Whether the environment asks for the NumPy path."""
    return os.environ.get(SWITCH, "") not in ("", "0")


def default_threads() -> int:
    """Threads to start with: OMP_NUM_THREADS where it is set, else the processors we may use."""
    wish = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if wish.isdigit() and int(wish) > 0:
        return int(wish)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load(folder: Path | None = None) -> Found:
    """Import the extension if it is there, fits this Python, and is as new as its sources."""
    if switched_off():
        return Found(None, f"the compiled kernels are switched off by {SWITCH}.")
    folder = Path(__file__).parent if folder is None else folder
    try:
        module = import_module(MODULE)
    except ImportError as error:
        return Found(None, _why_not(folder, error))
    return _judge(module, folder)


def _judge(module: ModuleType, folder: Path) -> Found:
    built_from, here = getattr(module, "SOURCES", None), fingerprint(folder)
    if here is not None and built_from != here:
        file = Path(str(module.__file__)).name
        return Found(None, f"{file} was built from other sources than these; {REBUILD}")
    wish = os.environ.get(LEVEL, "")
    if wish:
        if wish not in module.LEVELS:
            allowed = ", ".join(module.LEVELS)
            return Found(None, f"{LEVEL} is {wish!r}; allowed are {allowed}.")
        module.set_level(wish)
    module.set_threads(default_threads())
    import_module("workbook.numerics.kernels_threads")
    return Found(module, "the compiled kernels are built for this Python and these sources.")


def _why_not(folder: Path, error: ImportError) -> str:
    """What a reader can do about it: a bare ImportError tells them nothing."""
    built = sorted(
        file.name
        for file in folder.glob("_kernels*")
        if file.suffix in (".so", ".pyd", ".dll", ".dylib")
    )
    ours = [name for name in built if name.removeprefix("_kernels") in EXTENSION_SUFFIXES]
    if ours:
        detail = (str(error).strip() or type(error).__name__).splitlines()[0]
        return f"{ours[0]} cannot be loaded ({detail}); {REBUILD}"
    if built:
        version = f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"{built[0]} was built for another Python than this one ({version}, {sys.platform}); "
            f"{REBUILD}"
        )
    return f"no compiled kernels are installed; {REBUILD}"
