"""Panels in the real JupyterLab: moved with mouse and keyboard, stopped, broken and mended."""

import os
import re
import shutil
import time
from pathlib import Path

import nbformat
import pytest

from workbook import data
from workbook.training import experiments
from workbook.workspace import choice, load_room

pytestmark = pytest.mark.browser

RULES = ("sgd", "sgd_momentum", "rmsprop", "adam")


@pytest.fixture
def solved(student):
    """A student who has written everything, in their own files."""
    solutions = choice.solutions_folder()
    if solutions is None:
        pytest.skip("this copy has no solutions/")
    folder = student / "workbook" / "exercises"
    ignore = shutil.ignore_patterns("misconceptions", "__pycache__")
    shutil.copytree(solutions, folder, ignore=ignore, dirs_exist_ok=True)
    return folder


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


class Shown:
    """A panel on the page."""

    def __init__(self, lab, title):
        self.page = lab.page
        self.box = self.page.locator(".jp-OutputArea-output").filter(has_text=title).first
        self.box.wait_for()
        self.picture = self.box.locator("img").first

    def button(self, name):
        return self.box.get_by_role("button", name=re.compile(rf"^\W*{name}$"))

    def source(self):
        return self.picture.get_attribute("src")

    def changes(self, before, seconds=90):
        """Wait for another picture; the new one's address."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            now = self.source()
            if now != before:
                return now
            self.page.wait_for_timeout(50)
        raise AssertionError("the picture has not changed")

    def says(self, words, seconds=90):
        self.box.get_by_text(words).first.wait_for(timeout=1000 * seconds)

    def slider(self, number):
        """The handle of a slider, in their order on the page."""
        return self.box.locator(".noUi-handle").nth(number)

    def table(self):
        rows = self.box.locator("table tr")
        return [rows.nth(i).locator("th,td").all_inner_texts() for i in range(rows.count())]


def children(folder):
    """Processes that run exercises of that folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "workbook.training.runner" in words and str(folder) in words:
            found.append(int(path.parent.name))
    return found


def no_child_left(folder, seconds=20):
    """Whether all of them end within that time."""
    end = time.monotonic() + seconds
    while children(folder) and time.monotonic() < end:
        time.sleep(0.1)
    return not children(folder)


def shot(lab, tmp_path, name):
    folder = Path(os.environ.get("WORKBOOK_SHOTS", tmp_path))
    lab.page.screenshot(path=folder / f"{name}.png", full_page=True)


def rewrite(path, old, new):
    """Change an exercise file as an editor does; gives what it held."""
    before = path.read_text(encoding="utf-8")
    assert before.count(old) == 1
    path.write_text(before.replace(old, new), encoding="utf-8")
    return before


def test_the_optimiser_race_and_the_surfaces(solved, lab, tmp_path):
    only_panels(lab.folder, "FullyConnectedNet")
    lab.open("FullyConnectedNet")
    lab.run_all()
    race, surfaces = Shown(lab, "Optimiser race"), Shown(lab, "Four rules on a surface")
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
    with load_room(solved) as room:
        direct = experiments.optimiser_race(
            room.FullyConnectedNet,
            {name: getattr(room, name) for name in RULES},
            data.load(),
            hidden_dims=[100] * 2,
            epochs=2,
            num_train=500,
        )
    for row in race.table()[1:]:
        run = direct.runs[row[0]]
        assert row[2] == f"{run.final_loss:.4f}"
        assert row[4] == f"{run.val_acc_history[-1]:.1%}"
    shot(lab, tmp_path, "race")
    race.box.screenshot(path=Path(os.environ.get("WORKBOOK_SHOTS", tmp_path)) / "panel-race.png")

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
    shot(lab, tmp_path, "surfaces")

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
    assert children(lab.folder)
    race.button("Stop").click()
    race.says("Stopped.", 5)
    optim.write_text(right, "utf-8")
    race.button("Run").click()
    race.says("Done in")
    assert not race.box.get_by_role("alert").count()

    # The cells are run again: one child for the panel that computes at once, no other.
    lab.run_all()
    lab.page.wait_for_timeout(3000)
    assert len(children(lab.folder)) == 1
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    assert no_child_left(lab.folder)
    assert lab.errors == []
    assert lab.foreign == []


@pytest.mark.parametrize("theme", ["Dark"])
def test_the_weight_scale_in_the_dark_theme(solved, lab, theme, tmp_path):
    only_panels(lab.folder, "BatchNorm")
    lab.open("BatchNorm")
    lab.run_all()
    scale = Shown(lab, "Weight scale: a deep net before training")
    scale.says("norm of the gradient")
    before = scale.source()
    scale.slider(0).focus()
    lab.page.keyboard.press("End")
    scale.changes(before)
    assert scale.box.locator(".widget-readout").first.inner_text() == "1.0"
    with load_room(solved) as room:
        direct = experiments.at_rest(room.FullyConnectedNet, room, data.load(), scale=1.0)
    norms = [f"{norm:.2e}" for norm in direct.gradient_norms.values()]
    end = time.monotonic() + 90
    while [row[3] for row in scale.table()[1:]] != norms and time.monotonic() < end:
        lab.page.wait_for_timeout(50)
    assert [row[3] for row in scale.table()[1:]] == norms
    shot(lab, tmp_path, "weight-scale-dark")
    assert lab.errors == []
    assert lab.foreign == []
