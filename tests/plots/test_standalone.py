"""Pictures for a page of its own."""

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from workbook import plots
from workbook.training.results import TrainingCurves

RUN = TrainingCurves((2.0, 1.0, 0.5), (0.1, 0.5), (0.2, 0.4), 3)


def test_an_svg_takes_the_pages_colours_and_its_ids_are_its_own():
    loss, accuracy = plots.narrow_curves(RUN)
    svg = plots.inline_svg(accuracy, "one")
    root = ET.fromstring(svg)
    assert root.get("viewBox") and root.get("width") is None and root.get("height") is None
    assert {"ink", "first", "second"} <= set(re.findall(r"var\(--(\w+)", svg))
    assert not re.search(r"(?<!, )#1f2328", svg)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) > 10 and all(name.startswith("one-") for name in ids)
    assert "metadata" not in svg and "<!--" not in svg
    assert plots.inline_svg(loss, "two") != svg
    assert plots.inline_svg(plots.narrow_curves(RUN)[1], "one") == svg


def test_tiles_are_pixels_with_clear_gaps():
    X = np.zeros((3, 3, 10, 10))
    X[0, 0, 0, 0] = 5
    X[1] = np.arange(100).reshape(10, 10)
    board = np.asarray(Image.open(io.BytesIO(plots.png_tiles(X, columns=2))))
    assert board.shape == (21, 21, 4)
    assert tuple(board[0, 0]) == (255, 0, 0, 255) and tuple(board[9, 20]) == (255, 255, 255, 255)
    assert not board[10].any() and not board[:, 10].any() and not board[11:, 11:].any()
    # Of other than 3 channels, their sum.
    one = np.asarray(Image.open(io.BytesIO(plots.png_tiles(X[:1, :2]))))
    assert tuple(one[0, 0]) == (255, 255, 255, 255) and one[1, 1, 0] == 0
    with pytest.raises(ValueError, match=r"\(N, C, H, W\)"):
        plots.png_tiles(X[0])
