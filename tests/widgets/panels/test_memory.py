"""Fifty runs in one kernel leave nothing behind: figures, threads, widgets, processes."""

import gc
import threading

import pytest
from ipywidgets.widgets import widget
from matplotlib.figure import Figure

from workbook.widgets.open_widgets import open_panels
from workbook.widgets.panels import registry

RUNS = 50
PATIENCE = 90


def figures():
    gc.collect()
    return sum(isinstance(thing, Figure) for thing in gc.get_objects())


@pytest.mark.slow
def test_fifty_runs_keep_one_figure(make):
    # Small, and it makes a new figure for every run; the one before must go.
    panel = make("neuron")
    panel.run()
    assert panel.wait(PATIENCE)
    drawn, threads, widgets = figures(), threading.active_count(), len(widget._instances)
    before = panel.figure
    for number in range(RUNS):
        panel.controls["b"].value = number / RUNS
        assert panel.wait(PATIENCE)
        assert panel.job.state == "done", panel.job.failure
        assert panel.figure is not before
        before = panel.figure
    assert figures() <= drawn
    assert threading.active_count() <= threads + 1
    assert len(widget._instances) == widgets


def test_a_cell_that_is_run_again_leaves_no_widgets(folder, monkeypatch):
    monkeypatch.delenv("WORKBOOK_STATIC")
    registry.panel("optimiser_race")
    registry.panel("optimiser_race")
    widgets, drawn = len(widget._instances), figures()
    for _ in range(5):
        registry.panel("optimiser_race")
    assert len(widget._instances) == widgets
    assert figures() <= drawn
    open_panels.get("optimiser_race").close()
