"""A student's folder in the real JupyterLab, in a real Chromium.

Everything that Jupyter, IPython and the browser would remember lies in a temporary folder; every
wait is bounded; what the page asks of other machines and what fails in it is kept for the test.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from workbook.workspace import pristine_folder
from workbook.workspace.choice import mark_folder

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

    def __init__(self, folder, url, page):
        self.folder, self.url, self.page = folder, url, page
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


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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


@pytest.fixture
def student(tmp_path):
    """A student's folder with fresh notebooks and stubs."""
    folder = tmp_path / "my workbook"
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copytree(pristine_folder(), folder / "workbook" / "exercises")
    mark_folder(folder, "workbook/exercises")
    return folder


@pytest.fixture
def lab(student, tmp_path, theme):
    """JupyterLab on the student's folder, as `workbook lab` starts it, in a browser."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium or Chrome on this machine; WORKBOOK_CHROMIUM names one")
    api = pytest.importorskip("playwright.sync_api")
    port = _free_port()
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    options += [f"--IdentityProvider.token={TOKEN}", "--LabApp.expose_app_in_browser=True"]
    options += ["--LabApp.extension_manager=readonly"]
    with (tmp_path / "server.log").open("w") as log:
        server = subprocess.Popen(
            # -P: the folder `workbook` in the student's folder is not the package.
            [sys.executable, "-P", "-m", "workbook", "lab", *options],
            cwd=student,
            env=_environment(tmp_path, theme),
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
                yield Lab(student, f"http://127.0.0.1:{port}", browser.new_page())
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
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            server.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
    pytest.fail("JupyterLab did not start:\n" + log.read_text(encoding="utf-8")[-2000:])
