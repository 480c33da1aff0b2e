"""The convolution microscope: a picture, a kernel, and the sum behind every number."""

from typing import Any, ClassVar

import ipywidgets as w
import numpy as np
from matplotlib.figure import Figure

from workbook import plots
from workbook.training.experiments import KERNELS, output_size
from workbook.widgets.panels import image_sources
from workbook.widgets.panels.base import Panel
from workbook.widgets.panels.components import Rows, choices, paragraph
from workbook.widgets.panels.grid_inputs import NumberGrid
from workbook.widgets.panels.pointer import Pointer
from workbook.widgets.panels.prediction import Observation

__all__ = ["SMALL", "MicroscopePanel"]

SMALL = ((1, 2, 0, 3, 1), (0, 4, 4, 1, 0), (2, 4, 4, 0, 1), (3, 0, 1, 1, 2), (1, 0, 2, 5, 5))
_OWN = "own"


class MicroscopePanel(Panel):
    """Picture, kernel, stride and padding in; the output and one number's sum out."""

    name: ClassVar[str] = "microscope"
    experiment: ClassVar[str] = "convolve"
    immediate: ClassVar[bool] = True
    answer_keys: ClassVar[tuple[str, ...]] = ("smaller", "same", "larger")

    result: Any = None

    def make_controls(self) -> dict[str, Any]:
        wide = {"style": {"description_width": "110px"}, "layout": w.Layout(width="340px")}
        kernels = [(self.text("own"), _OWN), *((name, name) for name in KERNELS)]
        return {
            "picture": choices(
                [(self.text(f"picture.{n}"), n) for n in ("numbers", "bag", "cat", "coffee")],
                self.text("picture.name"),
            ),
            "preset": choices(kernels, self.text("preset"), value="Sobel, horizontal edges"),
            "kernel": NumberGrid(KERNELS["Sobel, horizontal edges"]),
            "size": w.SelectionSlider(
                options=[1, 2, 3, 4, 5, 6, 7],
                value=3,
                description=self.text("size"),
                continuous_update=False,
                **wide,
            ),
            "stride": w.IntSlider(
                1, 1, 4, description=self.text("stride"), continuous_update=False, **wide
            ),
            "pad": w.IntSlider(
                1, 0, 4, description=self.text("pad"), continuous_update=False, **wide
            ),
        }

    def make_views(self) -> dict[str, Any]:
        narrow = {
            "style": {"description_width": "60px"},
            "layout": w.Layout(width="300px"),
        }
        return {
            "row": w.IntSlider(1, 0, 4, description=self.text("row"), **narrow),
            "column": w.IntSlider(2, 0, 4, description=self.text("column"), **narrow),
        }

    def layout_controls(self) -> Any:
        self.formula: Any = w.HTML()
        self._changing = False
        self.controls["preset"].observe(lambda _: self._preset(), names="value")
        self.controls["size"].observe(lambda _: self._size(), names="value")
        self.controls["kernel"].observe(lambda _: self._edited(), names="value")
        for control in self.controls.values():
            control.observe(lambda _: self._explain(), names="value")
        self._explain()
        sliders = [self.controls[name] for name in ("size", "stride", "pad")]
        both = w.HBox(
            [w.VBox(sliders), self.controls["kernel"]],
            layout=w.Layout(flex_flow="row wrap", grid_gap="16px", align_items="flex-start"),
        )
        return w.VBox([self.controls["picture"], self.controls["preset"], both, self.formula])

    def layout_picture(self) -> Any:
        self.pointer = Pointer(description=self.text("pointer"))
        self.pointer.layout.grid_area = self.picture.layout.grid_area = "1 / 1 / 2 / 2"
        self.pointer.observe(lambda change: self._pointed(*change.new), names="at")
        look = w.Layout(
            grid_template_columns="minmax(0, max-content)", justify_content="flex-start"
        )
        return w.GridBox([self.picture, self.pointer], layout=look)

    def _pointed(self, row: int, column: int) -> None:
        with self._lock:
            if self.result is None or self.closed:
                return
            with self.pause_events():
                self.views["row"].value, self.views["column"].value = row, column
            self._on_view_change()

    def on_drawn(self) -> None:
        """Lay the squares that can be pointed at over those of the output."""
        if self.result is None or len(self.figure.axes) < 2:
            self.pointer.size = [0, 0]
            return
        box = self.figure.axes[1].get_position()
        row, column = self.place()
        with self.pointer.hold_sync():
            self.pointer.place = [box.x0, 1 - box.y1, box.width, box.height]
            self.pointer.size = list(self.result.out.shape)
            number = f"{self.result.out[row, column]:.4g}"
            self.pointer.label = self.text("at", row=row, column=column, number=number)
            self.pointer.shown = [row, column]

    def _preset(self) -> None:
        name = self.controls["preset"].value
        if name != _OWN and not self._changing:
            self._set(kernel=tuple(map(tuple, KERNELS[name])), size=3)

    def _size(self) -> None:
        if self._changing:
            return
        size = self.controls["size"].value
        old = np.array(self.controls["kernel"].value)
        new = np.zeros((size, size))
        kept = min(size, len(old))
        new[:kept, :kept] = old[:kept, :kept]
        self._set(kernel=tuple(map(tuple, new.tolist())), preset=_OWN)

    def _edited(self) -> None:
        if not self._changing:
            self._set(preset=_OWN)

    def _set(self, **values: Any) -> None:
        """Several controls at once, without one setting the other again."""
        self._changing = True
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:
            self._changing = False

    def pixels(self) -> Any:
        """The chosen picture, shape (H, W)."""
        name = self.controls["picture"].value
        if name == "numbers":
            return np.array(SMALL, dtype=float)
        if name == "bag":
            bits = np.array(list(image_sources.SHAPES["bag"]), dtype=float)
            return bits.reshape(image_sources.SIDE, image_sources.SIDE)
        return image_sources.grey(name, 48).astype(float)

    def height(self) -> int:
        """Rows of the chosen picture; as many as it has columns."""
        return {"numbers": len(SMALL), "bag": image_sources.SIDE}.get(
            self.controls["picture"].value, 48
        )

    def _explain(self) -> None:
        size, stride, pad = (self.controls[name].value for name in ("size", "stride", "pad"))
        height = self.height()
        out = output_size(height, size, stride, pad)
        sentence = self.text("formula", H=height, HH=size, pad=pad, stride=stride, out=out)
        rest = (height + 2 * pad - size) % stride
        if out >= 1 and rest:
            sentence += " " + self.text("rest", rest=rest)
        self.formula.value = paragraph(sentence)

    def settings(self) -> dict[str, Any]:
        return {
            "picture": self.pixels(),
            "kernel": np.array(self.controls["kernel"].value, dtype=float),
            "stride": self.controls["stride"].value,
            "pad": self.controls["pad"].value,
        }

    def invalid_reason(self) -> str:
        size, pad = self.controls["size"].value, self.controls["pad"].value
        if output_size(self.height(), size, self.controls["stride"].value, pad) < 1:
            return self.text("no_room", size=size, height=self.height() + 2 * pad)
        return ""

    def make_figure(self, settings: dict[str, Any]) -> Figure:
        self.result = None
        return self.figure

    def on_result(self, result: Any) -> None:
        self.result = result
        for view, count in zip(("row", "column"), result.out.shape, strict=True):
            self.views[view].max = count - 1

    def place(self) -> tuple[int, int]:
        """The output number that is looked at."""
        rows, columns = self.result.out.shape
        row, column = self.views["row"].value, self.views["column"].value
        return min(row, rows - 1), min(column, columns - 1)

    def update_figure(self) -> None:
        if self.result is not None:
            found = self.result
            self.figure = plots.microscope(
                found.padded, found.kernel, found.out, self.place(), stride=found.stride
            )

    def table(self) -> Rows:
        if self.result is None:
            return []
        row, column = self.place()
        patch, kernel = self.result.patch(row, column), self.result.kernel
        rows = [self.text("head").split("|")]
        for place in np.ndindex(*kernel.shape):
            numbers = patch[place], kernel[place], patch[place] * kernel[place] + 0.0
            rows.append([f"{place[0]}, {place[1]}", *(f"{value:.4g}" for value in numbers)])
        total = float(np.sum(patch * kernel)) + 0.0
        rows.append([self.text("sum"), "", "", f"{total:.4g}"])
        return rows

    def observation(self) -> Observation:
        if self.result is None:
            return None
        before, after = len(self.result.picture), len(self.result.out)
        key = "same" if after == before else "smaller" if after < before else "larger"
        return (key,), self.text("observation", before=before, after=after)
