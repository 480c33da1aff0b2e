"""The page about one's own network, made by its cell of the notebook CNN."""

import nbformat
import pytest

pytestmark = pytest.mark.browser


def test_the_last_cell_of_the_notebook_shows_the_page_and_writes_it(solved, lab):
    path = lab.folder / "notebooks" / "CNN.ipynb"
    nb = nbformat.read(path, as_version=4)
    setup = next(cell for cell in nb.cells if cell.cell_type == "code")
    (cell,) = (cell for cell in nb.cells if cell.id == "panel-portrait")
    assert cell.source.endswith("portrait()")
    cell.source = cell.source.replace("portrait()", "portrait(epochs=1, images=200)")
    nb.cells = [setup, cell]
    nbformat.write(nb, path)
    lab.open("CNN")
    lab.run_all()
    lab.page.locator("iframe[srcdoc]").wait_for(timeout=120_000)
    page = lab.page.frame_locator("iframe[srcdoc]")
    assert page.get_by_role("heading", level=1).inner_text() == "My network"
    # One file beside the notebook, and what is shown is what it holds.
    written = (path.parent / "my-network.html").read_text(encoding="utf-8")
    shown = page.locator("img, svg").count()
    assert shown >= 3
    assert page.locator("body").inner_text()[:40] in lab_text(lab, written)
    assert str(lab.folder) not in written
    lab.shot("portrait")
    assert lab.no_child_left()
    assert not lab.errors
    assert not lab.foreign


def lab_text(lab, written):
    """The words of a page, as a browser shows them."""
    page = lab.page.context.new_page()
    page.set_content(written)
    words = page.locator("body").inner_text()
    page.close()
    return words
