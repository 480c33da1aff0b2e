"""The panel on dropout: the same net with several probabilities of dropping."""

from typing import Any, ClassVar

import ipywidgets as w
from matplotlib.figure import Figure

from workbook import plots
from workbook.locale import text
from workbook.widgets.panels.components import Rows
from workbook.widgets.panels.live_history import TrainingComparisonPanel
from workbook.widgets.panels.prediction import Observation

__all__ = ["DropoutPanel"]

PS = (0.0, 0.25, 0.5, 0.75, 0.9)
_BATCH = 100


class DropoutPanel(TrainingComparisonPanel):
    """Probabilities, images and epochs in; learning curves, or the gap over p, out."""

    name: ClassVar[str] = "dropout"
    experiment: ClassVar[str] = "dropout_sweep"
    answer_keys: ClassVar[tuple[str, ...]] = ("narrows", "same", "widens")

    def make_controls(self) -> dict[str, Any]:
        wide = {"style": {"description_width": "110px"}, "layout": w.Layout(width="340px")}
        narrow = w.Layout(width="90px")
        return {
            f"p_{p:g}": w.Checkbox(
                p in (0.0, 0.5, 0.75), description=f"p = {p:g}", indent=False, layout=narrow
            )
            for p in PS
        } | {
            "units": w.SelectionSlider(
                options=[50, 100, 200, 500], value=500, description=self.text("units"), **wide
            ),
            "epochs": w.IntSlider(
                15, 1, 40, description=text("panel.optimiser_race.epochs"), **wide
            ),
            "images": w.SelectionSlider(
                options=[200, 500, 1000, 2000],
                value=500,
                description=text("panel.optimiser_race.images"),
                **wide,
            ),
        }

    def make_views(self) -> dict[str, Any]:
        shown = [(self.text("curves"), "curves"), (self.text("gap"), "gap")]
        return {"shown": w.ToggleButtons(options=shown)}

    def layout_controls(self) -> Any:
        ticks = w.VBox([c for name, c in self.controls.items() if name.startswith("p_")])
        sliders = w.VBox([c for name, c in self.controls.items() if not name.startswith("p_")])
        return w.HBox([ticks, sliders], layout=w.Layout(flex_flow="row wrap", grid_gap="16px"))

    def settings(self) -> dict[str, Any]:
        return {
            "ps": [p for p in PS if self.controls[f"p_{p:g}"].value],
            "hidden_dims": [self.controls["units"].value],
            "epochs": self.controls["epochs"].value,
            "num_train": self.controls["images"].value,
            "batch_size": _BATCH,
            "seed": 0,
        }

    def static_settings(self) -> dict[str, Any]:
        return {"epochs": 4, "hidden_dims": [100]}

    def invalid_reason(self) -> str:
        return "" if self.settings()["ps"] else self.text("no_p")

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        return self.start_curves([f"p = {p:g}" for p in settings["ps"]], settings, _BATCH)

    def update_figure(self) -> None:
        super().update_figure()
        ends = self.ends()
        if self.views["shown"].value == "curves" or not ends:
            self.figure = self.curves.figure
            return
        train, val = zip(*ends.values(), strict=True)
        gaps = [a - b for a, b in ends.values()]
        self.figure = plots.sweep(
            list(ends),
            {
                "Accuracy now": {"training": train, "validation": val},
                "Gap (training minus validation accuracy)": {"gap": gaps},
            },
            xlabel="p, the probability of dropping",
            log=False,
        )

    def ends(self) -> dict[float, tuple[float, float]]:
        """For each p the latest training and validation accuracy."""
        runs = zip(self.run_settings["ps"], self.runs.values(), strict=True)
        return {
            p: (run.train_acc_history[-1], run.val_acc_history[-1])
            for p, run in runs
            if run.val_acc_history
        }

    def table(self) -> Rows:
        rows = [self.text("head").split("|")]
        for p, (train, val) in self.ends().items():
            rows.append([f"{p:g}", f"{train:.1%}", f"{val:.1%}", f"{train - val:+.1%}"])
        return rows

    def observation(self) -> Observation:
        gaps = {p: train - val for p, (train, val) in self.ends().items()}
        if len(gaps) < 2:
            return None
        low, high = min(gaps), max(gaps)
        change = gaps[high] - gaps[low]
        key = "same" if abs(change) < 0.02 else "narrows" if change < 0 else "widens"
        sentence = self.text(
            "observation",
            low=f"{low:g}",
            high=f"{high:g}",
            first=f"{gaps[low]:.1%}",
            second=f"{gaps[high]:.1%}",
        )
        return (key,), sentence
