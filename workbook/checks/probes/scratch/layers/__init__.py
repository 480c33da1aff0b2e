"""Probes of `scratch/layers.py`, by topic."""

from workbook.checks.probes.scratch.layers import batchnorm, conv, dense, loss, pool, windows

__all__ = ["batchnorm", "conv", "dense", "loss", "pool", "windows"]
