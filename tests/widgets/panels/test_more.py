"""The panels on normalisation, dropout, convolution, filters, gradients and graphs.

Each one's numbers are those of its experiment, called directly.
"""

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from workbook import data
from workbook.locale import text
from workbook.student import load_implementation
from workbook.training import experiments
from workbook.training.result_codec import to_plain
from workbook.training.runner.registry import EXPERIMENTS
from workbook.widgets.open_widgets import open_panels
from workbook.widgets.panels import image_sources, registry
from workbook.widgets.panels.image_panel import PicturePanel

PATIENCE = 90
QUICK = {
    "normalisation": {"epochs": 2, "images": 500, "depth": 2},
    "dropout": {"epochs": 2, "images": 200, "units": 50},
    "filters": {"epochs": 1, "num_filters": 4, "filter_size": 3},
}
ALL = (
    "basket",
    "distributions",
    "dropout",
    "dropout_units",
    "filters",
    "gradient_check",
    "microscope",
    "neuron",
    "normalisation",
    "picture",
)


@pytest.fixture(autouse=True)
def few_images(monkeypatch):
    """A net for pictures in a moment."""
    monkeypatch.setattr(PicturePanel, "num_train", 200)


def shown(panel):
    """Run it and wait until it shows the result."""
    panel.run_button.click()
    assert panel.wait(PATIENCE)
    assert panel.job.state == "done", panel.job.failure
    return panel


def moved(panel, **controls):
    """Let go of controls of a panel that answers at once, and wait for the last answer."""
    for name, value in controls.items():
        panel.controls[name].value = value
    assert panel.wait(PATIENCE)
    assert panel.job.state == "done", panel.job.failure


def upload(content):
    """What the browser sends for one file."""
    told = {
        "name": "a.png",
        "type": "image/png",
        "size": len(content),
        "last_modified": datetime.now(UTC),
    }
    return ({**told, "content": memoryview(content)},)


@pytest.mark.parametrize("name", ALL)
def test_it_shows_what_the_experiment_gives(make, folder, name):
    panel = shown(make(name, **QUICK.get(name, {})))
    with load_implementation(folder) as impl:
        direct = EXPERIMENTS[panel.experiment](impl, lambda _: None, None, **panel.settings())
    np.testing.assert_equal(to_plain(panel.job.result), to_plain(direct))
    head, *rows = panel.table()
    assert rows
    assert all(len(row) <= len(head) for row in rows)
    assert rows[0][0] in panel.numbers_table.value
    (key,), sentence = panel.observation()
    assert key in panel.answer_keys
    assert sentence.strip()
    panel.prediction.choice.value = key
    assert "and so it was" in panel.prediction.said
    assert bytes(panel.picture.value).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["distributions", "neuron"])
def test_the_static_form_is_a_figure_and_leaves_nothing(folder, monkeypatch, name):
    monkeypatch.setenv("WORKBOOK_STATIC", "1")
    figure = registry.panel(name)
    assert figure.png().startswith(b"\x89PNG")
    assert open_panels.get(name) is None


def test_kinds_and_probabilities_can_be_left_out_but_not_all(make):
    panel = make("normalisation", **QUICK["normalisation"], none=False, batchnorm=False)
    panel.run_button.click()
    assert panel.job is None
    assert text("panel.normalisation.no_kind") in panel.error.value
    panel.controls["layernorm"].value = True
    assert list(shown(panel).runs) == ["layernorm"]
    assert panel.observation() is None
    panel = make("dropout", p_0=False, **{"p_0.5": False, "p_0.75": False})
    panel.run_button.click()
    assert text("panel.dropout.no_p") in panel.error.value


def test_the_gap_over_p(make):
    panel = shown(make("dropout", **QUICK["dropout"]))
    curves = panel.figure
    panel.views["shown"].value = "gap"
    assert panel.figure is not curves
    gap = panel.figure.axes[1].lines[0]
    np.testing.assert_array_equal(gap.get_xdata(), [0, 0.5, 0.75])
    np.testing.assert_allclose(gap.get_ydata(), panel.job.result.gaps)
    panel.views["shown"].value = "curves"
    assert panel.figure is curves


