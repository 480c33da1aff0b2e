"""Figures from results; no training, no widgets.

Every function returns a `matplotlib.figure.Figure` made without pyplot: as the last line
of a cell it shows itself, and `figure.savefig("name.png")` saves it.
"""

from workbook.plots.confusion import confusion_matrix
from workbook.plots.curves import compare, learning_curves, narrow_curves
from workbook.plots.descent_paths import paths
from workbook.plots.dropout import dropout_outputs
from workbook.plots.features import feature_maps, filter_steps
from workbook.plots.gradient_errors import gradient_errors
from workbook.plots.graphs import graph
from workbook.plots.grids import filters, images, show_grid, visualize_grid
from workbook.plots.known_graphs import graph_values
from workbook.plots.layers import histograms, normalisation_effect, per_layer
from workbook.plots.microscope import microscope
from workbook.plots.standalone import inline_svg, png_tiles
from workbook.plots.sweeps import sweep

__all__ = [
    "compare",
    "confusion_matrix",
    "dropout_outputs",
    "feature_maps",
    "filter_steps",
    "filters",
    "gradient_errors",
    "graph",
    "graph_values",
    "histograms",
    "images",
    "inline_svg",
    "learning_curves",
    "microscope",
    "narrow_curves",
    "normalisation_effect",
    "paths",
    "per_layer",
    "png_tiles",
    "show_grid",
    "sweep",
    "visualize_grid",
]
