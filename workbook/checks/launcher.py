"""The plain process of checks. Light to import, so that it gets ready while others import NumPy."""

import os

from workbook.worker.launch import THREADS, SpawnLauncher

__all__ = ["checks_launcher"]


def checks_launcher(memory: int = 4096) -> SpawnLauncher:
    """Return the launcher of a process that runs cases; `memory` in megabytes, 0 for no limit."""
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    # One thread: the same sums in the same order, and no fight for cores.
    environment |= dict.fromkeys(THREADS, "1")
    return SpawnLauncher(
        "workbook.checks.worker.handler", environment=environment, memory=memory, own_folder=True
    )
