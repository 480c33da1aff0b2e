"""While an exercise is judged: requirements are replaced, equivalents are refused."""

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from workbook import curriculum
from workbook.checks.checker import check_exercises
from workbook.checks.results import Report
from workbook.checks.worker.isolation import Forbidden, forbidding, replacing
from workbook.student import load_implementation

Student = Callable[..., Path]


def test_pairs_stay_together_and_own_parts_are_never_replaced() -> None:
    replaced = curriculum.load().plan("affine_bn_relu_backward").replaced
    assert "batchnorm_backward_alt" in replaced and "relu_forward" in replaced
    assert not {"affine_bn_relu_forward", "affine_bn_relu_backward"} & set(replaced)
    assert curriculum.load().plan("affine_backward").replaced == ()
    assert curriculum.load().plan("batchnorm_backward_alt").replaced == ()
    net = curriculum.load().plan("FullyConnectedNet.dropout").replaced
    assert {"dropout_forward", "dropout_backward", "affine_forward"} <= set(net)
    assert not [name for name in net if name.startswith("FullyConnectedNet")]


def test_the_reference_stands_in_under_every_name_and_is_taken_back(
    solutions: Path, pristine: Path
) -> None:
    with load_implementation(pristine) as impl, load_implementation(solutions) as reference:
        utils, layers = impl.module("layer_utils"), impl.module("layers")
        utils.another_name = layers.relu_forward
        before = utils.affine_forward, utils.another_name
        with replacing(curriculum.load().plan("affine_bn_relu_forward").replaced, impl, reference):
            assert utils.affine_forward is reference.affine_forward
            assert utils.another_name is reference.relu_forward
            assert layers.affine_forward is reference.affine_forward
            assert layers.dropout_forward is not reference.dropout_forward
        assert (utils.affine_forward, utils.another_name) == before


def _report(folder: Path, exercise_id: str) -> Report:
    return check_exercises([exercise_id], folder=folder)[0]


IMPORT = "import numpy as np\n\nfrom workbook.numerics.validate import (\n    check_affine"
CONV = "    N, _, H, W = x.shape\n    F, _, HH, WW = w.shape\n    H_out"


@pytest.mark.parametrize(
    ("top", "inside", "name"),
    [
        (
            "from workbook.numerics.fast_layers import conv_forward_fast as fast",
            "fast(x, w, b, conv_param)",
            "conv_forward_fast",
        ),
        (
            "from workbook.numerics import *",
            "conv_forward_fast(x, w, b, conv_param)",
            "conv_forward_fast",
        ),
        ("", "__import__('workbook.numerics').numerics.im2col(x, 1, 1)", "im2col"),
        (
            "import workbook.numerics.fast_layers as f\nTABLE = {'conv': f.conv_forward_fast}",
            "TABLE['conv'](x, w, b, conv_param)",
            "conv_forward_fast",
        ),
        (
            "from workbook.numerics import kernels_numpy, kernels_arguments",
            "s = kernels_arguments.conv_shape('', x.shape, w.shape, 1, 0)\n"
            "    kernels_numpy.conv_forward(x, w, b, s)",
            "conv_forward",
        ),
        ("from scipy.signal import correlate2d", "correlate2d(x[0, 0], w[0, 0])", "correlate2d"),
        ("import torch.nn.functional as nn", "nn.conv2d(x, w)", "conv2d"),
        ("", "import torch", "torch"),
        ("", "from . import layer_utils as u; u.conv_relu_forward(x, w, b, conv_param)", "conv"),
    ],
)
def test_given_equivalents_are_refused(top: str, inside: str, name: str, student: Student) -> None:
    folder = student("layers.py", (IMPORT, f"{top}\n{IMPORT}"), (CONV, f"    {inside}\n{CONV}"))
    reports = check_exercises(["conv_forward_naive", "affine_forward"], folder=folder)
    by_id = {report.result.exercise: report for report in reports}
    assert by_id["affine_forward"].result.outcome == "pass"
    conv = by_id["conv_forward_naive"]
    assert conv.result.outcome == "error"
    assert conv.message is not None and conv.message.id == "finding.raised.forbidden"
    assert name in conv.message.seen


def test_the_short_backward_must_not_call_the_long_one(student: Student) -> None:
    line = "    # dout less its mean over the batch"
    call = "    return batchnorm_backward(dout, cache)\n"
    report = _report(student("layers.py", (line, call + line)), "batchnorm_backward_alt")
    assert report.result.outcome == "error"
    assert "batchnorm_backward may not be used" in (report.message or pytest.fail()).seen


def test_gradient_checks_are_no_way_to_a_gradient(student: Student) -> None:
    line = "    dx = dout * (x > 0)\n"
    trick = (
        "    from workbook.numerics.gradient_check import eval_numerical_gradient_array as e\n"
        "    dx = e(lambda v: np.maximum(0, v), x.copy(), dout)\n"
    )
    report = _report(student("layers.py", (line, trick)), "relu_backward")
    assert report.result.outcome == "error"
    assert "eval_numerical_gradient_array" in (report.message or pytest.fail()).seen


def test_refusals_end_with_the_exercise(solutions: Path) -> None:
    from workbook.numerics import fast_layers

    code = fast_layers.im2col.__code__
    with load_implementation(solutions) as impl:
        with forbidding("scratch.im2col", impl):
            assert fast_layers.im2col.__code__ is not code
        assert fast_layers.im2col.__code__ is code


def test_the_given_sandwich_layers_keep_their_fast_convolutions(solutions: Path) -> None:
    """Nothing is refused to exercises that build on the fast layers."""
    from workbook.numerics import fast_layers

    code = fast_layers.conv_forward_fast.__code__
    with load_implementation(solutions) as impl, forbidding("ThreeLayerConvNet.loss", impl):
        assert fast_layers.conv_forward_fast.__code__ is code


def test_compiled_kernels_are_refused_and_come_back(
    solutions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = types.ModuleType("workbook.numerics._kernels")
    compiled.im2col = kept = len  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, compiled.__name__, compiled)
    with load_implementation(solutions) as impl:
        with forbidding("scratch.im2col", impl), pytest.raises(Forbidden, match="im2col"):
            compiled.im2col([1], 2, 3)
        assert compiled.im2col is kept
        with forbidding("affine_forward", impl):
            assert compiled.im2col is kept
