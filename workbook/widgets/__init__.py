"""Panels: controls in, an experiment run, a plot out."""

from workbook.widgets.bug_hunt import hunt
from workbook.widgets.challenges import reached, tune
from workbook.widgets.notebook_header import here
from workbook.widgets.overview import course_map
from workbook.widgets.panels.registry import panel
from workbook.widgets.portrait import portrait
from workbook.widgets.questions import answer

__all__ = ["answer", "course_map", "here", "hunt", "panel", "portrait", "reached", "tune"]
