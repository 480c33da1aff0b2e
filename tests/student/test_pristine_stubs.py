"""The pristine stubs: made once for each state of the solutions, wherever that is possible."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workbook.errors import WorkbookError
from workbook.student import locations, pristine_stubs, stubs
from workbook.student.solution_markers import MarkerError

SOLUTION = """\
def relu_forward(x):
    # TODO: one.
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION
"""


@pytest.fixture
def solutions(tmp_path, monkeypatch):
    """A checkout with one solution; a cache of the user's that is empty."""
    folder = tmp_path / "checkout" / "solutions"
    (folder / "scratch").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "layers.py").write_text(SOLUTION)
    (folder / "misconceptions").mkdir()
    (folder / "misconceptions" / "wrong.py").write_text("this is no Python")
    monkeypatch.setattr(
        "platformdirs.user_cache_path", lambda *_, **__: tmp_path / "cache" / "workbook"
    )
    return folder


@pytest.fixture
def made(monkeypatch):
    """Count the stubs that are made."""
    files = []
    make = stubs.make_stub
    monkeypatch.setattr(stubs, "make_stub", lambda *a, **k: files.append(a[1]) or make(*a, **k))
    return files


def test_they_are_made_once_and_again_when_a_solution_changes(solutions, made):
    first = pristine_stubs.folder(solutions)
    assert first.parent == solutions.parent / ".workbook" / "pristine"
    assert sorted(p.name for p in first.iterdir()) == ["__init__.py", "layers.py"]
    assert made == ["__init__.py", "layers.py"]
    assert pristine_stubs.folder(solutions) == first and len(made) == 2
    (solutions / "layers.py").write_text(SOLUTION.replace("one", "two"))
    second = pristine_stubs.folder(solutions)
    assert "two" in (second / "layers.py").read_text() and len(made) == 4
    (solutions / "layers.py").write_bytes(SOLUTION.replace("\n", "\r\n").encode())
    assert pristine_stubs.folder(solutions) == first and len(made) == 4
    assert {first, second} == set(pristine_stubs.generations(solutions))


def test_they_are_made_again_when_the_generator_changes(solutions, monkeypatch, tmp_path):
    first = pristine_stubs.folder(solutions)
    for name in ("stubs.py", "solution_markers.py"):
        shutil.copy(Path(pristine_stubs.__file__).with_name(name), tmp_path)
    monkeypatch.setattr(pristine_stubs, "__file__", str(tmp_path / "pristine_stubs.py"))
    assert pristine_stubs.folder(solutions) == first
    with (tmp_path / "solution_markers.py").open("a") as file:
        file.write("# changed\n")
    assert pristine_stubs.folder(solutions) != first


def test_a_read_only_checkout_uses_the_users_cache(solutions, made, tmp_path):
    (solutions.parent / ".workbook").touch()  # no folder can be made there, not even by root
    found = pristine_stubs.folder(solutions)
    assert found.is_relative_to(tmp_path / "cache" / "workbook")
    assert pristine_stubs.folder(solutions) == found and len(made) == 2
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").touch()
    with pytest.raises(WorkbookError, match="cannot be written"):
        pristine_stubs.folder(solutions)


def test_many_at_once_agree(solutions):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: pristine_stubs.folder(solutions), range(16)))
    assert len(found) == 1
    assert list((solutions.parent / ".workbook" / "pristine").iterdir()) == list(found)


def test_old_ones_go_when_new_ones_come(solutions):
    old = pristine_stubs.folder(solutions)
    os.utime(old, (time.time() - 40 * 86400,) * 2)
    (solutions / "layers.py").write_text(SOLUTION.replace("one", "two"))
    assert pristine_stubs.generations(solutions) == [old]
    new = pristine_stubs.folder(solutions)
    assert pristine_stubs.generations(solutions) == [new]
    assert not old.exists()


def test_a_faulty_marker_is_named(solutions):
    (solutions / "layers.py").write_text("### BEGIN SOLUTION\nx = 1\n")
    with pytest.raises(MarkerError, match=r"^layers\.py, line 1: BEGIN SOLUTION without an END"):
        pristine_stubs.folder(solutions)


def test_a_copy_without_solutions_has_them_in_its_package(monkeypatch):
    monkeypatch.setattr(locations, "solutions_folder", lambda: None)
    package = Path(locations.__file__).resolve().parents[1]
    assert locations.pristine_folder() == package / "student" / "pristine"


def test_finding_them_does_not_import_the_generator():
    if locations.solutions_folder() is None:
        pytest.skip("this copy has no solutions/")
    locations.pristine_folder()
    code = (
        "import sys\nfrom workbook.student import locations\nlocations.pristine_folder()\n"
        "print({'workbook.student.stubs', 'tempfile', 'platformdirs'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
