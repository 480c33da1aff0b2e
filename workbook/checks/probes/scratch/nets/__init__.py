"""Probes of `scratch/nets.py`, by net."""

from workbook.checks.probes.scratch.nets import layered, simple

__all__ = ["layered", "simple"]
