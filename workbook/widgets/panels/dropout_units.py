"""The panel on dropout's mask: the same units in training and at test time."""

from typing import Any, ClassVar

import ipywidgets as w
from matplotlib.figure import Figure

from workbook import plots
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows

__all__ = ["DropoutUnits"]


class DropoutUnits(Panel):
    """p and the throw of the dice in; the units before and after dropout out."""

    name: ClassVar[str] = "dropout_units"
    experiment: ClassVar[str] = "dropout_outputs"
    immediate: ClassVar[bool] = True
    guesses: ClassVar[tuple[str, ...]] = ("smaller", "same", "larger")

    def make_controls(self) -> dict[str, Any]:
        wide = {
            "style": {"description_width": "110px"},
            "layout": w.Layout(width="340px"),
            "continuous_update": False,
        }
        return {
            "p": w.FloatSlider(0.5, min=0, max=0.95, step=0.05, description="p", **wide),
            "seed": w.IntSlider(0, 0, 20, description=self.say("seed"), **wide),
        }

    def begin(self, settings: dict[str, Any]) -> Figure:
        self.found: Any = None
        return self.figure

    def finish(self, outcome: Any) -> None:
        self.found = outcome
        self.figure = plots.units(outcome.x, outcome.train, outcome.test)

    def table(self) -> Rows:
        if self.found is None:
            return []
        found, rows = self.found, [self.say("head").split("|")]
        for key, values in (("x", found.x), ("train", found.train), ("test", found.test)):
            lost = ((values == 0) & (found.x != 0)).sum() / max((found.x != 0).sum(), 1)
            rows.append(
                [self.say(key), f"{values.mean():.4g}", f"{values.max():.4g}", f"{lost:.1%}"]
            )
        return rows

    def outcome(self) -> tuple[tuple[str, ...], str] | None:
        if self.found is None or not self.found.p:
            return None
        train, test = float(self.found.train.mean()), float(self.found.test.mean())
        # Chance moves the mean of 800 units by a few per cent.
        share = train / test if test else 1.0
        near = 0.3 if self.found.p <= 0.75 else 0.6
        key = "same" if abs(share - 1) < near else "smaller" if share < 1 else "larger"
        return (key,), self.say("outcome", train=f"{train:.3g}", test=f"{test:.3g}")
