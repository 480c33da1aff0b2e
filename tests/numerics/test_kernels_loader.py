"""A missing, broken, foreign or stale extension is explained in a line, and NumPy takes over."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import workbook
from workbook.numerics import kernels_loader
from workbook.numerics.kernels_fingerprint import fingerprint

PACKAGE = Path(workbook.__file__).parent
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")
ASK = """
import numpy as np
from workbook.numerics import backend, conv_forward_fast
out, _ = conv_forward_fast(
    np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 3)), np.zeros(1), {"stride": 1, "pad": 1}
)
assert out[0, 0].tolist() == [[4, 6, 4], [6, 9, 6], [4, 6, 4]]
print(backend())
"""


@pytest.fixture
def copy(tmp_path):
    """A copy of the package without its extension."""
    leave = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__", "*.npz")
    shutil.copytree(PACKAGE, tmp_path / "workbook", ignore=leave)
    return tmp_path / "workbook" / "numerics"


def ask(numerics, **environment):
    env = {name: value for name, value in os.environ.items() if not name.startswith("WORKBOOK")}
    folder = numerics.parents[1]
    env.update(environment, PYTHONPATH=str(folder))
    answer = subprocess.run(
        [sys.executable, "-c", ASK], cwd=folder, env=env, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    (line,) = answer.stdout.splitlines()
    return line


def built():
    files = list((PACKAGE / "numerics").glob(f"_kernels{SUFFIX}"))
    if not files:
        pytest.skip("the extension is not built here")
    return files[0]


def test_nothing_is_built(copy):
    assert ask(copy) == (
        "numpy: no compiled kernels are installed; "
        "`python setup_ext.py build_ext --inplace` builds them."
    )


def test_built_for_another_python(copy):
    (copy / "_kernels.cpython-399-s390x-linux-gnu.so").write_bytes(b"\x7fELF")
    line = ask(copy)
    assert line.startswith("numpy: _kernels.cpython-399-s390x-linux-gnu.so was built for another")
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in line
    assert "setup_ext.py" in line


def test_a_broken_file(copy):
    (copy / f"_kernels{SUFFIX}").write_bytes(b"not a library")
    line = ask(copy)
    assert line.startswith(f"numpy: _kernels{SUFFIX} cannot be loaded (")
    assert "setup_ext.py" in line


def test_built_from_these_sources(copy):
    shutil.copy(built(), copy)
    assert ask(copy, OMP_NUM_THREADS="2").startswith("kernels (")


def test_built_from_older_sources(copy):
    shutil.copy(built(), copy)
    with (copy / "native" / "pool.h").open("a", encoding="utf-8") as file:
        file.write("/* a change */\n")
    line = ask(copy)
    assert line.startswith(f"numpy: _kernels{SUFFIX} was built from other sources than these;")


def test_other_line_ends_are_the_same_sources(copy):
    before = fingerprint(copy)
    for file in (copy / "native").iterdir():
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert fingerprint(copy) == before


def test_an_installation_without_sources_trusts_its_extension(copy):
    shutil.copy(built(), copy)
    shutil.rmtree(copy / "native")
    assert ask(copy).startswith("kernels (")


def test_switched_off(copy):
    line = ask(copy, WORKBOOK_NO_EXTENSION="1")
    assert line == "numpy: the compiled kernels are switched off by WORKBOOK_NO_EXTENSION."


@pytest.mark.parametrize("level", ["baseline", "avx2", "avx512", "fast"])
def test_the_instruction_set_can_be_chosen(copy, level):
    shutil.copy(built(), copy)
    line = ask(copy, WORKBOOK_KERNELS=level)
    if level == "fast":
        assert "WORKBOOK_KERNELS is 'fast'; allowed are baseline, avx2, avx512." in line
    else:
        assert line.startswith("kernels (")
    if level == "baseline":
        assert line.startswith("kernels (baseline")


@pytest.mark.parametrize(("wish", "count"), [("3", 3), ("4,2", 4), ("", None), ("0", None)])
def test_threads_to_start_with(monkeypatch, wish, count):
    monkeypatch.setenv("OMP_NUM_THREADS", wish)
    if count is None:
        assert kernels_loader.default_threads() >= 1
    else:
        assert kernels_loader.default_threads() == count
