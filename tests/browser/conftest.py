"""A student's folder in the real JupyterLab, in a real Chromium.

Everything that Jupyter, IPython and the browser would remember lies in a temporary folder; every
wait is bounded; what the page asks of other machines and what fails in it is kept for the test.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from workbook.student import pristine_folder
from workbook.student.locations import mark_folder, solutions_folder

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "workbook-test"
HOMES = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
    "MPLCONFIGDIR",
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
READY = """async () => {
    const app = window.jupyterapp;
    await app.restored;
    const panel = app.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
}"""


def find_chromium():
    """A Chromium or Chrome of the system's; None if there is none."""
    named = os.environ.get("WORKBOOK_CHROMIUM")
    known = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return named or next((path for path in map(shutil.which, known) if path), None)


class Lab:
    """JupyterLab on a folder, and a page of it."""

    def __init__(self, folder, url, page, environment):
        self.folder, self.url, self.page = folder, url, page
        self.environment, self.token = environment, TOKEN
        self.errors, self.foreign = [], []
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._note)

    def _note(self, request):
        local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
        if not request.url.startswith(local):
            self.foreign.append(request.url)

    def open(self, notebook):
        """Open a notebook and wait until its kernel answers."""
        self.page.goto(f"{self.url}/lab/tree/notebooks/{notebook}.ipynb?reset&token={TOKEN}")
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell?.currentWidget?.context !== undefined"
        )
        self.page.evaluate(READY)

    def run_all(self):
        """Run every cell and wait for the last."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def cell(self, cell_id):
        """What a cell printed and showed, as one text."""
        return self.page.evaluate(
            """id => {
                const model = window.jupyterapp.shell.currentWidget.content.model;
                for (const cell of model.cells) {
                    if (cell.id === id) return JSON.stringify(cell.toJSON().outputs ?? []);
                }
                throw new Error("no cell " + id);
            }""",
            cell_id,
        )

    def panel(self, title):
        """The panel of that title, once it is on the page."""
        return Shown(self, title)

    def shot(self, name, box=None):
        """Save a picture of the page, or of a part of it, where WORKBOOK_SHOTS says."""
        where = Path(os.environ.get("WORKBOOK_SHOTS", self.folder)) / f"{name}.png"
        if box is None:
            self.page.screenshot(path=where, full_page=True)
        else:
            box.screenshot(path=where)

    def until(self, what, wanted, seconds=90):
        """Wait until a call gives what is wanted."""
        end = time.monotonic() + seconds
        while (found := what()) != wanted and time.monotonic() < end:
            self.page.wait_for_timeout(50)
        assert found == wanted

    def write(self, name, cells):
        """Make a notebook of code cells, given by their ids."""
        nb = nbformat.v4.new_notebook()
        nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nb.cells = [nbformat.v4.new_code_cell(source, id=id) for id, source in cells.items()]
        nbformat.write(nb, self.folder / "notebooks" / f"{name}.ipynb")

    def children(self):
        """Processes that run exercises of the student's folder."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().decode(errors="replace")
            except OSError:
                continue
            if "workbook.training.runner" in words and str(self.folder) in words:
                found.append(int(path.parent.name))
        return found

    def no_child_left(self, seconds=20):
        """Whether all of them end within that time."""
        end = time.monotonic() + seconds
        while self.children() and time.monotonic() < end:
            time.sleep(0.1)
        return not self.children()


class Shown:
    """A panel on the page."""

    def __init__(self, lab, title):
        self.page = lab.page
        self.box = self.page.locator(".jp-OutputArea-output").filter(has_text=title).first
        self.box.wait_for()
        self.picture = self.box.locator("img").first
        self.alert = self.box.get_by_role("alert")

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

    def press(self, number, *keys):
        """Press keys while a slider has the focus."""
        self.slider(number).focus()
        for key in keys:
            self.page.keyboard.press(key)

    def table(self):
        rows = self.box.locator("table tr")
        return [rows.nth(i).locator("th,td").all_inner_texts() for i in range(rows.count())]

    def numbers(self):
        """The table without its head, in one look at the page."""
        return self.box.evaluate(
            """box => Array.from(box.querySelectorAll("tbody tr"),
                row => Array.from(row.cells, cell => cell.innerText.trim()))"""
        )


