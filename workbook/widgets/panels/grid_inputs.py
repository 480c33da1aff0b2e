"""Squares to click and numbers to edit: widgets whose value is the whole board."""

from collections.abc import Sequence
from typing import Any

import ipywidgets as w
import traitlets

__all__ = ["NumberGrid", "PixelGrid"]


class PixelGrid(w.VBox):  # type: ignore[misc]
    """A square of buttons, each on or off; also with Tab and the space bar.

    The buttons are made when they are first needed: many of them take their time.

    Attributes
    ----------
    value : str
        "1" and "0", row by row.
    """

    value = traitlets.Unicode()

    def __init__(self, value: str, side: int, tooltip: str) -> None:
        self.side, self._tooltip = side, tooltip
        self._cells: list[Any] = []
        self._paused = False
        super().__init__(value=value)
        self.observe(lambda _: self._show(), names="value")

    def make_buttons(self) -> None:
        """Make the buttons."""
        if self._cells:
            return
        layout = w.Layout(width="20px", height="20px", padding="0", margin="1px", flex="0 0 auto")
        style = w.ToggleButton().style
        for number in range(self.side**2):
            row, column = divmod(number, self.side)
            where = self._tooltip.format(row=row + 1, column=column + 1)
            cell = w.ToggleButton(layout=layout, style=style, tooltip=where)
            cell.observe(lambda _: self._pressed(), names="value")
            self._cells.append(cell)
        self._show()
        rows = [self._cells[i : i + self.side] for i in range(0, self.side**2, self.side)]
        self.children = [w.HBox(row) for row in rows]

    def _pressed(self) -> None:
        if not self._paused:
            self.value = "".join("1" if cell.value else "0" for cell in self._cells)

    def _show(self) -> None:
        self._paused = True
        try:
            for cell, sign in zip(self._cells, self.value, strict=False):
                on = sign == "1"
                if cell.value != on or (on and not cell.button_style):
                    cell.value = on
                # A sign too: on and off are not told apart by colour alone.
                words, look = ("●", "info") if on else ("", "")
                if cell.description != words:
                    cell.description, cell.button_style = words, look
        finally:
            self._paused = False


class NumberGrid(w.VBox):  # type: ignore[misc]
    """A square of numbers to edit.

    Attributes
    ----------
    value : tuple of tuple of float
        Row by row.
    """

    value = traitlets.Tuple()

    def __init__(self, value: Sequence[Sequence[float]]) -> None:
        self._cells: list[list[Any]] = []
        self._paused = False
        super().__init__(value=tuple(map(tuple, value)))
        self.observe(lambda _: self._show(), names="value")
        self._show()

    def _show(self) -> None:
        if len(self._cells) != len(self.value):
            look = w.Layout(width="68px")
            self._cells = [[w.FloatText(step=0.25, layout=look) for _ in row] for row in self.value]
            for row in self._cells:
                for cell in row:
                    cell.observe(lambda _: self._edited(), names="value")
            self.children = [w.HBox(row) for row in self._cells]
        self._paused = True
        try:
            for cells, row in zip(self._cells, self.value, strict=True):
                for cell, number in zip(cells, row, strict=True):
                    cell.value = round(float(number), 4)
        finally:
            self._paused = False

    def _edited(self) -> None:
        if not self._paused:
            self.value = tuple(tuple(float(cell.value) for cell in row) for row in self._cells)
