"""Figures of what happens inside: their words, what they mark, their bad input."""

from types import SimpleNamespace

import numpy as np
import pytest

from workbook import plots
from workbook.plots.known_graphs import GRAPHS

NAMES = ["shirt", "coat", "bag"]


def titles(figure):
    return [axes.get_title(loc="left") for axes in figure.axes]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_step_errors_are_drawn_as_far_as_they_go():
    steps = (1e-8, 1e-4, 1.0)
    figure = plots.gradient_errors(
        steps, {"central": (1e-6, 0.0, 0.1), "forward": (0.5,)}, mark=1e-4
    )
    axes = figure.axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    central, forward, mark = axes.lines
    np.testing.assert_array_equal(central.get_ydata(), [1e-6, np.nan, 0.1])
    np.testing.assert_array_equal(forward.get_xdata(), [1e-8])
    assert list(mark.get_xdata()) == [1e-4, 1e-4]
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["central", "forward"]


def test_units_cross_out_what_was_dropped():
    x = np.array([[1.0, 0.0, 3.0], [4.0, 5.0, 6.0]])
    train = np.array([[0.0, 0.0, 6.0], [8.0, 0.0, 12.0]])
    figure = plots.dropout_outputs(x, train, x)
    names = [title.split("\n")[0] for title in titles(figure)[:3]]
    assert names == ["before dropout", "training", "test time"]
    assert "mean 4.33" in titles(figure)[1]
    before, training, test = figure.axes[:3]
    assert not before.lines
    assert not test.lines
    # The unit that was 0 before is not among them.
    np.testing.assert_array_equal(training.lines[0].get_xydata(), [[0, 0], [1, 1]])
    with pytest.raises(ValueError, match="one shape"):
        plots.dropout_outputs(x, train, x[:1])


@pytest.fixture
def seen():
    rng = np.random.default_rng(0)
    conv = rng.normal(size=(5, 8, 8))
    return SimpleNamespace(
        picture=np.repeat(rng.normal(size=(1, 8, 8)), 3, axis=0),
        conv=conv,
        relu=np.maximum(conv, 0),
        pooled=np.maximum(conv[:, ::2, ::2], 0),
        probabilities=np.array([0.1, 0.897, 0.003]),
    )


def test_feature_maps_name_every_layer_and_the_best_class(seen):
    w = np.random.default_rng(1).normal(size=(5, 3, 3, 3))
    figure = plots.feature_maps(seen, NAMES, filters=w, chosen=4)
    assert titles(figure) == [
        "the picture",
        "after the convolution: 8 × 8",
        "after the ReLU: 8 × 8",
        "filter 4, channels added",
        "after the pooling: 4 × 4",
        "the net's probabilities",
    ]
    bars = figure.axes[-1]
    assert [label.get_text() for label in bars.get_yticklabels()] == NAMES
    assert texts(bars) == ["10%", "90%"]
    # The frame of the fifth map: second row, second column of a board 3 maps wide.
    assert figure.axes[1].lines[0].get_xydata().min(axis=0).tolist() == [8, 8]
    corner = plots.feature_maps(seen, NAMES, filters=w, chosen=2).axes[1]
    assert corner.get_xlim() == (-0.5, 25.5)
    seen.picture = np.random.default_rng(2).normal(size=(3, 8, 8))
    assert "filter 4" in titles(plots.feature_maps(seen, NAMES, filters=w, chosen=4))
    assert plots.feature_maps(seen, NAMES).png()


def test_filter_steps_say_how_much_was_added():
    w = np.random.default_rng(0).normal(size=(1, 4, 3, 5, 5))
    figure = plots.filter_steps((0, 10), np.concatenate([w, 1.5 * w]), 1)
    assert titles(figure) == ["after step 10", "what training added (50% of the start's size)"]
    assert "0%" in titles(plots.filter_steps((0, 10), np.concatenate([w, w]), 0))[1]


def test_mistakes_show_counts_and_pictures():
    counts = np.array([[3, 2, 0], [0, 4, 0], [1, 0, 5]])
    X = np.random.default_rng(0).normal(size=(8, 3, 4, 4))
    figure = plots.confusion_matrix(counts, [(0, 1), (2, 0)], [(1, 2), (7,)], X, NAMES)
    table, *pictures = figure.axes
    assert texts(table) == ["3", "2", "4", "1", "5"]
    assert [axes.get_title(loc="left") for axes in pictures if axes.get_title(loc="left")] == [
        "2 × shirt, taken for coat",
        "1 × bag, taken for shirt",
    ]
    assert sum(bool(axes.images) for axes in pictures) == 3
    assert plots.confusion_matrix(np.eye(3, dtype=int), [], [], X, NAMES).png()


@pytest.mark.parametrize("name", ["basket", "neuron"])
def test_a_flow_fills_up_step_by_step(impl_flow, name):
    flow = impl_flow(name)

    def numbers(upto):
        figure = plots.graph_values(name, flow.forwards, flow.backwards, upto=upto)
        return [t for t in texts(figure.axes[0]) if t.lstrip("-").replace(".", "").isdigit()]

    assert numbers(0) == []
    assert len(numbers(3)) == 3
    assert len(numbers(len(flow.forwards) + 2)) == len(flow.forwards) + 2
    assert len(numbers(None)) == len(flow.forwards) + len(flow.backwards)
    with pytest.raises(ValueError, match="one of basket, neuron"):
        plots.graph_values("pears", {}, {})


@pytest.fixture
def impl_flow():
    def make(name):
        edges = list(GRAPHS[name]["edges"])
        forwards = {edge: 1.5 + n for n, edge in enumerate(edges)}
        backwards = {edge: -0.5 - n for n, edge in enumerate(reversed(edges))}
        return SimpleNamespace(forwards=forwards, backwards=backwards)

    return make


def test_the_microscope_shows_the_sum():
    padded = np.arange(25.0).reshape(5, 5)
    kernel = np.array([[0.0, 1.0], [2.0, 0.0]])
    out = np.array([[11.0, 17.0], [41.0, 47.0]])
    figure = plots.microscope(padded, kernel, out, (1, 0), stride=2)
    assert titles(figure)[:2] == ["picture with padding: 5 × 5", "output: 2 × 2"]
    patch, _, products = figure.axes[2:]
    assert texts(patch) == ["10", "11", "15", "16"]
    assert texts(products) == ["0", "11", "30", "0"]
    assert "sum of the products: 41; your layer's number at row 1, column 0: 41" in (
        figure.get_supxlabel()
    )
    frame = figure.axes[0].lines[0].get_xydata()
    assert frame.min(axis=0).tolist() == [-0.5, 1.5]
    assert plots.microscope(np.zeros((20, 20)), kernel, np.zeros((19, 19)), (3, 3)).png()


def test_before_and_after_have_their_numbers():
    rng = np.random.default_rng(0)
    wide, normal = rng.normal(3, 50, 5000), rng.normal(0, 1, 5000)
    normal = (normal - normal.mean()) / normal.std()
    figure = plots.normalisation_effect(
        {"layer 1": wide, "layer 2": wide}, {"a": normal, "b": normal}
    )
    assert titles(figure)[0].startswith("layer 1, before\nmean ")
    assert titles(figure)[2] == "a, after\nmean 0\nstd 1"
    assert figure.png()
