"""Keys that are pressed in a panel, a card or the header stay there."""

import pytest

pytestmark = pytest.mark.browser

CELLS = {
    "setup": "%load_ext workbook\nfrom workbook.checks import check\n"
    "from workbook.widgets import here, panel",
    "header": 'here("FullyConnectedNet")',
    "race": 'panel("optimiser_race")',
    "card": 'check("affine_forward")',
}
# Commands of JupyterLab: cut, delete, insert, copy, paste, change the type, merge, undo.
COMMANDS = ("x", "d", "d", "a", "b", "c", "v", "m", "y", "1", "Shift+M", "z", "s", "Shift+L", "h")
IS_DIRTY = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"


def cells(lab):
    return lab.page.evaluate(
        """() => Array.from(window.jupyterapp.shell.currentWidget.content.model.cells,
            cell => [cell.id, cell.type, cell.sharedModel.source])"""
    )


def test_no_key_reaches_jupyterlab(solved, lab):
    path = solved / "layers.py"
    rows = "rows = x.reshape(x.shape[0], -1)"
    path.write_text(path.read_text("utf-8").replace(rows, f"{rows} + 1"))
    lab.write("Keys", CELLS)
    lab.open("Keys")
    lab.run_all()
    before = cells(lab)
    assert [cell[0] for cell in before] == list(CELLS)
    race, header = lab.panel("Optimiser race"), lab.panel("This notebook runs")
    places = {
        "slider": race.slider(0),
        "run": race.button("Run"),
        "choice": race.button("sgd"),
        "reset": race.button("Reset"),
        "header": header.box.get_by_role("button").last,
        "card": lab.page.locator(".jp-OutputArea-output summary").first,
    }
    for name, place in places.items():
        place.focus()
        for key in COMMANDS:
            lab.page.keyboard.press(key)
            assert cells(lab) == before, f"{key} pressed on {name}"
        assert lab.page.locator(".lm-Menu, .jp-Dialog").count() == 0, name
    # Keys of the element itself, and commands with Ctrl, still work.
    slider = race.slider(0)
    value = slider.get_attribute("aria-valuenow")
    slider.focus()
    lab.page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuenow") != value
    summary = places["card"]
    summary.focus()
    lab.page.keyboard.press("Enter")
    assert summary.evaluate("element => element.parentElement.open")
    slider.focus()
    lab.page.keyboard.press("Control+s")
    lab.until(lambda: lab.page.evaluate(IS_DIRTY), False)
    lab.shot("keys")
    assert lab.errors == []
