"""What is installed, from where, and what importing it costs."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from workbook.student import locations, pristine_stubs
from workbook.version import __version__

HERE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins():
    """Each line of constraints.txt as name and version."""
    lines = (HERE / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line.split("==") for line in lines if line and not line.startswith("#")]


def requirements(*extras):
    """The requirements of the package with these extras, extras of itself followed."""
    optional = PROJECT["optional-dependencies"]
    found, todo = [], list(PROJECT["dependencies"])
    todo += [line for extra in extras for line in optional[extra]]
    while todo:
        requirement = Requirement(todo.pop())
        if requirement.name == "workbook":
            todo += [line for extra in requirement.extras for line in optional[extra]]
        else:
            found.append(requirement)
    return found


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


# --- constraints.txt -------------------------------------------------------------------------


def test_constraints_are_names_and_versions_only():
    for pin in pins():
        assert len(pin) == 2, pin
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", pin[0]), pin
        version = Version(pin[1])
        assert version.local is None and str(version) == pin[1], pin
    names = [canonical(name) for name, _ in pins()]
    assert len(names) == len(set(names))


def test_everything_that_is_asked_for_is_pinned_within_its_range():
    pinned = {canonical(name): version for name, version in pins()}
    for requirement in requirements("dev", "grading", "cluster"):
        assert canonical(requirement.name) in pinned, f"pin {requirement.name} in constraints.txt"
        assert requirement.specifier.contains(pinned[canonical(requirement.name)]), requirement


def test_builds_are_pinned_too():
    build = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    pinned = {canonical(name) for name, _ in pins()}
    assert {canonical(Requirement(line).name) for line in build["requires"]} <= pinned


# --- extras ------------------------------------------------------------------------------------


def test_the_default_is_what_a_student_needs():
    default = {requirement.name for requirement in requirements()}
    assert {"numpy", "jupyterlab", "ipywidgets", "matplotlib", "nbval", "pytest"} <= default
    assert not default & {"torch", "sqlalchemy", "mypy", "ruff", "cython", "nbgrader"}


def test_the_extras_are_the_promised_ones():
    assert {"grading", "dev", "bench"} <= set(PROJECT["optional-dependencies"])
    dev = {requirement.name for requirement in requirements("dev")}
    assert {requirement.name for requirement in requirements("grading")} <= dev
    assert "torch" in {requirement.name for requirement in requirements("bench")} - dev


# --- importing ---------------------------------------------------------------------------------


def modules_after(code):
    """The modules that a fresh Python holds after running `code`."""
    script = f"{code}\nimport sys\nprint(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=HERE
    )
    return set(done.stdout.split())


HEAVY = {"matplotlib", "IPython", "ipykernel", "ipywidgets", "jupyterlab", "nbformat", "numpy"}


@pytest.mark.parametrize("code", ["import workbook", "import workbook.cli, workbook.curriculum"])
def test_importing_is_cheap(code):
    loaded = modules_after(code)
    assert "workbook" in loaded
    assert not loaded & HEAVY
    assert not {name for name in loaded if name.startswith("workbook.exercises")}


def test_help_imports_no_more_than_it_shows():
    code = "import workbook.cli as c\ntry: c.main(['--help'])\nexcept SystemExit: pass"
    assert not modules_after(code) & (HEAVY | {"rich"})


# --- sdist and wheel ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """An sdist, and a wheel built from it, both without compiling anything."""
    if shutil.which("git") is None or not (HERE / ".git").exists():
        pytest.skip("not a clone")
    source = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=HERE, capture_output=True, check=True
    ).stdout.decode("utf-8")
    for name in filter(None, listed.split("\0")):
        if (HERE / name).exists():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE / name, source / name)
    env = {**os.environ, "CC": "no-such-compiler"}
    env.pop("WORKBOOK_REQUIRE_EXTENSION", None)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", str(source)],
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return source / "dist"


@pytest.fixture
def wheel(dist):
    [path] = dist.glob("*.whl")
    return path


@pytest.mark.slow
def test_the_sdist_holds_stubs_in_place_of_the_solutions(dist):
    [path] = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert "workbook/student/pristine/layers.py" in names
    assert not [name for name in names if name.startswith("solutions") or "misconceptions/" in name]


@pytest.mark.slow
def test_the_wheel_from_the_sdist_holds_the_stubs_that_the_solutions_generate(wheel):
    solutions = locations.solutions_folder()
    if solutions is None:
        pytest.skip("this copy has no solutions/")
    folder = "workbook/student/pristine/"
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith(folder)]
        stubs = {name.removeprefix(folder): archive.read(name).decode() for name in names}
    assert stubs == pristine_stubs.generate(pristine_stubs.sources(solutions))


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_its_data_and_nothing_of_the_solutions(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "workbook/course/curriculum.toml",
        "workbook/py.typed",
        "workbook/cli/lab_settings/overrides.json",
        "workbook/exercises/layers.py",
        "workbook/student/pristine/layers.py",
        "workbook/numerics/fast_layers.py",
        "workbook/release/files/start.py",
        "workbook/release/files/start.bat",
        "workbook/release/files/notebooks/Start.ipynb",
        "workbook/release/templates/README.md",
    ):
        assert needed in names
    kept = {".py", ".toml", ".json", ".npz", ".bin", ".jpg", ".pyx", ".h", ".html", ".md"}
    listed = subprocess.run(
        ["git", "ls-files", "-z", "workbook"], cwd=HERE, capture_output=True, check=True
    ).stdout.decode("utf-8")
    for name in filter(None, listed.split("\0")):
        if Path(name).suffix in kept and (HERE / name).exists():
            assert name in names, f"MANIFEST.in leaves {name} out"
    assert not [name for name in names if name.startswith(("solutions", "tests", "notebooks"))]
    assert not [name for name in names if "misconceptions/" in name]


@pytest.mark.slow
def test_the_wheel_works_without_the_rest_of_the_project(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        "import workbook, workbook.data, workbook.exercises.layers, sys\n"
        "from workbook.cli import main\n"
        "assert workbook.__file__.startswith(sys.argv[1])\n"
        "assert workbook.data.load()['X_train'].shape[1:] == (3, 32, 32)\n"
        "main(['--version'])"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == f"workbook, version {__version__}", done.stderr


@pytest.mark.slow
def test_a_student_starts_from_the_installed_wheel(wheel, tmp_path):
    """Install into an empty environment, init, start, check, submit: nothing of the clone."""
    venv.create(tmp_path / "env", with_pip=False, symlinks=os.name != "nt")
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    env = {n: v for n, v in os.environ.items() if not n.startswith(("WORKBOOK_", "PYTHONPATH"))}

    def run(*command, cwd=tmp_path):
        return subprocess.run(
            [str(word) for word in command],
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )

    done = run(*pip, "install", "--no-deps", "--no-index", wheel)
    assert done.returncode == 0, done.stderr
    # What the workbook needs is taken from here; a .pth file in a .pth's folder does not count.
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").stdout
    here = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    (Path(site.strip()) / "needed.pth").write_text("\n".join(here) + "\n", encoding="utf-8")
    where = run(python, "-c", "import workbook; print(workbook.__file__)").stdout
    assert where.startswith(str(tmp_path / "env")), where

    done = run(python, "-m", "workbook", "init", "nets")
    assert done.returncode == 0, done.stderr
    nets = tmp_path / "nets"
    assert (nets / "notebooks" / "Start.ipynb").is_file()
    # start.py takes the Python that made the folder, whichever one runs it.
    done = run(sys.executable, nets / "start.py", "test", "affine_forward", "--json", cwd=nets)
    assert done.returncode == 1, done.stderr
    [result] = json.loads(done.stdout)["results"]
    assert result["outcome"] == "todo"
    mine = nets / "exercises" / "layers.py"
    stub = mine.read_bytes()
    mine.write_bytes(stub.replace(b"def affine_forward(x, w, b):", b"def affine_forward(x, w):"))
    assert mine.read_bytes() != stub
    done = run(python, "-m", "workbook", "reset", "affine_forward", "--yes", cwd=nets)
    assert done.returncode == 0 and mine.read_bytes() == stub, done.stderr
    assert run(python, "-m", "workbook", "doctor", "--json", cwd=nets).stdout.startswith("[")
    done = run(python, "-m", "workbook", "submit", "--id", "jd7", cwd=nets / "notebooks")
    assert done.returncode == 0 and "Receipt: " in done.stdout, done.stderr
    with zipfile.ZipFile(nets / "jd7.zip") as archive:
        assert {"exercises/layers.py", "manifest.json"} <= set(archive.namelist())