def _free_port():
    with socket.socket() as case:
        case.bind(("127.0.0.1", 0))
        return case.getsockname()[1]


def _environment(folder, theme):
    environment = {**os.environ, "WORKBOOK_STATIC": "", "OPENBLAS_NUM_THREADS": "1"}
    for name in HOMES:
        environment[name] = str(folder / "homes" / name.lower())
        Path(environment[name]).mkdir(parents=True)
    settings = Path(environment["JUPYTERLAB_SETTINGS_DIR"]) / "@jupyterlab"
    for plugin, values in {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "apputils-extension/themes": {"theme": f"JupyterLab {theme}"},
        "docmanager-extension/plugin": {"autosave": False},
        "notebook-extension/tracker": {"windowingMode": "none"},
    }.items():
        path = settings / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values), encoding="utf-8")
    return environment


@pytest.fixture
def theme():
    """Light, unless a test asks for the dark one."""
    return "Light"


def make_student(folder):
    """A student's folder with fresh notebooks and stubs."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copytree(pristine_folder(), folder / "workbook" / "exercises")
    mark_folder(folder, "workbook/exercises")
    return folder


def solve(folder):
    """Write everything in a student's own files; gives where they lie."""
    solutions = solutions_folder()
    if solutions is None:
        pytest.skip("this copy has no solutions/")
    exercises = folder / "workbook" / "exercises"
    ignore = shutil.ignore_patterns("misconceptions", "__pycache__")
    shutil.copytree(solutions, exercises, ignore=ignore, dirs_exist_ok=True)
    return exercises


@pytest.fixture
def student(tmp_path):
    """A student's folder with fresh notebooks and stubs."""
    return make_student(tmp_path / "my workbook")


@pytest.fixture
def solved(student):
    """A student who has written everything, in their own files."""
    return solve(student)


@pytest.fixture
def lab(student, tmp_path, theme):
    """JupyterLab on the student's folder, as `workbook lab` starts it, in a browser."""
    with serve(student, tmp_path, theme) as lab:
        yield lab


@pytest.fixture(scope="module")
def shared_lab(tmp_path_factory):
    """The same for all tests of a file, on the folder of a student who has written everything."""
    folder = tmp_path_factory.mktemp("shared")
    student = make_student(folder / "my workbook")
    solve(student)
    with serve(student, folder) as lab:
        yield lab


@contextlib.contextmanager
def serve(student, tmp_path, theme="Light"):
    """JupyterLab on the student's folder, as `workbook lab` starts it, in a browser."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium or Chrome on this machine; WORKBOOK_CHROMIUM names one")
    api = pytest.importorskip("playwright.sync_api")
    port, environment = _free_port(), _environment(tmp_path, theme)
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    options += [f"--IdentityProvider.token={TOKEN}", "--LabApp.expose_app_in_browser=True"]
    options += ["--LabApp.extension_manager=readonly"]
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(
            # -P: the folder `workbook` in the student's folder is not the package.
            [sys.executable, "-P", "-m", "workbook", "lab", *options],
            cwd=student,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(port, server, tmp_path / "server.log")
            with api.sync_playwright() as playwright:
                browser = playwright.chromium.launch_persistent_context(
                    str(tmp_path / "profile"),
                    executable_path=chromium,
                    args=list(QUIET),
                    viewport={"width": 1200, "height": 1400},
                )
                yield Lab(student, f"http://127.0.0.1:{port}", browser.new_page(), environment)
                browser.close()
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _wait_for(port, server, log):
    for _ in range(300):
        if server.poll() is not None:
            break
        with socket.socket() as case:
            case.settimeout(0.2)
            if case.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            server.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
    pytest.fail("JupyterLab did not start:\n" + log.read_text(encoding="utf-8")[-2000:])
