"""Trains the learner's own network with and without a planted mistake."""

import warnings
from collections.abc import Iterable
from typing import Any

from workbook.checks.bughunt import model as bughunt
from workbook.checks.bughunt.training import gradients, train
from workbook.checks.misconceptions import swapped
from workbook.student.implementation import Implementation

__all__ = ["measure"]


def measure(
    impl: Implementation, network: str, code: str, names: Iterable[str]
) -> tuple[bughunt.HuntCurves, bughunt.HuntCurves, dict[str, float]]:
    """What a mistake does to the network of an implementation.

    Parameters
    ----------
    impl : Implementation
        The learner's.
    network : str
        Its name in `hunts.toml`.
    code : str
        Python source that defines what is planted.
    names : iterable of str
        The functions that it takes the place of.

    Returns
    -------
    HuntCurves, HuntCurves, dict of float
        Without and with it, and the errors of a gradient check with it.
    """
    network_plan = bughunt.read_plan()[0][network]
    scope: dict[str, Any] = {"__name__": "planted"}
    exec(compile(code, "<planted>", "exec"), scope)
    swaps = {id(getattr(impl, name)): scope[name] for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        right = train(impl, network_plan)
        with swapped(impl, swaps):
            wrong, errors = train(impl, network_plan), gradients(impl, network_plan)
    return right, wrong, errors
