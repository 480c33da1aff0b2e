"""The panel on distributions: what goes into each layer's normalisation, and what comes out."""

from typing import Any, ClassVar

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from workbook import plots
from workbook.plots.layers import mean_and_std
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows, choices
from workbook.widgets.panels.prediction import Observation

__all__ = ["DistributionsPanel"]

_WIDTH = 100


class DistributionsPanel(Panel):
    """Kind, depth, weight scale and batch size in; two rows of histograms out."""

    name: ClassVar[str] = "distributions"
    experiment: ClassVar[str] = "normalisation_effect"
    immediate: ClassVar[bool] = True
    answer_keys: ClassVar[tuple[str, ...]] = ("follows", "stays", "grows")

    def make_controls(self) -> dict[str, Any]:
        wide = {"style": {"description_width": "110px"}, "layout": w.Layout(width="340px")}
        return {
            "kind": choices(["batchnorm", "layernorm"], self.text("kind")),
            "depth": w.IntSlider(
                4, 1, 5, description=self.text("depth"), continuous_update=False, **wide
            ),
            "weight_scale": w.FloatLogSlider(
                0.02,
                min=-4,
                max=1,
                step=0.25,
                readout_format=".2g",
                description=self.text("scale"),
                continuous_update=False,
                **wide,
            ),
            "batch_size": w.SelectionSlider(
                options=[1, 2, 5, 20, 100, 500],
                value=100,
                description=self.text("batch"),
                continuous_update=False,
                **wide,
            ),
        }

    def settings(self) -> dict[str, Any]:
        return {
            "kind": self.controls["kind"].value,
            "hidden_dims": [_WIDTH] * self.controls["depth"].value,
            "weight_scale": float(self.controls["weight_scale"].value),
            "batch_size": self.controls["batch_size"].value,
            "seed": 0,
        }

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        self.result: Any = None
        return self.figure

    def on_result(self, result: Any) -> None:
        self.result = result
        self.figure = plots.normalisation_effect(result.before, result.after)

    def table(self) -> Rows:
        if self.result is None:
            return []
        rows = [self.text("head").split("|")]
        for name, before in self.result.before.items():
            after = self.result.after[name]
            numbers = [*mean_and_std(before), *mean_and_std(after)]
            rows.append([name, *(f"{value:.2g}" for value in numbers)])
        return rows

    def observation(self) -> Observation:
        if self.result is None:
            return None
        last = list(self.result.before)[-1]
        before, after = np.std(self.result.before[last]), np.std(self.result.after[last])
        sentence = self.text(
            "observation", layer=last, before=f"{before:.2g}", after=f"{after:.2g}"
        )
        return ("stays",), sentence
