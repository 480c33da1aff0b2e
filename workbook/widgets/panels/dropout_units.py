"""The panel on dropout's mask: the same units in training and at test time."""

from typing import Any, ClassVar

import ipywidgets as w
from matplotlib.figure import Figure

from workbook import plots
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows
from workbook.widgets.panels.prediction import Observation

__all__ = ["DropoutUnitsPanel"]


class DropoutUnitsPanel(Panel):
    """p and the throw of the dice in; the units before and after dropout out."""

    name: ClassVar[str] = "dropout_units"
    experiment: ClassVar[str] = "dropout_outputs"
    immediate: ClassVar[bool] = True
    answer_keys: ClassVar[tuple[str, ...]] = ("smaller", "same", "larger")

    def make_controls(self) -> dict[str, Any]:
        wide = {
            "style": {"description_width": "110px"},
            "layout": w.Layout(width="340px"),
            "continuous_update": False,
        }
        return {
            "p": w.FloatSlider(0.5, min=0, max=0.95, step=0.05, description="p", **wide),
            "seed": w.IntSlider(0, 0, 20, description=self.text("seed"), **wide),
        }

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        self.result: Any = None
        return self.figure

    def on_result(self, result: Any) -> None:
        self.result = result
        self.figure = plots.dropout_outputs(result.x, result.train, result.test)

    def table(self) -> Rows:
        if self.result is None:
            return []
        found, rows = self.result, [self.text("head").split("|")]
        for key, values in (("x", found.x), ("train", found.train), ("test", found.test)):
            lost = ((values == 0) & (found.x != 0)).sum() / max((found.x != 0).sum(), 1)
            rows.append(
                [self.text(key), f"{values.mean():.4g}", f"{values.max():.4g}", f"{lost:.1%}"]
            )
        return rows

    def observation(self) -> Observation:
        if self.result is None or not self.result.p:
            return None
        train, test = float(self.result.train.mean()), float(self.result.test.mean())
        # Chance moves the mean of 800 units by a few per cent.
        share = train / test if test else 1.0
        near = 0.3 if self.result.p <= 0.75 else 0.6
        key = "same" if abs(share - 1) < near else "smaller" if share < 1 else "larger"
        return (key,), self.text("observation", train=f"{train:.3g}", test=f"{test:.3g}")
