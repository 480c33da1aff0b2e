"""Update rules on functions of two variables: paths to follow step by step."""

from typing import Any

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from workbook.locale import text
from workbook.plots.live_paths import LivePaths
from workbook.training.experiments.surfaces import SURFACES
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows, choices
from workbook.widgets.panels.prediction import Observation
from workbook.widgets.panels.rules import RulePicker

__all__ = ["SurfacesPanel"]


class SurfacesPanel(Panel):
    """A surface, rules with their rates, and a slider over the steps."""

    name = "surfaces"
    experiment = "descend"
    immediate = True
    answer_keys = ("sgd", "sgd_momentum", "rmsprop", "adam")

    def make_controls(self) -> dict[str, Any]:
        lands = [(self.text(f"surface.{name}"), name) for name in SURFACES]
        surface = choices(lands, self.text("surface.label"), value="ravine")
        self.rules = RulePicker(SURFACES["ravine"].rates, lowest=-4, highest=0.3)
        surface.observe(lambda change: self._on_surface(change.new), names="value")
        return {"surface": surface, **self.rules.widgets}

    def make_views(self) -> dict[str, Any]:
        last = SURFACES["ravine"].steps
        step = w.IntSlider(
            0, 0, last, description=self.text("step"), layout=w.Layout(width="480px")
        )
        self._play = w.Play(min=0, max=last, step=1, interval=250, tooltip=self.text("play"))
        # In the browser: pressing Play moves the slider, and the slider draws.
        w.jslink((self._play, "value"), (step, "value"))
        return {"step": step}

    def layout_controls(self) -> Any:
        return w.VBox([self.controls["surface"], self.rules.box])

    def layout_views(self) -> Any:
        return w.HBox([self._play, *self.views.values()], layout=w.Layout(flex_flow="row wrap"))

    def _on_surface(self, surface: str) -> None:
        """A surface brings its own rates and number of steps."""
        land, step = SURFACES[surface], self.views["step"]
        with self.pause_events():
            self.rules.set_rates(land.rates)
            step.value = 0
            step.max = self._play.max = land.steps
            self._play.step = max(1, land.steps // 60)

    def settings(self) -> dict[str, Any]:
        return {
            "surface": self.controls["surface"].value,
            "rules": self.rules.chosen(),
            "learning_rates": self.rules.rates(),
        }

    def static_settings(self) -> dict[str, Any]:
        self.views["step"].value = self.views["step"].max
        return {}

    def invalid_reason(self) -> str:
        return "" if self.rules.chosen() else text("panel.no_rule")

    def can_reuse_figure(self, settings: dict[str, Any]) -> bool:
        return all(settings[key] == self.run_settings.get(key) for key in ("surface", "rules"))

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        land = SURFACES[settings["surface"]]
        self.result: Any = None
        self.paths = LivePaths(land, settings["rules"], land.steps)
        return self.paths.figure

    def on_result(self, result: Any) -> None:
        self.result = result

    def update_figure(self) -> None:
        if self.result is not None:
            self.paths.update(self.result.paths, self.result.values, self.views["step"].value)

    def table(self) -> Rows:
        if self.result is None:
            return []
        step = self.views["step"].value
        rows = [self.text("head", step=step).split("|")]
        for name, path in self.result.paths.items():
            rate = f"{self.result.learning_rates[name]:.2g}"
            if step < len(path):
                x, value = path[step], self.result.values[name][step]
                rows.append([name, rate, f"{x[0]:.4g}", f"{x[1]:.4g}", f"{value:.4g}"])
            else:
                rows.append([name, rate, "", "", self.text("gone")])
        return rows

    def observation(self) -> Observation:
        step = self.views["step"]
        if self.result is None or step.value < step.max or len(self.result.values) < 2:
            return None
        last = {
            name: float(values[-1]) if len(values) > step.max else np.inf
            for name, values in self.result.values.items()
        }
        order = sorted(last, key=lambda name: last[name])
        lowest = last[order[0]]
        level = [name for name in order if last[name] - lowest <= 1e-9 + 1e-3 * abs(lowest)]
        if len(level) > 1:
            names = ", ".join(level)
            return tuple(level), self.text("level", rules=names, value=f"{lowest:.3g}")
        sentence = self.text(
            "observation",
            rule=order[0],
            value=f"{lowest:.3g}",
            second=order[1],
            other=f"{last[order[1]]:.3g}",
        )
        return (order[0],), sentence
