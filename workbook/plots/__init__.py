"""Figures from results; no training, no widgets.

Every function returns a `matplotlib.figure.Figure` made without pyplot: as the last line
of a cell it shows itself, and `figure.savefig("name.png")` saves it.
"""

from workbook.plots.curves import compare, learning_curves
from workbook.plots.graphs import graph
from workbook.plots.grids import filters, images, show_grid, visualize_grid
from workbook.plots.layers import histograms, per_layer
from workbook.plots.surfaces import paths
from workbook.plots.sweeps import sweep

__all__ = [
    "compare",
    "filters",
    "graph",
    "histograms",
    "images",
    "learning_curves",
    "paths",
    "per_layer",
    "show_grid",
    "sweep",
    "visualize_grid",
]
