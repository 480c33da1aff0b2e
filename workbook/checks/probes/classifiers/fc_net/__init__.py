"""Probes of `classifiers/fc_net.py`, by topic."""

from workbook.checks.probes.classifiers.fc_net import deep, dropout, norms, two_layer

__all__ = ["deep", "dropout", "norms", "two_layer"]
