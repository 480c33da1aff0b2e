"""The panel on gradient checks: how large a step h should be."""

from typing import Any, ClassVar

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from workbook import plots
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows, choices

__all__ = ["GradientCheck"]


class GradientCheck(Panel):
    """A loss and a marked h in; the errors of four ways to take a difference out."""

    name: ClassVar[str] = "gradient_check"
    experiment: ClassVar[str] = "gradient_errors"
    immediate: ClassVar[bool] = True
    guesses: ClassVar[tuple[str, ...]] = ("large", "middle", "small", "tiny")

    def make_controls(self) -> dict[str, Any]:
        losses = [(self.say("sines"), "sines"), (self.say("softmax"), "softmax")]
        return {
            "loss": choices(losses, self.say("loss")),
            "entries": w.IntSlider(
                20,
                1,
                50,
                description=self.say("entries"),
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
                description=self.say("h"),
                continuous_update=False,
                style={"description_width": "initial"},
                layout=w.Layout(width="420px"),
            )
        }

    def begin(self, settings: dict[str, Any]) -> Figure:
        self.found: Any = None
        return self.figure

    def finish(self, outcome: Any) -> None:
        self.found = outcome

    def look(self) -> None:
        if self.found is not None:
            mark = float(self.views["h"].value)
            self.figure = plots.step_errors(self.found.steps, self.found.errors, mark=mark)

    def table(self) -> Rows:
        if self.found is None:
            return []
        steps = np.array(self.found.steps)
        at = int(np.argmin(np.abs(np.log(steps) - np.log(self.views["h"].value))))
        rows = [self.say("head", h=f"{steps[at]:.1e}").split("|")]
        for name, lot in self.found.errors.items():
            best = int(np.argmin(lot))
            rows.append([name, f"{lot[at]:.1e}", f"{steps[best]:.1e}", f"{lot[best]:.1e}"])
        return rows

    def outcome(self) -> tuple[tuple[str, ...], str] | None:
        if self.found is None:
            return None
        errors = self.found.errors["central, float64"]
        best = int(np.argmin(errors))
        h = self.found.steps[best]
        key = "large" if h > 1e-3 else "middle" if h > 1e-7 else "small" if h > 1e-10 else "tiny"
        return (key,), self.say("outcome", h=f"{h:.1e}", error=f"{errors[best]:.1e}")
