"""A deep net trained from twenty weight scales, with and without batch normalisation."""

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from workbook.errors import WorkbookError
from workbook.plots.live_sweep import LiveSweep
from workbook.student import locations
from workbook.student.locations import state_folder
from workbook.training import result_codec
from workbook.training.experiments.weight_scale import SCALES
from workbook.training.results import ProgressUpdate
from workbook.training.runner import Job, content_hash
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows, scale_slider
from workbook.widgets.panels.prediction import Observation

__all__ = ["ScaleSweepPanel"]

# A net that is right this often has learned something.
_LEARNED = 0.5


class ScaleSweepPanel(Panel):
    """Final loss and accuracies over the scale; trained once, then read from the folder."""

    name = "scale_sweep"
    experiment = "weight_scale_sweep"
    answer_keys = ("few", "some", "most")

    def make_views(self) -> dict[str, Any]:
        return {"scale": scale_slider(self.text("scale"))}

    def settings(self) -> dict[str, Any]:
        return {"scales": list(SCALES), "normalizations": [None, "batchnorm"], "seed": 0}

    def static_settings(self) -> dict[str, Any]:
        return {"scales": list(SCALES[3::4]), "epochs": 2, "num_train": 500}

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        kinds = [kind or "none" for kind in settings["normalizations"]]
        self.points: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
        self.curves = LiveSweep({kind: self.text(f"kind.{kind}") for kind in kinds})
        return self.curves.figure

    def on_updates(self, updates: list[ProgressUpdate]) -> None:
        for update in updates:
            self.points[update.series].append(update.values)

    def on_result(self, result: Any) -> None:
        self.points = {
            kind: [
                {
                    "scale": scale,
                    "final_loss": run.final_loss,
                    "best_train_acc": run.best_train_acc,
                    "best_val_acc": run.best_val_acc,
                }
                for scale, run in zip(result.scales, runs, strict=False)
            ]
            for kind, runs in result.runs.items()
        }

    def update_figure(self) -> None:
        self.curves.update(self.points, self.views["scale"].value)

    def table(self) -> Rows:
        here = self.views["scale"].value
        rows = [self.text("head", scale=f"{here:.2g}").split("|")]
        for kind, points in self.points.items():
            if points:
                near = min(points, key=lambda point: abs(np.log(point["scale"] / here)))
                numbers = [f"{near['final_loss']:.4f}"]
                numbers += [f"{near[key]:.1%}" for key in ("best_train_acc", "best_val_acc")]
                learned = sum(point["best_val_acc"] >= _LEARNED for point in points)
                rows.append([self.text(f"kind.{kind}"), *numbers, f"{learned} / {len(points)}"])
        return rows

    def observation(self) -> Observation:
        learned = {
            kind: sum(point["best_val_acc"] >= _LEARNED for point in points)
            for kind, points in self.points.items()
        }
        plain = learned["none"]
        key = "few" if plain <= 5 else "some" if plain <= 10 else "most"
        return (key,), self.text("observation", count=plain, other=learned["batchnorm"])

    # Trained once for the same code and settings.

    def _file(self) -> Path:
        folder = locations.exercises_folder().resolve()
        what = json.dumps([content_hash(folder), self.settings()])
        name = hashlib.sha256(what.encode("utf-8")).hexdigest()[:16]
        return state_folder() / "panels" / f"scale_sweep-{name}.npz"

    def show(self) -> None:
        super().show()
        self._recall()

    def run(self) -> None:
        if not self._recall():
            super().run()

    def _recall(self) -> bool:
        """Show what was trained before with the same code; whether there is such a thing."""
        with contextlib.suppress(WorkbookError):
            kept = result_codec.load(self._file())
            with self._lock:
                if self.running or self.closed:
                    return False
                self.show_saved(kept, self.settings())
            return True
        return False

    def on_end(self, job: Job) -> None:
        super().on_end(job)
        if job.state == "done":
            path = self._file()
            # What other code had trained is of no use any more.
            for old in path.parent.glob("scale_sweep-*.npz"):
                with contextlib.suppress(OSError):
                    old.unlink()
            with contextlib.suppress(OSError, WorkbookError):
                result_codec.save(job.result, path)
