"""The numbers in the hints are those of the solutions."""

from hint_cases import hint_case, norm_keys


@hint_case("FullyConnectedNet.batchnorm")
def test_FullyConnectedNet_batchnorm(r):
    assert len(norm_keys(r, "batchnorm").bn_params) == 2
    yield "no gamma3", None
