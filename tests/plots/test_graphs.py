"""The computational graph: what stands on its edges, and where."""

import pytest

from workbook import plots

NODES = {"apples": (0, 1), "tax": (0, 0), "mul": (2, 0.5, "×"), "price": (3.5, 0.5)}
EDGES = [
    ("apples", "mul", 200.00000000000003, 1.1),
    ("tax", "mul", 1.1, 200),
    ("mul", "price", 220, None),
]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_values_stand_above_their_edges_and_gradients_below():
    figure = plots.graph(NODES, EDGES)
    assert texts(figure)[:5] == ["200", "1.1", "1.1", "200", "220"]
    assert [t.get_va() for t in figure.axes[0].texts[:5]] == ["bottom", "top"] * 2 + ["bottom"]


def test_an_operation_shows_its_sign_and_an_input_its_name():
    assert texts(plots.graph(NODES, EDGES))[5:] == ["apples", "tax", "×", "price"]


def test_numbers_lean_with_their_edge():
    falling, rising, level = (plots.graph(NODES, EDGES).axes[0].texts[i] for i in (0, 2, 4))
    # Leaning text keeps its angle between 0 and 360 degrees.
    assert falling.get_rotation() > 270
    assert 0 < rising.get_rotation() < 90
    assert level.get_rotation() == 0


def test_it_draws_with_and_without_a_title():
    assert plots.graph(NODES, EDGES).png() != plots.graph(NODES, EDGES, title="Apples").png()


def test_an_edge_to_nowhere_is_named():
    with pytest.raises(ValueError, match="needs a node 'pears'"):
        plots.graph(NODES, [("apples", "pears", 1, 1)])
