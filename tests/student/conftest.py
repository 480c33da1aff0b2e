"""Copies of the package that a test may change, and a kernel that runs in one."""

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbook.student import locations

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A folder made as `workbook init` makes it, the working directory of the test."""
    home = tmp_path / "my folder"
    shutil.copytree(locations.pristine_folder(), home / "exercises")
    locations.mark_folder(home)
    monkeypatch.chdir(home)
    monkeypatch.delenv(locations.VARIABLE, raising=False)
    monkeypatch.setattr(locations.process, "start", None)
    monkeypatch.setattr(locations.process, "switch", None)
    return home


class Copy:
    """A checkout of its own: `workbook/`, perhaps `solutions/`, and a `notebooks/` folder."""

    def __init__(self, folder: Path, solutions: bool):
        self.folder = folder
        skip = shutil.ignore_patterns("__pycache__", "*.npz", "*.so", "sets")
        shutil.copytree(ROOT / "workbook", folder / "workbook", ignore=skip)
        shutil.rmtree(folder / "workbook" / "exercises")
        self.exercises = folder / "workbook" / "exercises"
        pristine = folder / "workbook" / "student" / "pristine"
        shutil.copytree(locations.pristine_folder(), pristine, dirs_exist_ok=True)
        shutil.copytree(pristine, self.exercises)
        shutil.copy(ROOT / "workbook/exercises/__init__.py", self.exercises / "__init__.py")
        shutil.copy(ROOT / "pyproject.toml", folder)
        if solutions:
            keep_out = shutil.ignore_patterns("__pycache__", "misconceptions")
            shutil.copytree(ROOT / "solutions", folder / "solutions", ignore=keep_out)
        (folder / "notebooks").mkdir()

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if k != "WORKBOOK_EXERCISES"}
        return {**kept, "PYTHONPATH": str(self.folder), "IPYTHONDIR": str(self.folder / "ipython")}

    def replace(self, file: str, old: str, new: str) -> None:
        """Edit an exercise file as a student does, and save it."""
        path = self.exercises / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} does not stand in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")

    def write(self, file: str, text: str) -> None:
        path = self.exercises / file
        path.write_text(textwrap.dedent(text), encoding="utf-8", newline="\n")


class Kernel:
    """A Jupyter kernel in a copy's `notebooks` folder."""

    def __init__(self, copy: Copy, **environment: str):
        from jupyter_client.manager import KernelManager

        self.manager = KernelManager()
        # The kernelspec names whichever Python installed it; the tests run this one.
        self.manager.kernel_spec.argv[0] = sys.executable
        self.manager.start_kernel(
            cwd=str(copy.folder / "notebooks"), env={**copy.environment(), **environment}
        )
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code: str) -> str:
        """What a cell prints and shows; for an error its rendered traceback."""
        shown: list[str] = []

        def collect(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                shown.append(content["text"])
            elif message["msg_type"] in ("execute_result", "display_data"):
                shown.append(content["data"].get("text/plain", ""))
            elif message["msg_type"] == "error":
                shown.append("\n".join(content["traceback"]))

        self.client.execute_interactive(
            textwrap.dedent(code), output_hook=collect, timeout=60, store_history=True
        )
        return re.sub("\x1b\\[[0-9;]*m", "", "".join(shown)).strip()

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def make_copy(tmp_path) -> Callable[..., Copy]:
    def make(solutions: bool = False) -> Copy:
        if solutions and not (ROOT / "solutions").is_dir():
            pytest.skip("this copy has no solutions/")
        return Copy(tmp_path / "a copy", solutions)

    return make


@pytest.fixture
def make_kernel() -> Iterator[Callable[..., Kernel]]:
    started: list[Kernel] = []

    def start(copy: Copy, **environment: str) -> Kernel:
        started.append(Kernel(copy, **environment))
        return started[-1]

    yield start
    for kernel in started:
        kernel.close()
