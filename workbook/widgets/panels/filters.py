"""The panel on filters: those of a ThreeLayerConvNet's first layer while it learns."""

from typing import Any, ClassVar

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from workbook import plots
from workbook.locale import text
from workbook.training.results import ProgressUpdate
from workbook.training.runner import Job
from workbook.widgets.open_widgets import open_panels
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows
from workbook.widgets.panels.prediction import Observation

__all__ = ["FiltersPanel"]


class FiltersPanel(Panel):
    """Number, size and learning rate in; the filters of any step out."""

    name: ClassVar[str] = "filters"
    experiment: ClassVar[str] = "first_filters"
    answer_keys: ClassVar[tuple[str, ...]] = ("little", "half", "replaced")

    # The parameters of the net that it trained last.
    trained: dict[str, Any] | None = None

    def make_controls(self) -> dict[str, Any]:
        wide = {"style": {"description_width": "110px"}, "layout": w.Layout(width="340px")}
        return {
            "num_filters": w.SelectionSlider(
                options=[4, 9, 16, 25, 36], value=16, description=self.text("count"), **wide
            ),
            "filter_size": w.SelectionSlider(
                options=[3, 5, 7, 9], value=7, description=self.text("size"), **wide
            ),
            "weight_scale": w.SelectionSlider(
                options=[1e-3, 3e-3, 1e-2, 3e-2, 1e-1],
                value=1e-2,
                description=self.text("scale"),
                **wide,
            ),
            "epochs": w.IntSlider(
                2, 1, 10, description=text("panel.optimiser_race.epochs"), **wide
            ),
        }

    def make_views(self) -> dict[str, Any]:
        step = w.IntSlider(
            0,
            0,
            0,
            description=self.text("moment"),
            readout=False,
            style={"description_width": "initial"},
            layout=w.Layout(width="420px"),
        )
        return {"moment": step}

    def settings(self) -> dict[str, Any]:
        return {
            **{name: control.value for name, control in self.controls.items()},
            "num_train": 1000,
            "every": 2,
            "seed": 0,
        }

    def static_settings(self) -> dict[str, Any]:
        return {"epochs": 1, "num_train": 300, "num_val": 100}

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        self.steps: list[int] = []
        self.kept: list[Any] = []
        self.first: Any = None
        return self.figure

    def on_updates(self, updates: list[ProgressUpdate]) -> None:
        for update in updates:
            if "filters" in update.values:
                self.steps.append(update.values["step"])
                self.kept.append(update.values["filters"])
        self._follow_end()

    def on_result(self, result: Any) -> None:
        self.steps, self.kept = list(result.steps), list(result.filters)
        self.trained = dict(result.params)
        self._follow_end()

    def _follow_end(self) -> None:
        slider, last = self.views["moment"], max(len(self.kept) - 1, 0)
        at_end = slider.value == slider.max
        slider.max = last
        if at_end:
            slider.value = last

    def update_figure(self) -> None:
        if self.kept:
            at = min(self.views["moment"].value, len(self.kept) - 1)
            self.figure = plots.filter_steps(self.steps, np.array(self.kept), at)

    def added(self) -> list[float]:
        """The size of what was added at each kept step, over that of the first filters."""
        start = np.linalg.norm(self.kept[0])
        return [float(np.linalg.norm(w - self.kept[0]) / start) for w in self.kept]

    def table(self) -> Rows:
        rows = [self.text("head").split("|")]
        if not self.kept:
            return rows
        sizes = self.added()
        for at in sorted(
            {0, len(sizes) // 4, len(sizes) // 2, 3 * len(sizes) // 4, len(sizes) - 1}
        ):
            rows.append([str(self.steps[at]), f"{sizes[at]:.1%}"])
        return rows

    def observation(self) -> Observation:
        if not self.kept:
            return None
        size = self.added()[-1]
        key = "little" if size < 0.25 else "half" if size < 1 else "replaced"
        return (key,), self.text("observation", size=f"{size:.0%}", steps=self.steps[-1])

    def on_end(self, job: Job) -> None:
        super().on_end(job)
        # The panel on pictures shows its picture to the net that has just been trained.
        pictures = open_panels.get("picture")
        if pictures is None or job.result is None:
            return
        if pictures.controls["net"].value == "filters":
            pictures.run()
