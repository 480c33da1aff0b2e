"""What is finished decides what is on the page."""

from pathlib import Path

import pytest

from workbook.student import locations
from workbook.widgets.portrait import plan

CONNECTED = {"FullyConnectedNet.init", "FullyConnectedNet.loss"}
TWO = {"TwoLayerNet.init", "TwoLayerNet.loss"}
CONV = {"ThreeLayerConvNet.init", "ThreeLayerConvNet.loss"}
NAIVE = {"conv_forward_naive", "conv_backward_naive"}


@pytest.mark.parametrize(
    ("passed", "parts", "nets"),
    [
        (set(), [], []),
        ({"affine_forward", "FullyConnectedNet.init", "conv_forward_naive"}, [], []),
        (TWO, ["connected"], ["TwoLayerNet"]),
        (TWO | CONNECTED, ["connected"], ["FullyConnectedNet"]),
        (NAIVE, ["speed"], []),
        (CONV | NAIVE, ["convolutional", "speed"], ["ThreeLayerConvNet"]),
        (
            TWO | CONNECTED | CONV | NAIVE,
            ["convolutional", "connected", "speed"],
            ["ThreeLayerConvNet", "FullyConnectedNet"],
        ),
    ],
)
def test_the_parts_follow_from_what_passes(passed, parts, nets, tmp_path):
    made = plan.plan_portrait(tmp_path, passed, epochs=2, images=300)
    assert [part.name for part in made.parts] == parts
    assert [part.settings["net"] for part in made.parts if "net" in part.settings] == nets
    assert made.own


@pytest.mark.parametrize(
    ("rules", "used"),
    [(set(), "sgd"), ({"sgd_momentum"}, "sgd_momentum"), ({"sgd_momentum", "adam"}, "adam")],
)
def test_the_best_rule_that_passes_trains(rules, used, tmp_path):
    (part,) = plan.plan_portrait(tmp_path, TWO | rules, epochs=2, images=300).parts
    assert part.settings == {"net": "TwoLayerNet", "rule": used, "epochs": 2, "num_train": 300}


def test_batch_normalisation_is_in_the_net_once_it_passes(tmp_path):
    passed = CONNECTED | {"FullyConnectedNet.batchnorm"}
    (part,) = plan.plan_portrait(tmp_path, passed, epochs=2, images=300).parts
    assert part.settings["normalization"] == "batchnorm"


def test_both_ways_of_a_layer_are_one_thing_built(tmp_path):
    passed = ["relu_backward", "affine_forward", "affine_backward"]
    made = plan.plan_portrait(tmp_path, passed, epochs=1, images=1)
    assert made.built == ("Affine layer", "ReLU")


def test_the_solutions_need_no_judging_and_are_not_called_ones_own():
    folder = locations.solutions_folder()
    if folder is None:
        pytest.skip("this copy has no solutions")
    assert (
        plan.passing_exercises(folder, plan.required_exercises())
        == set(plan.required_exercises())
        >= CONV | NAIVE | TWO
    )
    assert not plan.plan_portrait(Path(folder), TWO, epochs=1, images=1).own
