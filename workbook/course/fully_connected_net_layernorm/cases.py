"""Test cases of layer normalisation in the deep net."""

from typing import Any

from workbook.cases import CaseList
from workbook.course.case_tools import FLOAT64, Arrays, Rng, floats
from workbook.course.fully_connected_net_batchnorm.cases import normalisation_cases, normalised_net

cases = CaseList()

normalisation_cases(cases, "layernorm")


@cases.add(
    "FullyConnectedNet.layernorm",
    "scores, with an eps for each layer",
    asks="that of layer 1 is bn_params[0]",
    limits=FLOAT64,
)
def layernorm_scores(impl: Any, rng: Rng) -> Arrays:
    net, X = normalised_net(impl, rng, "layernorm", [4, 3]), floats(rng, 3, 5)
    for bn_param, eps in zip(net.bn_params, (0.5, 0.1), strict=True):
        bn_param["eps"] = eps
    return {"scores": net.loss(X), "one_sample": net.loss(X[:1])}
