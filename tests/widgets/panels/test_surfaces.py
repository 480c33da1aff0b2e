"""Paths on a surface: recomputed when a rate is let go, followed with a slider."""

import numpy as np
import pytest

from workbook.student import load_implementation
from workbook.training import experiments
from workbook.training.experiments import SURFACES
from workbook.widgets.panels import registry

PATIENCE = 90


@pytest.fixture
def surfaces(make):
    panel = make("surfaces")
    panel.run()
    assert panel.wait(PATIENCE)
    assert panel.job.state == "done", panel.job.failure
    return panel


def at_the_end(panel):
    panel.views["step"].value = panel.views["step"].max


def test_a_moved_rate_gives_the_experiments_numbers(surfaces, folder):
    picture = surfaces.picture.value
    at_the_end(surfaces)
    assert surfaces.picture.value != picture
    before = surfaces.figure
    surfaces.controls["rate_sgd"].value = 0.5
    assert surfaces.wait(PATIENCE)
    assert surfaces.figure is before
    with load_implementation(folder) as impl:
        direct = experiments.descend({"sgd": impl.sgd}, learning_rates={"sgd": 0.5})
    np.testing.assert_array_equal(surfaces.result.paths["sgd"], direct.paths["sgd"])
    assert surfaces.table()[1][-1] == f"{direct.values['sgd'][-1]:.4g}"


def test_many_moves_end_at_the_last(surfaces):
    pid = surfaces._runner.pid
    for rate in (0.1, 0.2, 0.3, 0.4):
        surfaces.controls["rate_adam"].value = rate
    assert surfaces.wait(PATIENCE)
    assert surfaces.result.learning_rates["adam"] == pytest.approx(0.4)
    assert surfaces._runner.pid == pid


def test_another_surface_brings_its_own_rates_and_steps(surfaces):
    surfaces.controls["surface"].value = "Rosenbrock"
    assert surfaces.wait(PATIENCE)
    assert surfaces.result.surface == "Rosenbrock"
    assert surfaces.result.learning_rates == pytest.approx(dict(SURFACES["Rosenbrock"].rates))
    assert surfaces.views["step"].max == SURFACES["Rosenbrock"].steps
    assert surfaces.views["step"].value == 0


def test_the_outcome_comes_with_the_last_step(surfaces):
    assert surfaces.observation() is None and not surfaces.prediction.said
    surfaces.prediction.choice.value = "rmsprop"
    assert not surfaces.prediction.said
    at_the_end(surfaces)
    assert surfaces.observation()[0] == ("rmsprop",)
    assert "and so it was" in surfaces.prediction.said
    surfaces.controls["surface"].value = "saddle"
    assert surfaces.wait(PATIENCE)
    at_the_end(surfaces)
    # Several rules end in the minimum, whatever the last digit says.
    assert {"sgd", "rmsprop"} <= set(surfaces.observation()[0])


def test_a_path_that_leaves_the_numbers_ends_there(surfaces):
    surfaces.controls["surface"].value = "saddle"
    surfaces.controls["rate_sgd"].value = 1.9
    assert surfaces.wait(PATIENCE)
    at_the_end(surfaces)
    assert len(surfaces.result.paths["sgd"]) < SURFACES["saddle"].steps
    assert surfaces.table()[1][0] == "sgd" and "finite" in surfaces.table()[1][-1]
    assert "sgd" not in surfaces.observation()[0]


def test_a_hanging_rule_is_given_up_and_works_when_it_is_mended(surfaces, append, monkeypatch):
    monkeypatch.setattr(type(surfaces), "timeout", 1.0)
    mend = append("optim.py", "def adam(w, dw, config=None):\n    while True:\n        pass")
    surfaces.controls["rate_adam"].value = 0.1
    assert surfaces.wait(PATIENCE)
    assert surfaces.job.state == "stopped" and "took too long" in surfaces.status.value
    mend()
    surfaces.controls["rate_adam"].value = 0.2
    assert surfaces.wait(PATIENCE)
    assert surfaces.job.state == "done" and not surfaces.error.value


def test_an_error_is_shown_and_the_last_picture_stays(surfaces, append):
    append("optim.py", "def adam(w, dw, config=None):\n    return missing")
    figure = surfaces.figure
    surfaces.controls["rate_adam"].value = 0.1
    assert surfaces.wait(PATIENCE)
    assert "NameError" in surfaces.error.value and surfaces.figure is figure


def test_static_it_shows_the_whole_paths(folder):
    figure = registry.panel("surfaces", surface="bowl")
    lines = [line for line in figure.axes[0].lines if line.get_label()[0] != "_"]
    assert [line.get_label() for line in lines] == ["sgd", "sgd_momentum", "rmsprop", "adam"]
    assert all(len(line.get_xdata()) == SURFACES["bowl"].steps + 1 for line in lines)
