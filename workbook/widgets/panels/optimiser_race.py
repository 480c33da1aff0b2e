"""Which update rule is fastest: up to four on the same net, the same weights, the same batches."""

from typing import Any

import ipywidgets as w
from matplotlib.figure import Figure

from workbook.locale import text
from workbook.training.experiments.optimiser_race import RATES
from workbook.widgets.panels.components import Rows
from workbook.widgets.panels.live_history import TrainingComparisonPanel
from workbook.widgets.panels.prediction import Observation
from workbook.widgets.panels.rules import RulePicker

__all__ = ["OptimiserRacePanel"]

_WIDTH = 100
_BATCH = 100


class OptimiserRacePanel(TrainingComparisonPanel):
    """Rules with their learning rates, and the depth of the net; loss and accuracies, live."""

    name = "optimiser_race"
    experiment = "optimiser_race"
    answer_keys = ("sgd", "sgd_momentum", "rmsprop", "adam")

    def make_controls(self) -> dict[str, Any]:
        self.rules = RulePicker(RATES)
        narrow = {"style": {"description_width": "130px"}, "layout": w.Layout(width="300px")}
        return {
            **self.rules.widgets,
            "depth": w.IntSlider(5, 1, 8, description=self.text("depth"), **narrow),
            "epochs": w.IntSlider(5, 1, 20, description=self.text("epochs"), **narrow),
            "images": w.SelectionSlider(
                options=[500, 1000, 2000, 4000, 8000],
                value=4000,
                description=self.text("images"),
                **narrow,
            ),
        }

    def layout_controls(self) -> Any:
        others = [self.controls[name] for name in ("depth", "epochs", "images")]
        return w.HBox(
            [self.rules.box, w.VBox(others)], layout=w.Layout(flex_flow="row wrap", grid_gap="16px")
        )

    def settings(self) -> dict[str, Any]:
        return {
            "rules": self.rules.chosen(),
            "learning_rates": self.rules.rates(),
            "hidden_dims": [_WIDTH] * self.controls["depth"].value,
            "epochs": self.controls["epochs"].value,
            "num_train": self.controls["images"].value,
            "batch_size": _BATCH,
            "seed": 0,
        }

    def static_settings(self) -> dict[str, Any]:
        return {"epochs": 2, "num_train": 1000}

    def invalid_reason(self) -> str:
        return "" if self.rules.chosen() else text("panel.no_rule")

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        return self.start_curves(list(settings["rules"]), settings, _BATCH)

    def losses(self) -> dict[str, float]:
        """Of each rule the mean loss of its last epoch so far; infinite if it diverged."""
        steps = max(self.run_settings["num_train"] // _BATCH, 1)
        last = {name: run.loss_history[-steps:] for name, run in self.runs.items()}
        means = {name: sum(lot) / len(lot) for name, lot in last.items() if lot}
        return {name: mean if mean < float("inf") else float("inf") for name, mean in means.items()}

    def table(self) -> Rows:
        losses = self.losses()
        rows = [self.text("head").split("|")]
        for name, run in self.runs.items():
            accuracies = [h[-1] for h in (run.train_acc_history, run.val_acc_history) if h]
            loss = losses.get(name)
            words = "" if loss is None else f"{loss:.4f}" if loss < float("inf") else "∞"
            numbers = [words, *(f"{value:.1%}" for value in accuracies)]
            rows.append([name, f"{self.run_settings['learning_rates'][name]:.2g}", *numbers])
        return rows

    def observation(self) -> Observation:
        losses = self.losses()
        if len(losses) < 2:
            return None
        first, second = sorted(losses, key=lambda name: losses[name])[:2]
        sentence = self.text(
            "observation",
            rule=first,
            loss=f"{losses[first]:.3f}",
            second=second,
            other=f"{losses[second]:.3f}",
        )
        return (first,), sentence
