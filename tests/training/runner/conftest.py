"""Folders of exercises that behave badly, and a look at which processes are left."""

import gc
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbook.training.runner import ExperimentRunner

SOLUTIONS = Path(__file__).resolve().parents[3] / "solutions"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the model answers, in a place with a space and a Chinese name."""
    target = tmp_path / "my 练习"
    shutil.copytree(
        SOLUTIONS, target, ignore=shutil.ignore_patterns("misconceptions", "__pycache__")
    )
    return target


@pytest.fixture
def with_sgd(folder: Path) -> Callable[[str], Path]:
    """The folder with another `sgd` at the end of optim.py; gives the folder."""

    def write(source: str) -> Path:
        path = folder / "optim.py"
        path.write_text(path.read_text(encoding="utf-8") + "\n\n" + source, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def runner(folder: Path) -> Iterator[ExperimentRunner]:
    with ExperimentRunner(folder) as runner:
        yield runner


def _gone(pid: int, seconds: float = 5.0) -> bool:
    """Whether a process ends within that time."""
    gc.collect()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
            if "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]:
                return True
        except (OSError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def gone() -> Callable[..., bool]:
    """Whether a process ends within some seconds."""
    return _gone