def test_another_throw_gives_another_mask_of_the_same_units(make):
    panel = shown(make("dropout_units"))
    first = panel.result
    moved(panel, seed=1, p=0.8)
    assert not np.array_equal(first.dropped, panel.result.dropped)
    np.testing.assert_array_equal(first.test, panel.result.test)
    share = panel.result.dropped.sum() / (panel.result.x != 0).sum()
    assert share == pytest.approx(0.8, abs=0.06)
    assert f"{share:.1%}" in panel.numbers_table.value


def test_the_slider_of_filters_follows_training_and_goes_back(make):
    panel = shown(make("filters", **QUICK["filters"]))
    slider = panel.views["moment"]
    assert slider.value == slider.max == len(panel.steps) - 1
    assert panel.steps[-1] == 20
    after = panel.picture.value
    slider.value = 0
    assert "after step 0" in panel.figure.axes[0].get_title(loc="left")
    assert panel.picture.value != after


def test_a_marked_h_is_read_from_the_curves(make):
    panel = shown(make("gradient_check"))
    panel.views["h"].value = 1e-3
    head, *rows = panel.table()
    assert "1.0e-03" in head[1]
    at = int(np.argmin(np.abs(np.log(panel.result.steps) - np.log(1e-3))))
    for row in rows:
        assert row[1] == f"{panel.result.errors[row[0]][at]:.1e}"
    moved(panel, loss="softmax")
    assert panel.observation()[0] == ("middle",)


def test_a_graph_fills_up_and_follows_its_sliders(make):
    panel = shown(make("basket"))
    assert panel.observation() == (("tax",), "tax has the largest gradient, 650.")
    panel.views["step"].value = 6
    assert len(panel.table()) == 7
    assert all(row[2] == "" for row in panel.table()[1:])
    moved(panel, apples=0)
    panel.views["step"].value = 18
    values = {row[0]: row[1:] for row in panel.table()}
    assert values["price of an apple"] == ["100", "0"]
    assert values["× (tax): the price"] == ["495", "1"]


def test_a_shut_relu_lets_nothing_back(make):
    panel = shown(make("neuron"))
    moved(panel, b=-3.0)
    assert panel.observation() == (("none",), text("panel.neuron.nothing"))


def test_the_microscope_explains_size_and_sum(make):
    panel = shown(make("microscope"))
    assert "⌊(5 + 2 · 1 − 3) / 1⌋ + 1 = 5" in panel.formula.value
    moved(panel, stride=2)
    assert "/ 2⌋ + 1 = 3" in panel.formula.value
    row, column = panel.place()
    assert panel.table()[-1][-1] == f"{panel.result.out[row, column]:.4g}" == "-4"
    moved(panel, stride=3)
    assert "The last 1 of the padded picture" in panel.formula.value
    moved(panel, preset="identity", stride=1)
    np.testing.assert_array_equal(panel.result.out, panel.result.picture)
    cell = panel.controls["kernel"].children[1].children[1]
    cell.value = 2.0
    assert panel.wait(PATIENCE)
    assert panel.controls["preset"].value == "own"
    np.testing.assert_array_equal(panel.result.out, 2 * panel.result.picture)
    moved(panel, size=5, pad=0)
    assert panel.result.out.shape == (1, 1)
    assert panel.place() == (0, 0)
    panel.reset_button.click()
    assert panel.wait(PATIENCE)
    assert panel.controls["preset"].value == "Sobel, horizontal edges"
    assert len(panel.controls["kernel"].children) == 3


def test_a_number_of_the_output_is_pointed_at(make):
    panel = shown(make("microscope"))
    pointer = panel.pointer
    assert pointer.size == [5, 5] and pointer.shown == [1, 2]
    output = panel.figure.axes[1].get_position()
    assert pointer.place == pytest.approx(
        [output.x0, 1 - output.y1, output.width, output.height], abs=0.01
    )
    before = panel.picture.value
    pointer.at = [4, 0]
    assert panel.place() == (4, 0) and pointer.shown == [4, 0]
    assert panel.picture.value != before
    assert pointer.label == f"row 4, column 0: {panel.result.out[4, 0]:.4g}"
    moved(panel, stride=2)
    assert pointer.size == [3, 3] and pointer.shown == [2, 0]


