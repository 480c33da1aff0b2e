"""Cards in the real JupyterLab: readable in both themes, folded where they should be."""

import os
from pathlib import Path

import nbformat
import pytest

from workbook.student import locations

pytestmark = pytest.mark.browser

# For each piece of text in the cards: the contrast with what is really behind it.
CONTRASTS = """() => {
    const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const behind = element => {
        for (let e = element; e; e = e.parentElement) {
            const colour = numbers(getComputedStyle(e).backgroundColor);
            if (colour.length === 3 || colour[3] > 0.99) return colour;
        }
        return [255, 255, 255];
    };
    const found = [];
    const outputs = ".jp-OutputArea-output[data-mime-type='text/html']";
    for (const card of document.querySelectorAll(outputs)) {
        const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const words = walker.currentNode.textContent.trim();
            if (!words) continue;
            const element = walker.currentNode.parentElement;
            const [under, over] = [behind(element), numbers(getComputedStyle(element).color)];
            const share = over.length > 3 ? over[3] : 1;
            const mixed = under.map((u, i) => share * over[i] + (1 - share) * u);
            const pair = [light(mixed), light(under)];
            pair.sort((a, b) => b - a);
            found.push([words, (pair[0] + 0.05) / (pair[1] + 0.05)]);
        }
    }
    return found;
}"""


def notebook(folder, *cells):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(nb, folder / "notebooks" / "Cards.ipynb")


@pytest.fixture
def half_done(student):
    """A student with something right, something wrong, something raising and much to do."""
    solutions = locations.solutions_folder()
    if solutions is None:
        pytest.skip("this copy has no solutions/")
    text = (solutions / "layers.py").read_text(encoding="utf-8")
    for old, new in (
        ("    dw = rows.T @ dout\n", "    print(dout.shape)\n    dw = 2 * rows.T @ dout\n"),
        ("    dx = dout * (x > 0)\n", "    dx = dout * nothing\n"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (student / "workbook" / "exercises" / "layers.py").write_text(text, encoding="utf-8")
    notebook(
        student,
        "%load_ext workbook\nfrom workbook.checks import check",
        'check("affine_backward")',
        'check("affine_backward")',
        'check("relu_backward")',
        'check("affine_forward")',
        'check("adam")',
    )
    return student


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_cards_can_be_read_in_both_themes(half_done, lab, theme, tmp_path):
    lab.open("Cards")
    lab.run_all()
    page = lab.page
    page.get_by_text("adam: Still to do").wait_for()
    assert (
        page.evaluate("() => document.body.dataset.jpThemeLight") == str(theme == "Light").lower()
    )

    shots = Path(os.environ.get("WORKBOOK_SHOTS", tmp_path))
    page.screenshot(path=shots / f"cards-{theme}.png")
    assert page.get_by_text("affine_backward: Not right yet").count() == 2
    assert page.get_by_text("Not saved? layers.py has not changed").count() == 1
    why = page.get_by_text("Why it matters").first
    words = why.locator("xpath=following-sibling::p")
    assert not words.is_visible()
    for summary in page.locator(".jp-OutputArea-output summary").all():
        summary.click()
    assert words.is_visible()
    page.screenshot(path=shots / f"cards-{theme}-open.png", full_page=True)

    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) > 100
    poor = [(words, round(ratio, 1)) for words, ratio in contrasts if ratio < 4]
    assert poor == []
    # Nothing is cut off at the right: what is wide scrolls inside the card.
    assert page.evaluate(
        "() => [...document.querySelectorAll('.jp-OutputArea-output')]"
        ".every(e => e.scrollWidth <= e.clientWidth + 1)"
    )
    assert lab.errors == []
    assert lab.foreign == []
