"""Pictures for a page of its own: they follow its light or dark theme, and say nothing else."""

import io
import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbook.plots import style

__all__ = ["inline_svg", "png_tiles"]

Array = NDArray[Any]

# What a page may set as variables of its style sheet, and what it is otherwise.
_THEMED = {
    style.INK: "ink",
    style.MUTED: "quiet",
    style.GRID: "line",
    style.BACKGROUND: "paper",
    style.COLOURS[0]: "first",
    style.COLOURS[1]: "second",
}


def inline_svg(figure: style.NotebookFigure, name: str) -> str:
    """A figure as an `<svg>` to stand inside a page.

    Its colours are the page's variables `--ink`, `--quiet`, `--line`, `--paper`, `--first` and
    `--second`; without them, the house colours.

    Parameters
    ----------
    figure : NotebookFigure
    name : str
        A word that no other figure of the page has.
    """
    import matplotlib

    figure.patch.set_alpha(0)
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context({"svg.hashsalt": name, "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'((?: id|href)="#?|url\(#)', rf"\g<1>{name}-", svg)
    # The size is the page's to choose; the view box keeps the shape.
    svg = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", svg)
    svg = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", svg)
    for colour, variable in _THEMED.items():
        themed = f"var(--{variable}, {colour.lower()})"
        svg = re.sub(re.escape(colour), themed, svg, flags=re.IGNORECASE)
    return svg.strip()


def png_tiles(X: Array, columns: int | None = None) -> bytes:
    """Small pictures in rows as a PNG file, a pixel a number; what is between them is clear.

    Parameters
    ----------
    X : ndarray, shape (N, C, H, W)
        Each is stretched to its own darkest and brightest value. Grey ones, and those with
        other than 3 channels, are the sum of their channels: what counts for a grey picture.
    columns : int, optional
        As square as N allows, if it is left out.
    """
    from PIL import Image

    X = np.asarray(X, dtype=float)
    if X.ndim != 4 or not len(X):
        raise ValueError(f"X must have shape (N, C, H, W) with N at least 1; got {X.shape}.")
    if X.shape[1] != 3:
        X = X.sum(axis=1, keepdims=True)
    count, channels, height, width = X.shape
    low = X.min(axis=(1, 2, 3), keepdims=True)
    span = X.max(axis=(1, 2, 3), keepdims=True) - low
    stretched = np.rint(255 * (X - low) / np.where(span > 0, span, 1)).astype(np.uint8)
    columns = min(columns or math.ceil(math.sqrt(count)), count)
    rows = math.ceil(count / columns)
    gap = max(1, round(height / 10))
    board = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap, 4), np.uint8)
    for index, one in enumerate(stretched):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        place = board[top : top + height, left : left + width]
        place[..., :3] = one.transpose(1, 2, 0) if channels == 3 else one[0][..., None]
        place[..., 3] = 255
    buffer = io.BytesIO()
    Image.fromarray(board).save(buffer, "png", optimize=True)
    return buffer.getvalue()
