"""A choice of update rules, each with its learning rate."""

import math
from collections.abc import Mapping
from typing import Any

import ipywidgets as w

__all__ = ["RulePicker"]


class RulePicker:
    """A box to tick and a learning rate for each rule.

    Parameters
    ----------
    rates : dict of float
        The rate that each rule begins with.
    lowest, highest : float, optional
        Powers of ten at the ends of the sliders.

    Attributes
    ----------
    widgets : dict
        `rule_<name>` and `rate_<name>`.
    box : widget
        All of them, a rule a row.
    """

    def __init__(
        self, rates: Mapping[str, float], *, lowest: float = -5, highest: float = 0
    ) -> None:
        self._names = list(rates)
        self.widgets: dict[str, Any] = {}
        rows = []
        for name, rate in rates.items():
            tick = w.Checkbox(True, description=name, indent=False, layout=w.Layout(width="130px"))
            slider = w.FloatLogSlider(
                rate,
                min=lowest,
                max=highest,
                step=math.log10(2) / 2,
                readout_format=".2g",
                continuous_update=False,
                tooltip=f"learning rate of {name}",
                layout=w.Layout(width="260px"),
            )
            self.widgets |= {f"rule_{name}": tick, f"rate_{name}": slider}
            rows.append(w.HBox([tick, slider]))
        self.box: Any = w.VBox(rows)

    def chosen(self) -> list[str]:
        """The rules that are ticked."""
        return [name for name in self._names if self.widgets[f"rule_{name}"].value]

    def rates(self) -> dict[str, float]:
        """The learning rates of the chosen rules."""
        return {name: float(self.widgets[f"rate_{name}"].value) for name in self.chosen()}

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Put the sliders to other rates."""
        for name, rate in rates.items():
            self.widgets[f"rate_{name}"].value = rate
