"""The panel on gradient checks: how large a step h should be."""

from typing import Any, ClassVar

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from workbook import plots
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows, choices
from workbook.widgets.panels.prediction import Observation

__all__ = ["GradientCheckPanel"]


class GradientCheckPanel(Panel):
    """A loss and a marked h in; the errors of four ways to take a difference out."""

    name: ClassVar[str] = "gradient_check"
    experiment: ClassVar[str] = "gradient_errors"
    immediate: ClassVar[bool] = True
    answer_keys: ClassVar[tuple[str, ...]] = ("large", "middle", "small", "tiny")

    def make_controls(self) -> dict[str, Any]:
        losses = [(self.text("sines"), "sines"), (self.text("softmax"), "softmax")]
        return {
            "loss": choices(losses, self.text("loss")),
            "entries": w.IntSlider(
                20,
                1,
                50,
                description=self.text("entries"),
                continuous_update=False,
                style={"description_width": "110px"},
                layout=w.Layout(width="340px"),
            ),
        }

    def make_views(self) -> dict[str, Any]:
        return {
            "h": w.FloatLogSlider(
                1e-5,
                min=-12,
                max=0,
                step=0.25,
                readout_format=".1e",
                description=self.text("h"),
                continuous_update=False,
                style={"description_width": "initial"},
                layout=w.Layout(width="420px"),
            )
        }

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        self.result: Any = None
        return self.figure

    def on_result(self, result: Any) -> None:
        self.result = result

    def update_figure(self) -> None:
        if self.result is not None:
            mark = float(self.views["h"].value)
            self.figure = plots.gradient_errors(self.result.steps, self.result.errors, mark=mark)

    def table(self) -> Rows:
        if self.result is None:
            return []
        steps = np.array(self.result.steps)
        at = int(np.argmin(np.abs(np.log(steps) - np.log(self.views["h"].value))))
        rows = [self.text("head", h=f"{steps[at]:.1e}").split("|")]
        for name, lot in self.result.errors.items():
            best = int(np.argmin(lot))
            rows.append([name, f"{lot[at]:.1e}", f"{steps[best]:.1e}", f"{lot[best]:.1e}"])
        return rows

    def observation(self) -> Observation:
        if self.result is None:
            return None
        errors = self.result.errors["central, float64"]
        best = int(np.argmin(errors))
        h = self.result.steps[best]
        key = "large" if h > 1e-3 else "middle" if h > 1e-7 else "small" if h > 1e-10 else "tiny"
        return (key,), self.text("observation", h=f"{h:.1e}", error=f"{errors[best]:.1e}")
