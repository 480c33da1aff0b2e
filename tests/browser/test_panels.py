"""Panels in the real JupyterLab: moved with mouse and keyboard, stopped, broken and mended."""

import nbformat
import pytest

from workbook import data
from workbook.student import load_implementation
from workbook.training import experiments

pytestmark = pytest.mark.browser

RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")


def only_panels(folder, name):
    """Leave a notebook its first code cell and its panels; the rest is tested elsewhere."""
    path = folder / "notebooks" / f"{name}.ipynb"
    nb = nbformat.read(path, 4)
    panels = [cell for cell in nb.cells if "panel" in cell.metadata.get("tags", [])]
    panels = [cell for cell in panels if cell.id != "panel-portrait"]  # Trains, half a minute.
    setup = next(cell for cell in nb.cells if cell.cell_type == "code")
    nb.cells = [setup, *(cell for cell in panels if cell is not setup)]
    nbformat.write(nb, path)
    return [cell.id for cell in panels]


def rewrite(path, old, new):
    """Change an exercise file as an editor does; gives what it held."""
    before = path.read_text(encoding="utf-8")
    assert before.count(old) == 1
    path.write_text(before.replace(old, new), encoding="utf-8")
    return before


def test_the_optimiser_race_and_the_surfaces(solved, lab):
    only_panels(lab.folder, "FullyConnectedNet")
    lab.open("FullyConnectedNet")
    lab.run_all()
    race, surfaces = lab.panel("Optimiser race"), lab.panel("Four rules on a surface")
    keys = lab.page.keyboard

    # Stopped in the middle; what was computed stays.
    race.button("Run").click()
    empty = race.source()
    curves = race.changes(race.changes(empty))
    race.button("Stop").click()
    race.says("Stopped.", 5)
    assert len(race.table()) == 5
    assert race.source() != empty

    # Again, smaller, with the keyboard alone, and a guess before.
    race.button("sgd").focus()
    keys.press("Enter")
    for number, key in ((4, "ArrowLeft"), (5, "ArrowLeft"), (6, "ArrowLeft")):
        race.slider(number).focus()
        for _ in range(3):
            keys.press(key)
    lab.page.wait_for_timeout(500)
    race.button("Run").focus()
    keys.press("Enter")
    race.says("Done in")
    assert race.source() != curves
    race.says("You guessed sgd")
    with load_implementation(solved) as impl:
        direct = experiments.optimiser_race(
            impl.FullyConnectedNet,
            {name: getattr(impl, name) for name in RULES},
            data.load(),
            hidden_dims=[100] * 2,
            epochs=2,
            num_train=500,
        )
    for row in race.table()[1:]:
        run = direct.runs[row[0]]
        assert row[2] == f"{run.final_loss:.4f}"
        assert row[4] == f"{run.val_acc_history[-1]:.1%}"
    lab.shot("race")
    lab.shot("panel-race", race.box)

    # A moved slider redraws the surface at once, and the race beside it stays as it is.
    kept, before = race.source(), surfaces.source()
    surfaces.slider(4).focus()
    for _ in range(3):
        keys.press("ArrowRight")
    before = surfaces.changes(before)
    surfaces.says("f(x) at step 3")
    keys.press("End")
    surfaces.says("f(x) at step 60")
    lab.page.wait_for_timeout(300)
    before = surfaces.source()
    surfaces.slider(0).scroll_into_view_if_needed()
    handle = surfaces.slider(0).bounding_box()
    lab.page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    lab.page.mouse.down()
    lab.page.mouse.move(handle["x"] - 40, handle["y"] + 5, steps=3)
    lab.page.mouse.up()
    surfaces.changes(before)
    assert race.source() == kept
    rate = float(surfaces.box.locator(".widget-readout").first.inner_text())
    assert rate < 0.9
    lab.shot("surfaces")

    # Broken, hanging, mended: without running the cell again.
    optim = solved / "optim.py"
    right = rewrite(optim, "def adam(", "def adam(*given):\n    return nothing\n\n\ndef _adam(")
    race.button("Run").click()
    race.says("NameError")
    race.says('check("adam")')
    optim.write_text(right.replace("def adam(", "while True:\n    pass\ndef adam("), "utf-8")
    race.button("Run").click()
    race.says("Starting")
    lab.page.wait_for_timeout(500)
    assert lab.children()
    race.button("Stop").click()
    race.says("Stopped.", 5)
    optim.write_text(right, "utf-8")
    race.button("Run").click()
    race.says("Done in")
    assert not race.box.get_by_role("alert").count()

    # The cells are run again: one child for the panel that computes at once, no other.
    lab.run_all()
    lab.page.wait_for_timeout(3000)
    assert len(lab.children()) == 1
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    assert lab.no_child_left()
    assert lab.errors == []
    assert lab.foreign == []
