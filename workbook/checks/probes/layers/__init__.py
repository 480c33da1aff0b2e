"""Probes of `layers.py`, by topic."""

from workbook.checks.probes.layers import (
    affine,
    batchnorm,
    conv,
    dropout,
    groupnorm,
    layernorm,
    losses,
    pool,
    relu,
    spatial,
)

__all__ = [
    "affine",
    "batchnorm",
    "conv",
    "dropout",
    "groupnorm",
    "layernorm",
    "losses",
    "pool",
    "relu",
    "spatial",
]
