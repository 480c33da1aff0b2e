"""The panel on batch normalisation: nets with it, without it, and with layer normalisation."""

from typing import Any, ClassVar

import ipywidgets as w
from matplotlib.figure import Figure

from workbook.locale import text
from workbook.widgets.panels.components import Rows
from workbook.widgets.panels.live_history import TrainingComparisonPanel
from workbook.widgets.panels.prediction import Observation

__all__ = ["NormalisationPanel"]

KINDS = ("none", "batchnorm", "layernorm")
_WIDTH = 100


class NormalisationPanel(TrainingComparisonPanel):
    """Kinds of normalisation, depth and batch size in; learning curves out."""

    name: ClassVar[str] = "normalisation"
    experiment: ClassVar[str] = "compare_normalisations"
    answer_keys: ClassVar[tuple[str, ...]] = KINDS

    def make_controls(self) -> dict[str, Any]:
        wide = {"style": {"description_width": "110px"}, "layout": w.Layout(width="340px")}
        look = w.Layout(width="230px")
        ticks = {
            kind: w.Checkbox(
                kind != "layernorm",
                description=self.text(f"answer.{kind}"),
                indent=False,
                layout=look,
            )
            for kind in KINDS
        }
        sliders = {
            "depth": w.IntSlider(5, 1, 8, description=self.text("depth"), **wide),
            "batch_size": w.SelectionSlider(
                options=[2, 5, 10, 20, 50, 100], value=50, description=self.text("batch"), **wide
            ),
            "epochs": w.IntSlider(
                5, 1, 20, description=text("panel.optimiser_race.epochs"), **wide
            ),
            "images": w.SelectionSlider(
                options=[500, 1000, 2000, 4000],
                value=1000,
                description=text("panel.optimiser_race.images"),
                **wide,
            ),
        }
        return ticks | sliders

    def layout_controls(self) -> Any:
        ticks = w.VBox([self.controls[kind] for kind in KINDS])
        sliders = w.VBox([c for name, c in self.controls.items() if name not in KINDS])
        return w.HBox([ticks, sliders], layout=w.Layout(flex_flow="row wrap", grid_gap="16px"))

    def settings(self) -> dict[str, Any]:
        return {
            "kinds": [kind for kind in KINDS if self.controls[kind].value],
            "hidden_dims": [_WIDTH] * self.controls["depth"].value,
            "batch_size": self.controls["batch_size"].value,
            "epochs": self.controls["epochs"].value,
            "num_train": self.controls["images"].value,
            "seed": 0,
        }

    def static_settings(self) -> dict[str, Any]:
        return {"epochs": 2}

    def invalid_reason(self) -> str:
        return "" if self.settings()["kinds"] else self.text("no_kind")

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        return self.start_curves(settings["kinds"], settings, settings["batch_size"])

    def table(self) -> Rows:
        rows = [self.text("head").split("|")]
        for name, run in self.runs.items():
            # The first is that of the untrained net.
            first, last = run.val_acc_history[1:2], run.val_acc_history[-1:]
            train = run.train_acc_history[-1:]
            if last:
                numbers = [*(first or last), *train, *last]
                rows.append([name, *(f"{value:.1%}" for value in numbers)])
        return rows

    def observation(self) -> Observation:
        firsts = {n: r.val_acc_history[1] for n, r in self.runs.items() if r.val_acc_history[1:]}
        if len(firsts) < 2:
            return None
        order = sorted(firsts, key=lambda name: -firsts[name])
        best, second = order[:2]
        return (best,), self.text(
            "observation",
            best=best,
            first=f"{firsts[best]:.1%}",
            second=second,
            other=f"{firsts[second]:.1%}",
        )
