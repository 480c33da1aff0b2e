"""Probes of `layers.py`, by topic."""

from workbook.checks.probes.layers import affine, batchnorm, dropout, losses, relu

__all__ = ["affine", "batchnorm", "dropout", "losses", "relu"]
