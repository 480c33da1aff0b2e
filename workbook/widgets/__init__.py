"""Panels: controls in, an experiment run, a plot out."""

from workbook.widgets.challenges import reached, tune
from workbook.widgets.questions import answer

__all__ = ["answer", "reached", "tune"]
