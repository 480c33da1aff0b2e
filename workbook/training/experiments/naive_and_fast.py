"""How much faster a convolution is than the loops that define it, on one and the same input."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbook.training.experiments.comparison import stop_requested
from workbook.training.inputs import Array, StopSignal
from workbook.training.results import ProgressUpdate, Report

__all__ = ["Layer", "NaiveAndFast", "naive_and_fast"]

Layer = tuple[Callable[..., Any], Callable[..., Any]]
"""A layer's forward and backward functions."""

# The shortest of so many runs; of fewer, where one takes long.
_REPEATS = 20
_SECONDS = 2.0


@dataclass(frozen=True)
class NaiveAndFast:
    """Attributes
    ----------
    shape : tuple of int
        (N, C, H, W) of the input.
    filters : tuple of int
        (F, C, HH, WW).
    naive, fast : tuple of float
        Seconds for forward and backward, the shortest of some runs.
    error : float
        The largest difference of their results, as a share of the largest value.
    """

    shape: tuple[int, ...]
    filters: tuple[int, ...]
    naive: tuple[float, float]
    fast: tuple[float, float]
    error: float

    @property
    def speedup(self) -> float:
        """How many times the loops take as long, forward and backward together."""
        return sum(self.naive) / max(sum(self.fast), 1e-9)


def naive_and_fast(
    naive: Layer,
    fast: Layer,
    *,
    batch_size: int = 10,
    size: int = 32,
    filters: int = 8,
    filter_size: int = 3,
    seed: int = 0,
    report: Report | None = None,
    stop: StopSignal | None = None,
) -> NaiveAndFast | None:
    """Time a convolution with stride 1 that keeps the size, both ways.

    Parameters
    ----------
    naive, fast : tuple of callable
        Forward and backward, called as `conv_forward_naive` and `conv_backward_naive`.
    report, stop : optional
        Told of each of the two; asked between them.

    Returns
    -------
    NaiveAndFast or None
        None if it was stopped before both were measured.
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((batch_size, 3, size, size))
    w = rng.standard_normal((filters, 3, filter_size, filter_size))
    b = rng.standard_normal(filters)
    dout = rng.standard_normal((batch_size, filters, size, size))
    conv_param = {"stride": 1, "pad": (filter_size - 1) // 2}
    measured = []
    for number, layer in enumerate((naive, fast), start=1):
        measured.append(_timed(layer, (x, w, b, conv_param), dout))
        if report is not None:
            report(ProgressUpdate("layer", number, 2, {}))
        if stop_requested(stop):
            break
    if len(measured) < 2:
        return None
    (slow, slow_results), (quick, quick_results) = measured
    pairs = zip(slow_results, quick_results, strict=True)
    error = max(
        float(np.abs(one - other).max() / max(np.abs(other).max(), 1e-300)) for one, other in pairs
    )
    return NaiveAndFast(x.shape, w.shape, slow, quick, error)


def _timed(
    layer: Layer, arguments: tuple[Any, ...], dout: Array
) -> tuple[tuple[float, float], tuple[Array, ...]]:
    """The shortest times of forward and backward, and their results."""
    forward, backward = layer
    forwards, backwards = [], []
    begun = time.perf_counter()
    for _ in range(_REPEATS):
        start = time.perf_counter()
        out, cache = forward(*arguments)
        between = time.perf_counter()
        gradients = backward(dout, cache)
        end = time.perf_counter()
        forwards.append(between - start)
        backwards.append(end - between)
        if end - begun > _SECONDS and (len(forwards) > 1 or end - begun > 2 * _SECONDS):
            break
    return (min(forwards), min(backwards)), (out, *gradients)
