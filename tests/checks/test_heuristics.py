"""What is said of mistakes that nobody listed: each statement holds in every failing case."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbook.checks.card.model import Card
from workbook.checks.checker import check_exercises
from workbook.checks.results import Report

Student = Callable[..., Path]

DW = "    dw = rows.T @ dout\n    db = dout.sum(axis=0)\n"
OUT = "    out = rows @ w + b\n"
PAD_OUT = "    cache = (x, w, b, conv_param)\n"
WINDOW = "x[:, :, top : top + pool_height, left : left + pool_width]\n            out"
LOSS = "    loss = -log_probs[samples, y].mean()\n\n    dx = np.exp(log_probs)\n"
BATCHNORM = "momentum * running_var + (1 - momentum) * var"


def _report(folder: Path, exercise_id: str) -> Report:
    return check_exercises([exercise_id], folder=folder)[0]


def _said(student: Student, exercise: str, *edits: tuple[str, str]) -> tuple[str, str]:
    """Return the id and the words of the first message that no misconception gives."""
    report = _report(student("layers.py", *edits), exercise)
    messages = [m for m in (report.message, *report.also) if m is not None]
    generic = [m for m in messages if m.misconception is None]
    return generic[0].id, f"{generic[0].seen} {generic[0].looks_like}"


@pytest.mark.parametrize(
    ("exercise", "old", "new", "kind", "says"),
    [
        (
            "affine_forward",
            OUT,
            "    out = (rows @ w + b)[:, ::-1].copy()\n",
            "flipped",
            "out holds its numbers in reverse order along axis 1, in every case.",
        ),
        (
            "conv_forward_naive",
            PAD_OUT,
            "    out = out.transpose(0, 1, 3, 2).copy()\n" + PAD_OUT,
            "height_and_width",
            "Height and width have changed places.",
        ),
        (
            "affine_forward",
            OUT,
            "    out = rows @ w\n",
            "term_left_out",
            "What is missing in out is b itself, entry by entry, in every case.",
        ),
        (
            "affine_backward",
            DW,
            DW.replace("dout.sum(axis=0)", "dout.copy()"),
            "not_summed",
            "Added up over axis 0, the numbers agree.",
        ),
        (
            "affine_backward",
            DW,
            DW.replace("dout.sum(axis=0)", "dout.mean(axis=0) * np.ones_like(w[0])"),
            "factor_named",
            "is the value of 1/3 (axis 0 of x)",
        ),
        (
            "batchnorm_forward",
            BATCHNORM,
            'bn_param["running_mean"].copy()',
            "equals_result",
            "running_var equals running_mean",
        ),
        (
            "softmax_loss",
            LOSS,
            LOSS.replace("log_probs[samples, y]", "np.log(log_probs[samples, y])"),
            "nan",
            "A logarithm or a root of a negative number is NaN",
        ),
        (
            "affine_forward",
            OUT,
            "    out = (rows @ w + b) * (1 + 1e-7 * rows.sum(axis=1, keepdims=True))\n",
            "last_digits",
            "of its size; 1e-09 is allowed.",
        ),
        (
            "affine_forward",
            OUT,
            "    out = (rows @ w).mean(axis=1, keepdims=True) + 0 * b\n",
            "same_along_axis",
            "Along axis 1 all entries of out",
        ),
        (
            "relu_forward",
            "    out = np.maximum(0, x)\n",
            "    out = [np.maximum(0, x)]\n",
            "kind",
            "it should be an array of numbers",
        ),
    ],
)
def test_what_is_recognised(
    exercise: str, old: str, new: str, kind: str, says: str, student: Student
) -> None:
    found, words = _said(student, exercise, (old, new))
    assert found == f"finding.{kind}", words
    assert says in words


def test_height_used_for_width_shows_by_the_windows_that_fail(student: Student) -> None:
    old = "window = x[:, :, top : top + pool_height, left : left + pool_width]\n"
    new = old.replace("left + pool_width", "left + pool_height")
    kind, words = _said(student, "max_pool_forward_naive", (old, new))
    assert kind == "finding.shared_trait"
    assert words.startswith("Right where windows are square. In all cases that fail,")


def test_a_single_number_has_no_factor(student: Student) -> None:
    kind, words = _said(
        student, "softmax_loss", (LOSS, LOSS.replace("mean()\n", "mean() * 0.94\n"))
    )
    assert kind == "finding.some_arrays"
    assert words.startswith("Right: dx. Not right: loss.")
    assert "times" not in words


def test_a_factor_must_hold_in_every_failing_case(student: Student) -> None:
    """Twice as much in one case, and another number in the others."""
    factor = "(2.0 if x.ndim == 4 else 1.0 + np.abs(rows[:, :1]))"
    kind, words = _said(student, "affine_forward", (OUT, f"    out = (rows @ w + b) * {factor}\n"))
    assert "factor" not in kind, words


def test_all_zero_in_one_case_is_not_all_zero(student: Student) -> None:
    """Probabilities times what is left of them: 0 only where the net is sure."""
    old = "    dx = np.exp(log_probs)\n    dx[samples, y] -= 1\n"
    new = "    dx = np.exp(log_probs)\n    dx = dx * (1 - dx)\n"
    kind, words = _said(student, "softmax_loss", (old, new))
    assert kind == "finding.some_arrays"
    assert words.startswith("Right: loss. Not right: dx.")


def test_a_case_about_arguments_is_no_heading_for_wrong_numbers(student: Student) -> None:
    folder = student("layers.py", (OUT, "    out = rows @ w + np.sin(b) ** 2\n"))
    message = _report(folder, "affine_forward").message
    assert message is not None and "left alone" not in message.case + message.seen


def test_a_changed_argument_is_said_beside_wrong_numbers(student: Student) -> None:
    folder = student("layers.py", (OUT, "    out = rows @ w + np.sin(b) ** 2\n    b += 1\n"))
    report = _report(folder, "affine_forward")
    assert report.message is not None and report.message.id != "finding.changed"
    assert any("b holds other numbers than before" in words for words in Card(report).others())


# Misconceptions beside other mistakes.


def test_a_part_is_called_a_part(student: Student) -> None:
    wrong = DW.replace("axis=0)", "axis=0, keepdims=True)").replace("dw = ", "dw = np.sin(w) + ")
    report = _report(student("layers.py", (DW, wrong)), "affine_backward")
    # Wrong values come before an axis of length 1.
    assert report.message is not None and "dw" in report.message.seen
    [named] = [m for m in report.also if m.misconception == "affine_backward.db_keepdims"]
    assert named.seen.endswith("The numbers in it are right.")
    assert named.looks_like.endswith("That explains db, but not dw.")


def test_what_is_right_is_left_out_where_it_is_not(student: Student) -> None:
    wrong = DW.replace("axis=0)", "axis=0, keepdims=True)") + "    dx = dout @ dw.T\n"
    folder = student("layers.py", (DW, wrong + "    dx = dx.reshape(x.shape)\n"))
    report = _report(folder, "affine_backward")
    named = [m for m in (report.message, *report.also) if m is not None and m.misconception]
    words = next(m.seen for m in named if m.misconception == "affine_backward.dw_for_w")
    assert words.startswith("dw is right. The entry")


def test_lines_that_exclude_one_another_do_not_stand_together(student: Student) -> None:
    """Half of the gradient: one factor, of which there is only one explanation at a time."""
    folder = student("layers.py", (DW, DW.replace("dout.sum(axis=0)", "dout.mean(axis=0)")))
    report = _report(folder, "affine_backward")
    assert report.result.misconception == "affine_backward.db_mean"
    assert Card(report).others() == []


def test_a_misconception_is_named_whatever_the_arguments_are_called(student: Student) -> None:
    folder = student("layers.py")
    path = folder / "optim.py"
    text = path.read_text(encoding="utf-8")
    start = text.index("def rmsprop")
    end = text.index("\ndef ", start + 1)
    mine = (
        "def rmsprop(x, dx, config=None):\n"
        "    config = _with_defaults(\n"
        '        x, dx, config, ("cache",), learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8\n'
        "    )\n"
        '    cache = config.get("cache", np.zeros_like(x))\n'
        '    rate = config["decay_rate"]\n'
        '    config["cache"] = cache = rate * cache + (1 - rate) * dx**2\n'
        '    step = config["learning_rate"] * dx / np.sqrt(cache + config["epsilon"])\n'
        "    return x - step, config\n\n"
    )
    path.write_text(text[:start] + mine + text[end:], encoding="utf-8")
    assert _report(folder, "rmsprop").result.misconception == "rmsprop.epsilon_inside"


# Exceptions.


@pytest.mark.parametrize(
    ("edit", "kind", "says", "not_said"),
    [
        (
            (OUT, "    first, second = x.shape\n" + OUT),
            "values_to_unpack",
            "`first, second = x.shape`",
            "return line",
        ),
        (
            (
                "    return out, cache\n\n\ndef affine_backward",
                "    return out\n\n\ndef affine_backward",
            ),
            "number_of_results",
            "affine_forward returned this: ndarray.",
            "returned a raised",
        ),
        (
            ("def affine_forward(x, w, b):", "def affine_forward(x, w):"),
            "argument",
            "takes 2 positional arguments but 3 were given",
            "stopped at",
        ),
        (
            (OUT, "    out = np.float64(x)[\n        0, 0, 0, 0, 0]\n"),
            "index",
            "layers.py line",
            "`-`",
        ),
    ],
)
def test_an_exception_is_explained_where_it_is(
    edit: tuple[str, str], kind: str, says: str, not_said: str, student: Student
) -> None:
    report = _report(student("layers.py", edit), "affine_forward")
    assert report.message is not None and report.message.id == f"finding.raised.{kind}"
    words = " ".join(report.message.words().values())
    assert says in words
    assert not_said not in words


@pytest.mark.parametrize("answers", ["beside", None])
def test_the_line_is_one_of_the_exercise_and_not_of_what_it_calls(
    answers: str | None, student: Student
) -> None:
    old = 'dout, grads[f"W{layer}"], grads[f"b{layer}"] = affine_backward(dout, affine_cache)'
    folder = student("classifiers/fc_net.py", (old, old.replace("dout, ", "dx, ", 1)))
    report = check_exercises(["FullyConnectedNet.loss"], folder=folder, solutions=answers)[0]
    assert report.message is not None
    assert report.message.seen.startswith("classifiers/fc_net.py line ")
    assert "relu_backward(dout, relu_cache)" in report.message.looks_like
