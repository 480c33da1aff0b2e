"""The quick diagnoses: each is broken on purpose."""

import os
import shutil
import sys

import pytest

from workbook.student import diagnostics, locations


def test_all_is_well_here_and_says_nothing(state):
    assert diagnostics.quick() == []
    for diagnosis in diagnostics.QUICK:
        found = diagnosis()
        assert found.state == "ok" and not found.repair, found


def test_an_old_python(monkeypatch):
    monkeypatch.setattr(diagnostics.sys, "version_info", (3, 10, 4, "final", 0))
    found = diagnostics.python()
    assert found.state == "broken" and "3.10.4" in found.message and "3.11" in found.message
    assert found.repair == "python start.py"


def test_a_package_that_is_missing_or_too_old(monkeypatch):
    real = diagnostics.installed
    here = {"numpy": (1, 26), "rich": None}
    monkeypatch.setattr(diagnostics, "installed", lambda n: here[n] if n in here else real(n))
    found = diagnostics.packages()
    assert found.state == "broken" and "numpy>=2.0" in found.message and "rich" in found.message
    assert "pip install" in found.repair and '"numpy>=2.0"' in found.repair
    assert found.repair.startswith((sys.executable, '"'))


def test_versions_are_compared_as_numbers(monkeypatch):
    monkeypatch.setattr(diagnostics.importlib.metadata, "version", lambda name: "10.2rc1")
    assert diagnostics.installed("x") == (10, 2)
    assert diagnostics.installed("x") > (9, 9)

    def none(name):
        raise diagnostics.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(diagnostics.importlib.metadata, "version", none)
    assert diagnostics.installed("x") is None


def test_an_exercise_file_that_is_gone(state):
    (state / "exercises" / "optim.py").unlink()
    found = diagnostics.copy()
    assert found.state == "broken" and "optim.py" in found.message
    assert found.repair == "workbook reset optim.py"


def test_another_copy_of_the_workbook_than_the_one_that_runs(tmp_path, monkeypatch):
    (tmp_path / "workbook").mkdir()
    (tmp_path / "workbook" / "course").mkdir()
    (tmp_path / "workbook" / "course" / "curriculum.toml").touch()
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    found = diagnostics.copy()
    assert found.state == "broken" and str(tmp_path) in found.message and "start.py" in found.repair


def test_a_folder_that_cannot_be_written(state, monkeypatch):
    def refused(dir):
        if "exercises" in str(dir):
            raise PermissionError(13, "Permission denied")
        return real(dir=dir)

    real = diagnostics.tempfile.TemporaryFile
    monkeypatch.setattr(diagnostics.tempfile, "TemporaryFile", refused)
    found = diagnostics.writable()
    assert found.state == "broken" and "exercises" in found.message
    assert ("icacls" if os.name == "nt" else "chmod") in found.repair


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="anything is writable here")
def test_a_read_only_folder(state):
    (state / "exercises").chmod(0o500)
    assert diagnostics.writable().state == "broken"
    (state / "exercises").chmod(0o700)


@pytest.mark.parametrize(("megabytes", "wanted"), [(20, "broken"), (200, "warning"), (900, "ok")])
def test_a_full_disk(state, monkeypatch, megabytes, wanted):
    usage = shutil.disk_usage(state)._replace(free=megabytes * 1_000_000)
    monkeypatch.setattr(diagnostics.shutil, "disk_usage", lambda place: usage)
    found = diagnostics.disk()
    assert found.state == wanted and str(megabytes) in found.message
    assert bool(found.repair) == (wanted != "ok")


def test_a_diagnosis_that_fails_stops_no_notebook():
    def fails():
        raise RuntimeError("a bug")

    bad = diagnostics.Diagnostic("x", "broken", "y", "z")
    assert diagnostics.quick([fails, lambda: bad]) == [bad]


def test_the_first_cell_is_silent_or_names_the_command(make_copy, make_kernel):
    copy = make_copy()
    kernel = make_kernel(copy)
    assert kernel.run("%load_ext workbook") == ""
    (copy.exercises / "optim.py").unlink()
    again = make_kernel(copy)
    said = again.run("%load_ext workbook")
    assert "optim.py" in said and "workbook reset optim.py" in said
    assert locations.VARIABLE not in said
