"""How a worker is started: a launcher says which command line, environment and folder."""

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from workbook.worker.process import Command

__all__ = ["HANDLERS", "THREADS", "Launcher", "SpawnLauncher"]

HANDLERS = (
    "workbook.checks.worker.handler",
    "workbook.grading.intake.handler",
    "workbook.training.runner.handler",
)
"""The modules that `python -m workbook.worker` may run; one for each kind of work."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Launcher(Protocol):
    """Starts workers of one kind, one after the other."""

    def command(self) -> Command:
        """Return what to start."""

    def close(self) -> None:
        """Remove the temporary directory."""


class SpawnLauncher:
    """Starts a plain process, on every system.

    Parameters
    ----------
    handler : str
        One of `HANDLERS`.
    arguments : str
        What its `serve` is given.
    environment : mapping of str to str
        All of its environment, but for the path to this package.
    memory : int
        Megabytes of address space (POSIX only); 0 for no limit.
    own_folder : bool
        Whether it works in a temporary directory, and not where this process does.
    """

    def __init__(
        self,
        handler: str,
        *arguments: str,
        environment: Mapping[str, str],
        memory: int = 0,
        own_folder: bool = False,
    ) -> None:
        self._handler, self._arguments = handler, arguments
        self._environment, self._memory = environment, memory
        self._own_folder = own_folder
        self._scratch = tempfile.TemporaryDirectory(prefix="workbook-", ignore_cleanup_errors=True)

    def command(self) -> Command:
        """Return what to start."""
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [root, self._environment.get("PYTHONPATH")]))
        folder = Path(self._scratch.name) / "work"
        folder.mkdir(exist_ok=True)
        # `-P` keeps a file such as random.py in the notebook's folder from being imported.
        line = [sys.executable, "-P", "-X", "utf8", "-m", "workbook.worker", self._handler]
        return Command(
            [*line, str(self._memory), str(self._trace), *self._arguments],
            {**self._environment, "PYTHONPATH": path},
            folder if self._own_folder else None,
        )

    @property
    def _trace(self) -> Path:
        return Path(self._scratch.name) / "trace.txt"

    def trace(self) -> str:
        """Return where the worker last said that it was, as faulthandler writes it."""
        try:
            return self._trace.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def close(self) -> None:
        """Remove the temporary directory."""
        self._scratch.cleanup()
