"""The panel on distributions: what goes into each layer's normalisation, and what comes out."""

from typing import Any, ClassVar

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from workbook import plots
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows, choices

__all__ = ["Distributions"]

_WIDTH = 100


class Distributions(Panel):
    """Kind, depth, weight scale and batch size in; two rows of histograms out."""

    name: ClassVar[str] = "distributions"
    experiment: ClassVar[str] = "normalisation_effect"
    immediate: ClassVar[bool] = True
    guesses: ClassVar[tuple[str, ...]] = ("follows", "stays", "grows")

    def make_controls(self) -> dict[str, Any]:
        wide = {"style": {"description_width": "110px"}, "layout": w.Layout(width="340px")}
        return {
            "kind": choices(["batchnorm", "layernorm"], self.say("kind")),
            "depth": w.IntSlider(
                4, 1, 5, description=self.say("depth"), continuous_update=False, **wide
            ),
            "weight_scale": w.FloatLogSlider(
                0.02,
                min=-4,
                max=1,
                step=0.25,
                readout_format=".2g",
                description=self.say("scale"),
                continuous_update=False,
                **wide,
            ),
            "batch_size": w.SelectionSlider(
                options=[1, 2, 5, 20, 100, 500],
                value=100,
                description=self.say("batch"),
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

    def begin(self, settings: dict[str, Any]) -> Figure:
        self.found: Any = None
        return self.figure

    def finish(self, outcome: Any) -> None:
        self.found = outcome
        self.figure = plots.before_after(outcome.before, outcome.after)

    def table(self) -> Rows:
        if self.found is None:
            return []
        rows = [self.say("head").split("|")]
        for name, before in self.found.before.items():
            after = self.found.after[name]
            numbers = [*_moments(before), *_moments(after)]
            rows.append([name, *(f"{value:.2g}" for value in numbers)])
        return rows

    def outcome(self) -> tuple[tuple[str, ...], str] | None:
        if self.found is None:
            return None
        last = list(self.found.before)[-1]
        before, after = np.std(self.found.before[last]), np.std(self.found.after[last])
        told = self.say("outcome", layer=last, before=f"{before:.2g}", after=f"{after:.2g}")
        return ("stays",), told


def _moments(values: Any) -> tuple[float, float]:
    """Mean and standard deviation; a mean that is nothing but rounding counts as 0."""
    mean, std = float(np.mean(values)), float(np.std(values))
    return (mean if abs(mean) > 1e-4 * std else 0.0), std
