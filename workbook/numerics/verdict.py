"""The last line of a check cell: a value held against its limit."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from workbook.errors import WorkbookError
from workbook.numerics.errors import abs_error, as_numbers, describe, rel_error

__all__ = ["CellVerdicts", "VerdictError", "cell_verdicts", "verdict"]

_MEASURES = {"relative": rel_error, "absolute": abs_error}


# Names in the error that ends a cell; all of them stand above it.
_MOST_NAMED = 4


class VerdictError(WorkbookError):
    """A check that came out NOT ok; its text is one line."""


class CellVerdicts:
    """The verdicts of one cell of a notebook.

    While it collects, a verdict that is NOT ok is printed and the cell goes on to its other
    verdicts; `stop_if_not_ok` then ends the cell. Otherwise, such as in a script, a verdict that
    is NOT ok is an error at once.
    """

    def __init__(self) -> None:
        self.collects = False
        self._not_ok: list[str] = []

    def start(self, *, collects: bool) -> None:
        """Forget the verdicts of the last cell."""
        self.collects = collects
        self._not_ok.clear()

    def add(self, label: str, line: str, *, ok: bool) -> None:
        """Print a verdict, or raise it if it is NOT ok and nothing is collected."""
        if not ok and not self.collects:
            raise VerdictError(line)
        print(line)
        if not ok:
            self._not_ok.append(label)

    def stop_if_not_ok(self) -> None:
        """Raise one error with the names of what is NOT ok, if anything is."""
        names = list(dict.fromkeys(self._not_ok))
        self.start(collects=False)
        if names:
            shown, more = names[:_MOST_NAMED], len(names) - _MOST_NAMED
            raise VerdictError(f"NOT ok: {', '.join(shown)}{f' and {more} more' * (more > 0)}")


cell_verdicts = CellVerdicts()
"""Those of the cell that runs now; `check_cells.install` has them collected."""


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
        NaN or infinite, or `got` is not an array of numbers. Outside a notebook it is raised at
        once. In a notebook the line is printed, and the error comes at the end of the cell, after
        all its verdicts.
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
    found, ok = _compared(got, expected, limit, measure)
    line = f"{label}: {found} (limit {limit:g}) {'ok' if ok else 'NOT ok'}"
    cell_verdicts.add(label, line, ok=ok)


def _compared(
    got: object, expected: npt.NDArray[np.float64], limit: float, measure: str
) -> tuple[str, bool]:
    """Return what was found, in words, and whether it is ok."""
    try:
        actual = as_numbers(got, "got")
    except TypeError:
        return f"got {describe(got)}, expected an array of shape {expected.shape}", False
    if actual.shape != expected.shape:
        return f"shape {actual.shape}, expected {expected.shape}", False
    bad = int(np.count_nonzero(~np.isfinite(actual)))
    if bad:
        return f"{bad} of {actual.size} values are NaN or infinite", False
    error = _MEASURES[measure](actual, expected)
    # NaN compares as false and so is not ok.
    return f"error {error:.1e}", bool(error <= limit)
