"""Diagnosis: what agrees with a misconception, and the best that can be said otherwise."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbook.checks.checker import check_exercises
from workbook.checks.messages import Message
from workbook.checks.results import Report

Student = Callable[..., Path]


def _report(folder: Path, exercise_id: str) -> Report:
    return check_exercises([exercise_id], folder=folder)[0]


def _generic(report: Report) -> list[Message]:
    messages = [m for m in (report.message, *report.also) if m is not None]
    return [m for m in messages if m.misconception is None]


DW = "    dw = rows.T @ dout\n    db = dout.sum(axis=0)\n"
DX = "    dx = (dout @ w.T).reshape(x.shape)\n    dw"


def test_the_same_mistake_in_other_words_is_recognised(student: Student) -> None:
    loop = (
        "    dw = rows.T @ dout\n"
        "    db = np.zeros((1, dout.shape[1]))\n"
        "    for row in dout:\n"
        "        db = db + row.astype(dout.dtype)\n"
        "    db = db.astype(dout.dtype)\n"
    )
    report = _report(student("layers.py", (DW, loop)), "affine_backward")
    assert report.result.misconception == "affine_backward.db_keepdims"
    assert report.message is not None
    assert report.result.seen == report.message.seen
    assert report.result.looks_like == report.message.looks_like


def test_two_mistakes_are_both_named(student: Student) -> None:
    both = DW.replace("axis=0)", "axis=0, keepdims=True)") + "    dx = dout @ dw.T\n"
    folder = student("layers.py", (DW, both + "    dx = dx.reshape(x.shape)\n"))
    report = _report(folder, "affine_backward")
    named = [m.misconception for m in (report.message, *report.also) if m is not None]
    assert {"affine_backward.db_keepdims", "affine_backward.dw_for_w"} <= set(named)


def test_a_mistake_plus_another_that_nobody_knows_is_still_named(student: Student) -> None:
    wrong = DW.replace("axis=0)", "axis=1)").replace("dw = ", "dw = 1.3 * ")
    report = _report(student("layers.py", (DW, wrong)), "affine_backward")
    assert report.result.misconception == "affine_backward.db_axis"


def test_values_come_before_rules(student: Student) -> None:
    wrong = DW.replace("axis=0)", "axis=0, keepdims=True)").replace("dw = ", "dw = 1.3 * ")
    report = _report(student("layers.py", (DW, wrong)), "affine_backward")
    assert (report.result.outcome, report.result.rules) == ("fail", ("axis",))
    assert report.message is not None and report.message.seen.startswith("dw is 1.3 times")
    assert "affine_backward.db_keepdims" in [message.id for message in report.also]


@pytest.mark.parametrize(
    ("exercise", "old", "new", "kind", "says"),
    [
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = x @ w + b\n",
            "raised.inner",
            "line",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = rows @ w + b[:2, None]\n",
            "raised.broadcast",
            "cannot be brought together",
        ),
        (
            "affine_forward",
            "    cache = (x, w)\n    ### END SOLUTION\n\n    return out, cache\n",
            "    cache = (x, w)\n",
            "raised.none_returned",
            "affine_forward returned None",
        ),
        (
            "affine_forward",
            "    cache = (x, w)\n    ### END SOLUTION\n\n    return out, cache\n",
            "    return out, x, w\n",
            "raised.number_of_results",
            "tuple of 3",
        ),
        (
            "relu_forward",
            "    out = np.maximum(0, x)\n",
            "    out = np.float(0) + x\n",
            "raised.numpy_name",
            "'numpy' has no attribute 'float'",
        ),
        (
            "conv_forward_naive",
            "    x_pad = np.pad(x, ((",
            "    x_pad = np.lib.pad(x, ((",
            "raised.numpy_name",
            "'numpy.lib' has no attribute 'pad'",
        ),
        (
            "conv_forward_naive",
            "    H_out = 1 + (H + 2 * pad - HH) // stride\n    W_out = 1 + (W + 2 * pad",
            "    H_out = 1 + (H + 2 * pad - HH) / stride\n    W_out = 1 + (W + 2 * pad",
            "raised.float_size",
            "cannot be interpreted",
        ),
        (
            "relu_forward",
            "    out = np.maximum(0, x)\n",
            "    out = np.maximum(0, xx)\n",
            "raised.name",
            "xx is not defined",
        ),
        (
            "relu_forward",
            "    out = np.maximum(0, x)\n",
            "    if x > 0:\n        out = x\n",
            "raised.ambiguous",
            "truth value",
        ),
        (
            "relu_forward",
            "    out = np.maximum(0, x)\n",
            "    out = None\n",
            "none",
            "out is None; it should be an array of numbers.",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = (rows @ w + b).T\n",
            "transposed",
            "of shape (2, 3), is the transpose of what it should be, in every case",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = (rows @ w + b).reshape(b.size, -1)\n",
            "shape_order",
            "(2, 3)",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = (rows @ w + b)[None]\n",
            "axis",
            "(1, 3, 2)",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = (rows @ w - b)[None]\n",
            "shape_and_values",
            "not right either",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = (rows @ w + b)[:, :-1]\n",
            "shape",
            "(3, 1)",
        ),
        (
            "relu_forward",
            "    out = np.maximum(0, x)\n",
            "    out = np.maximum(0, x) * np.float64(1)\n",
            "dtype",
            "float64",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = rows @ w + b\n    b += 1\n",
            "changed",
            "b holds other numbers",
        ),
        (
            "relu_forward",
            "    out = np.maximum(0, x)\n",
            "    out = np.maximum(0, x) / 0.0\n",
            "nan",
            "NaN or infinite, although no input is larger than",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = 0 * (rows @ w + b)\n",
            "all_zero",
            "All of out is 0",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = -(rows @ w + b)\n",
            "factor_named",
            "-1",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = 1.23 * (rows @ w + b)\n",
            "factor",
            "1.23",
        ),
        (
            "relu_forward",
            "    out = np.maximum(0, x)\n",
            "    out = np.maximum(0, x) if x.ndim == 2 else np.abs(x)\n",
            "shared_trait",
            "Right where x has two axes. Not right where x does not have two axes.",
        ),
        (
            "affine_forward",
            "    out = rows @ w + b\n",
            "    out = rows @ w + np.arange(b.size)\n",
            "all_arrays",
            "out",
        ),
    ],
)
def test_generic_findings(
    exercise: str, old: str, new: str, kind: str, says: str, student: Student
) -> None:
    report = _report(student("layers.py", (old, new)), exercise)
    rule = kind in ("axis", "dtype", "changed")
    assert report.result.outcome in (("almost",) if rule else ("fail", "error"))
    generic = _generic(report)
    assert generic[0].id == f"finding.{kind}"
    assert says in generic[0].seen


def test_a_factor_is_named_by_what_has_its_value(student: Student) -> None:
    old = "    dx[samples, y] -= 1\n    dx /= x.shape[0]\n"
    folder = student("layers.py", (old, "    dx[samples, y] -= 1\n"))
    report = _report(folder, "softmax_loss")
    generic = _generic(report)
    assert generic[0].id == "finding.factor_named"
    assert "axis 0 of x" in generic[0].seen


def test_scrambled_and_transposed(student: Student) -> None:
    old = "    out = out.reshape(N, H, W, C).transpose(0, 3, 1, 2)\n"
    report = _report(
        student("layers.py", (old, "    out = out.reshape(x.shape)\n")), "spatial_batchnorm_forward"
    )
    ids = [m.id for m in (report.message, *report.also) if m is not None]
    assert "finding.scrambled" in ids


def test_some_arrays_right_and_some_not(student: Student) -> None:
    folder = student("layers.py", (DW, DW.replace("dw = ", "dw = 1.3 * dout.sum() * ")))
    report = _report(folder, "affine_backward")
    messages = [m for m in (report.message, *report.also) if m is not None]
    assert "finding.some_arrays" in [m.id for m in messages]
    some = next(m for m in messages if m.id == "finding.some_arrays")
    assert some.seen == "Right: dx and db. Not right: dw."


def test_a_statistic_of_another_stream_still_shows_the_mistake(student: Student) -> None:
    """The right mask in another stream passes; what is dropped the wrong way round is seen."""
    mask, other = "(np.random.rand(*x.shape) < keep)", "(np.random.rand(*x.shape) > p)"
    folder = student("layers.py", (mask, other))
    assert _report(folder, "dropout_forward").result.outcome == "pass"
    folder = student("layers.py", (other, "(np.random.rand(*x.shape) > keep)"))
    assert _report(folder, "dropout_forward").result.outcome == "fail"


def test_numpys_paragraph_on_a_removed_name_is_left_out(student: Student) -> None:
    folder = student("layers.py", ("    out = np.maximum(0, x)\n", "    out = np.float(0) + x\n"))
    message = _report(folder, "relu_forward").message
    assert message is not None and "deprecated" not in message.seen
