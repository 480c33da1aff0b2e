"""The catalogue of learners' mistakes that this course began with: each row has a misconception."""

import pytest

from workbook import curriculum
from workbook.checks.references import FromSolutions

# Row by row, and the exercise in which the row was seen.
ROWS = {
    "affine_forward": "A1 A2",
    "affine_backward": "A3 A4 A6 A9",
    "relu_backward": "R1 R2 R3 R5 R6",
    "svm_loss": "S1 S6",
    "softmax_loss": "S2 S3 S4 S8",
    "batchnorm_forward": "B1 B2 B3 B3b B4 B9 B10 B12 B13 B15 B19",
    "batchnorm_backward": "B5 B6 B7 B8 B14 B23",
    "spatial_batchnorm_forward": "X1 X3",
    "spatial_batchnorm_backward": "X2",
    "dropout_forward": "D1 D2 D3 D7 D8 D9 D10",
    "dropout_backward": "D5",
    "sgd_momentum": "O1 O2",
    "rmsprop": "O4 O6",
    "adam": "O7 O10 O11 O12",
    "TwoLayerNet.init": "N4",
    "TwoLayerNet.loss": "N1 N3",
    "FullyConnectedNet.loss": "F3 F11 F12",
    "FullyConnectedNet.batchnorm": "F1a F1b F2 F4",
    "conv_forward_naive": "C1 C2 C3 C4 C5 C14 C17",
    "conv_backward_naive": "C8 C12 C18",
    "max_pool_forward_naive": "P1 P7 P8",
    "max_pool_backward_naive": "P2 P3 P5",
    "ThreeLayerConvNet.init": "T1",
}
CASES = [(exercise, row) for exercise, rows in ROWS.items() for row in rows.split()]
# Correct code that careless checks reject.
MUST_PASS = {"B23", "D9", "P8"}
# Slips around the layers, which have no row number; a given check refuses an integer array.
AROUND = [
    ("scratch.numerical_gradient", "scratch.numerical_gradient.not_restored_when_f_raises"),
    ("scratch.numerical_gradient", "scratch.numerical_gradient.one_axis_only"),
    ("scratch.numerical_gradient", "scratch.numerical_gradient.forward_difference"),
    ("scratch.numerical_gradient", "scratch.numerical_gradient.works_on_a_copy"),
    ("scratch.numerical_diff", "scratch.numerical_diff.forward_difference"),
    ("scratch.gradient_descent", "scratch.gradient_descent.start_overwritten"),
    ("scratch.cross_entropy_error", "scratch.cross_entropy_error.labels_taken_for_one_hot"),
    ("scratch.SoftmaxWithLoss", "scratch.SoftmaxWithLoss.dout_ignored"),
    ("scratch.Affine", "scratch.Affine.gradients_not_stored"),
    ("scratch.Pooling", "scratch.Pooling.size_without_padding"),
    ("softmax_loss", "softmax_loss.global_maximum"),
    ("scratch.softmax", "scratch.softmax.maximum_of_all"),
    ("max_pool_backward_naive", "max_pool_backward_naive.view_of_the_cache"),
    ("conv_forward_naive", "conv_forward_naive.removed_name"),
]


@pytest.fixture(scope="module")
def catalogues(live: FromSolutions) -> dict[str, list[dict[str, object]]]:
    return {name: live.catalogue(name) for name in curriculum.load().ids()}


def test_the_catalogue_is_whole() -> None:
    rows = [row for _, row in CASES]
    assert len(rows) == len(set(rows)) == 80
    assert set(rows) >= MUST_PASS


@pytest.mark.parametrize(("exercise", "row"), CASES, ids=[row for _, row in CASES])
def test_a_row_is_a_misconception_of_its_exercise(
    exercise: str, row: str, catalogues: dict[str, list[dict[str, object]]]
) -> None:
    found = [listed for listed in catalogues[exercise] if listed["row"] == row]
    assert found, f"the misconceptions of {exercise} have none for {row}"
    assert {listed["correct"] for listed in found} == {row in MUST_PASS}


def test_no_misconception_names_a_row_that_there_is_not(
    catalogues: dict[str, list[dict[str, object]]],
) -> None:
    named = {str(listed["row"]) for found in catalogues.values() for listed in found}
    assert named - {""} == {row for _, row in CASES}


@pytest.mark.parametrize(("exercise", "misconception"), AROUND)
def test_a_slip_around_the_layers_is_a_misconception(
    exercise: str, misconception: str, catalogues: dict[str, list[dict[str, object]]]
) -> None:
    found = {str(listed["id"]): listed["correct"] for listed in catalogues[exercise]}
    assert found[misconception] is False


@pytest.mark.parametrize("exercise", curriculum.load().ids())
def test_every_exercise_is_also_written_in_other_right_ways(
    exercise: str, catalogues: dict[str, list[dict[str, object]]]
) -> None:
    right = [listed for listed in catalogues[exercise] if listed["correct"]]
    wrong = [listed for listed in catalogues[exercise] if not listed["correct"]]
    assert len(right) >= 2, "with the solution, three ways"
    assert len(wrong) >= 5
