"""Folders of exercises to judge, made from the solutions."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from workbook import curriculum
from workbook.checks import answer_key, answer_key_build
from workbook.checks.references import FromKey

Edits = dict[str, list[tuple[str, str]]]


@pytest.fixture(scope="session")
def key_references(solutions: Path) -> FromKey:
    """An answer key of the solutions as they are now, whatever is shipped."""
    names = ("affine", "relu", "batchnorm", "dropout", "affine_bn_relu")
    wanted = [e.id for e in curriculum.load() if e.pair in names]
    return FromKey(answer_key_build.build(solutions, wanted, old=answer_key.shipped()))


def _copy(source: Path, target: Path) -> Path:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("misconceptions", "__pycache__"))
    return target


@pytest.fixture
def student(solutions: Path, tmp_path: Path) -> Callable[..., Path]:
    """Make a student's folder: the solutions with text replaced, each text exactly once."""

    def make(file: str = "layers.py", *edits: tuple[str, str]) -> Path:
        folder = tmp_path / "exercises"
        if not folder.exists():
            _copy(solutions, folder)
        path = folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in edits:
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def untouched(pristine: Path, tmp_path: Path) -> Path:
    """A student's folder with nothing but stubs."""
    return _copy(pristine, tmp_path / "stubs")
