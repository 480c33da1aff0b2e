"""`workbook release`: what a copy holds, and that nothing is left half-written."""

import re
import zipfile

import pytest

from workbook import curriculum
from workbook.release import release, release_checks, wheels
from workbook.student import locations

pytestmark = pytest.mark.skipif(
    locations.solutions_folder() is None, reason="this copy has no solutions/"
)


@pytest.fixture
def passing(monkeypatch):
    """A gate that lets everything through: it has tests of its own."""
    monkeypatch.setattr(release_checks, "run_checks", lambda folder, wanted, report: [])


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_a_copy_holds(tmp_path, workbook, passing):
    code, out, _ = workbook("release", tmp_path / "nets")
    assert code == 0 and "nets" in out
    there = names(tmp_path / "nets")
    for file in curriculum.load().files():
        assert {f"workbook/exercises/{file}", f"workbook/student/pristine/{file}"} <= there
    assert {
        "README.md",
        "start.py",
        "start.bat",
        "statement.md",
        "pyproject.toml",
        "constraints.txt",
        "LICENSE",
        "notebooks/Start.ipynb",
        "notebooks/CNN.ipynb",
        "workbook/checks/answer_key.bin",
        "workbook/data/bundled/fashion.npz",
        "workbook/numerics/_kernels.pyx",
        ".workbook/folder.toml",
    } <= there
    tops = {name.partition("/")[0] for name in there}
    assert not tops & {"solutions", "tests", ".git", ".ci", "benchmarks", ".venv"}
    assert not [n for n in there if n.endswith((".so", ".pyc", "planted_code.json"))]
    assert "workbook/policy.toml" not in there
    readme = (tmp_path / "nets" / "README.md").read_text(encoding="utf-8")
    assert "`workbook/exercises/`" in readme and "python start.py test" in readme
    assert locations.nearest_folder(tmp_path / "nets" / "notebooks") == tmp_path / "nets"
    guide = (tmp_path / "nets" / "docs" / "student.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", guide)
    assert pictures and all((tmp_path / "nets" / "docs" / name).is_file() for name in pictures)
    assert locations.own_folder(tmp_path / "nets") == tmp_path / "nets/workbook/exercises"


def test_a_zip_of_one_folder(tmp_path, workbook, passing):
    assert workbook("release", tmp_path / "nets", "--zip")[0] == 0
    [path] = tmp_path.iterdir()
    assert path.name == "nets.zip"
    with zipfile.ZipFile(path) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"nets"}
        assert "nets/start.py" in archive.namelist()
    first = path.read_bytes()
    path.unlink()
    workbook("release", path, "--zip")
    assert path.read_bytes() == first


def test_notebooks_are_chosen_by_name(tmp_path, workbook, passing):
    _, out, _ = workbook("release", tmp_path / "a", "--notebooks", "CNN,dropout")
    assert "without their notebooks: affine_forward, " in out and "conv_forward" not in out
    assert {n for n in names(tmp_path / "a") if n.endswith(".ipynb")} == {
        "notebooks/Start.ipynb",
        "notebooks/CNN.ipynb",
        "notebooks/Dropout.ipynb",
    }
    # It asks for what these notebooks need, and keeps the files whole.
    there = curriculum.read(tmp_path / "a" / "workbook" / "course")
    known = curriculum.load()
    assert {"dropout_forward", "ThreeLayerConvNet.loss", "affine_forward"} <= set(there.ids())
    assert not {"svm_loss", "layernorm_forward", "adam", "scratch.Relu"} & set(there.ids())
    assert [e for e in known if e.id in there] == list(there)
    assert sorted(there.files()) == sorted(known.files())
    code, _, err = workbook("release", tmp_path / "b", "--notebooks", "CNM")
    assert code == 2 and "CNM" in err and not (tmp_path / "b").exists()


def test_given_takes_exercises_and_whole_notebooks(tmp_path, workbook, passing):
    code, out, _ = workbook(
        "release", tmp_path / "a", "--given", "FullyConnectedNet,dropout_forward"
    )
    assert (
        code == 0 and "adam" in out and "dropout_forward" in out and "dropout_backward" not in out
    )
    for impl in ("exercises", "student/pristine"):
        text = (tmp_path / "a" / "workbook" / impl / "optim.py").read_text(encoding="utf-8")
        assert "NotImplementedError" not in text and "SOLUTION" not in text
    code, _, err = workbook("release", tmp_path / "b", "--given", "afine_forward")
    assert code == 2 and "affine_forward" in err


def test_a_policy_is_read_first(tmp_path, workbook, passing):
    policy = tmp_path / "policy.toml"
    policy.write_text('diagnosis = "none"\n')
    code, _, err = workbook("release", tmp_path / "a", "--policy", policy)
    assert code == 2 and "located" in err and not (tmp_path / "a").exists()
    policy.write_bytes(b"\xff\xfe")
    code, _, err = workbook("release", tmp_path / "a", "--policy", policy)
    assert code == 2 and "cannot be read" in err


def test_what_fails_is_named_and_nothing_is_written(tmp_path, workbook, monkeypatch):
    monkeypatch.setattr(
        release_checks, "run_checks", lambda *_: ["the stub of adam earns 2 points", "another"]
    )
    for options in ([], ["--zip"]):
        code, _, err = workbook("release", tmp_path / "nets", *options)
        assert code == 1 and "stub of adam" in err and "another" in err
        assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path, workbook, passing):
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "mine").touch()
    code, _, err = workbook("release", tmp_path / "nets")
    assert code == 2 and "is there already" in err
    (tmp_path / "nets.zip").touch()
    assert workbook("release", tmp_path / "nets", "--zip")[0] == 2
    (tmp_path / "empty").mkdir()
    assert workbook("release", tmp_path / "empty")[0] == 0


def test_a_copy_cannot_be_released_again(tmp_path, workbook, monkeypatch):
    monkeypatch.setattr(locations, "solutions_folder", lambda: None)
    code, _, err = workbook("release", tmp_path / "nets")
    assert code == 1 and "solutions" in err and not list(tmp_path.iterdir())


def test_what_is_fetched_for_a_platform():
    root = locations.solutions_folder().parent
    line = wheels.command("windows:3.12", root)
    words = " ".join(line)
    assert "--platform win_amd64" in words and "--python-version 3.12" in words
    assert "pywinpty" in line and "--only-binary=:all:" in line
    assert any(word.startswith("numpy") for word in line)
    assert any(word.startswith("setuptools") for word in line)
    for wrong in ("amiga", "linux:new"):
        with pytest.raises(release.UsageError):
            wheels.command(wrong, root)


def test_wheels_that_cannot_be_fetched_stop_it(tmp_path, workbook, passing, monkeypatch):
    import subprocess

    def fails(line, **_):
        return subprocess.CompletedProcess(line, 1, "", "x\nERROR: No matching distribution\n")

    monkeypatch.setattr(wheels.subprocess, "run", fails)
    code, _, err = workbook("release", tmp_path / "nets", "--wheels", "linux")
    assert code == 1 and "No matching distribution" in err and not list(tmp_path.iterdir())