def test_a_kernel_without_room_is_explained_and_not_run(make):
    panel = shown(make("microscope", picture="numbers", pad=0))
    panel.controls["size"].value = 5
    assert panel.wait(PATIENCE)
    panel.pixels = lambda: np.zeros((4, 4))
    panel.height = lambda: 4
    job = panel.job
    panel.run_button.click()
    assert panel.job is job
    assert "has no room in a padded picture of 4" in panel.error.value


def test_a_drawing_goes_through_the_net(make):
    panel = shown(make("picture"))
    assert data.class_names()[panel.result.outputs.scores.argmax()] == panel.result.predicted
    first = panel.result
    moved(panel, source="drawing")
    board = panel.controls["drawing"]
    assert len(board.children) == len(board.children[0].children) == image_sources.SIDE
    assert panel.result.label == ""
    before = panel.result.outputs.picture
    board.children[0].children[0].value = True
    assert panel.wait(PATIENCE)
    changed = np.argwhere(panel.result.outputs.picture[0] != before[0])
    assert changed.tolist() == [[2, 2], [2, 3], [3, 2], [3, 3]]
    # The net is still the same: it was not trained again.
    np.testing.assert_array_equal(panel.result.filters, first.filters)
    panel.views["shown"].value = "mistakes"
    mixed = panel.result.confusion
    right, said = mixed.pairs[0]
    names = data.class_names()
    assert panel.table()[1] == [names[right], names[said], str(mixed.counts[right, said])]


def test_the_picture_goes_to_the_net_of_the_panel_on_filters(make, monkeypatch):
    filters, picture = make("filters", **QUICK["filters"]), make("picture")
    monkeypatch.setitem(open_panels._widgets, "filters", filters)
    monkeypatch.setitem(open_panels._widgets, "picture", picture)
    shown(picture)
    own = picture.result
    assert len(own.filters) == 16 and "trained in this panel" in picture.net_note.value
    shown(filters)
    assert picture.wait(PATIENCE)
    np.testing.assert_array_equal(picture.result.filters, filters.kept[-1])
    assert "4 filters of 3 × 3" in picture.net_note.value
    moved(picture, number=3)
    np.testing.assert_array_equal(picture.result.filters, filters.kept[-1])
    # The other net has not been forgotten.
    moved(picture, net="own", number=60)
    np.testing.assert_array_equal(picture.result.outputs.scores, own.outputs.scores)
    np.testing.assert_array_equal(picture.result.confusion.counts, own.confusion.counts)


def test_a_photograph_is_taken_and_a_bad_file_is_refused(make):
    panel = make("picture")
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200), (255, 0, 0)).save(buffer, format="PNG")
    panel.controls["source"].value = "upload"
    assert text("panel.picture.no_file") in panel.error.value
    panel.controls["upload"].value = upload(b"no picture")
    assert "no picture that can be read" in panel.error.value
    assert panel.job is None
    panel.controls["upload"].value = upload(buffer.getvalue())
    assert panel.wait(PATIENCE)
    assert panel.job.state == "done", panel.job.failure
    assert not panel.error.value
    picture = panel.settings()["picture"]
    assert picture.shape == (3, 32, 32)
    assert (picture[0] == 255).all()
    assert not picture[1:].any()


def test_an_error_in_the_students_layer_is_shown_and_goes(make, append):
    panel = shown(make("basket"))
    source = "class AddLayer:\n    def forward(self, x, y):\n        return x + nothing"
    mend = append("scratch/graph.py", source)
    panel.controls["apples"].value = 3
    assert panel.wait(PATIENCE)
    assert "return x + nothing" in panel.error.value
    assert "scratch.AddLayer" in panel.error.value
    mend()
    moved(panel, apples=4)
    assert not panel.error.value
    assert panel.result.forwards["mul apple"] == 400


def test_shapes_are_whole_boards():
    for bits in image_sources.SHAPES.values():
        assert len(bits) == image_sources.SIDE**2
        picture = image_sources.from_drawing(bits)
        assert picture.shape == (3, 32, 32)
        assert picture[0].sum() == 4 * 200 * bits.count("1")
    assert experiments.KERNELS
    assert image_sources.grey("cat", 48).shape == (48, 48)
