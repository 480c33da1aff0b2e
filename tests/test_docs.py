"""The documentation site builds without a warning and holds every page, notebook and function."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from workbook.numerics import fast_layers

pytest.importorskip("sphinx", reason="the group `docs` is not installed")
pytest.importorskip("myst_nb", reason="the group `docs` is not installed")
pytest.importorskip("latex2mathml", reason="the group `docs` is not installed")
pytest.importorskip("ziamath", reason="the group `docs` is not installed")
pytest.importorskip("furo", reason="the group `docs` is not installed")

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site, from the command that its own configuration names."""
    out = tmp_path_factory.mktemp("site")
    command = re.search(r"`python -m (sphinx -W docs) docs/_build`", read(DOCS / "conf.py"))
    assert command, "docs/conf.py no longer says how to build the site"
    done = subprocess.run(
        [sys.executable, "-m", *command[1].split(), str(out), "-q", "-d", str(out / ".doctrees")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return out


def read(path):
    return path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_page_and_notebook_is_there_and_in_the_contents(site):
    contents = read(site / "index.html")
    pages = [path.stem for path in DOCS.glob("*.md")]
    pages += [f"api/{path.stem}" for path in (DOCS / "api").glob("*.md")]
    pages += [f"notebooks/{path.stem}" for path in (ROOT / "notebooks").glob("*.ipynb")]
    for page in pages:
        assert (site / f"{page}.html").is_file()
        assert page == "index" or f'href="{page}.html"' in contents, page


@pytest.mark.slow
def test_the_reference_comes_from_the_docstrings(site):
    page = read(site / "api" / "numerics.html")
    for name in fast_layers.__all__:
        assert f'id="workbook.numerics.fast_layers.{name}"' in page
    assert "shape (N, F, H_out, W_out)" in page


@pytest.mark.slow
def test_no_link_to_a_file_that_the_site_does_not_have(site):
    for page in (site / "notebooks").glob("*.html"):
        assert "workbook/exercises/" not in "".join(re.findall(r'href="([^"]*)"', read(page)))


@pytest.mark.slow
def test_a_page_fetches_nothing(site):
    pages = [path for path in site.rglob("*.html") if "_modules" not in path.parts]
    assert len(pages) > 15
    fetched = re.compile(
        r'<(?:script|img|iframe|source)[^>]*\ssrc="([^"]*)"|<link[^>]*\shref="([^"]*)"'
    )
    for page in pages:
        for found in fetched.finditer(read(page)):
            assert not re.match(r"(https?:)?//", found[1] or found[2]), (page.name, found[0])
        assert "mermaid" not in read(page)
    affine = read(site / "notebooks" / "FullyConnectedNet.html")
    assert affine.count("<math") > 20 and "\\frac" not in affine
    assert affine.count('alt="Diagram: ') == 3
    font = re.search(r'url\("([^"]+)"\)', read(site / "_static" / "formulas.css"))
    assert (site / "_static" / font[1]).is_file()


def test_every_place_that_the_architecture_names_exists():
    page = re.sub(r"```mermaid\n.*?```", "", read(DOCS / "architecture.md"), flags=re.DOTALL)
    named = [name for name in re.findall(r"`([^`\s]+)`", page) if "/" in name or ".py" in name]
    assert len(named) > 30
    folder = ""
    for name in named:
        pattern = re.sub(r"<\w+>", "*", name)
        # "`workbook/a/b.py`, `c.py`" names a second file of the same folder.
        places = [pattern, f"workbook/{pattern}", f"{folder}/{pattern}".lstrip("/")]
        found = [place for place in places if any(ROOT.glob(place))]
        assert found, f"docs/architecture.md names {name}, which is not there"
        folder = found[0].rpartition("/")[0]


def commands(page):
    """Each `workbook ...` line of a page's blocks, without what is said beside it."""
    lines = re.findall(r"^    (workbook .+)$", read(DOCS / page), re.MULTILINE)
    return [re.split(r" {2,}| why it", line)[0].split()[1:] for line in lines]


@pytest.mark.slow
def test_the_students_commands_do_what_the_page_says(tmp_path):
    folder = tmp_path / "work"

    def workbook(*words):
        return subprocess.run(
            [sys.executable, "-m", "workbook", *words],
            cwd=folder if folder.is_dir() else tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )

    assert workbook("init", str(folder)).returncode == 0
    # Something of the student's own, for reset and restore.
    (layers,) = folder.glob("**/exercises/layers.py")
    mine = read(layers).replace(
        'raise NotImplementedError("affine_backward")', "return dout, cache"
    )
    layers.write_text(mine, encoding="utf-8")
    named = commands("student.md")
    assert {words[0] for words in named} >= {
        "status",
        "check",
        "hint",
        "reset",
        "restore",
        "submit",
    }
    for words in named:
        if words[0] in ("watch", "portrait"):  # Goes on until a key is pressed; trains.
            words = [words[0], "--help"]
        done = workbook(*words)
        # Nothing is done yet, so a check does not pass; but no command was wrong.
        assert done.returncode in (0, 1), (words, done.stderr)
        assert "Traceback" not in done.stderr
        assert done.stdout
    assert read(layers) == mine
