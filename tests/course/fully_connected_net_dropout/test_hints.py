"""The numbers in the hints are those of the solutions."""

from hint_cases import hint_case


@hint_case("FullyConnectedNet.dropout")
def test_FullyConnectedNet_dropout(r):
    yield "two masks are drawn", None
