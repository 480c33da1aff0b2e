"""Draw the diagrams of the notebooks and pages: `python docs/draw_diagrams.py MERMAID_JS`.

MERMAID_JS is `dist/mermaid.min.js` of the npm package mermaid (`npm install mermaid`). It needs
Playwright and a Chromium, as the browser tests do; pictures of diagrams that are gone are removed.
"""

import json
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))

import diagrams  # noqa: E402 (beside this file)

SETTINGS = {
    "startOnLoad": False,
    "theme": "neutral",
    "deterministicIds": True,
    # Text instead of HTML inside the picture: an <img> shows it everywhere.
    "htmlLabels": False,
    "flowchart": {"htmlLabels": False, "useMaxWidth": False},
}


def found() -> dict[str, str]:
    """Every diagram by the name of its picture."""
    by_name = {}
    for path in sorted((HERE.parent / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for diagram in diagrams.blocks("".join(cell["source"])):
                by_name[diagrams.name(diagram)] = diagram
    for path in sorted(HERE.glob("*.md")):
        for diagram in diagrams.blocks(path.read_text(encoding="utf-8")):
            by_name[diagrams.name(diagram)] = diagram
    return by_name


def on_white(svg: str) -> str:
    """With a white card behind it, so that a dark page shows it too."""
    box = re.search(r'viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"', svg)
    assert box, "mermaid's picture has no view box"
    x, y, width, height = box.groups()
    card = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#ffffff" rx="6"/>'
    return re.sub(r"(<svg\b[^>]*>)", rf"\1{card}", svg, count=1)


def main(script: str) -> None:
    """Draw all that have no picture yet."""
    from playwright.sync_api import sync_playwright

    folder = HERE / "diagrams"
    folder.mkdir(exist_ok=True)
    wanted = found()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(path=script)
        page.evaluate("settings => mermaid.initialize(settings)", SETTINGS)
        for name, diagram in wanted.items():
            draw = "async source => (await mermaid.render('diagram', source)).svg"
            svg = on_white(page.evaluate(draw, diagram))
            (folder / name).write_text(svg + "\n", encoding="utf-8", newline="\n")
            print(f"drew {name}")
        browser.close()
    for path in folder.glob("*.svg"):
        if path.name not in wanted:
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
