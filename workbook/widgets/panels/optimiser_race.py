"""Which update rule is fastest: up to four on the same net, the same weights, the same batches."""

from typing import Any

import ipywidgets as w
from matplotlib.figure import Figure

from workbook.locale import text
from workbook.training.experiments.optimiser_race import RATES
from workbook.widgets.panels.components import Rows
from workbook.widgets.panels.live_history import SideBySide
from workbook.widgets.panels.prediction import Outcome
from workbook.widgets.panels.rules import RulePicker

__all__ = ["OptimiserRace"]

_WIDTH = 100
_BATCH = 100


class OptimiserRace(SideBySide):
    """Rules with their learning rates, and the depth of the net; loss and accuracies, live."""

    name = "optimiser_race"
    experiment = "optimiser_race"
    guesses = ("sgd", "sgd_momentum", "rmsprop", "adam")

    def make_controls(self) -> dict[str, Any]:
        self.rules = RulePicker(RATES)
        narrow = {"style": {"description_width": "130px"}, "layout": w.Layout(width="300px")}
        return {
            **self.rules.widgets,
            "depth": w.IntSlider(5, 1, 8, description=self.say("depth"), **narrow),
            "epochs": w.IntSlider(5, 1, 20, description=self.say("epochs"), **narrow),
            "images": w.SelectionSlider(
                options=[500, 1000, 2000, 4000, 8000],
                value=4000,
                description=self.say("images"),
                **narrow,
            ),
        }

    def arrange(self) -> Any:
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

    def short(self) -> dict[str, Any]:
        return {"epochs": 2, "num_train": 1000}

    def invalid(self) -> str:
        return "" if self.rules.chosen() else text("panel.no_rule")

    def begin(self, settings: dict[str, Any]) -> Figure:
        return self.line_up(list(settings["rules"]), settings, _BATCH)

    def losses(self) -> dict[str, float]:
        """Of each rule the mean loss of its last epoch so far; infinite if it diverged."""
        steps = max(self.ran["num_train"] // _BATCH, 1)
        last = {name: run.loss_history[-steps:] for name, run in self.runs.items()}
        means = {name: sum(lot) / len(lot) for name, lot in last.items() if lot}
        return {name: mean if mean < float("inf") else float("inf") for name, mean in means.items()}

    def table(self) -> Rows:
        losses = self.losses()
        rows = [self.say("head").split("|")]
        for name, run in self.runs.items():
            accuracies = [h[-1] for h in (run.train_acc_history, run.val_acc_history) if h]
            loss = losses.get(name)
            words = "" if loss is None else f"{loss:.4f}" if loss < float("inf") else "∞"
            numbers = [words, *(f"{value:.1%}" for value in accuracies)]
            rows.append([name, f"{self.ran['learning_rates'][name]:.2g}", *numbers])
        return rows

    def outcome(self) -> Outcome:
        losses = self.losses()
        if len(losses) < 2:
            return None
        first, second = sorted(losses, key=lambda name: losses[name])[:2]
        told = self.say(
            "outcome",
            rule=first,
            loss=f"{losses[first]:.3f}",
            second=second,
            other=f"{losses[second]:.3f}",
        )
        return (first,), told
