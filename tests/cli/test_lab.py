import http.server
import json
import os
import socket
import sysconfig
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbook.cli import lab
from workbook.errors import UsageError, WorkbookError


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A workbook folder to be in, and JupyterLab replaced by a note of its arguments."""
    folder = tmp_path / "练习 one"
    (folder / "notebooks").mkdir(parents=True)
    for name in ("Start", "CNN"):
        (folder / "notebooks" / f"{name}.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", os.environ["PATH"])  # the command changes it
    return folder


@pytest.fixture
def started(monkeypatch):
    from jupyterlab import labapp

    calls = []
    monkeypatch.setattr(labapp, "main", calls.append)

    def start(*args):
        result = CliRunner().invoke(lab.command, list(args))
        if result.exception is not None:
            raise result.exception
        return calls[-1]

    return start


def test_start_opens_with_the_whole_folder_below_the_root(home, started):
    arguments = started()
    assert "--LabApp.default_url=/lab/tree/notebooks/Start.ipynb" in arguments
    assert f"--ServerApp.root_dir={home}" in arguments


@pytest.mark.parametrize("name", ["CNN", "cnn", "CNN.ipynb", "notebooks/CNN.ipynb"])
def test_a_notebook_by_name_or_path(home, started, name):
    assert "--LabApp.default_url=/lab/tree/notebooks/CNN.ipynb" in started(name)


def test_the_folder_is_found_from_below(home, started, monkeypatch):
    (home / "workbook" / "exercises").mkdir(parents=True)
    monkeypatch.chdir(home / "workbook" / "exercises")
    assert f"--ServerApp.root_dir={home}" in started()


def test_a_file_elsewhere_opens_in_its_own_folder(home, started, tmp_path, monkeypatch):
    other = tmp_path / "three" / "notebooks" / "Mine é.ipynb"
    other.parent.mkdir(parents=True)
    other.write_text("{}", encoding="utf-8")
    arguments = started(str(other))
    assert f"--ServerApp.root_dir={other.parents[1]}" in arguments
    assert "--LabApp.default_url=/lab/tree/notebooks/Mine%20%C3%A9.ipynb" in arguments


def test_further_options_reach_jupyterlab_last(home, started):
    assert started("--no-browser", "--port=9000")[-2:] == ["--no-browser", "--port=9000"]
    assert started("CNN", "--no-browser")[-1] == "--no-browser"


def test_no_question_about_news(home, started):
    [settings] = [a for a in started() if a.startswith("--LabApp.app_settings_dir=")]
    path = Path(settings.split("=", 1)[1]) / "overrides.json"
    rules = json.loads(path.read_text(encoding="utf-8"))
    assert rules["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


@pytest.mark.skipif(os.name == "nt", reason="PowerShell keeps PATH")
def test_terminals_run_no_login_shell(home, started, monkeypatch):
    monkeypatch.setenv("SHELL", "/bin/my shell")
    option = "--ServerApp.terminado_settings="
    assert f"{option}{{'shell_command': ['/bin/my shell']}}" in started()
    mine = f"{option}{{'shell_command': ['fish']}}"
    assert [a for a in started("--no-browser", mine) if a.startswith(option)] == [mine]


def test_terminals_find_the_command(home, started, monkeypatch):
    scripts = sysconfig.get_path("scripts")
    monkeypatch.setenv("PATH", os.pathsep.join(["/one", scripts, "/two"]))
    started()
    assert os.environ["PATH"].split(os.pathsep) == [scripts, "/one", "/two"]


class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/api" else 404)
        self.end_headers()
        self.wfile.write(b'{"version": "2"}')

    def log_message(self, *_):
        pass


@pytest.fixture
def running(home, monkeypatch):
    """A server that runs on the folder, and the addresses that were opened in a browser."""
    from jupyter_server import serverapp

    server = http.server.HTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    noted = [{"root_dir": str(home.parent), "url": url, "token": "other"}]
    noted += [{"root_dir": str(home), "url": url, "token": "secret"}]
    monkeypatch.setattr(serverapp, "list_running_servers", lambda: iter(noted))
    opened = []
    monkeypatch.setattr(lab.webbrowser, "open", opened.append)
    yield url, opened
    server.shutdown()
    server.server_close()


def test_a_second_start_names_the_server_that_runs(home, started, running):
    url, opened = running
    address = f"{url}lab/tree/notebooks/CNN.ipynb?token=secret"
    result = CliRunner().invoke(lab.command, ["CNN"])
    assert result.exit_code == 0
    assert "already running" in result.output and address in result.output
    assert "Opening" not in result.output and opened == [address]
    assert address in CliRunner().invoke(lab.command, ["CNN", "--no-browser"]).output
    assert opened == [address]


def test_a_port_asks_for_a_second_server(home, started, running):
    assert started("--port=9000")[-1] == "--port=9000"
    assert running[1] == []


def test_a_server_that_was_killed_is_not_named(home, started, monkeypatch):
    from jupyter_server import serverapp

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    noted = {"root_dir": str(home), "url": url, "token": "secret"}
    monkeypatch.setattr(serverapp, "list_running_servers", lambda: iter([noted]))
    assert "--LabApp.default_url=/lab/tree/notebooks/Start.ipynb" in started()


def test_an_unknown_notebook_is_wrong_usage(home, started):
    with pytest.raises(UsageError, match="Did you mean CNN\\? Here are: CNN, Start"):
        started("CNNN")


def test_no_notebooks_at_all(tmp_path, monkeypatch):
    from workbook.cli import _notebook_paths

    monkeypatch.setattr(
        _notebook_paths.workbook, "__file__", str(tmp_path / "a" / "b" / "__init__.py")
    )
    with pytest.raises(WorkbookError, match="no folder `notebooks`"):
        _notebook_paths.notebooks_root(tmp_path)
