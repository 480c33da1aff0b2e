"""`workbook doctor`: every diagnosis, with that thing broken."""

import contextlib
import json
import mimetypes
import socket
import sys
from types import SimpleNamespace

import pytest

from workbook.cli import _diagnostics
from workbook.student.diagnostics import Diagnostic


def repair_of(found, state="broken"):
    assert found.state == state, found
    assert found.message and found.repair, found
    return f"{found.message}\n{found.repair}"


def test_one_screen_and_the_exit_code(home, workbook, monkeypatch):
    ill = Diagnostic("port", "broken", "none is free", "workbook lab --port=0")
    monkeypatch.setattr(_diagnostics, "ALL", [lambda: Diagnostic("disk", "ok", "900 MB")])
    code, out, _ = workbook("doctor")
    assert code == 0 and "900 MB" in out and "Everything" in out
    monkeypatch.setattr(_diagnostics, "ALL", [lambda: ill])
    code, out, _ = workbook("doctor")
    assert code == 1 and "workbook lab --port=0" in out.splitlines()[-2]
    code, out, _ = workbook("doctor", "--json")
    assert code == 1 and json.loads(out) == [ill.as_json()]
    monkeypatch.setattr(
        _diagnostics, "ALL", [lambda: Diagnostic("fast layers", "warning", "on NumPy", "build")]
    )
    assert workbook("doctor")[0] == 0


def test_everything_is_looked_at_here(home, workbook):
    code, out, _ = workbook("doctor", "--json")
    found = json.loads(out)
    assert len(found) == len(_diagnostics.ALL) == 14
    assert len({each["name"] for each in found}) == len(found)
    assert code == int(any(each["state"] == "broken" for each in found))
    for each in found:
        assert each["state"] in ("ok", "warning", "broken")
        assert bool(each["repair"]) == (each["state"] != "ok"), each


def test_a_diagnosis_that_fails_is_a_finding():
    def fails():
        raise RuntimeError("a bug\nin detail")

    found = _diagnostics.run_diagnostic(fails)
    assert found.state == "broken" and found.message == "RuntimeError: a bug" and found.repair


def test_a_kernel_of_another_python(monkeypatch):
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel

    spec = KernelSpec(argv=["/opt/other/bin/python3", "-m", "ipykernel_launcher"])
    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", lambda self, name: spec)
    said = repair_of(_diagnostics.kernel())
    assert "/opt/other/bin/python3" in said and "ipykernel install --sys-prefix" in said
    spec.argv[0] = "python"
    assert _diagnostics.kernel().state == "ok"

    def none(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", none)
    assert "pip install" in repair_of(_diagnostics.kernel())


def test_no_compiled_kernels(monkeypatch):
    monkeypatch.setenv("WORKBOOK_NO_EXTENSION", "1")
    said = repair_of(_diagnostics.extension(), "warning")
    assert "does not matter" in said and "WORKBOOK_NO_EXTENSION" in said


def test_it_is_installed_again_from_where_it_came(monkeypatch, tmp_path):
    came = tmp_path / "a b" / "workbook-1-py3-none-any.whl"
    kept = SimpleNamespace(read_text=lambda name: json.dumps({"url": came.as_uri()}))
    monkeypatch.setattr(_diagnostics.importlib.metadata, "distribution", lambda name: kept)
    monkeypatch.setattr(_diagnostics, "_package_parent", lambda: tmp_path)
    assert _diagnostics._reinstall_command().endswith("--no-deps workbook")  # The file is gone.
    came.parent.mkdir()
    came.touch()
    assert _diagnostics._reinstall_command().endswith(f'--no-deps "{came}"')
    kept.read_text = lambda name: None
    assert _diagnostics._reinstall_command().endswith("--no-deps workbook")


def test_a_number_of_threads_that_is_none(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert "OMP_NUM_THREADS" in repair_of(_diagnostics.blas(), "warning")


def test_no_linear_algebra(monkeypatch):
    import threadpoolctl

    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(threadpoolctl, "threadpool_info", lambda: [])
    assert "numpy" in repair_of(_diagnostics.blas(), "warning")


@pytest.mark.parametrize(
    "versions",
    [
        {"jupyterlab": (3, 6), "ipywidgets": (8, 1), "jupyterlab_widgets": (3, 0)},
        {"jupyterlab": (4, 6), "ipywidgets": (7, 7), "jupyterlab_widgets": (1, 1)},
        {"jupyterlab": (4, 6), "ipywidgets": (8, 1), "jupyterlab_widgets": None},
    ],
)
def test_versions_that_do_not_fit(monkeypatch, versions):
    monkeypatch.setattr(_diagnostics, "installed", versions.get)
    assert "ipywidgets" in repair_of(_diagnostics.widgets())


@pytest.mark.parametrize("package", ["jupyterlab_widgets", "anywidget"])
def test_a_part_of_jupyterlab_is_gone(monkeypatch, tmp_path, package):
    parts = {**_diagnostics._labextensions(), package: tmp_path}
    monkeypatch.setattr(_diagnostics, "_labextensions", lambda: parts)
    assert _diagnostics.widgets().repair.split()[-1] == package
    assert package in repair_of(_diagnostics.widgets())


def test_a_wrong_type_of_js(monkeypatch):
    monkeypatch.setattr(mimetypes, "guess_type", lambda name: ("text/plain", None))
    said = repair_of(_diagnostics.javascript())
    assert "text/plain" in said and "text/javascript" in said


def test_no_free_port(monkeypatch):
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        monkeypatch.setattr(_diagnostics, "PORTS", range(number, number + 1))
        assert "--port=0" in repair_of(_diagnostics.port())
    assert _diagnostics.port().state == "ok"


def test_damaged_data(monkeypatch, tmp_path):
    from workbook.data import fashion

    monkeypatch.setattr(fashion, "DIGEST", "0" * 64)
    assert "fashion.npz" in repair_of(_diagnostics.data_sets())
    monkeypatch.setattr(fashion, "FILE", tmp_path / "fashion.npz")
    assert "fashion.npz" in repair_of(_diagnostics.data_sets())


def test_no_answer_key(monkeypatch):
    from workbook.checks import answer_key

    monkeypatch.setattr(answer_key, "shipped", lambda *_: None)
    assert "checked" in repair_of(_diagnostics.key())


def test_no_reloading(monkeypatch):
    real = _diagnostics.importlib.util.find_spec

    def none(name):
        return None if name.endswith("autoreload") else real(name)

    monkeypatch.setattr(_diagnostics.importlib.util, "find_spec", none)
    assert "autoreload" in repair_of(_diagnostics.autoreload())
    assert sys.executable in _diagnostics.autoreload().repair
