"""The panels on computational graphs: numbers forwards and gradients backwards, step by step."""

from collections.abc import Mapping
from typing import Any, ClassVar

import ipywidgets as w
from matplotlib.figure import Figure

from workbook import plots
from workbook.plots.known_graphs import GRAPHS
from workbook.training import experiments
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows
from workbook.widgets.panels.prediction import Observation

__all__ = ["BasketPanel", "NeuronPanel"]


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
                description=self.text(f"input.{name}"),
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
                description=self.text("step"),
                style={"description_width": "initial"},
                layout=w.Layout(width="420px"),
            )
        }

    def count(self) -> int:
        """How many numbers there are to find."""
        return 2 * len(GRAPHS[self.name]["edges"])

    def settings(self) -> dict[str, Any]:
        return {"graph": self.name, **{name: c.value for name, c in self.controls.items()}}

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        self.result: Any = None
        return self.figure

    def on_result(self, result: Any) -> None:
        self.result = result

    def update_figure(self) -> None:
        if self.result is not None:
            upto = self.views["step"].value
            self.figure = plots.graph_values(
                self.name, self.result.forwards, self.result.backwards, upto=upto
            )

    def table(self) -> Rows:
        if self.result is None:
            return []
        upto = self.views["step"].value
        known = list(self.result.backwards)[: max(upto - len(self.result.forwards), 0)]
        rows = [self.text("head").split("|")]
        for name, value in list(self.result.forwards.items())[:upto]:
            back = f"{self.result.backwards[name]:.4g}" if name in known else ""
            rows.append([self.text(f"input.{name}"), f"{value:.4g}", back])
        return rows

    def observation(self) -> Observation:
        if self.result is None:
            return None
        sizes = {name: abs(self.result.backwards[name]) for name in self.start}
        largest = max(sizes, key=lambda name: sizes[name])
        if not sizes[largest]:
            return ("none",), self.text("nothing")
        words = self.text(f"input.{largest}")
        value = self.result.backwards[largest]
        return (largest,), self.text("observation", name=words, value=f"{value:.4g}")


class BasketPanel(_Graph):
    """Prices, numbers and tax in; the price of the basket and its gradients out."""

    name: ClassVar[str] = "basket"
    answer_keys: ClassVar[tuple[str, ...]] = tuple(experiments.BASKET)
    start: ClassVar[Mapping[str, float]] = experiments.BASKET
    ranges: ClassVar[Mapping[str, tuple[float, float, float]]] = {
        "apple": (0, 300, 10),
        "apples": (0, 10, 1),
        "orange": (0, 300, 10),
        "oranges": (0, 10, 1),
        "tax": (1, 2, 0.05),
    }


class NeuronPanel(_Graph):
    """Two inputs, two weights and a bias in; the loss and its gradients out."""

    name: ClassVar[str] = "neuron"
    answer_keys: ClassVar[tuple[str, ...]] = (*experiments.NEURON, "none")
    start: ClassVar[Mapping[str, float]] = experiments.NEURON
    ranges: ClassVar[Mapping[str, tuple[float, float, float]]] = {
        name: (-3, 3, 0.1) for name in experiments.NEURON
    }
