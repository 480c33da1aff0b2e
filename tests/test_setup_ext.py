"""Building the kernels by hand: with a compiler, without one, without Cython or setuptools."""

import os
import shutil
import subprocess
import sys
import sysconfig

import pytest

pytest.importorskip("setuptools")
pytest.importorskip("Cython")

FILES = ("setup.py", "setup_ext.py", "pyproject.toml", "README.md", "LICENSE")
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")


@pytest.fixture
def tree(tmp_path, request):
    """What a build needs, in a folder with a space and a Chinese character in its name."""
    root = request.config.rootpath
    folder = tmp_path / "my 书"
    folder.mkdir()
    for name in FILES:
        shutil.copy(root / name, folder)
    leave = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(root / "workbook" / "numerics", folder / "workbook/numerics", ignore=leave)
    for name in ("__init__.py", "version.py"):
        shutil.copy(root / "workbook" / name, folder / "workbook")
    return folder


def build(tree, *, without=None, **environment):
    """Run `setup_ext.py build_ext --inplace`; `without` names a package that cannot be imported."""
    env = {
        name: value for name, value in os.environ.items() if name != "WORKBOOK_REQUIRE_EXTENSION"
    }
    if without:
        blocked = tree.parent / "blocked" / without
        blocked.mkdir(parents=True)
        (blocked / "__init__.py").write_text(
            f"raise ImportError('No module named {without}')", encoding="utf-8"
        )
        env["PYTHONPATH"] = str(blocked.parent)
    env.update(environment)
    # From elsewhere: the folder that the command is typed in does not matter.
    done = subprocess.run(
        [sys.executable, str(tree / "setup_ext.py"), "build_ext", "--inplace"],
        cwd=tree.parent,
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    said = [line for line in (done.stdout + done.stderr).splitlines() if "workbook:" in line]
    return done.returncode, said


def extension(tree):
    return tree / "workbook" / "numerics" / f"_kernels{SUFFIX}"


@pytest.mark.parametrize("without", ["Cython", "setuptools"])
def test_a_missing_build_tool_is_one_line_and_no_failure(tree, without):
    code, said = build(tree, without=without)
    assert code == 0
    assert len(said) == 1
    assert without in said[0]
    assert said[0].endswith("the fast layers use NumPy.")
    assert not extension(tree).exists()


@pytest.mark.parametrize("without", ["Cython", "setuptools"])
def test_a_missing_build_tool_is_an_error_where_the_extension_is_required(tree, without):
    code, said = build(tree, without=without, WORKBOOK_REQUIRE_EXTENSION="1")
    assert code != 0
    assert len(said) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="CC does not choose the compiler there")
@pytest.mark.parametrize("compiler", [shutil.which("false") or "false", "no-such-compiler"])
def test_a_broken_compiler_is_one_line_and_no_failure(tree, compiler):
    code, said = build(tree, CC=compiler)
    assert code == 0
    assert len(said) == 1
    assert compiler in said[0]
    assert len(said[0]) < 200
    assert not extension(tree).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="CC does not choose the compiler there")
def test_a_broken_compiler_is_an_error_where_the_extension_is_required(tree):
    code, said = build(tree, CC="no-such-compiler", WORKBOOK_REQUIRE_EXTENSION="1")
    assert code != 0
    assert "WORKBOOK_REQUIRE_EXTENSION" in said[-1]


@pytest.mark.slow
def test_it_builds_what_the_fast_layers_load(tree):
    code, said = build(tree)
    if code == 0 and not extension(tree).exists():
        pytest.skip(said[0])
    assert code == 0
    ask = "from workbook.numerics.kernels_loader import load; print(load().reason)"
    answer = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=tree,
        env={**os.environ, "WORKBOOK_NO_EXTENSION": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "built for this Python and these sources" in answer.stdout
    # The source tree holds the extension and nothing else that is new.
    made = {p.name for p in (tree / "workbook" / "numerics").iterdir() if p.suffix == ".c"}
    assert not made
