"""Run the tests of the fast layers under AddressSanitizer, or under valgrind.

    python tests/numerics/sanitize.py              # AddressSanitizer and UndefinedBehaviorSanitizer
    python tests/numerics/sanitize.py --valgrind   # memcheck; minutes

A read or write outside an array stops the run with exit code 1. The kernels are built in a
temporary copy with GCC or Clang; nothing in this checkout changes.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ["test_kernels.py", "test_fast_layers.py", "test_kernels_threads.py"]
# Checks that memory tools slow down too much, or that start other interpreters.
LEAVE = "not omp_num_threads and not forked and not run_meanwhile"
FLAGS = "-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g"


def copy_tree(folder: Path) -> None:
    """The package, its tests and the build files, without anything compiled."""
    leave = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    for name in ("workbook", "solutions", "tests/numerics"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=leave)
    for name in ("setup_ext.py", "setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")


def build(folder: Path, flags: str) -> None:
    """Compile with `flags` after the usual ones."""
    env = {**os.environ, "CFLAGS": flags, "LDFLAGS": flags, "WORKBOOK_REQUIRE_EXTENSION": "1"}
    command = [sys.executable, "setup_ext.py", "-q", "build_ext", "--inplace"]
    subprocess.run(command, cwd=folder, env=env, check=True)


def library(name: str) -> str:
    """Where the compiler keeps its run-time library."""
    compiler = os.environ.get("CC", "gcc")
    command = [compiler, f"-print-file-name={name}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--valgrind", action="store_true", help="use valgrind's memcheck")
    parser.add_argument("-k", dest="only", default="", help="only tests that match, as in pytest")
    options, more = parser.parse_known_args()
    env = {
        **os.environ,
        "PYTHONMALLOC": "malloc",  # so that the tool sees every array
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    env.pop("WORKBOOK_NO_EXTENSION", None)
    prefix: list[str] = []
    if options.valgrind:
        flags = "-g"
        # Valgrind knows no AVX-512; the loader must not choose it.
        env["WORKBOOK_KERNELS"] = "avx2"
        prefix = ["valgrind", "--tool=memcheck", "--error-exitcode=1", "--leak-check=no"]
        prefix += ["--undef-value-errors=no", "--quiet"]
    else:
        flags = FLAGS
        # libstdc++ first, or exceptions thrown in other extensions cannot be caught.
        env["LD_PRELOAD"] = " ".join(library(f"lib{name}.so") for name in ("asan", "stdc++"))
        env["ASAN_OPTIONS"] = "detect_leaks=0:halt_on_error=1"
        env["UBSAN_OPTIONS"] = "print_stacktrace=1"
    with tempfile.TemporaryDirectory(prefix="workbook-sanitize-") as name:
        folder = Path(name)
        copy_tree(folder)
        build(folder, flags)
        env["PYTHONPATH"] = str(folder)
        tests = [f"tests/numerics/{test}" for test in TESTS]
        command = [
            *prefix,
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--capture=sys",
            "-p",
            "no:cacheprovider",
        ]
        only = f"({options.only}) and {LEAVE}" if options.only else LEAVE
        command += ["-k", only, *tests, *more]
        return subprocess.run(command, cwd=folder, env=env).returncode


if __name__ == "__main__":
    raise SystemExit(main())
