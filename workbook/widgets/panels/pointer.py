"""A place over a picture that can be pointed at, and stepped through with the arrow keys."""

import importlib
from pathlib import Path
from typing import Any

import traitlets

__all__ = ["Pointer"]

# The core widgets know nothing of the mouse but clicks on buttons. By name, so that the types
# are the same where it is not installed.
_AnyWidget: Any = importlib.import_module("anywidget").AnyWidget

_STYLE = """
.workbook-pointer { position: absolute; pointer-events: auto; cursor: crosshair; }
.workbook-pointer[hidden] { display: none; }
.workbook-pointer:focus-visible { outline: 3px solid #0072B2; outline-offset: 0; }
.workbook-pointer span { position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%); }
"""


class Pointer(_AnyWidget):  # type: ignore[misc]
    """Lies over a picture; squares in rows and columns somewhere in it can be chosen.

    Attributes
    ----------
    place : list of float
        Left, top, width and height of the squares, as shares of the picture.
    size : list of int
        Rows and columns; [0, 0] if there is nothing to point at.
    at : list of int
        Row and column that were pointed at last.
    shown : list of int
        Those that the picture shows.
    description, label : str
        What it is, and what is at the place that is shown: for those who do not see it.
    """

    _esm = Path(__file__).with_name("pointer.js").read_text(encoding="utf-8")
    _css = _STYLE
    place = traitlets.List(traitlets.Float(), [0.0, 0.0, 0.0, 0.0]).tag(sync=True)
    size = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)
    at = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)
    shown = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
