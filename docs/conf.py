"""The documentation site: `python -m sphinx -W docs docs/_build`, with the group `docs` installed.

The notebooks come in as they are stored, without figures. With WORKBOOK_DOCS_EXECUTE=1 they are
run with the solutions first (some minutes), and their figures are part of the site.

The finished site needs no network: formulas are MathML, diagrams are pictures.
"""

import json
import os
import re
import sys
from importlib import resources
from pathlib import Path
from typing import Any

from workbook.version import __version__

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
EXECUTE = os.environ.get("WORKBOOK_DOCS_EXECUTE", "") not in ("", "0")

sys.path.insert(0, str(HERE / "_ext"))
from diagrams import with_pictures  # noqa: E402 (in `_ext`)

project = "workbook"
author = "the workbook's authors"
copyright = author
version = release = __version__

extensions = [
    "myst_nb",
    "mathml",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
# `jupyter_execute` is what the notebooks extension leaves beside the build.
exclude_patterns = ["_build", "_ext", "_static", "jupyter_execute", "**/.ipynb_checkpoints"]

html_theme = "furo"
html_title = f"workbook {release}"
html_math_renderer = "mathml"
# The folder of the formulas' font is that of the package ziamath, which brings it.
FONTS = resources.files("ziamath") / "fonts"
html_static_path = ["_static", str(FONTS)]
html_css_files = ["formulas.css"]

myst_enable_extensions = ["dollarmath", "amsmath", "deflist"]
myst_heading_anchors = 3

autodoc_typehints = "none"  # the docstrings say types and shapes
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

# The guide's order; a page that is not named follows after these.
FIRST = (
    "student",
    "outcomes",
    "instructor",
    "grading",
    "grades-json",
    "security",
    "architecture",
    "checks",
    "check-json",
    "benchmarks",
)

# --- The notebooks ---------------------------------------------------------------------------

nb_execution_mode = "cache" if EXECUTE else "off"
nb_execution_cache_path = str(HERE / "_build" / "notebook_cache")
nb_execution_timeout = 1200
nb_execution_raise_on_error = True
nb_merge_streams = True
nb_output_stderr = "remove"  # progress bars
# Panels need a kernel; what would draw their empty shells comes from another host and blocks
# the page until it is there.
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
if EXECUTE:
    os.environ["WORKBOOK_EXERCISES"] = str(ROOT / "solutions")
    os.environ["WORKBOOK_STATIC"] = "1"
    os.environ.pop("MPLBACKEND", None)
    # The nets are small: on a busy machine two threads that wait for each other take minutes.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")

# A link to an exercise file leads to something only in the student's own folder.
TO_A_FILE = re.compile(r"\[([^\]]*)\]\(\.\./workbook/[^)]*\)")


def bring_notebooks() -> None:
    """Copy the notebooks beside the pages, and touch only what has changed."""
    folder = HERE / "notebooks"
    folder.mkdir(exist_ok=True)
    names = set()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                source = TO_A_FILE.sub(r"\1", "".join(cell["source"]))
                cell["source"] = with_pictures(source, HERE / "diagrams", "../diagrams")
        text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
        copy = folder / path.name
        names.add(copy.name)
        if not copy.is_file() or copy.read_text(encoding="utf-8") != text:
            copy.write_text(text, encoding="utf-8", newline="\n")
    for old in folder.glob("*.ipynb"):
        if old.name not in names:
            old.unlink()


def list_guide(_: Any, page: str, source: list[str]) -> None:
    """Put the guide's pages into the contents: what a reader needs first, then the others."""
    if page == "index":
        pages = {path.stem for path in HERE.glob("*.md")} - {"index"}
        names = [name for name in FIRST if name in pages] + sorted(pages - set(FIRST))
        source[0] = source[0].replace("GUIDE\n", "".join(f"{name}\n" for name in names))


def replace_diagrams(_: Any, page: str, source: list[str]) -> None:
    """Show each diagram of a page as its picture."""
    if "/" not in page:
        source[0] = with_pictures(source[0], HERE / "diagrams", "diagrams")


def setup(app: Any) -> None:
    bring_notebooks()
    app.connect("source-read", list_guide)
    app.connect("source-read", replace_diagrams)
