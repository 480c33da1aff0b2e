"""A check cell passes what its card calls right; `agreement.py` compares everything."""

import sys
from pathlib import Path

import pytest

from workbook import curriculum
from workbook.student.implementation import load_implementation

sys.path.insert(0, str(Path(__file__).parent))
import agreement

pytestmark = pytest.mark.slow

CELLS = agreement.check_cells()

# Right programs that a cell once failed.
RIGHT = {
    "scratch.cross_entropy_error": ["small_addition", "one_hot_sum"],
    "scratch.SoftmaxWithLoss": ["without_the_functions"],
    "relu_forward": ["prints"],
    "dropout_backward": ["boolean_mask_in_the_cache"],
}
# Wrong ones that a cell once passed.
WRONG = {
    "affine_forward": ["rectified"],
    "svm_loss": ["not_cut_at_zero"],
    "softmax_loss": ["logarithm_of_zero"],
    "TwoLayerNet.loss": ["rectified_scores", "no_relu", "relu_at_the_scores_gate"],
    "FullyConnectedNet.loss": ["biases_regularised"],
    "rmsprop": ["fixed_decay", "epsilon_inside"],
    "batchnorm_forward": ["fixed_momentum", "no_scale_nor_shift_in_test"],
    "FullyConnectedNet.batchnorm": ["always_training", "averages_in_a_copy"],
    "FullyConnectedNet.dropout": ["scores_dropped", "first_layer_only", "scaled_in_the_test_pass"],
    "scratch.softmax": ["no_maximum"],
    "scratch.SimpleConvNet": ["last_batch_left_out"],
}


@pytest.fixture(scope="module")
def impl(solutions):
    with load_implementation(solutions) as loaded:
        yield loaded


def compared(exercise, names, impl, live):
    wanted = {f"{exercise}.{name}" for name in names}
    found = list(agreement.compare_exercise(exercise, CELLS, impl, live, wanted.__contains__))
    assert {one.rewrite for one in found} == wanted
    return found


def test_every_cell_passes_the_solutions(impl):
    quick = [cell for cells in CELLS.values() for cell in cells if "Conv" not in cell.exercise]
    assert len(quick) > 40
    assert {cell.id: said for cell in quick if (said := cell.run(impl))} == {}


@pytest.mark.parametrize("exercise", RIGHT)
def test_what_the_card_calls_right_passes_the_cells(exercise, impl, live):
    for one in compared(exercise, RIGHT[exercise], impl, live):
        assert one.card == "pass"
        assert one.unfair == [], one.cells


@pytest.mark.parametrize("exercise", WRONG)
def test_what_a_cell_fails_the_card_does_not_pass(exercise, impl, live):
    for one in compared(exercise, WRONG[exercise], impl, live):
        assert any(said.startswith("NOT ok") for said in one.cells.values()), one.rewrite
        assert one.card != "pass"


def test_a_cell_prints_all_its_verdicts_before_it_stops(impl):
    [cell] = CELLS["affine_backward"][:1]

    def zeros(dout, cache):
        dx, dw, db = right(dout, cache)
        return 0 * dx, dw, 0 * db

    layers = impl.module("layers")
    right = layers.affine_backward
    try:
        layers.affine_backward = zeros
        assert cell.run(impl) == "NOT ok: dx, db"
    finally:
        layers.affine_backward = right


def test_every_exercise_has_a_check_cell():
    assert set(CELLS) == set(curriculum.load().ids())
