"""The numbers in the hints are those of the solutions."""

from hint_cases import hint_case, norm_keys


@hint_case("FullyConnectedNet.layernorm")
def test_FullyConnectedNet_layernorm(r):
    net = norm_keys(r, "layernorm")
    yield "gamma1 = gamma2 = [1, 1]", None
    yield "[1, 1]", net.params["gamma2"]
    yield "[0, 0]", net.params["beta1"]
