"""Panels on folders of exercises of their own; no kernel, so that every click is a call."""

import shutil
from pathlib import Path

import pytest

from workbook.student import locations
from workbook.widgets.panels.registry import find

SOLUTIONS = Path(__file__).resolve().parents[3] / "solutions"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the model answers, shown by the toggle."""
    if not SOLUTIONS.is_dir():
        pytest.skip("this copy has no solutions")
    target = tmp_path / "my 练习"
    ignore = shutil.ignore_patterns("misconceptions", "__pycache__")
    shutil.copytree(SOLUTIONS, target, ignore=ignore)
    monkeypatch.setenv(locations.VARIABLE, str(target))
    monkeypatch.chdir(tmp_path)
    return target


@pytest.fixture
def make(folder):
    """Opens panels by name, and closes them."""
    made = []

    def build(name, **start):
        made.append(find(name)(**start))
        return made[-1]

    yield build
    for panel in made:
        panel.close()


@pytest.fixture
def append(folder):
    """Adds lines to an exercise file; returns a function that takes them back."""

    def write(file, source):
        path = folder / file
        before = path.read_text(encoding="utf-8")
        path.write_text(f"{before}\n\n{source}\n", encoding="utf-8")
        return lambda: path.write_text(before, encoding="utf-8")

    return write
