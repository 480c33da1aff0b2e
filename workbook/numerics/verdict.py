"""The last line of a check cell: a value held against its limit."""

import math
from typing import Literal

import numpy as np

from workbook.errors import WorkbookError
from workbook.numerics.errors import abs_error, as_numbers, describe, rel_error

__all__ = ["VerdictError", "verdict"]

_MEASURES = {"relative": rel_error, "absolute": abs_error}


class VerdictError(WorkbookError):
    """A check that came out NOT ok; its text is the verdict's one line."""


def verdict(
    name: str,
    got: object,
    want: object,
    limit: float,
    *,
    measure: Literal["relative", "absolute"] = "relative",
) -> None:
    """Hold an array against the one that is expected and say how it went, in one line.

    Parameters
    ----------
    name : str
        What is compared; it opens the line.
    got, want : array_like of numbers
        Scalars, lists and integer arrays will do. `want` gives the expected shape.
    limit : float
        The largest error that is still ok.
    measure : {"relative", "absolute"}
        `rel_error`, or the largest absolute difference (for values that are zero in theory).

    Raises
    ------
    VerdictError
        If the error is over the limit, the shapes differ (even if they broadcast), a value is
        NaN or infinite, or `got` is not an array of numbers. The error is the line, so that a
        notebook shows it once.
    ValueError, TypeError
        If `limit`, `measure` or `want` is not what is allowed.

    Examples
    --------
    >>> verdict("out", [1.0, 2.0], [1.0, 2.0], 1e-7)
    out: error 0.0e+00 (limit 1e-07) ok
    """
    if measure not in _MEASURES:
        raise ValueError(f"verdict: measure is {measure!r}; allowed: 'relative', 'absolute'.")
    if not 0 <= limit < math.inf:
        raise ValueError(f"verdict: limit is {limit}; allowed: a finite number that is 0 or more.")
    expected = as_numbers(want, "verdict: want")
    label = " ".join(str(name).split())

    try:
        actual = as_numbers(got, "got")
    except TypeError:
        raise VerdictError(
            f"{label}: got {describe(got)}, expected an array of shape {expected.shape} "
            f"(limit {limit:g}) NOT ok"
        ) from None
    if actual.shape != expected.shape:
        raise VerdictError(
            f"{label}: shape {actual.shape}, expected {expected.shape} (limit {limit:g}) NOT ok"
        )
    bad = int(np.count_nonzero(~np.isfinite(actual)))
    if bad:
        raise VerdictError(
            f"{label}: {bad} of {actual.size} values are NaN or infinite (limit {limit:g}) NOT ok"
        )
    error = _MEASURES[measure](actual, expected)
    line = f"{label}: error {error:.1e} (limit {limit:g})"
    # Written so that NaN, which compares as false, is not ok.
    if not error <= limit:
        raise VerdictError(f"{line} NOT ok")
    print(f"{line} ok")
