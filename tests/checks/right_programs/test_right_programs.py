"""Right programs pass, in whatever style they are written; `run.py` judges all of them."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from workbook import curriculum
from workbook.checks.checker import Checker

HERE = Path(__file__).parent


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"right_{name}", HERE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


folders = _module("folders")
STYLES = folders.names()
# The slow ones in pure Python are left to run.py.
QUICK = [style for style in STYLES if style != "loops"]


@pytest.mark.parametrize("style", QUICK)
def test_a_folder_in_another_style_passes_from_the_answer_key(
    style: str, solutions: Path, tmp_path: Path
) -> None:
    folder = folders.write(style, solutions, tmp_path / "exercises")
    with Checker(folder, solutions=None) as checker:
        for report in checker.judge(folders.written(style)):
            assert report.result.outcome == "pass", (report.result.exercise, report.result.seen)


@pytest.mark.parametrize(
    ("style", "exercise"),
    [
        # Caches from shared helpers, and functions looked up in tables.
        ("shared_helpers", "spatial_batchnorm_backward"),
        ("vectorised", "spatial_batchnorm_backward"),
        ("tables", "TwoLayerNet.loss"),
        ("tables", "affine_bn_relu_backward"),
        ("closures", "conv_backward_naive"),
        ("classes", "max_pool_backward_naive"),
        ("shared_helpers", "ThreeLayerConvNet.loss"),
        ("loops", "scratch.Pooling"),
    ],
)
def test_a_folder_in_another_style_passes_beside_the_solutions(
    style: str, exercise: str, solutions: Path, tmp_path: Path
) -> None:
    folder = folders.write(style, solutions, tmp_path / "exercises")
    with Checker(folder, solutions=solutions) as checker:
        (report,) = checker.judge([exercise])
    assert report.result.outcome == "pass", report.result.seen


def test_the_styles_write_every_exercise_and_more_than_120_programs() -> None:
    written = [exercise for style in STYLES for exercise in folders.written(style)]
    assert len(written) >= 120
    # A net's classes are written whole, so that their parts count one by one.
    assert set(written) == set(curriculum.load().ids())


def test_a_style_takes_the_place_of_what_has_the_same_name(solutions: Path, tmp_path: Path) -> None:
    folder = folders.write("closures", solutions, tmp_path / "exercises")
    text = (folder / "layers.py").read_text(encoding="utf-8")
    assert text.count("def affine_forward(") == 1
    assert "check_affine(x, w, b)" not in text
    assert "check_shape" in (folder / "classifiers" / "cnn.py").read_text(encoding="utf-8")
