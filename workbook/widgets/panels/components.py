"""Pieces of a panel that know nothing of its experiment: words, table, picture, progress."""

import csv
import io
import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, cast

import ipywidgets as w
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from workbook.locale import as_html, text
from workbook.plots import style
from workbook.student.atomic_write import write_bytes
from workbook.training.runner import Failure

__all__ = [
    "Canvas",
    "Rows",
    "as_csv",
    "button",
    "choices",
    "failure_html",
    "render_png",
    "scale_slider",
    "table_html",
    "time_left",
    "unused_path",
]

# The first row is the head.
Rows = Sequence[Sequence[str]]

_BAD = "var(--jp-error-color1, #d32f2f)"
_LINE = "var(--jp-border-color2, currentColor)"
_INK = "var(--jp-content-font-color1, inherit)"
_DPI = 110


def render_png(figure: Figure) -> bytes:
    """A figure as PNG, quickly: the file is not made as small as it could be."""
    return Canvas(figure, ()).png()


class Canvas:
    """A figure whose axes and words are drawn once, and only what moves again and again.

    Parameters
    ----------
    figure : Figure
    moving : sequence of Artist
        Drawn above everything else, in this order.
    """

    def __init__(self, figure: Figure, animated: Sequence[Artist]) -> None:
        self.figure, self._animated = figure, animated
        figure.set_dpi(_DPI)
        self._canvas = cast(Any, FigureCanvasAgg(figure))
        for artist in animated:
            artist.set_animated(True)
        self._canvas.draw()
        # Whoever else draws the figure is to see everything.
        for artist in animated:
            artist.set_animated(False)
        self._background = self._canvas.copy_from_bbox(figure.bbox) if animated else None

    def png(self) -> bytes:
        """The figure as it is now."""
        if self._background is not None:
            self._canvas.restore_region(self._background)
            for artist in self._animated:
                artist.draw(self._canvas.get_renderer())
        pixels = np.asarray(self._canvas.buffer_rgba())[..., :3]
        buffer = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, "png", compress_level=1)
        return buffer.getvalue()


def button(label: str, icon: str, tooltip: str, **options: Any) -> Any:
    """A button with a word, a sign, and a sentence for those who point at it."""
    return w.Button(
        description=label, icon=icon, tooltip=tooltip, layout=w.Layout(width="auto"), **options
    )


def choices(options: Sequence[Any], description: str, **more: Any) -> Any:
    """A choice as a row of buttons."""
    return w.ToggleButtons(
        options=options,
        description=description,
        style={"description_width": "110px", "button_width": "auto"},
        # In a row with other controls it has a line to itself.
        layout=w.Layout(flex="1 1 100%"),
        **more,
    )


def scale_slider(description: str) -> Any:
    """A slider for the scale of the first weights, from 1e-4 to 1."""
    return w.FloatLogSlider(
        0.01,
        min=-4,
        max=0,
        step=0.05,
        readout_format=".2g",
        continuous_update=False,
        description=description,
        style={"description_width": "110px"},
        layout=w.Layout(width="420px"),
    )


def paragraph(words: str, *, strong: bool = False, quiet: bool = False) -> str:
    """Words as HTML that follows the theme; backquotes become code."""
    look = f"color:{_INK};line-height:1.45;margin:0;white-space:normal;"
    look += "font-weight:600;" if strong else ""
    look += "font-size:90%;opacity:0.85;" if quiet else ""
    return f'<p style="{look}">{as_html(words)}</p>' if words else ""


def screen_reader_only(words: str) -> str:
    """Words for those who have the page read to them; the Image widget takes no text."""
    look = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"
    return f'<span style="{look}">{escape(words)}</span>'


def table_html(rows: Rows) -> str:
    """Rows as an HTML table; nothing for no rows."""
    if not rows:
        return ""
    cell = f"padding:2px 12px 2px 0;border-bottom:1px solid {_LINE};text-align:"
    sides = ["left"] + ["right"] * (max(map(len, rows)) - 1)

    def line(row: Sequence[str], tag: str) -> str:
        return "".join(
            f'<{tag} style="{cell}{side}">{escape(value)}</{tag}>'
            for value, side in zip(row, sides, strict=False)
        )

    head = f"<thead><tr>{line(rows[0], 'th')}</tr></thead>"
    body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in rows[1:])
    look = (
        f"color:{_INK};border-collapse:collapse;line-height:1.4;font-variant-numeric:tabular-nums"
    )
    return f'<table style="{look}">{head}<tbody>{body}</tbody></table>'


def failure_html(failure: Failure) -> str:
    """What went wrong, in which line, and the check that tells more."""
    lines = [paragraph(str(failure), strong=True)]
    if failure.source and not failure.todo:
        lines.append(f'<pre style="margin:2px 0;color:{_INK}">{escape(failure.source)}</pre>')
    if failure.exercise:
        key = "panel.then_todo" if failure.todo else "panel.then_check"
        lines.append(paragraph(text(key, call=f'check("{failure.exercise}")')))
    else:
        lines.append(paragraph(text("panel.then_mend")))
    look = f"border-left:4px solid {_BAD};padding:2px 0 2px 10px;margin:4px 0"
    return f'<div role="alert" style="{look}">{"".join(lines)}</div>'


def time_left(begun: float, first: int, done: int, total: int) -> str:
    """The time that is left, in words; empty while too little is known."""
    spent = time.monotonic() - begun
    if done <= first or spent < 0.3:
        return ""
    seconds = spent * (total - done) / (done - first)
    if seconds < 90:
        return text("panel.seconds_left", seconds=f"{seconds:.0f}")
    return text("panel.minutes_left", minutes=f"{seconds / 60:.0f}")


def as_csv(rows: Rows) -> bytes:
    """Rows as a CSV file that spreadsheets read as UTF-8."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return ("\ufeff" + buffer.getvalue()).encode("utf-8")


def unused_path(name: str, ending: str) -> Path:
    """A path `results/name-1.png` beside the notebook that is not taken yet."""
    folder, number = Path.cwd() / "results", 1
    while (path := folder / f"{name}-{number}.{ending}").exists():
        number += 1
    return path


def save_file(path: Path, content: bytes) -> str:
    """Write a file and say where it lies."""
    write_bytes(path, content)
    return text("panel.saved", file=f"{path.parent.name}/{path.name}")


def placeholder_figure(words: str, width: float = 9.0, height: float = 3.4) -> Figure:
    """What stands in a picture's place before the first run."""
    figure, axes = style.new_figure(width=width, height=height)
    axes[0, 0].set_axis_off()
    axes[0, 0].text(0.5, 0.5, words, ha="center", va="center", color=style.MUTED, fontsize=12)
    return figure
