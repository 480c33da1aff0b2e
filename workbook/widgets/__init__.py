"""Panels: controls in, an experiment run, a plot out."""

from workbook.widgets.bug_hunt import hunt
from workbook.widgets.challenges import reached, tune
from workbook.widgets.overview import course_map
from workbook.widgets.panels.registry import panel
from workbook.widgets.portrait import portrait
from workbook.widgets.questions import answer
from workbook.widgets.switch import here

__all__ = ["answer", "course_map", "here", "hunt", "panel", "portrait", "reached", "tune"]
