"""Figures from results; no training, no widgets.

Every function returns a `matplotlib.figure.Figure` made without pyplot: as the last line
of a cell it shows itself, and `figure.savefig("name.png")` saves it.
"""

from workbook.plots.curves import compare, learning_curves, narrow_curves
from workbook.plots.features import feature_maps, filter_steps
from workbook.plots.flows import flow
from workbook.plots.graphs import graph
from workbook.plots.grids import filters, images, show_grid, visualize_grid
from workbook.plots.layers import before_after, histograms, per_layer
from workbook.plots.microscope import microscope
from workbook.plots.mistakes import mistakes
from workbook.plots.standalone import inline_svg, tiles
from workbook.plots.steps import step_errors
from workbook.plots.surfaces import paths
from workbook.plots.sweeps import sweep
from workbook.plots.units import units

__all__ = [
    "before_after",
    "compare",
    "feature_maps",
    "filter_steps",
    "filters",
    "flow",
    "graph",
    "histograms",
    "images",
    "inline_svg",
    "learning_curves",
    "microscope",
    "mistakes",
    "narrow_curves",
    "paths",
    "per_layer",
    "show_grid",
    "step_errors",
    "sweep",
    "tiles",
    "units",
    "visualize_grid",
]
