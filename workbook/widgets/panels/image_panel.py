"""The panel on pictures: yours or another on its way through the layers that you wrote."""

from typing import Any, ClassVar

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from workbook import data, plots
from workbook.widgets.open_widgets import open_panels
from workbook.widgets.panels import image_sources
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows, choices, paragraph
from workbook.widgets.panels.grid_inputs import PixelGrid
from workbook.widgets.panels.prediction import Observation

__all__ = ["PicturePanel"]

_VALIDATION = 500
_FILTERS = 16


class PicturePanel(Panel):
    """A picture in; its feature maps, the class probabilities and the net's mistakes out."""

    name: ClassVar[str] = "picture"
    experiment: ClassVar[str] = "feature_maps"
    immediate: ClassVar[bool] = True
    answer_keys: ClassVar[tuple[str, ...]] = ("sure", "rather", "torn")
    timeout: ClassVar[float] = 60.0
    num_train: ClassVar[int] = 2000

    def make_controls(self) -> dict[str, Any]:
        sources = ["validation", "drawing", "cat", "coffee", "upload"]
        wide = {"style": {"description_width": "110px"}, "layout": w.Layout(width="340px")}
        nets = [(self.text(f"net.{name}"), name) for name in ("filters", "own")]
        return {
            "net": choices(nets, self.text("net.name")),
            "source": choices(
                [(self.text(f"source.{name}"), name) for name in sources], self.text("source.name")
            ),
            "number": w.IntSlider(
                60,
                0,
                _VALIDATION - 1,
                description=self.text("number"),
                continuous_update=False,
                **wide,
            ),
            "drawing": PixelGrid(
                image_sources.SHAPES["trousers"], image_sources.SIDE, self.text("square")
            ),
            "upload": w.FileUpload(
                accept="image/*", multiple=False, description=self.text("choose")
            ),
            "invert": w.Checkbox(False, description=self.text("invert"), indent=False),
        }

    def make_views(self) -> dict[str, Any]:
        shown = [(self.text("maps"), "maps"), (self.text("mistakes"), "mistakes")]
        return {
            "shown": w.ToggleButtons(options=shown),
            "filter": w.IntSlider(0, 0, _FILTERS - 1, description=self.text("filter")),
        }

    def layout_controls(self) -> Any:
        parts = {
            name: control
            for name, control in self.controls.items()
            if name not in ("net", "source")
        }
        shapes = [w.Button(description=self.text(f"shape.{n}")) for n in image_sources.SHAPES]
        for button, bits in zip(shapes, image_sources.SHAPES.values(), strict=True):
            button.layout.width = "auto"
            button.on_click(lambda _, bits=bits: self._set_drawing(bits))
        parts["drawing"] = w.VBox(
            [w.HBox(shapes, layout=w.Layout(flex_flow="row wrap")), self.controls["drawing"]]
        )
        wanted = {
            "validation": ("number",),
            "drawing": ("drawing",),
            "upload": ("upload", "invert"),
            "cat": ("invert",),
            "coffee": ("invert",),
        }

        def show(_: Any = None) -> None:
            source = self.controls["source"].value
            if source == "drawing":
                self.controls["drawing"].make_buttons()
            for name, part in parts.items():
                part.layout.display = None if name in wanted[source] else "none"

        self.controls["source"].observe(show, names="value")
        show()
        self.net_note: Any = w.HTML()
        return w.VBox(
            [self.controls["net"], self.net_note, self.controls["source"], *parts.values()]
        )

    def _set_drawing(self, bits: str) -> None:
        self.controls["drawing"].value = bits

    def settings(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {"num_train": self.num_train}
        if (trained := self.trained()) is not None:
            chosen = {"params": trained}
        if self.controls["source"].value == "validation":
            return chosen | {"number": self.controls["number"].value}
        return chosen | {"picture": self.picture_chosen()}

    def trained(self) -> dict[str, Any] | None:
        """The net of the panel on filters, if it is wanted and there is one in this kernel."""
        filters = open_panels.get("filters")
        if self.controls["net"].value != "filters" or filters is None:
            return None
        found: dict[str, Any] | None = getattr(filters, "trained", None)
        return found

    def picture_chosen(self) -> Any:
        """A drawing, a file or a bundled photograph, shape (3, 32, 32), 0 to 255."""
        source = self.controls["source"].value
        if source == "drawing":
            return image_sources.from_drawing(self.controls["drawing"].value)
        if source == "upload":
            picture = image_sources.from_file(bytes(self.controls["upload"].value[0]["content"]))
        else:
            picture = image_sources.from_photo(source)
        return 255 - picture if self.controls["invert"].value else picture

    def static_settings(self) -> dict[str, Any]:
        return {"num_train": 400, "num_val": 100}

    def invalid_reason(self) -> str:
        if self.controls["source"].value != "upload":
            return ""
        if not self.controls["upload"].value:
            return self.text("no_file")
        try:
            self.picture_chosen()
        except ValueError as error:
            return self.text("no_image", why=error)
        return ""

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        self.result: Any = None
        self.names = data.class_names()
        return self.figure

    def on_result(self, result: Any) -> None:
        self.result = result
        count, _, side, _ = result.filters.shape
        whose = "note_filters" if "params" in self.run_settings else "note_own"
        images = f"{self.run_settings.get('num_train', 0):,}"
        sentence = self.text(f"net.{whose}", count=count, side=side, images=images)
        self.net_note.value = paragraph(sentence, quiet=True)
        self.views["filter"].max = len(result.filters) - 1

    def update_figure(self) -> None:
        found = self.result
        if found is None:
            return
        if self.views["shown"].value == "mistakes":
            mixed = found.confusion
            self.figure = plots.confusion_matrix(
                mixed.counts, mixed.pairs, mixed.examples, found.pictures, self.names
            )
            return
        chosen = self.views["filter"].value
        self.figure = plots.feature_maps(
            found.outputs, self.names, filters=found.filters, chosen=chosen
        )

    def table(self) -> Rows:
        if self.result is None:
            return []
        if self.views["shown"].value == "mistakes":
            rows = [self.text("head_mistakes").split("|")]
            mixed = self.result.confusion
            for right, predicted in mixed.pairs:
                rows.append(
                    [self.names[right], self.names[predicted], str(mixed.counts[right, predicted])]
                )
            return rows
        rows = [self.text("head").split("|")]
        outputs = self.result.outputs
        for place in np.argsort(-outputs.probabilities)[:3]:
            score, share = outputs.scores[place], outputs.probabilities[place]
            rows.append([self.names[place], f"{score:.2f}", f"{share:.1%}"])
        return rows

    def observation(self) -> Observation:
        if self.result is None:
            return None
        share = float(self.result.outputs.probabilities.max())
        key = "sure" if share > 0.9 else "rather" if share >= 0.5 else "torn"
        sentence = self.text("observation", said=self.result.predicted, share=f"{share:.0%}")
        if self.result.label:
            sentence += " " + self.text("right", right=self.result.label)
        return (key,), sentence
