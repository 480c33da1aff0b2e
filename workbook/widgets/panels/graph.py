"""The panels on computational graphs: numbers forwards and gradients backwards, step by step."""

from collections.abc import Mapping
from typing import Any, ClassVar

import ipywidgets as w
from matplotlib.figure import Figure

from workbook import plots
from workbook.training import experiments
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows

__all__ = ["Basket", "Neuron"]


class _Graph(Panel):
    experiment: ClassVar[str] = "graph_values"
    immediate: ClassVar[bool] = True
    start: ClassVar[Mapping[str, float]]
    # Smallest, largest, step.
    ranges: ClassVar[Mapping[str, tuple[float, float, float]]]

    def make_controls(self) -> dict[str, Any]:
        return {
            name: w.FloatSlider(
                value,
                min=self.ranges[name][0],
                max=self.ranges[name][1],
                step=self.ranges[name][2],
                description=self.say(f"input.{name}"),
                continuous_update=False,
                readout_format=".4g",
                style={"description_width": "120px"},
                layout=w.Layout(width="340px"),
            )
            for name, value in self.start.items()
        }

    def make_views(self) -> dict[str, Any]:
        count = self.count()
        return {
            "step": w.IntSlider(
                count,
                0,
                count,
                description=self.say("step"),
                style={"description_width": "initial"},
                layout=w.Layout(width="420px"),
            )
        }

    def count(self) -> int:
        """How many numbers there are to find."""
        return 2 * len(plots.flows.FLOWS[self.name]["edges"])

    def settings(self) -> dict[str, Any]:
        return {"graph": self.name, **{name: c.value for name, c in self.controls.items()}}

    def begin(self, settings: dict[str, Any]) -> Figure:
        self.found: Any = None
        return self.figure

    def finish(self, outcome: Any) -> None:
        self.found = outcome

    def look(self) -> None:
        if self.found is not None:
            upto = self.views["step"].value
            self.figure = plots.flow(
                self.name, self.found.forwards, self.found.backwards, upto=upto
            )

    def table(self) -> Rows:
        if self.found is None:
            return []
        upto = self.views["step"].value
        known = list(self.found.backwards)[: max(upto - len(self.found.forwards), 0)]
        rows = [self.say("head").split("|")]
        for name, value in list(self.found.forwards.items())[:upto]:
            back = f"{self.found.backwards[name]:.4g}" if name in known else ""
            rows.append([self.say(f"input.{name}"), f"{value:.4g}", back])
        return rows

    def outcome(self) -> tuple[tuple[str, ...], str] | None:
        if self.found is None:
            return None
        sizes = {name: abs(self.found.backwards[name]) for name in self.start}
        largest = max(sizes, key=lambda name: sizes[name])
        if not sizes[largest]:
            return ("none",), self.say("nothing")
        words = self.say(f"input.{largest}")
        value = self.found.backwards[largest]
        return (largest,), self.say("outcome", name=words, value=f"{value:.4g}")


class Basket(_Graph):
    """Prices, numbers and tax in; the price of the basket and its gradients out."""

    name: ClassVar[str] = "basket"
    guesses: ClassVar[tuple[str, ...]] = tuple(experiments.BASKET)
    start: ClassVar[Mapping[str, float]] = experiments.BASKET
    ranges: ClassVar[Mapping[str, tuple[float, float, float]]] = {
        "apple": (0, 300, 10),
        "apples": (0, 10, 1),
        "orange": (0, 300, 10),
        "oranges": (0, 10, 1),
        "tax": (1, 2, 0.05),
    }


class Neuron(_Graph):
    """Two inputs, two weights and a bias in; the loss and its gradients out."""

    name: ClassVar[str] = "neuron"
    guesses: ClassVar[tuple[str, ...]] = (*experiments.NEURON, "none")
    start: ClassVar[Mapping[str, float]] = experiments.NEURON
    ranges: ClassVar[Mapping[str, tuple[float, float, float]]] = {
        name: (-3, 3, 0.1) for name in experiments.NEURON
    }
