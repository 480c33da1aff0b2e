"""The weight scale: a slider over nets at rest, and a sweep that is trained once."""

import io

import numpy as np
import pytest
from PIL import Image

from workbook import data
from workbook.student import load_implementation
from workbook.training import experiments
from workbook.widgets.open_widgets import open_panels
from workbook.widgets.panels import registry
from workbook.widgets.panels.components import render_png
from workbook.widgets.panels.scale_sweep import ScaleSweepPanel
from workbook.widgets.panels.weight_scale import WeightScalePanel

PATIENCE = 120
FEW = {"scales": [1e-3, 1e-1], "normalizations": [None, "batchnorm"], "seed": 0, "epochs": 1}


def pixels(content):
    """A PNG file's pixels, shape (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), dtype=int)


@pytest.fixture
def scale(make):
    panel = make("weight_scale")
    panel.run()
    assert panel.wait(PATIENCE)
    assert panel.job.state == "done", panel.job.failure
    return panel


def test_a_moved_scale_gives_the_experiments_numbers(scale, folder):
    figure, pid = scale.figure, scale._runner.pid
    scale.controls["scale"].value = 0.2
    assert scale.wait(PATIENCE)
    assert scale.figure is figure and scale._runner.pid == pid
    with load_implementation(folder) as impl:
        direct = experiments.at_initialisation(impl.FullyConnectedNet, impl, data.load(), scale=0.2)
    assert scale.result.gradient_norms == direct.gradient_norms
    assert [row[3] for row in scale.table()[1:]] == [
        f"{norm:.2e}" for norm in direct.gradient_norms.values()
    ]
    for name, values in direct.activations.items():
        np.testing.assert_array_equal(scale.result.activations[name], values)
    assert scale.observation()[0] == ("s02",)
    assert "At 0.2" in scale.prediction.said


def test_the_outcome_waits_for_a_scale_that_keeps_the_signal(scale):
    assert not scale.prediction.said
    for value in (0.001, 1.0):
        scale.controls["scale"].value = value
        assert scale.wait(PATIENCE)
        assert scale.observation() is None and not scale.prediction.said
    scale.controls["scale"].value = 0.2
    scale.controls["normalization"].value = "batchnorm"
    assert scale.wait(PATIENCE)
    assert scale.result.normalization == "batchnorm"
    assert scale.observation() is None


def test_what_moved_is_drawn_over_what_stays(scale):
    before = pixels(scale.picture.value)
    scale.controls["scale"].value = 0.2
    assert scale.wait(PATIENCE)
    after, whole = pixels(scale.picture.value), pixels(render_png(scale.figure))
    assert after.shape == before.shape == whole.shape
    assert (np.abs(after - before).max(axis=2) > 60).mean() > 0.005
    # Only what lies above and below changes places.
    assert (np.abs(after - whole).max(axis=2) > 60).mean() < 0.002
    scale.controls["scale"].value = 0.01
    assert scale.wait(PATIENCE)
    np.testing.assert_array_equal(pixels(scale.picture.value), before)


def test_another_depth_gets_another_figure(scale):
    figure = scale.figure
    scale.controls["depth"].value = 3
    assert scale.wait(PATIENCE)
    assert scale.figure is not figure
    assert len(scale.table()) == 1 + 3 + 1


def test_static_it_shows_every_layer(folder):
    figure = registry.panel("weight_scale", scale=0.2)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [
        f"layer {number}" for number in range(1, 8)
    ]


def test_the_sweep_is_trained_once_for_the_same_code(make, append, tmp_path, monkeypatch):
    module = "workbook.widgets.panels.scale_sweep.state_folder"
    monkeypatch.setattr(module, lambda: tmp_path / ".workbook")
    monkeypatch.setattr(ScaleSweepPanel, "settings", lambda panel: dict(FEW))
    first = make("scale_sweep")
    first.run_button.click()
    assert first.wait(PATIENCE)
    assert first.job.state == "done", first.job.failure
    assert "learned from" in first.prediction.said
    again = make("scale_sweep")
    again.run_button.click()
    assert again.job is None and not again.running
    assert again.table() == first.table() and len(again.table()) == 3
    assert "Kept" in again.status.value and again.prediction.said == first.prediction.said
    append("optim.py", "# another version")
    again.run_button.click()
    assert again.job is not None
    assert again.wait(PATIENCE)
    assert len(list((tmp_path / ".workbook" / "panels").iterdir())) == 1


def test_a_damaged_file_is_trained_anew(make, tmp_path, monkeypatch):
    module = "workbook.widgets.panels.scale_sweep.state_folder"
    monkeypatch.setattr(module, lambda: tmp_path / ".workbook")
    panel = make("scale_sweep")
    path = panel._file()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half")
    panel.run()
    assert panel.job is not None


def test_the_mark_of_the_sweep_follows_the_scale(scale, make, monkeypatch):
    sweep = make("scale_sweep")
    monkeypatch.setitem(open_panels._widgets, "scale_sweep", sweep)
    scale.controls["scale"].value = 0.1
    assert scale.wait(PATIENCE)
    assert sweep.views["scale"].value == pytest.approx(0.1)
    assert isinstance(scale, WeightScalePanel)
