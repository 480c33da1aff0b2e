"""What the scale of the first weights does to a deep net that has learned nothing yet."""

from typing import Any

import ipywidgets as w
import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from workbook.plots.live_layers import LiveLayers
from workbook.training.runner import Job
from workbook.widgets.open_widgets import open_panels
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows, choices, scale_slider
from workbook.widgets.panels.prediction import Observation

__all__ = ["WeightScalePanel"]

_WIDTH = 50
# The answers to the question, by their keys.
_SCALES = {"s0001": 0.001, "s001": 0.01, "s02": 0.2, "s1": 1.0}
# The signal neither fades nor grows if its spread changes by less than this, up or down.
_STEADY = 2.0


class WeightScalePanel(Panel):
    """A slider for the scale, with and without normalisation; immediate."""

    name = "weight_scale"
    experiment = "at_initialisation"
    immediate = True
    answer_keys = tuple(_SCALES)
    layers: LiveLayers | None = None

    def make_controls(self) -> dict[str, Any]:
        narrow = {"style": {"description_width": "110px"}, "layout": w.Layout(width="300px")}
        return {
            "scale": scale_slider(self.text("scale")),
            "normalization": choices(
                [
                    (self.text("kind.none"), ""),
                    (self.text("kind.batchnorm"), "batchnorm"),
                    (self.text("kind.layernorm"), "layernorm"),
                ],
                self.text("kind.label"),
            ),
            "depth": w.IntSlider(
                7, 2, 10, description=self.text("depth"), continuous_update=False, **narrow
            ),
        }

    def settings(self) -> dict[str, Any]:
        return {
            "scale": self.controls["scale"].value,
            "normalization": self.controls["normalization"].value or None,
            "hidden_dims": [_WIDTH] * self.controls["depth"].value,
            "seed": 0,
        }

    def can_reuse_figure(self, settings: dict[str, Any]) -> bool:
        return bool(settings["hidden_dims"] == self.run_settings.get("hidden_dims"))

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        depth = len(settings["hidden_dims"])
        self.result: Any = None
        layers = [self.text("layer", number=number) for number in range(1, depth + 1)]
        self.layers = LiveLayers(layers, [f"W{number}" for number in range(1, depth + 2)])
        return self.layers.figure

    def on_result(self, result: Any) -> None:
        self.result = result

    def update_figure(self) -> None:
        if self.result is not None and self.layers is not None:
            self.layers.update(self.result.activations, self.result.gradient_norms)

    def animated_artists(self) -> list[Artist]:
        layers = self.layers
        return layers.animated if layers is not None and layers.figure is self.figure else []

    def spreads(self) -> list[float]:
        """The standard deviation of each hidden layer's activations."""
        return [float(np.std(values)) for values in self.result.activations.values()]

    def table(self) -> Rows:
        if self.result is None:
            return []
        norms = [f"{norm:.2e}" for norm in self.result.gradient_norms.values()]
        zeros = [np.mean(values == 0) for values in self.result.activations.values()]
        spreads = [f"{spread:.2e}" for spread in self.spreads()]
        names = [self.text("layer", number=number + 1) for number in range(len(spreads))]
        rows = [self.text("head").split("|")]
        for name, spread, zero, norm in zip(names, spreads, zeros, norms, strict=False):
            rows.append([name, spread, f"{zero:.0%}", norm])
        rows.append([self.text("scores"), "", "", norms[-1]])
        return rows

    def observation(self) -> Observation:
        if self.result is None or self.result.normalization is not None:
            return None
        spreads = self.spreads()
        share = spreads[-1] / spreads[0] if spreads[0] > 0 else float("nan")
        if not 1 / _STEADY < share < _STEADY:
            return None
        scale = self.result.scale
        nearest = min(_SCALES, key=lambda key: abs(np.log(_SCALES[key] / scale)))
        return (nearest,), self.text("observation", scale=f"{scale:.2g}", share=f"{share:.2g}")

    def on_end(self, job: Job) -> None:
        super().on_end(job)
        sweep = open_panels.get("scale_sweep")
        if sweep is not None and job.state == "done":
            sweep.views["scale"].value = self.result.scale
