"""Every notebook whole, as a student meets it: all cells run, then each of its panels moved.

Takes some minutes, so it is not among the tests that are found by themselves:

    python -m pytest tests/browser/whole_notebooks.py -n 0

What the panels compute is compared with the experiments in `test_panels*.py`.
"""

import re

import pytest

pytestmark = pytest.mark.browser

# Of each panel: its title, and the slider that is moved. Those that train are run before.
PANELS = {
    "FullyConnectedNet": {"Four rules on a surface": 4, "Optimiser race": None},
    "BatchNorm": {
        "Before and after normalisation": 1,
        "Weight scale: a deep net before training": 0,
        "Weight scale: what training makes": 0,
        "Batch normalisation: with": None,
    },
    "Dropout": {"One mask of dropout": 0, "Dropout: how much is good?": None},
    "CNN": {
        "Convolution microscope": 1,
        "Filters while they learn": None,
        "Your picture on its way": None,
    },
    "FromScratch": {
        "Which h for a gradient check?": 1,
        "The basket, forwards and backwards": 1,
        "One neuron and its loss": 1,
    },
}
TRAINING = (
    "Optimiser race",
    "Weight scale: what training makes",
    "Batch normalisation: with",
    "Dropout: how much is good?",
    "Filters while they learn",
)
FAILED = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === "code")
    .flatMap(cell => cell.model.toJSON().outputs
        .filter(output => output.output_type === "error")
        .map(output => cell.model.id + ": " + output.evalue))"""
COUNTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === "code" && cell.model.executionCount === null)
    .map(cell => cell.model.id)"""


@pytest.mark.parametrize("name", PANELS)
def test_all_cells_and_then_its_panels(solved, lab, name):
    lab.open(name)
    lab.run_all()
    assert lab.page.evaluate(FAILED) == []
    assert lab.page.evaluate(COUNTS) == []
    lab.panel("This notebook runs").says("my files")
    for title, slider in PANELS[name].items():
        panel = lab.panel(title)
        panel.box.scroll_into_view_if_needed()
        before = panel.source()
        if title in TRAINING:
            panel.button("Run").click()
            panel.says("Done in", 180)
            before = panel.changes(before) if panel.source() == before else panel.source()
        if slider is not None:
            panel.press(slider, "ArrowRight")
            before = panel.changes(before)
        if title == "Your picture on its way":
            panel.button("my drawing").click()
            panel.changes(before)
        assert not panel.alert.count(), title
        assert panel.numbers(), title
        words = re.findall(r"\w+", title.lower())
        lab.shot("-".join([name, *words]), panel.box)
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    assert lab.no_child_left()
    assert lab.errors == []
    assert lab.foreign == []
