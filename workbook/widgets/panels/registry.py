"""The panels by name."""

import importlib
import os
from typing import TYPE_CHECKING, Any

from workbook.errors import UsageError
from workbook.locale import text
from workbook.widgets.open_widgets import open_panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from workbook.widgets.panels.base import Panel

__all__ = ["PANELS", "find", "panel"]

# The file in this folder and the class in it.
PANELS = {
    "basket": ("graph", "BasketPanel"),
    "distributions": ("distributions", "DistributionsPanel"),
    "dropout": ("dropout", "DropoutPanel"),
    "dropout_units": ("dropout_units", "DropoutUnitsPanel"),
    "filters": ("filters", "FiltersPanel"),
    "gradient_check": ("gradient_check", "GradientCheckPanel"),
    "microscope": ("microscope", "MicroscopePanel"),
    "neuron": ("graph", "NeuronPanel"),
    "normalisation": ("normalisation", "NormalisationPanel"),
    "optimiser_race": ("optimiser_race", "OptimiserRacePanel"),
    "picture": ("image_panel", "PicturePanel"),
    "scale_sweep": ("scale_sweep", "ScaleSweepPanel"),
    "surfaces": ("surfaces", "SurfacesPanel"),
    "weight_scale": ("weight_scale", "WeightScalePanel"),
}


def find(name: str) -> "type[Panel]":
    """The class of a panel.

    Raises
    ------
    UsageError
        If there is no panel of that name.
    """
    if name not in PANELS:
        raise UsageError(text("panel.no_such", name=name, known=", ".join(PANELS)))
    file, kind = PANELS[name]
    module = importlib.import_module(f"workbook.widgets.panels.{file}")
    found: type[Panel] = getattr(module, kind)
    return found


def panel(name: str, **start: Any) -> "Figure | None":
    """Show an interactive panel, driven by the learner's own code.

    Parameters
    ----------
    name : str
        A name in `PANELS`.
    **start
        Where the panel's controls stand at first, by the name of what they set.

    Returns
    -------
    Figure or None
        Under WORKBOOK_STATIC=1 the picture of a short run; otherwise the panel is displayed.

    Raises
    ------
    UsageError
        If there is no such panel or control.
    """
    kind = find(name)
    if os.environ.get("WORKBOOK_STATIC"):
        return kind(**start).static_figure()
    # If the cell was run before, its panel is replaced, and the panel's process ends.
    open_panels.replace(name, lambda: kind(**start)).show()
    return None
